"""How many connections are had, by what each of them brings."""

import pytest

from brant.transfer.connections.lanes import MOST, Lanes

MB = 1e6


class Line:
    """A line on which time passes: `rate` is that of each connection, or of all, by their number."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.now = 0.0
        self.moved = 0.0
        self.seen = [1]

    def pass_by(self, seconds: float, rate: "dict[int, float] | float", *, flowing: bool = True) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.02
            number = self.lanes.wanted
            self.moved += 0.02 * (rate[number] if isinstance(rate, dict) else rate * number)
            wanted = self.lanes.observe(self.now, int(self.moved), flowing=flowing)
            if wanted != self.seen[-1]:
                self.seen.append(wanted)


@pytest.fixture
def line() -> Line:
    return Line(Lanes(0.0))


def test_a_line_capped_for_each_connection_gets_many_of_them_soon(line: Line) -> None:
    line.pass_by(0.5, 20 * MB)
    assert line.seen == sorted(line.seen)
    assert line.lanes.wanted == MOST


def test_a_connection_that_is_fast_enough_stays_alone(line: Line) -> None:
    line.pass_by(10, 4000 * MB)
    assert line.seen == [1]


def test_what_one_connection_brought_before_says_how_many_to_begin_with() -> None:
    assert Lanes(0.0, speed=20 * MB).wanted == Lanes(0.0, speed=80 * MB).wanted > 1
    assert Lanes(0.0, speed=4000 * MB).wanted == 1


def test_a_speed_seen_before_that_was_too_high_takes_no_connection_away() -> None:
    line = Line(Lanes(0.0, speed=900 * MB))
    begun = line.lanes.wanted
    line.pass_by(1, 20 * MB)
    assert line.lanes.wanted > begun


def test_a_line_that_is_full_gets_no_more_connections_than_fill_it(line: Line) -> None:
    full = dict.fromkeys(range(1, MOST + 1), 50 * MB)
    line.pass_by(1, full)
    assert line.lanes.wanted == 1
    assert max(line.seen) <= 8


def test_growth_ends_where_it_brings_nothing_more(line: Line) -> None:
    shared = {number: min(number * 10, 60) * MB for number in range(1, MOST + 1)}
    line.pass_by(3, shared)
    assert 4 <= line.lanes.wanted <= 16


def test_a_line_that_was_full_is_tried_again_later(line: Line) -> None:
    line.pass_by(1, dict.fromkeys(range(1, MOST + 1), 50 * MB))
    line.pass_by(12, 50 * MB)
    assert line.lanes.wanted > 1


def test_nothing_is_counted_before_every_connection_brings_something(line: Line) -> None:
    line.pass_by(0.9, 20 * MB, flowing=False)
    assert line.seen == [1]
    line.pass_by(0.5, 20 * MB, flowing=False)
    assert line.lanes.wanted > 1


def test_a_refusal_halves_the_connections_and_bars_more_of_them(line: Line) -> None:
    line.pass_by(0.5, 20 * MB)
    line.lanes.refused(line.now, 1.0)
    assert line.lanes.wanted == MOST // 2
    line.pass_by(60, 20 * MB)
    assert line.lanes.wanted == MOST // 2


def test_a_server_that_was_busy_for_a_moment_is_tried_with_more_after_two_minutes() -> None:
    line = Line(Lanes(0.0))
    line.lanes.refused(line.now, 1.0)
    line.pass_by(119, 20 * MB)
    assert line.lanes.wanted == 1
    line.pass_by(10, 20 * MB)
    assert line.lanes.wanted == MOST


def test_refusals_end_at_one_connection(line: Line) -> None:
    for _ in range(10):
        line.lanes.refused(line.now, 0.0)
    assert line.lanes.wanted == 1


def test_a_broken_connection_is_not_replaced_at_once(line: Line) -> None:
    line.pass_by(0.5, 20 * MB)
    line.lanes.lost(line.now)
    line.pass_by(0.5, 20 * MB)
    assert line.lanes.wanted == MOST - 1
    line.pass_by(5, 20 * MB)
    assert line.lanes.wanted == MOST
