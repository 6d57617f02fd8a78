"""Digests: the same whether the hashes are computed here or beside."""

import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from brant.server.domain.blobs.digests import Digest, Digester

SIZES = (1, 1 << 20, 300_000, 0, 100_000, 1 << 20, (1 << 18) - 1, 1 << 18)


@pytest.mark.parametrize("threads", [0, 1, 4])
def test_pieces_of_any_size_give_the_hashes_of_the_whole(threads: int) -> None:
    pieces = [os.urandom(size) for size in SIZES]
    whole = b"".join(pieces)
    expected = Digest(
        len(whole), hashlib.sha256(whole).hexdigest(), hashlib.md5(whole).hexdigest(), zlib.crc32(whole)
    )
    with ThreadPoolExecutor(max(1, threads)) as helpers:
        digesters = [Digester(helpers if threads else None) for _ in range(8)]
        for piece in pieces:
            for digester in digesters:
                digester.update(memoryview(piece))
        assert {digester.digest() for digester in digesters} == {expected}
