"""Decides how the members of a remote zip are fetched: small ones together, large ones each by itself."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Final, NamedTuple

from brant.transfer.archive.directory import HEADER, Listed

MIB: Final = 1024 * 1024
SMALL_PACKED: Final = MIB
SMALL_SIZE: Final = 8 * MIB
GAP: Final = 64 * 1024
"""Bytes between two members that are rather fetched and thrown away than asked around."""
SPAN: Final = 8 * MIB
_SHARES: Final = 16
LONGEST_HEAD: Final = HEADER + 2 * 0xFFFF


class Group(NamedTuple):
    """Small members that one request fetches, in the order of their offsets; never empty."""

    members: tuple[Listed, ...]

    @property
    def start(self) -> int:
        return self.members[0].offset

    @property
    def stop(self) -> int:
        return reach(self.members[-1])


class Plan(NamedTuple):
    """What is to be fetched: small members in groups, by their offsets, and large ones, largest first."""

    groups: list[Group]
    large: list[Listed]


def plan(members: Iterable[Listed]) -> Plan:
    """The plan for `members`, files all of them.

    Of few bytes the groups are smaller, so that they are enough for several connections.
    """
    small: list[Listed] = []
    large: list[Listed] = []
    for member in members:
        (small if is_small(member) else large).append(member)
    small.sort(key=attrgetter("offset"))
    large.sort(key=attrgetter("packed"), reverse=True)
    total = sum(member.packed for member in small)
    return Plan(_groups(small, max(MIB, min(SPAN, total // _SHARES))), large)


def is_small(member: Listed) -> bool:
    return member.packed <= SMALL_PACKED and member.size <= SMALL_SIZE


def reach(member: Listed) -> int:
    """Behind which offset no byte of the member can lie, how long its local header may be."""
    return min(member.stop, member.offset + LONGEST_HEAD + member.packed)


def _groups(ordered: list[Listed], span: int) -> list[Group]:
    groups: list[Group] = []
    current: list[Listed] = []
    for member in ordered:
        if current and not _joins(current, member, span):
            groups.append(Group(tuple(current)))
            current = []
        current.append(member)
    if current:
        groups.append(Group(tuple(current)))
    return groups


def _joins(current: list[Listed], member: Listed, span: int) -> bool:
    return member.offset - reach(current[-1]) <= GAP and reach(member) - current[0].offset <= span
