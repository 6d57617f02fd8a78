"""How the members of a remote zip are shared out among requests."""

from hypothesis import given
from hypothesis import strategies as st

from brant.transfer.archive.directory import HEADER, Listed
from brant.transfer.unpacking.plan import GAP, LONGEST_HEAD, SMALL_PACKED, SMALL_SIZE, SPAN, plan, reach

MIB = 1024 * 1024


def listed(offset: int, packed: int, size: int | None = None, *, stop: int | None = None) -> Listed:
    end = offset + HEADER + len(b"a.csv") + packed
    return Listed(
        f"{offset}.csv", False, 8, 0, packed, size or packed, offset, end if stop is None else stop, b"a.csv"
    )


def row(*sizes: int, gap: int = 0) -> list[Listed]:
    """Members one behind the other."""
    members, offset = [], 0
    for size in sizes:
        members.append(listed(offset, size))
        offset = members[-1].stop + gap
    return members


def offsets(members: list[Listed]) -> list[list[int]]:
    return [[member.offset for member in group.members] for group in plan(members).groups]


def test_neighbours_are_fetched_together() -> None:
    members = row(1000, 1000, 1000)
    [group] = plan(members).groups
    assert group.members == tuple(members)
    assert (group.start, group.stop) == (0, members[-1].stop)


def test_a_gap_is_fetched_along_up_to_its_limit() -> None:
    assert len(plan(row(1000, 1000, gap=GAP)).groups) == 1
    assert len(plan(row(1000, 1000, gap=GAP + 1)).groups) == 2


def test_members_come_in_the_order_of_the_archive_whatever_the_order_of_the_list() -> None:
    members = row(1000, 1000, 1000)
    assert offsets([members[2], members[0], members[1]]) == [[member.offset for member in members]]


def test_what_is_large_packed_or_unpacked_is_fetched_by_itself_and_the_largest_first() -> None:
    members = [
        listed(0, SMALL_PACKED, SMALL_SIZE),
        listed(20 * MIB, SMALL_PACKED + 1),
        listed(40 * MIB, 10, SMALL_SIZE + 1),
        listed(60 * MIB, 9 * MIB),
    ]
    made = plan(members)
    assert [group.members for group in made.groups] == [(members[0],)]
    assert made.large == [members[3], members[1], members[2]]


def test_few_bytes_are_still_enough_for_several_connections() -> None:
    assert len(plan(row(*[100_000] * 80)).groups) >= 7


def test_many_bytes_come_in_long_spans() -> None:
    groups = plan(row(*[1_000_000] * 400)).groups
    assert max(group.stop - group.start for group in groups) > SPAN - 2 * MIB


def test_padding_behind_a_member_is_not_fetched() -> None:
    member = listed(100, 1000, stop=500 * MIB)
    assert reach(member) == 100 + LONGEST_HEAD + 1000
    assert reach(listed(100, 1000)) == 100 + HEADER + 5 + 1000


def test_nothing_is_planned_for_nothing() -> None:
    assert plan([]) == ([], [])


members_in_any_order = st.lists(
    st.tuples(st.integers(0, 9 * MIB), st.integers(0, 20 * MIB), st.sampled_from([0, 1, GAP, GAP + 1, MIB])),
    max_size=40,
).flatmap(
    lambda rows: st.permutations(
        [
            listed(sum(row[0] + row[2] + 100 for row in rows[:at]), packed, size)
            for at, (packed, size, _) in enumerate(rows)
        ]
    )
)


@given(members_in_any_order)
def test_every_member_is_fetched_once_and_no_request_is_too_long(members: list[Listed]) -> None:
    made = plan(members)
    grouped = [member for group in made.groups for member in group.members]
    assert sorted([*grouped, *made.large]) == sorted(members)
    assert [member.offset for member in grouped] == sorted(member.offset for member in grouped)
    for group in made.groups:
        assert group.stop - group.start <= SPAN or len(group.members) == 1
        assert all(member.packed <= SMALL_PACKED and member.size <= SMALL_SIZE for member in group.members)
        wasted = group.stop - group.start - sum(reach(member) - member.offset for member in group.members)
        assert wasted <= GAP * (len(group.members) - 1)
