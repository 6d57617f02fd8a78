"""Finds the end of a zip, which says where its directory is, in 16 and 32 bits or in 64."""

from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple

from brant.errors import InvalidInput
from brant.transfer.archive.limits import Limits, damaged

_END: Final = Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16
_END_64: Final = Struct("<4sQ4x2L4Q")  # 4.3.14
_LOCATOR: Final = Struct("<4sLQL")  # 4.3.15
_LONGEST_COMMENT: Final = 0xFFFF
_WIDE_SIZE: Final = _END_64.size + _LOCATOR.size
_LONGEST_TAIL: Final = _WIDE_SIZE + _END.size + _LONGEST_COMMENT
# What stands in the other end for a number that only the end in 64 bits says.
_NOT_SAID: Final = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


class End(NamedTuple):
    """Where the directory lies, and how many members it is said to have."""

    start: int
    stop: int
    members: int
    is_wide: bool
    """Whether it is said in 64 bits."""
    shift: int
    """Bytes that stand before the archive: all offsets in it count from behind them."""


class _Claim(NamedTuple):
    """What an end says, in its own order."""

    disk: int
    first_disk: int
    here: int
    members: int
    size: int
    start: int


def find_end(
    read: Callable[[int, int], bytes], size: int, name: str, limits: Limits
) -> tuple[End, bytes, int]:
    """The end of the zip of `size` bytes called `name`; the tail that was read for it, and where that begins.

    Raises Corrupt where there is none, or where two can be found, each for another reader; InvalidInput for a
    directory beyond the limits, and for one part of several.
    """
    base = max(0, size - _LONGEST_TAIL)
    tail = read(base, size)
    at = _signature(tail, name)
    end, listed = _unpacked(tail, at, base, name)
    if min(listed, size) > limits.directory:
        raise InvalidInput(
            f"The list of members of {name} has more than {limits.directory} bytes; "
            f"{limits.how_to_raise('directory')}."
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
    claim, stop = _Claim(*_END.unpack_from(tail, at)[1:-1]), base + at
    is_wide = at >= _LOCATOR.size and tail.startswith(b"PK\x06\x07", at - _LOCATOR.size)
    if is_wide:
        claim, stop = _claim_64(tail, at, claim, name), stop - _WIDE_SIZE
    if claim.disk or claim.first_disk:
        raise _is_part(name)
    if claim.here != claim.members:
        raise damaged(name, "it does not say how many members it has")
    start = stop - claim.size
    return End(start, stop, claim.members, is_wide, start - claim.start), claim.size


def _claim_64(tail: bytes, at: int, narrow: _Claim, name: str) -> _Claim:
    """What the end in 64 bits claims. It and its locator stand before the other end, which is at `at`."""
    _, disk, place, disks = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
    if disk or disks > 1:
        raise _is_part(name)
    if at < _WIDE_SIZE:
        raise damaged(name, "its end in 64 bits is missing")
    signature, length, *claims = _END_64.unpack_from(tail, at - _WIDE_SIZE)
    if signature != b"PK\x06\x06" or length != _END_64.size - 12:
        raise damaged(name, "its end in 64 bits is missing")
    claim = _Claim(*claims)
    agree = all(short in (ones, long) for short, ones, long in zip(narrow, _NOT_SAID, claim, strict=True))
    if not agree or place != claim.start + claim.size:
        raise damaged(name, "its two ends disagree")
    return claim


def _is_part(name: str) -> InvalidInput:
    return InvalidInput(f"{name} is one part of a split archive; join the parts and give the whole.")
