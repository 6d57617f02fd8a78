"""Finds the end of a zip, which says where its directory is, in 16 and 32 bits or in 64."""

from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple

from brant.errors import InvalidInput
from brant.transfer.limits import Limits, damaged

_END: Final = Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16
_END_64: Final = Struct("<4sQ4x2L4Q")  # 4.3.14
_LOCATOR: Final = Struct("<4sLQL")  # 4.3.15
_LONGEST_COMMENT: Final = 0xFFFF
_SHORTEST_TAIL: Final = _LONGEST_COMMENT + _END.size + _LOCATOR.size + _END_64.size
_ONES_16: Final = 0xFFFF
_ONES_32: Final = 0xFFFFFFFF


class End(NamedTuple):
    """Where the directory lies, and how many members it is said to have."""

    start: int
    stop: int
    members: int
    is_wide: bool
    """Whether it is said in 64 bits."""
    shift: int
    """Bytes that stand before the archive: all offsets in it count from behind them."""


def find_end(
    read: Callable[[int, int], bytes], size: int, name: str, limits: Limits
) -> tuple[End, bytes, int]:
    """The end of the zip of `size` bytes called `name`; the tail that was read for it, and where that begins.

    Raises Corrupt where there is none, or where two can be found, each for another reader; InvalidInput for a
    directory beyond the limits, and for one part of several.
    """
    base = max(0, size - _SHORTEST_TAIL)
    tail = read(base, size)
    at = _signature(tail, name)
    end, listed = _unpacked(tail, at, base, name)
    if min(listed, size) > limits.directory:
        raise InvalidInput(
            f"The list of members of {name} has more than {limits.directory} bytes; "
            "raise Limits.directory to allow it."
        )
    limits.check(end.members, 0, 1)
    if end.shift < 0:
        raise damaged(name, "its list of members is not where it says")
    if end.shift:
        is_last = at + _END.size + _END.unpack_from(tail, at)[7] == len(tail)
        declared = end.start - end.shift
        # Behind a program, say. Two archives in one, or the rest of one that is cut, are not guessed about.
        if not is_last or read(0, 2) == b"PK" or read(declared, declared + 4) == b"PK\x01\x02":
            raise damaged(name, "it is not clear where in the file the archive begins")
    return end, tail, base


def _signature(tail: bytes, name: str) -> int:
    """Where the end begins: the only one whose comment reaches to the end of the file.

    Failing that, the last one that bytes follow which are no part of the archive.
    """
    exact, followed = [], []
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail):
            reach = at + _END.size + _END.unpack_from(tail, at)[7]
            if reach == len(tail):
                exact.append(at)
            elif reach < len(tail):
                followed.append(at)
        at = tail.rfind(b"PK\x05\x06", 0, at)
    if len(exact) > 1:
        raise damaged(name, "it has two ends, each with a list of members")
    if not (exact or followed):
        raise damaged(name, "its end, with the list of members, is missing")
    return (exact or followed)[0]


def _unpacked(tail: bytes, at: int, base: int, name: str) -> tuple[End, int]:
    """The end, and the bytes of the directory."""
    _, disk, first_disk, *narrow, _ = _END.unpack_from(tail, at)
    stop, wide = base + at, None
    before = at - _LOCATOR.size
    if before >= 0 and tail.startswith(b"PK\x06\x07", before):
        stop, disk, first_disk, wide, said = _unpacked_64(tail, before, base, name)
        if any(short not in (ones, long) for short, ones, long in zip(narrow, _ONES, wide, strict=True)):
            raise damaged(name, "its two ends disagree")
    here, count, size, start = wide or narrow
    if disk or first_disk:
        raise InvalidInput(f"{name} is one part of a split archive; join the parts and give the whole.")
    if here != count:
        raise damaged(name, "it does not say how many members it has")
    shift = stop - size - start
    if wide and said + shift != stop:
        raise damaged(name, "its two ends disagree")
    return End(stop - size, stop, count, wide is not None, shift), size


_ONES: Final = (_ONES_16, _ONES_16, _ONES_32, _ONES_32)


def _unpacked_64(
    tail: bytes, locator: int, base: int, name: str
) -> tuple[int, int, int, tuple[int, int, int, int], int]:
    """Where the directory must end, its disks, counts, size and start; where the locator puts this end."""
    _, disk_64, said, disks = _LOCATOR.unpack_from(tail, locator)
    at = locator - _END_64.size
    if at < 0 or not tail.startswith(b"PK\x06\x06", at):
        raise damaged(name, "its end in 64 bits is missing")
    _, length, disk, first_disk, here, count, size, start = _END_64.unpack_from(tail, at)
    if length != _END_64.size - 12:
        raise damaged(name, "its end in 64 bits is missing")
    if disk_64 or disks > 1:
        disk = disk or 1
    return base + at, disk, first_disk, (here, count, size, start), said
