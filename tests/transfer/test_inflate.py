"""Decompression piece by piece and at once, with isal and without: the same bytes, and never more of them."""

import bz2
import lzma
import random
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brant.transfer.archive import inflate as module
from brant.transfer.archive.inflate import METHODS, InflateError, inflate
from tests.transfer.forged import deflated

MIB = 1024 * 1024
BROKEN = (InflateError, zlib.error, EOFError, ValueError, OSError, lzma.LZMAError)
DATA = b"".join(b"%d,penguin,%d\n" % (number, number * 7919 % 1000) for number in range(20_000))


def packed(method: int, data: bytes) -> bytes:
    if method == 0:
        return data
    if method == 8:
        return deflated(data)
    if method == 12:
        return bz2.compress(data)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 65536, "lc": 3, "lp": 0, "pb": 2}]
    head = struct.pack("<2BHBL", 9, 20, 5, 2 * 45 + 3, 65536)
    return head + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


@pytest.fixture(params=["isal", "zlib"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "zlib":
        monkeypatch.setattr(module, "deflate", zlib)
    return str(request.param)


def cut(data: bytes, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    while data:
        size = chance.choice((1, 7, 100, 70_000, 300_000))
        yield data[:size]
        data = data[size:]


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [b"", b"x", DATA, bytes(3 * MIB), random.Random(3).randbytes(200_000)])
def test_what_was_packed_comes_out(method: int, data: bytes) -> None:
    content = packed(method, data)
    for seed in range(5):
        assert b"".join(METHODS[method](cut(content, seed))) == data
    assert bytes(inflate(method, content, len(data))) == data
    assert bytes(inflate(method, memoryview(content), len(data))) == data


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("method", [8, 12])
def test_what_is_cut_off_or_goes_on_is_no_member(method: int) -> None:
    content = packed(method, DATA)
    for broken in (content[:-1], content[:-20], content[:100], content[:1], b""):
        with pytest.raises(BROKEN):
            b"".join(METHODS[method](cut(broken, 1)))
        with pytest.raises(BROKEN):
            inflate(method, broken, len(DATA))


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("following", [b"x", b"\0" * 9, DATA])
@pytest.mark.parametrize("data", [b"", b"x", DATA, DATA[:65_536], DATA[:65_537]])
def test_bytes_behind_the_end_of_a_member_are_told(data: bytes, following: bytes) -> None:
    content = deflated(data) + following
    for seed in range(5):
        with pytest.raises(ValueError, match="follow"):
            b"".join(METHODS[8](cut(content, seed)))
    with pytest.raises(ValueError, match="follow"):
        inflate(8, content, len(data))


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("method", [8, 12, 14])
def test_a_piece_is_small_whatever_is_packed_in_it(method: int) -> None:
    content = packed(method, bytes(30 * MIB))
    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in METHODS[method](iter((content,)))]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(sizes) <= 64 * 1024
    assert peak < 4 * MIB


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("method", [8, 12, 14])
def test_a_small_member_that_is_larger_than_it_claims_gives_one_byte_more(method: int) -> None:
    content = packed(method, bytes(30 * MIB))
    tracemalloc.start()
    try:
        assert len(inflate(method, content, 1000)) == 1001
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MIB


@given(st.binary(max_size=60), st.integers(0, 9), st.sampled_from([8, 12, 14]))
@settings(deadline=None)
def test_any_bytes_are_inflated_or_told_to_be_broken(noise: bytes, seed: int, method: int) -> None:
    with suppress(*BROKEN):
        b"".join(METHODS[method](cut(noise, seed)))
    with suppress(*BROKEN):
        inflate(method, noise, 50)


@given(st.binary(max_size=2000), st.data())
@settings(deadline=None)
def test_what_zlib_reads_isal_reads_alike_and_either_way_the_same(data: bytes, chance: st.DataObject) -> None:
    content = bytearray(deflated(data))
    content[chance.draw(st.integers(0, len(content) - 1))] ^= 1 << chance.draw(st.integers(0, 7))
    try:
        reader = zlib.decompressobj(-15)
        theirs = reader.decompress(content, 100_000)
        expected = theirs if reader.eof and not reader.unused_data else None
    except zlib.error:
        expected = None
    at_once = piecewise = None
    with suppress(*BROKEN):
        at_once = bytes(inflate(8, bytes(content), 100_000))
    with suppress(*BROKEN):
        piecewise = b"".join(METHODS[8](iter((bytes(content),))))
    assert at_once == piecewise
    # isal lets a few tables of codes pass that zlib refuses; the CRC-32 of the member tells then.
    assert expected is None or at_once == expected


def test_without_isal_it_is_done_by_zlib() -> None:
    code = (
        "import sys; sys.modules['isal'] = None\n"
        "from brant.transfer.archive import inflate; from brant.transfer.disk import checksums\n"
        "import zlib\n"
        f"content = {deflated(b'penguins' * 99)!r}\n"
        "assert inflate.deflate is zlib and inflate.InflateError is zlib.error\n"
        "assert inflate.inflate(8, content, 792) == b'penguins' * 99\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
