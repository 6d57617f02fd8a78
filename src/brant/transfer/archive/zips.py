"""Reads a zip on this machine's disk: its directory, its local headers, its members."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from brant.transfer.archive.directory import HEADER, Listed, data_start, read_directory
from brant.transfer.archive.entry import Entry, checked
from brant.transfer.archive.inflate import METHODS
from brant.transfer.archive.limits import Limits, damaged, reading

_READ: Final = 64 * 1024
# Few local headers are longer than this, name and extra field included.
_HEAD: Final = 512
_LONGEST_HEAD: Final = HEADER + 2 * 0xFFFF


def zip_entries(source: Path, limits: Limits) -> Iterator[Entry]:
    """The members of the zip; all checks that need no member's bytes are made before the first is given."""
    with reading(source), source.open("rb", buffering=0) as file:

        def read(start: int, stop: int) -> bytes:
            file.seek(start)
            return _read_whole(file, stop - start)

        members = read_directory(read, file.seek(0, 2), source.name, limits)
        starts = [_data_start(file, member, source) for member in members]
    return (_entry(source, member, start) for member, start in zip(members, starts, strict=True))


def _read_whole(file: IO[bytes], size: int) -> bytes:
    """As many bytes as there are: one call gives 2 GiB at most."""
    pieces = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _data_start(file: IO[bytes], member: Listed, source: Path) -> int:
    """Where the member's bytes begin; the header before them must agree with the directory."""
    for size in (_HEAD, _LONGEST_HEAD):
        file.seek(member.offset)
        start = data_start(member, file.read(size))
        if start is not None:
            return start
    raise damaged(source, "it ends within a header")


def _entry(source: Path, member: Listed, start: int) -> Entry:
    def chunks() -> Iterator[bytes | memoryview]:
        with reading(source):
            packed = _packed(source, start, member.packed)
            yield from checked(METHODS[member.method](packed), member.name, member.size, member.crc32)

    return Entry(member.parts, member.size, member.is_folder, chunks, member.crc32)


def _packed(source: Path, start: int, size: int) -> Iterator[bytes]:
    with source.open("rb", buffering=0) as file:
        file.seek(start)
        while size > 0:
            piece = file.read(min(_READ, size))
            if not piece:
                raise EOFError("it ends within a member")
            size -= len(piece)
            yield piece
