"""The plot of a leaderboard, as numbers: which way is up, and what a wild attempt does to it."""

from datetime import UTC, datetime, timedelta

from brant.server.domain.competitions.progress import Course, Race, Step
from brant.server.web.competitions.plot import Plot, plot

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def _plot(*courses: tuple[float, ...], higher: bool = True, hours: int = 10) -> Plot | None:
    """Each course with a step an hour from noon on, drawn up to `hours` later."""
    drawn = [
        Course(number, f"team {number}", [Step(NOON + timedelta(hours=hour), score) for hour, score in steps])
        for number, steps in enumerate(map(enumerate, courses))
    ]
    return plot(Race(higher, "public", drawn), NOON + timedelta(hours=hours))


def test_nothing_is_drawn_of_nothing() -> None:
    assert _plot() is None


def test_the_best_is_on_top_where_lower_is_better_too() -> None:
    rising, falling = _plot((1, 2), (1, 3)), _plot((3, 2), (3, 1), higher=False)
    assert rising is not None
    assert falling is not None
    assert (rising.best, rising.floor) == (3, 1)
    assert (falling.best, falling.floor) == (1, 3)
    assert [line.path for line in rising.lines] == [line.path for line in falling.lines]
    assert rising.lines[1].path == "M0 300H100V0H1000"
    assert rising.lines[1].points == "M0 300h0M100 0h0"
    assert [line.score for line in falling.lines] == [2, 1]


def test_a_wild_first_attempt_presses_nobody_flat() -> None:
    drawn = _plot((1000, 2), (3, 1), higher=False)
    assert drawn is not None
    assert (drawn.best, drawn.floor) == (1, 5)
    assert drawn.lines[1].path == "M0 150H100V0H1000"


def test_a_single_score_is_a_line_at_the_upper_edge() -> None:
    drawn = _plot((0.5,), hours=0)
    assert drawn is not None
    assert drawn.lines[0].path == "M0 0H1000"
    assert drawn.first == drawn.last == NOON
