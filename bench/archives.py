"""The archives to download: one large file stored, one large CSV deflated, many small ones, one all hole."""

import base64
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

MIB: Final = 1 << 20
_BLOCK: Final = 16 * MIB
_LINES: Final = 15_000_000
_STORED: Final = 0
_DEFLATED: Final = 8
# The first of January 2026, as DOS writes it.
_DATE: Final = 46 << 9 | 1 << 5 | 1
_UTF8: Final = 1 << 11


@dataclass(frozen=True)
class Archive:
    """A zip on disk: the folder with what is in it, the bytes of that, and the MD5 of the zip in base64."""

    path: Path
    files: Path
    extracted: int
    md5: str


def made(kind: str, folder: Path, slug: str, size: int) -> Archive:
    """The archive `slug`.zip of one of the KINDS, made by a process of its own.

    What it takes to make one must not count as memory of the programs that are measured after it.
    """
    files = folder / slug
    files.mkdir(parents=True)
    path = folder / "archives" / f"{slug}.zip"
    path.parent.mkdir(exist_ok=True)
    command = [sys.executable, __file__, kind, str(path), str(files), str(size)]
    facts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Archive(path, files, **facts)


def _stored(path: Path, files: Path, size: int) -> Archive:
    """One file of noise, stored: what images, models and parquet files come to."""
    block = os.urandom(min(_BLOCK, size))
    blocks = size // len(block)
    _write(files / "large.bin", [block] * blocks)
    member = _Member("large.bin", _STORED, _crc(block, blocks), size, size)
    _write(path, [member.header(), *[block] * blocks, member.directory()])
    return _described(path, files)


def _deflated_csv(path: Path, files: Path, size: int) -> Archive:
    """One CSV, deflated to a quarter or so.

    Its lines come again after 15 MB, which is far beyond the 32 KiB that deflate looks back.
    """
    block = _measurements()
    blocks = size // len(block)
    _write(files / "measurements.csv", [block] * blocks)
    machine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    # After a full flush nothing refers to what came before it: the same bytes can follow once more.
    packed = machine.compress(block) + machine.flush(zlib.Z_FULL_FLUSH)
    end = machine.flush()
    member = _Member(
        "measurements.csv",
        _DEFLATED,
        _crc(block, blocks),
        len(packed) * blocks + len(end),
        len(block) * blocks,
    )
    _write(path, [member.header(), *[packed] * blocks, end, member.directory()])
    return _described(path, files)


def _many(path: Path, files: Path, count: int) -> Archive:
    """Small CSVs of a few kB each, deflated."""
    text, chance = _measurements(), random.Random(7)
    for number in range(count):
        begin, size = chance.randrange(len(text) - 16_384), chance.randrange(1_000, 8_000)
        _write(files / f"part-{number:04}.csv", [text[begin : begin + size]])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files.iterdir()):
            archive.write(file, file.name)
    return _described(path, files)


def _sparse(path: Path, files: Path, size: int) -> Archive:
    """One stored file of zeros, of which the archive holds none on disk; in `files` a short word for it."""
    _write(files / "zeros.bin", [b"0"])
    block = bytes(_BLOCK)
    member = _Member("zeros.bin", _STORED, _crc(block, size // _BLOCK), size, size)
    header = member.header()
    with path.open("wb") as file:
        file.write(header)
        file.seek(size, os.SEEK_CUR)
        file.write(member.directory())
    return Archive(path, files, size, "")


@dataclass(frozen=True)
class _Member:
    """The only member of a zip (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.14 to 4.3.16)."""

    name: str
    method: int
    crc32: int
    packed: int
    size: int

    def header(self) -> bytes:
        """What stands before its data."""
        raw, extra = self.name.encode(), self._zip64()
        return b"PK\x03\x04" + self._facts() + struct.pack("<HH", len(raw), len(extra)) + raw + extra

    def directory(self) -> bytes:
        """What stands behind its data."""
        raw, extra = self.name.encode(), self._zip64()
        entry = b"PK\x01\x02" + struct.pack("<H", 45) + self._facts()
        entry += struct.pack("<HHHHHII", len(raw), len(extra), 0, 0, 0, 0, 0) + raw + extra
        start = len(self.header()) + self.packed
        ends = b""
        if start >= 0xFFFFFFFF:
            ends += b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, len(entry), start)
            ends += b"PK\x06\x07" + struct.pack("<IQI", 0, start + len(entry), 1)
        ends += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), min(start, 0xFFFFFFFF), 0)
        return entry + ends

    def _facts(self) -> bytes:
        sizes = (0xFFFFFFFF, 0xFFFFFFFF) if self._zip64() else (self.packed, self.size)
        return struct.pack("<HHHHHIII", 45, _UTF8, self.method, 0, _DATE, self.crc32, *sizes)

    def _zip64(self) -> bytes:
        """The sizes, where 32 bits do not hold them."""
        if max(self.packed, self.size) < 0xFFFFFFFF:
            return b""
        return struct.pack("<HHQQ", 1, 16, self.size, self.packed)


def _measurements() -> bytes:
    """15 MB of CSV: a time, a place, and figures that wander."""
    chance = random.Random(3)
    lines: list[bytes] = []
    length, level = 0, 20.0
    while length < _LINES:
        level += chance.uniform(-0.5, 0.5)
        now = 1_700_000_000 + len(lines) * 15
        line = (
            f"{now},station-{chance.randrange(200):03},{level:.4f},{chance.gauss(1013, 6):.2f},"
            f"{chance.randrange(1000)},ok,{chance.choice(('north', 'south', 'west'))},0.0,false\n"
        ).encode()
        lines.append(line)
        length += len(line)
    return b"".join(lines)[:_LINES]


def _crc(block: bytes, times: int) -> int:
    value = 0
    for _ in range(times):
        value = zlib.crc32(block, value)
    return value


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _described(path: Path, files: Path) -> Archive:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "md5").digest()
    extracted = sum(entry.stat().st_size for entry in files.iterdir())
    return Archive(path, files, extracted, base64.b64encode(digest).decode())


KINDS: Final[dict[str, Callable[[Path, Path, int], Archive]]] = {
    "stored": _stored,
    "deflated": _deflated_csv,
    "many": _many,
    "sparse": _sparse,
}
"""Each takes a size: bytes when unpacked, for `many` the number of files."""


def main() -> None:
    """Makes one archive, and prints what there is to know of it."""
    kind, path, files, size = sys.argv[1:]
    archive = KINDS[kind](Path(path), Path(files), int(size))
    print(json.dumps({key: value for key, value in asdict(archive).items() if key in ("extracted", "md5")}))


if __name__ == "__main__":
    main()
