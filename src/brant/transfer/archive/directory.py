"""Reads the directory of a zip, local or remote, and makes every check that needs no member's bytes."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from struct import Struct
from typing import Final, NamedTuple

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.limits import Limits, damaged
from brant.transfer.archive.names import Names, safe_parts, shown
from brant.transfer.archive.zip_ends import End, find_end
from brant.transfer.archive.zip_names import extra_field, guessed_encoding, guessed_name, told_name

__all__ = ["HEADER", "METHODS", "Listed", "data_start", "read_directory"]

Read = Callable[[int, int], bytes]

HEADER: Final = 30
"""The bytes of a local header before its name (APPNOTE.TXT 4.3.7)."""
METHODS: Final = frozenset((0, 8, 12, 14))
"""The methods that `inflate` reads: stored, deflate, bzip2, LZMA (APPNOTE.TXT 4.4.5)."""

_LOCAL: Final = Struct("<L2x2H4x3L2H")
_LOCAL_SIGNATURE: Final = 0x04034B50
# Signature, flags, method, CRC-32, packed, size, lengths of name, extra, comment, attributes, offset.
_ENTRY: Final = Struct("<L4x2H4x3L3H4x2L")
_ENTRY_SIGNATURE: Final = 0x02014B50  # 4.3.12
# More of a directory at once would only weigh on the memory; an entry has 192 KiB at most.
_WINDOW: Final = 4 * 1024**2
_ENCRYPTED: Final = 0x1
_ROOT: Final = "./"
_ONES: Final = 0xFFFFFFFF
_ZIP64: Final = 1
# The upper four bits of a Unix mode: not told, a folder, a file; and a link.
_TAKEN: Final = frozenset((0, 4, 8))
_LINK: Final = 10


class Listed(NamedTuple):
    """A member as the directory lists it; every name is safe, and no two are one (names.py)."""

    name: str
    """Its path, safe and relative; empty for the folder itself, which bsdtar lists as "./"."""
    is_folder: bool
    method: int
    crc32: int
    packed: int
    """Compressed bytes."""
    size: int
    """Bytes when unpacked."""
    offset: int
    """Of its local header."""
    stop: int
    """Where the next header, or the directory, begins: nothing of this member lies at or behind it."""
    raw: bytes
    """Its name as the archive writes it."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The components of its path."""
        return tuple(self.name.split("/")) if self.name else ()


class _Row(NamedTuple):
    """An entry as it stands in the directory, its offset and sizes in full."""

    raw: bytes
    name: str | None
    flags: int
    method: int
    crc32: int
    packed: int
    size: int
    attributes: int
    offset: int


def read_directory(read: Read, size: int, name: str, limits: Limits) -> list[Listed]:
    """Every member of the zip of `size` bytes called `name`, in the order of the directory.

    `read(start, stop)` gives bytes of the archive; it is asked for the tail first, then for what of the
    directory that does not hold.

    Raises InvalidInput for names, links, encryption and methods that are not taken, and for what exceeds the
    limits; Corrupt for a directory that contradicts itself, or whose members would share bytes.
    """
    try:
        end, tail, base = find_end(read, size, name, limits)
        rows = list(_rows(_held(read, tail, base), end, name, limits))
        _check_count(rows, end, name)
        limits.check(len(rows), sum(map(attrgetter("size"), rows)), size)
        stops = _stops(rows, end.start, name)
        return _listed(rows, stops, Names(limits.members))
    except ValueError as error:
        if isinstance(error, InvalidInput):
            raise
        raise damaged(name, str(error)) from error


def _held(read: Read, tail: bytes, base: int) -> Read:
    """Reads from the tail, which is here already, what lies in it."""
    return lambda start, stop: tail[start - base : stop - base] if start >= base else read(start, stop)


def _rows(read: Read, end: End, name: str, limits: Limits) -> Iterator[_Row]:
    """The entries, a window of the directory after the other."""
    start, count = end.start, 0
    unpack, fixed = _ENTRY.unpack_from, _ENTRY.size
    while start < end.stop:
        window = read(start, min(end.stop, start + _WINDOW))
        last, at = len(window) - fixed, 0
        while at <= last:
            fields: tuple[int, ...] = unpack(window, at)
            signature, flags, method, crc, packed, size, named, extra_size, said, attributes, offset = fields
            name_end = at + fixed + named
            following = name_end + extra_size + said
            if signature != _ENTRY_SIGNATURE:
                raise damaged(name, "its list of members is broken")
            if following > len(window):
                break
            raw, extra = window[at + fixed : name_end], window[name_end : name_end + extra_size]
            if _ONES in (packed, size, offset):
                packed, size, offset = _widened(extra, packed, size, offset)
            told, offset = told_name(raw, flags, extra), offset + end.shift
            yield _Row(raw, told, flags, method, crc, packed, size, attributes, offset)
            at = following
            count += 1
            if count > limits.members:
                limits.check(count, 0, 1)
        if not at:
            raise damaged(name, "its list of members is cut off")
        start += at


