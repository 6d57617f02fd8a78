"""The three hashes of a blob: SHA-256 is its name, MD5 and CRC-32 are what the wire asks for."""

import hashlib
import zlib
from concurrent.futures import Executor, Future
from typing import Final, NamedTuple

from brant.server.store.blobs import CHUNK, StagedFile

# To hand a piece over costs as much as to hash some 50 KB.
_WORTH_A_THREAD: Final = 256 * 1024


class Digest(NamedTuple):
    """A blob's identity: its size in bytes, hashes in hexadecimal, CRC-32 as a number."""

    size: int
    sha256: str
    md5: str
    crc32: int


class Digester:
    """Hashes bytes as they pass; `size` is how many have.

    With `helpers` the hashes of a piece are computed there, two at a time, while the caller sees to the next
    one: hashlib and zlib let other threads run. At most one piece waits.
    """

    def __init__(self, helpers: Executor | None = None) -> None:
        self.size = 0
        self._helpers = helpers
        self._pending: list[Future[None]] = []
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc32 = 0

    def update(self, data: bytes | memoryview) -> None:
        """The next bytes, which must stay as they are."""
        self._settle()
        if self._helpers is None or len(data) < _WORTH_A_THREAD:
            self._sha256.update(data)
            self._update_others(data)
        else:
            steps = (self._sha256.update, self._update_others)
            self._pending = [self._helpers.submit(step, data) for step in steps]
        self.size += len(data)

    def digest(self) -> Digest:
        """The hashes of all bytes so far."""
        self._settle()
        return Digest(self.size, self._sha256.hexdigest(), self._md5.hexdigest(), self._crc32)

    def _update_others(self, data: bytes | memoryview) -> None:
        self._md5.update(data)
        self._crc32 = zlib.crc32(data, self._crc32)

    def _settle(self) -> None:
        for step in self._pending:
            step.result()
        self._pending = []


def digest_of(file: StagedFile, helpers: Executor | None = None) -> Digest:
    """The hashes of a staged file, read from its start."""
    digester = Digester(helpers)
    while chunk := file.read(digester.size, CHUNK):
        digester.update(chunk)
    return digester.digest()
