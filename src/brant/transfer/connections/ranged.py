"""Fetches what is missing of one partial file, over any number of connections at once."""

from collections.abc import Callable
from functools import partial as bound
from threading import Lock
from time import monotonic
from typing import Final

from brant.errors import BrantError, ServerFailure, Unreachable
from brant.transfer.connections.fleet import Again, Errand, Lane
from brant.transfer.connections.verdicts import Changed, check_whole, refused
from brant.transfer.disk.journal import Identity
from brant.transfer.disk.partial import Late, Partial
from brant.transfer.disk.spans import Span, Spans
from brant.transfer.http.ranges import content_range, continues
from brant.transfer.http.response import Response
from brant.transfer.http.source import Source

MIB: Final = 1024 * 1024
_FLUSH_SECONDS: Final = 0.5
# What one request asks for: about a second's worth.
_FIRST_CHUNK: Final = 8 * MIB
_CHUNK_SECONDS: Final = 1.0
_SMALLEST_CHUNK: Final = 4 * MIB
_LARGEST_CHUNK: Final = 128 * MIB
# The half of a rest is only worth a connection of its own if it is more than what a lane has in its buffer.
_WORTH_SHARING: Final = 2 * MIB
_STALLED_SECONDS: Final = 3.0
_ENDLESS: Final = 1 << 62


class _Flight:
    """A span that one connection brings. `at` moves as bytes get to disk; others may take from its end."""

    def __init__(self, start: int, stop: int, patience: float) -> None:
        self.at = start
        self.stop = stop
        self.patience = patience
        """Seconds of silence after which another connection may take it all."""
        self.began = self.heard = monotonic()
        self.start = start
        self.is_writing = False
        self.lane: Lane | None = None

    @property
    def rest(self) -> int:
        return self.stop - self.at