def _widened(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """The fields whose 32 bits are all ones come from the Zip64 extra field, in its own order (4.5.3)."""
    wide = extra_field(extra, _ZIP64)
    if wide is None:
        return packed, size, offset
    values = (int.from_bytes(wide[at : at + 8], "little") for at in range(0, len(wide) - 7, 8))
    try:
        size = next(values) if size == _ONES else size
        packed = next(values) if packed == _ONES else packed
        offset = next(values) if offset == _ONES else offset
    except StopIteration:
        raise ValueError("a Zip64 field is too short") from None
    return packed, size, offset


def _check_count(rows: list[_Row], end: End, name: str) -> None:
    # Archive Utility of macOS writes more than 65,535 members without Zip64, and counts on from zero.
    count = len(rows) if end.is_wide else len(rows) & 0xFFFF
    if count != end.members:
        raise damaged(name, f"it lists {len(rows)} members where it says {end.members}")


def _stops(rows: list[_Row], directory: int, name: str) -> dict[int, int]:
    """Where each member must have ended, by its offset.

    Members that share bytes are how a small file unfolds to petabytes.
    """
    ordered = sorted(map(attrgetter("offset"), rows))
    stops = dict(zip(ordered, [*ordered[1:], directory], strict=False))
    if len(stops) < len(rows) or any(
        offset + HEADER + len(raw) + packed > stops[offset] for raw, _, _, _, _, packed, _, _, offset in rows
    ):
        raise damaged(name, "its members overlap")
    return stops


def _listed(rows: list[_Row], stops: dict[int, int], names: Names) -> list[Listed]:
    encoding = guessed_encoding(row.raw for row in rows if row.name is None and not _is_utf8(row.raw))
    listed: list[Listed] = []
    # Of a long list there is never more than one copy.
    rows.reverse()
    while rows:
        raw, told, flags, method, crc, packed, size, attributes, offset = rows.pop()
        name = guessed_name(raw, encoding) if told is None else told
        is_folder = name[-1:] == "/"
        path = "" if name == _ROOT else names.add(safe_parts(name), is_folder=is_folder)
        if flags & _ENCRYPTED or method not in METHODS or attributes >> 28 not in _TAKEN:
            raise _untaken(path, flags, method, attributes)
        if (is_folder and size) or (not method and size != packed):
            raise Corrupt(f"The archive member {shown(path)} claims sizes that cannot be; pack it again.")
        listed.append(Listed(path, is_folder, method, crc, packed, size, offset, stops[offset], raw))
    return listed


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _untaken(name: str, flags: int, method: int, attributes: int) -> InvalidInput:
    """What is said of a member that is sound, perhaps, but not taken."""
    if attributes >> 28 not in _TAKEN:
        kind = "a symbolic link" if attributes >> 28 == _LINK else "no regular file"
        return InvalidInput(f"The archive member {shown(name)} is {kind}; pack the files themselves.")
    if flags & _ENCRYPTED:
        return InvalidInput(f"The archive member {shown(name)} is encrypted; pack it without a password.")
    return InvalidInput(f"The archive member {shown(name)} is compressed by method {method}; use deflate.")


def data_start(member: Listed, head: bytes | memoryview) -> int | None:
    """Where the member's data begin (from the archive's start), by the bytes at `member.offset`.

    None when `head` is too short to tell: it takes `HEADER`, the name and the extra field.

    Raises Corrupt when the local header disagrees with the directory, or the data would reach past `stop`.
    """
    if len(head) < HEADER:
        return None
    fields: tuple[int, ...] = _LOCAL.unpack_from(head)
    signature, flags, method, crc, packed, size, named, extra_size = fields
    if signature != _LOCAL_SIGNATURE:
        raise _misled(member, "is not where the directory says")
    if (
        method != member.method
        or flags & _ENCRYPTED
        or named != len(member.raw)
        # Zero is what was not known yet when the header was written.
        or crc not in (0, member.crc32)
        or packed not in (0, _ONES, member.packed)
        or size not in (0, _ONES, member.size)
    ):
        raise _misled(member, "has two headers that disagree")
    start = HEADER + named + extra_size
    if member.offset + start + member.packed > member.stop:
        raise _misled(member, "overlaps another")
    if len(head) < start:
        return None
    if head[HEADER : HEADER + named] != member.raw:
        raise _misled(member, "has two headers that disagree")
    if _ONES in (packed, size):
        _check_wide(member, bytes(head[HEADER + named : start]), packed, size)
    return member.offset + start


def _check_wide(member: Listed, extra: bytes, packed: int, size: int) -> None:
    try:
        packed, size, _ = _widened(extra, packed, size, 0)
    except ValueError:
        raise _misled(member, "has two headers that disagree") from None
    if packed not in (0, member.packed) or size not in (0, member.size):
        raise _misled(member, "has two headers that disagree")


def _misled(member: Listed, what: str) -> Corrupt:
    return Corrupt(f"The archive member {shown(member.name)} {what}; fetch or pack the archive again.")
