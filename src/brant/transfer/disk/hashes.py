"""Hashes of a file: taken in one read beforehand, or while it is sent."""

from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple

from brant.transfer.disk.checksums import crc32

_PIECE: Final = 512 * 1024


class Hashes(NamedTuple):
    """Of a whole file: its SHA-256 in hexadecimal; its CRC-32, by which it is known again at little cost."""

    sha256: str
    crc32: int


def hashes_of(path: Path) -> Hashes:
    """Reads the file once. Raises OSError."""
    with path.open("rb", buffering=0) as source:
        digest, check = sha256(), 0
        view = memoryview(bytearray(_PIECE))
        while count := source.readinto(view):
            digest.update(view[:count])
            check = crc32(view[:count], check)
    return Hashes(digest.hexdigest(), check)


class Following:
    """The hash of a file of `size` bytes, taken while it is sent; what was not sent by us is read.

    Where the hashes are `known`, the file is only compared with them, by its CRC-32.
    """

    def __init__(self, size: int, known: Hashes | None) -> None:
        self._size = size
        self._known = known
        self._sha256 = None if known else sha256()
        self._crc32 = 0
        self._at = 0

    def feed(self, at: int, piece: memoryview, source: FileIO) -> None:
        """The file holds `piece` at `at`. What was fed before is passed over, what is missing is read."""
        if at > self._at:
            self._read(source, at)
        self._take(piece[max(0, self._at - at) :])

    def catch_up(self, source: FileIO) -> None:
        """Read to the end."""
        self._read(source, self._size)

    def finish(self) -> str | None:
        """The SHA-256 of the whole in hexadecimal; None where the file is not the one that is known."""
        if self._sha256 is not None:
            return self._sha256.hexdigest()
        return self._known.sha256 if self._known and self._known.crc32 == self._crc32 else None

    def _take(self, fresh: memoryview) -> None:
        if self._sha256 is not None:
            self._sha256.update(fresh)
        else:
            self._crc32 = crc32(fresh, self._crc32)
        self._at += len(fresh)

    def _read(self, source: FileIO, end: int) -> None:
        if self._at >= end:
            return
        view = memoryview(bytearray(min(_PIECE, end - self._at)))
        source.seek(self._at)
        while self._at < end and (count := source.readinto(view[: end - self._at])):
            self._take(view[:count])
