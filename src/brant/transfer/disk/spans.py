"""A set of byte ranges: which parts of something are there, and which are missing."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """The bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start


class Spans:
    """Disjoint spans in ascending order; those that touch are one."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []
        self.total = 0
        """Bytes in all spans together."""

    def __iter__(self) -> Iterator[Span]:
        return map(Span, list(self._starts), list(self._stops))

    def add(self, start: int, stop: int) -> None:
        if start >= stop:
            return
        first, last = bisect_left(self._stops, start), bisect_right(self._starts, stop)
        if first < last:
            start, stop = min(start, self._starts[first]), max(stop, self._stops[last - 1])
        self._replace(first, last, [(start, stop)])

    def remove(self, start: int, stop: int) -> None:
        if start >= stop:
            return
        first, last = bisect_right(self._stops, start), bisect_left(self._starts, stop)
        if first >= last:
            return
        before, after = (self._starts[first], start), (stop, self._stops[last - 1])
        self._replace(first, last, [piece for piece in (before, after) if piece[0] < piece[1]])

    def _replace(self, first: int, last: int, pieces: list[tuple[int, int]]) -> None:
        self.total -= sum(self._stops[first:last]) - sum(self._starts[first:last])
        self._starts[first:last] = [start for start, _ in pieces]
        self._stops[first:last] = [stop for _, stop in pieces]
        self.total += sum(stop - start for start, stop in pieces)

    def frontier(self, start: int = 0) -> int:
        """Up to where everything from `start` on is there."""
        at = bisect_right(self._starts, start) - 1
        return max(start, self._stops[at]) if at >= 0 else start

    def covers(self, start: int, stop: int) -> bool:
        return self.frontier(start) >= stop

    def missing(self, start: int, stop: int) -> Iterator[Span]:
        """The gaps between `start` and `stop`, in ascending order."""
        at = start
        for span in self:
            if span.stop <= at:
                continue
            if span.start >= stop:
                break
            if span.start > at:
                yield Span(at, span.start)
            at = span.stop
        if at < stop:
            yield Span(at, stop)
