"""How a zip of stored members is laid out, byte for byte (APPNOTE.TXT 6.3.10, sections cited below).

Everything follows from names, sizes and CRCs, so that any range of the archive can be written by itself.
"""

import struct
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_MAX_16: Final = 0xFFFF
_MAX_32: Final = 0xFFFFFFFF

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")

_UTF8_NAMES: Final = 1 << 11  # 4.4.4, bit 11
_STORED: Final = 0  # 4.4.5
_MADE_ON_UNIX: Final = 3 << 8  # 4.4.2
_PLAIN_FILE: Final = 0o100644 << 16
_NEEDS_ZIP64: Final = 45  # 4.4.3.2
_NEEDS_FOLDERS: Final = 20


def member_size(name: bytes, size: int) -> int:
    """The bytes of a member: its local header and its data (4.3.7)."""
    return _LOCAL.size + len(name) + (20 if size >= _MAX_32 else 0) + size


def entry_size(name: bytes, size: int, member_start: int) -> int:
    """The bytes of a member's entry in the directory (4.3.12)."""
    return _ENTRY.size + len(name) + len(_entry_extra(size, member_start))


def end_size(count: int, directory_start: int, directory_size: int) -> int:
    """The bytes behind the directory (4.3.14 to 4.3.16)."""
    return len(end(count, directory_start, directory_size))


def local_header(name: bytes, size: int, crc32: int, changed: datetime) -> bytes:
    """What stands before the data of a member (4.3.7)."""
    large = size >= _MAX_32
    extra = struct.pack("<2H2Q", 1, 16, size, size) if large else b""  # 4.5.3
    shown = _MAX_32 if large else size
    head = _LOCAL.pack(
        b"PK\x03\x04",
        _NEEDS_ZIP64 if large else _NEEDS_FOLDERS,
        _UTF8_NAMES,
        _STORED,
        *_dos_time(changed),
        crc32,
        shown,
        shown,
        len(name),
        len(extra),
    )
    return head + name + extra


def entry(name: bytes, size: int, crc32: int, changed: datetime, member_start: int) -> bytes:
    """What the directory says of a member (4.3.12)."""
    extra = _entry_extra(size, member_start)
    shown = min(size, _MAX_32)
    needs = _NEEDS_ZIP64 if extra else _NEEDS_FOLDERS
    head = _ENTRY.pack(
        b"PK\x01\x02",
        _MADE_ON_UNIX | needs,
        needs,
        _UTF8_NAMES,
        _STORED,
        *_dos_time(changed),
        crc32,
        shown,
        shown,
        len(name),
        len(extra),
        0,
        0,
        0,
        _PLAIN_FILE,
        min(member_start, _MAX_32),
    )
    return head + name + extra


def end(count: int, directory_start: int, directory_size: int) -> bytes:
    """What stands behind the directory: where it is, in 64 bits where 32 do not do (4.3.14 to 4.3.16)."""
    shown = min(count, _MAX_16), min(directory_size, _MAX_32), min(directory_start, _MAX_32)
    wide = b""
    if _MAX_16 in shown[:1] or _MAX_32 in shown[1:]:
        wide = _END_64.pack(
            b"PK\x06\x06",
            _END_64.size - 12,
            _MADE_ON_UNIX | _NEEDS_ZIP64,
            _NEEDS_ZIP64,
            0,
            0,
            count,
            count,
            directory_size,
            directory_start,
        ) + _LOCATOR.pack(b"PK\x06\x07", 0, directory_start + directory_size, 1)
    return wide + _END.pack(b"PK\x05\x06", 0, 0, shown[0], *shown, 0)


def _entry_extra(size: int, member_start: int) -> bytes:
    """The fields that need 64 bits, and only those, in the order of 4.5.3."""
    wide = ([size, size] if size >= _MAX_32 else []) + ([member_start] if member_start >= _MAX_32 else [])
    return struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""


# All members of a bundle bear the same time.
@lru_cache(maxsize=64)
def _dos_time(moment: datetime) -> tuple[int, int]:
    """Time and date in MS-DOS form, in steps of two seconds, in UTC (4.4.6)."""
    utc = moment.astimezone(UTC)
    return (
        utc.hour << 11 | utc.minute << 5 | utc.second // 2,
        (utc.year - 1980) << 9 | utc.month << 5 | utc.day,
    )
