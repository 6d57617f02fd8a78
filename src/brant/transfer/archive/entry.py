"""One member of an archive, as both kinds of archive give it."""

import io
from collections.abc import Callable, Iterator

from msgspec import Struct

from brant.errors import Corrupt
from brant.transfer.archive.names import shown
from brant.transfer.disk.checksums import crc32


class Entry(Struct, frozen=True):
    """`chunks()` gives the member's bytes, all verified by the time the last chunk is out."""

    parts: tuple[str, ...]
    size: int
    is_folder: bool
    chunks: Callable[[], Iterator[bytes | memoryview]]
    crc32: int | None = None


class Member(Struct, frozen=True):
    """A file in an archive. `name` is its safe relative path, `size` its bytes.

    A member of a tar can be opened only until the next one is asked for; one of a zip at any time.
    """

    name: str
    size: int
    _chunks: Callable[[], Iterator[bytes | memoryview]]

    def open(self) -> io.BufferedReader:
        """A stream of its bytes, constant in memory; Corrupt comes in place of its last bytes."""
        return io.BufferedReader(_ChunkReader(self._chunks()))


def checked(
    chunks: Iterator[bytes | memoryview], name: str, size: int, crc: int | None
) -> Iterator[bytes | memoryview]:
    """The same chunks; the last of them only if length and CRC-32 are right. Corrupt else."""
    held: bytes | memoryview = b""
    total = actual = 0
    for chunk in chunks:
        total += len(chunk)
        if total > size:
            break
        actual = crc32(chunk, actual)
        if held:
            yield held
        held = chunk
    check(total, actual, name, size, crc)
    if held:
        yield held


def check(total: int, actual: int, name: str, size: int, crc: int | None) -> None:
    """Corrupt unless a member that came as `total` bytes of CRC-32 `actual` is what it claims to be."""
    if total > size:
        raise Corrupt(
            f"The archive member {shown(name)} is longer than the {size} bytes it claims; pack it again."
        )
    if total != size:
        raise Corrupt(
            f"The archive member {shown(name)} has {total} bytes of the {size} it claims; pack it again."
        )
    if crc is not None and crc != actual:
        raise Corrupt(f"The archive member {shown(name)} fails its CRC-32; fetch or pack the archive again.")


class _ChunkReader(io.RawIOBase):
    def __init__(self, chunks: Iterator[bytes | memoryview]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        closing = getattr(self._chunks, "close", None)
        if closing and not self.closed:
            closing()
        super().close()
