"""Plot: the best scores of a few teams over time, as the numbers that an SVG is drawn from."""

from datetime import datetime
from typing import Final, NamedTuple

from brant.server.domain.competitions.progress import Course, Race, Step

WIDTH: Final = 1000
HEIGHT: Final = 300
_WILD: Final = 4.0
"""How far below the best the plot reaches, in distances between the best and the worst of the last scores."""


class Line(NamedTuple):
    """One team: its path, the points where it got better, and the score that it holds."""

    name: str
    path: str
    points: str
    score: float


class Plot(NamedTuple):
    """Lines in a field of WIDTH by HEIGHT: its upper edge is the score `best`, its lower one `floor`."""

    lines: list[Line]
    best: float
    floor: float
    first: datetime
    last: datetime


def plot(race: Race, end: datetime) -> Plot | None:
    """The race up to `end`; None where there is nothing to draw."""
    if not race.courses:
        return None
    first = min(course.steps[0].when for course in race.courses)
    last = max(end, *(course.steps[-1].when for course in race.courses))
    best, floor = _range(race)
    field = _Field(first, (last - first).total_seconds() or 1.0, best, floor)
    return Plot([field.line(course) for course in race.courses], best, floor, first, last)


class _Field(NamedTuple):
    first: datetime
    seconds: float
    best: float
    floor: float

    def line(self, course: Course) -> Line:
        places = [(self._x(step), self._y(step)) for step in course.steps]
        (x, y), *rest = places
        path = f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in rest) + f"H{WIDTH}"
        points = "".join(f"M{x} {y}h0" for x, y in places)
        return Line(course.name, path, points, course.steps[-1].score)

    def _x(self, step: Step) -> str:
        return _number((step.when - self.first).total_seconds() / self.seconds * WIDTH)

    def _y(self, step: Step) -> str:
        span = self.floor - self.best
        return _number((step.score - self.best) / span * HEIGHT if span else 0)


def _number(value: float) -> str:
    """As SVG reads it, to a tenth; without a negative zero."""
    return f"{round(value, 1) + 0.0:g}"


def _range(race: Race) -> tuple[float, float]:
    """The best score and the one at the lower edge: a wild first attempt must not press all others flat."""
    sign = 1 if race.higher_is_better else -1
    lasts = [sign * course.steps[-1].score for course in race.courses]
    firsts = [sign * course.steps[0].score for course in race.courses]
    best = max(lasts)
    depth, spread = best - min(firsts), best - min(lasts)
    return sign * best, sign * (best - (min(depth, _WILD * spread) if spread else depth))
