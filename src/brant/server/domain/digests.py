"""The three hashes of a blob: SHA-256 is its name, MD5 and CRC-32 are what the wire asks for."""

import hashlib
import zlib
from typing import NamedTuple

from brant.server.store.blobs import CHUNK, StagedFile


class Digest(NamedTuple):
    """A blob's identity: its size in bytes, hashes in hexadecimal, CRC-32 as a number."""

    size: int
    sha256: str
    md5: str
    crc32: int


class Digester:
    """Hashes bytes as they pass; `size` is how many have."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc32 = 0

    def update(self, data: bytes | memoryview) -> None:
        """The next bytes."""
        self._sha256.update(data)
        self._md5.update(data)
        self._crc32 = zlib.crc32(data, self._crc32)
        self.size += len(data)

    def digest(self) -> Digest:
        """The hashes of all bytes so far."""
        return Digest(self.size, self._sha256.hexdigest(), self._md5.hexdigest(), self._crc32)


def digest_of(file: StagedFile) -> Digest:
    """The hashes of a staged file, read from its start."""
    digester = Digester()
    while chunk := file.read(digester.size, CHUNK):
        digester.update(chunk)
    return digester.digest()