class Ranged:
    """The missing spans of `partial`, whose identity and layout are set, as errands of a fleet.

    `show` is called when more is on disk, `check` with each answer that holds the whole object. With
    `adopts` nothing is to be had before `adopt` was called, which needs the first missing byte. Errands
    raise Again, Unreachable, Changed, LocalFailure, and the error of a status that no other try will change.
    Safe to share between threads.
    """

    def __init__(
        self,
        source: Source,
        partial: Partial,
        *,
        show: Callable[[], None] = lambda: None,
        check: Callable[[Response], None] = lambda _: None,
        ranges: bool = True,
        adopts: bool = False,
    ) -> None:
        self._source = source
        self._partial = partial
        self._era = partial.era
        self._show = show
        self._check = check
        self._ranges = ranges
        self._adopts = adopts
        self._lock = Lock()
        self._flights: set[_Flight] = set()
        self._speed: float | None = None
        self._todo = Spans()
        length = partial.layout.length
        for span in partial.missing(0, _ENDLESS if length is None else length):
            self._todo.add(*span)
        if length and not self._todo.total:
            # Nothing is missing: a byte is compared, to hear whether the object is still the same.
            self._todo.add(length - 1, length)

    def take(self, *, share: bool = True) -> Errand | None:
        """A span for one more connection: a missing one, or half of what the slowest still has to bring.

        Without `share` nothing is taken from a connection that is on its way there.
        """
        with self._lock:
            if self._adopts:
                return None
            if not self._ranges:
                return self._take_whole()
            flight = self._begin_missing() or (self._take_over() if share else None)
        return bound(self._fetch, flight) if flight else None

    @property
    def is_done(self) -> bool:
        with self._lock:
            under_way = any(flight.rest > 0 or flight.is_writing for flight in self._flights)
            return not (self._todo.total or under_way)

    def adopt(self, response: Response, lane: Lane, stop: int = _ENDLESS) -> None:
        """Take in an answer that goes on with the first byte missing, and ends at `stop` or behind it."""
        with self._lock:
            self._adopts = False
            start, end = next(iter(self._todo), Span(0, 0))
            span = Span(start, min(end, stop))
            self._todo.remove(*span)
            flight = self._add(span)
        self._bring(flight, lane, lambda: self._receive(response, flight, lane))

    def _begin_missing(self) -> _Flight | None:
        span = next(iter(self._todo), None)
        if span is None:
            return None
        size = min(span.size, self._chunk())
        self._todo.remove(span.start, span.start + size)
        return self._add(Span(span.start, span.start + size))

    def _chunk(self) -> int:
        if self._partial.layout.length is None:
            return _ENDLESS
        if self._speed is None:
            return _FIRST_CHUNK
        share = self._todo.total // (len(self._flights) + 1)
        return max(_SMALLEST_CHUNK, min(_LARGEST_CHUNK, share, int(self._speed * _CHUNK_SECONDS)))

    def _take_over(self) -> _Flight | None:
        """From the flight with the longest rest: all of it where the connection brings nothing, else half."""
        if self._partial.layout.length is None:
            return None
        flight = max(self._flights, key=lambda each: each.rest, default=None)
        silent = [each for each in self._flights if each.rest and self._is_silent(each)]
        patience = _STALLED_SECONDS
        if silent:
            flight, middle = silent[0], silent[0].at
            # A server that always thinks so long would never get to answer.
            patience = 2 * flight.patience
            if flight.lane:
                flight.lane.abort()
        elif flight is None or flight.rest <= _WORTH_SHARING:
            return None
        else:
            middle = flight.at + flight.rest // 2
        stop, flight.stop = flight.stop, middle
        return self._add(Span(middle, stop), patience)

    @staticmethod
    def _is_silent(flight: _Flight) -> bool:
        return not flight.is_writing and monotonic() - flight.heard > flight.patience

    def _add(self, span: Span, patience: float = 0.0) -> _Flight:
        flight = _Flight(*span, patience or _STALLED_SECONDS)
        self._flights.add(flight)
        return flight

    def _take_whole(self) -> Errand | None:
        """The server knows no ranges: one connection at a time reads all, and passes over what is here."""
        if self._flights or not self._todo.total:
            return None
        flight = self._add(Span(0, self._end()))
        self._todo = Spans()
        return bound(self._fetch_whole, flight)

    def _end(self) -> int:
        length = self._partial.layout.length
        return _ENDLESS if length is None else length

    def _fetch(self, flight: _Flight, lane: Lane) -> None:
        def work() -> None:
            # Another connection may have taken it all over meanwhile.
            if flight.rest <= 0:
                return
            start, identity = self._partial.layout.start, self._partial.identity
            size, validator = (identity.size, identity.validator) if identity else (None, None)
            to_the_end = flight.stop == _ENDLESS or start + flight.stop == size
            stop = None if to_the_end else start + flight.stop
            with lane.reading(self._source.get((start + flight.at, stop), if_range=validator)) as response:
                if self._accepts(response, flight):
                    self._receive(response, flight, lane)

        self._bring(flight, lane, work)

    def _fetch_whole(self, flight: _Flight, lane: Lane) -> None:
        def work() -> None:
            with lane.reading(self._source.get()) as response:
                if response.status != 200:
                    raise self._refused(response)
                self._judge_whole(response)
                self._receive(response, flight, lane)

        self._bring(flight, lane, work)

    def _bring(self, flight: _Flight, lane: Lane, work: Callable[[], None]) -> None:
        """Do it, and hand out again what it did not bring."""
        flight.lane = lane
        try:
            work()
        except Late as late:
            raise Again(late) from late
        finally:
            with self._lock:
                self._flights.discard(flight)
                self._learn_speed(flight)
                for span in self._partial.missing(flight.at, flight.stop):
                    self._give_back(span)

    def _give_back(self, span: Span) -> None:
        """To the connection that is on its way there, where no ranges can be had; else to be taken again."""
        if not self._ranges:
            for other in self._flights:
                if other.stop == span.start and other.at < other.stop:
                    other.stop = span.stop
                    return
        self._todo.add(*span)

    def _learn_speed(self, flight: _Flight) -> None:
        if flight.at - flight.start >= MIB:
            speed = (flight.at - flight.start) / max(flight.heard - flight.began, 1e-6)
            self._speed = speed if self._speed is None else (self._speed + speed) / 2

    def _accepts(self, response: Response, flight: _Flight) -> bool:
        """Whether the answer is the range asked for. False: it is not, and there are other ways."""
        layout, peer = self._partial.layout, response.address.peer
        if response.status == 206:
            if not continues(response, self._partial.identity, layout.start + flight.at):
                self._without_ranges()
                raise Again(ServerFailure(f"{peer} answers with another range than the one asked for."))
            self._learn_length(response)
            return True
        if response.status == 200:
            self._judge_whole(response)
            if layout.start:
                raise Again(ServerFailure(f"{peer} sends all of {self._source.name} where a part was asked."))
            return self._widen(flight)
        if response.status == 416:
            return self._take_unsatisfiable(response, flight)
        raise self._refused(response)

    def _widen(self, flight: _Flight) -> bool:
        """The server knows no ranges: its answer is everything, and of use unless another is on its way."""
        with self._lock:
            self._ranges = False
            if self._flights != {flight}:
                return False
            self._todo = Spans()
            flight.at = flight.start = 0
            flight.stop = self._end()
        return True

    def _judge_whole(self, response: Response) -> None:
        """200: Changed for another object, Again for what may be none at all, a page to sign in, say."""
        self._check(response)
        check_whole(response, self._partial.identity or Identity(), self._source.name)

    def _without_ranges(self) -> None:
        """Ask for the whole from now on, unless a part of the object is all that is wanted."""
        with self._lock:
            self._ranges = bool(self._partial.layout.start)

    def _learn_length(self, response: Response) -> None:
        """The end of an object of unknown size, once an answer tells it."""
        layout, held = self._partial.layout, content_range(response)
        if layout.length is None and held and held.total is not None:
            self._end_at(held.total - layout.start)

    def _end_at(self, length: int) -> None:
        with self._lock:
            self._partial.set_length(length)
            self._todo.remove(length, _ENDLESS)
            for flight in self._flights:
                flight.stop = min(flight.stop, length)

    def _take_unsatisfiable(self, response: Response, flight: _Flight) -> bool:
        """416: nothing is missing, if the object ends where the file does; else the range is at fault."""
        held, layout = content_range(response), self._partial.layout
        if layout.length is None and held and held.total == layout.start + flight.at:
            self._end_at(flight.at)
            return False
        self._without_ranges()
        peer, name = response.address.peer, self._source.name
        raise Again(ServerFailure(f"{peer} refuses the rest of {name}; try again."))

    def _refused(self, response: Response) -> Again | BrantError:
        return refused(response, f"downloading {self._source.name}")

    def _receive(self, response: Response, flight: _Flight, lane: Lane) -> None:
        """Write what comes, by the buffer, or each half second on a slow line; on a cut, the rest too."""
        buffer, filled, since = lane.buffer, 0, monotonic()
        try:
            while room := min(len(buffer), flight.rest) - filled:
                if room < 0 or not (count := response.readinto(buffer[filled : filled + room])):
                    break
                filled += count
                lane.moved += count
                flight.heard = monotonic()
                if filled == len(buffer) or flight.heard - since > _FLUSH_SECONDS:
                    piece, filled, since = buffer[:filled], 0, flight.heard
                    self._store(flight, piece, lane)
        finally:
            if filled:
                self._store(flight, buffer[:filled], lane)
        self._check_end(response, flight)

    def _check_end(self, response: Response, flight: _Flight) -> None:
        if flight.stop == _ENDLESS:
            self._end_at(flight.at)
        elif flight.rest > 0:
            raise Again(
                Unreachable(f"{response.address.peer} sent only a part of {self._source.name}; try again.")
            )

    def _store(self, flight: _Flight, piece: memoryview, lane: Lane) -> None:
        with self._lock:
            piece = piece[: max(0, flight.rest)]
            flight.is_writing = True
        try:
            at = flight.at
            for part, is_here in _parts(self._partial, at, len(piece)):
                bytes_ = piece[part.start - at : part.stop - at]
                lane.wasted += len(bytes_) if is_here else 0
                if not is_here:
                    self._partial.write(part.start, bytes_, self._era)
                elif not self._partial.same(part.start, bytes_):
                    raise Changed
                flight.at = part.stop
        finally:
            with self._lock:
                flight.is_writing = False
            self._show()


def _parts(partial: Partial, at: int, size: int) -> list[tuple[Span, bool]]:
    """The stretch in order, cut where it is here already (True) and where it is not."""
    missing = partial.missing(at, at + size)
    if missing == [(at, at + size)]:
        return [(missing[0], False)]
    parts: list[tuple[Span, bool]] = []
    for span in missing:
        if at < span.start:
            parts.append((Span(at, span.start), True))
        parts.append((span, False))
        size, at = size - (span.stop - at), span.stop
    return [*parts, (Span(at, at + size), True)] if size else parts
