"""Reads zip archives: the directory by the standard library, the members under checks of our own."""

import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from brant.errors import InvalidInput
from brant.transfer.entry import Entry, checked
from brant.transfer.inflate import METHODS
from brant.transfer.limits import Limits, damaged, reading
from brant.transfer.names import Names, safe_parts, shown

if TYPE_CHECKING:
    from zipfile import ZipInfo

_READ: Final = 64 * 1024
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64_SIZE: Final = 20
_LISTED: Final = struct.Struct("<28x3H12x")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800


def zip_entries(source: Path, limits: Limits) -> list[Entry]:
    """Every member of the zip, after all checks that need no member's bytes."""
    from zipfile import ZipFile

    with reading(source), source.open("rb") as file:
        _check_directory(file, source, limits)
        with ZipFile(file) as archive:
            infos = archive.infolist()
            packed = source.stat().st_size
            limits.check(len(infos), sum(info.file_size for info in infos), packed)
            starts = [_data_start(file, info, source) for info in infos]
            _check_overlaps(infos, starts, archive.start_dir, source)
    names = Names()
    return [_entry(source, info, start, names) for info, start in zip(infos, starts, strict=True)]


def _check_directory(file: IO[bytes], source: Path, limits: Limits) -> None:
    """The directory is read into memory, whatever its end says that it holds: measure and count before."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - _END.size))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise damaged(source, "its end, with the list of members, is missing")
    bytes_listed = _END.unpack_from(tail, at)[5]
    end = size - len(tail) + at
    end64 = end - _LOCATOR64_SIZE - _END64.size
    if end64 >= 0:
        file.seek(end64)
        fields = _END64.unpack(file.read(_END64.size))
        if fields[0] == b"PK\x06\x06":
            bytes_listed, end = max(bytes_listed if bytes_listed != 0xFFFFFFFF else 0, fields[8]), end64
    if min(bytes_listed, size) > limits.directory:
        raise InvalidInput(
            f"The list of members of {source.name} has more than {limits.directory} bytes; "
            "raise Limits.directory to allow it."
        )
    limits.check(_count_members(file, max(0, end - bytes_listed), end), 0, 1)


def _count_members(file: IO[bytes], start: int, end: int) -> int:
    count = 0
    while start < end:
        file.seek(start)
        header = file.read(_LISTED.size)
        if len(header) < _LISTED.size:
            break
        start += _LISTED.size + sum(_LISTED.unpack(header))
        count += 1
    return count


def _data_start(file: IO[bytes], info: "ZipInfo", source: Path) -> int:
    """Where the member's bytes begin. The header before them must agree with the directory."""
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise damaged(source, f"the member {shown(info.orig_filename)} is not where the directory says")
    fields: tuple[int, ...] = _LOCAL.unpack(header)[1:]
    flags, method, name_size, extra_size = fields[1], fields[2], fields[-2], fields[-1]
    name = file.read(name_size).decode("utf-8" if flags & _UTF8 else "cp437")
    listed = (info.CRC, info.compress_size, info.file_size)
    # Zeros stand for what was not known yet, ones for what stands in the extra field.
    lies = any(said not in (0, 0xFFFFFFFF, true) for said, true in zip(fields[5:8], listed, strict=True))
    if lies or name != info.orig_filename or method != info.compress_type:
        raise damaged(source, f"two headers disagree about the member {shown(info.orig_filename)}")
    return info.header_offset + _LOCAL.size + name_size + extra_size


def _check_overlaps(infos: "list[ZipInfo]", starts: list[int], directory: int, source: Path) -> None:
    """Members that share bytes are how a small file unfolds to petabytes."""
    spans = sorted(
        (info.header_offset, start + info.compress_size) for info, start in zip(infos, starts, strict=True)
    )
    previous = 0
    for begin, end in spans:
        if begin < previous or end > directory:
            raise damaged(source, "its members overlap")
        previous = end


def _entry(source: Path, info: "ZipInfo", start: int, names: Names) -> Entry:
    name = info.orig_filename
    parts = safe_parts(name)
    is_folder = name.endswith("/")
    names.add(parts, is_folder=is_folder)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "a symbolic link" if kind == stat.S_IFLNK else "no regular file"
        raise InvalidInput(f"The archive member {shown(name)} is {what}; pack the files themselves.")
    if info.flag_bits & _ENCRYPTED:
        raise InvalidInput(f"The archive member {shown(name)} is encrypted; pack it without a password.")
    if info.compress_type not in METHODS:
        raise InvalidInput(
            f"The archive member {shown(name)} is compressed by method {info.compress_type}; use deflate."
        )
    size, crc, method = info.file_size, info.CRC, info.compress_type

    def chunks() -> Iterator[bytes]:
        with reading(source):
            packed = _packed(source, start, info.compress_size)
            yield from checked(METHODS[method](packed), name, size, crc)

    return Entry(parts, size, is_folder, chunks)


def _packed(source: Path, start: int, size: int) -> Iterator[bytes]:
    with source.open("rb", buffering=0) as file:
        file.seek(start)
        while size > 0:
            piece = file.read(min(_READ, size))
            if not piece:
                raise EOFError("it ends within a member")
            size -= len(piece)
            yield piece
