"""Reads zips in memory by the parser of our own, as a download does."""

import io
import zipfile

from brant.errors import Corrupt
from brant.transfer.archive.directory import Listed, data_start, read_directory
from brant.transfer.archive.entry import checked
from brant.transfer.archive.inflate import METHODS
from brant.transfer.archive.limits import Limits, reading


class Remote:
    """Bytes that are somewhere else; it knows which were asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[tuple[int, int]] = []

    def read(self, start: int, stop: int) -> bytes:
        assert 0 <= start <= stop
        self.asked.append((start, stop))
        return self.content[start:stop]

    @property
    def moved(self) -> int:
        return sum(min(stop, len(self.content)) - min(start, len(self.content)) for start, stop in self.asked)


def listed(content: bytes, limits: Limits | None = None) -> list[Listed]:
    return read_directory(Remote(content).read, len(content), "penguins.zip", limits or Limits())


def unpacked(content: bytes) -> dict[str, bytes]:
    """Every file, by the directory and `data_start`, against its length and CRC-32, as a download does it."""
    files = {}
    for member in listed(content):
        start = data_start(member, content[member.offset : member.stop])
        if start is None:
            raise Corrupt("it ends within a header")
        with reading("z"):
            pieces = METHODS[member.method](iter((content[start : start + member.packed],)))
            data = b"".join(checked(pieces, member.name, member.size, member.crc32))
        if not member.is_folder:
            files[member.name] = data
    return files


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.comment = comment
    return file.getvalue()
