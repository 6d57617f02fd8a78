"""Reads one remote object in order, while several connections bring its next few MiB into memory."""

import time
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Final

from msgspec.structs import replace

from brant.errors import BrantError, Conflict, Unreachable
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Again, Errand, Lane, run
from brant.transfer.connections.pinned import Pinned
from brant.transfer.connections.threads import begin
from brant.transfer.connections.verdicts import Changed
from brant.transfer.disk.journal import Identity
from brant.transfer.http.retry import Delays

__all__ = ["Broad"]

MIB: Final = 1024 * 1024
_CHUNK: Final = 2 * MIB
# All that is in memory at once; half of what a transfer may take.
_WINDOW: Final = 12
# Who is left behind touches nothing but memory.
_FAREWELL: Final = 0.2
_TICK: Final = 0.5
_STALLED_SECONDS: Final = 3.0


class Broad:
    """The body of the object that `source` is bound to. Begins with one connection, as every fleet does.

    `note` hears of the waits; `deadline` bounds all of it.
    """

    def __init__(
        self,
        source: Pinned,
        delays: Delays,
        *,
        sleep: Callable[[float], None] = time.sleep,
        note: Callable[[BrantError, float], None] | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self.size: Final = source.size
        # What came was an answer for a part: its hash need not be that of the whole.
        self.identity: Final[Identity] = replace(source.identity, size=source.size, md5=None)
        self._source = source
        self._position = 0
        self._next = 0
        self._chunks: dict[int, _Chunk] = {}
        self._left: list[_Chunk] = []
        self._spare: list[memoryview] = []
        self._lanes: set[Lane] = set()
        self._changed = Condition()
        self._is_closed = False
        self._is_over = False
        self._error: BaseException | None = None
        self._thread = Thread(
            target=self._work, args=(delays, sleep, note, deadline), daemon=True, name="brant-broad"
        )

    def readinto(self, view: memoryview) -> int:
        """Read what is there into `view`; 0 at the end.

        Raises what a fleet raises, and Conflict when the object is no longer the one it was.
        """
        if not self._thread.ident:
            begin(self._thread)
        with self._changed:
            while not (piece := self._ready()):
                if self._is_over:
                    self._raise()
                    return 0
                # Without an end to the wait, Ctrl-C would not come through everywhere.
                self._changed.wait(_TICK)
            count = min(len(piece), len(view))
            view[:count] = piece[:count]
            self._advance(count)
            return count

    def close(self) -> None:
        """End what is under way."""
        with self._changed:
            self._is_closed = True
            for lane in self._lanes:
                lane.abort()
            self._changed.notify_all()
        if self._thread.ident:
            self._thread.join(_FAREWELL)

    def take(self) -> Errand | None:
        """What any connection does: the next chunk that there is room for, or one of who hangs."""
        with self._changed:
            is_any = self._left or self._next < self.size or self._silent()
            return self._fetch if is_any and not self._is_closed else None

    def _ready(self) -> memoryview | None:
        chunk = self._chunks.get(self._position // _CHUNK)
        return chunk.data[self._position - chunk.start : chunk.at - chunk.start] if chunk else None

    def _advance(self, count: int) -> None:
        self._position += count
        if self._position % _CHUNK == 0:
            self._spare.append(self._chunks.pop(self._position // _CHUNK - 1).data)
            self._changed.notify_all()

    def _raise(self) -> None:
        if isinstance(self._error, Changed):
            raise Conflict(f"{self._source.name} changed on the server meanwhile; run the same again.")
        if self._error:
            raise self._error

    def _work(
        self,
        delays: Delays,
        sleep: Callable[[float], None],
        note: Callable[[BrantError, float], None] | None,
        deadline: Deadline | None,
    ) -> None:
        try:
            run(self, delays, sleep=sleep, note=note, deadline=deadline)
        except BaseException as error:  # noqa: BLE001 - raised where the bytes are read
            self._error = error
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()

    def _fetch(self, lane: Lane) -> None:
        chunk = self._begin(lane)
        if chunk is None:
            return
        began = chunk.at
        try:
            with self._source.open(chunk.at, chunk.stop, lane) as body:
                while count := body.readinto(chunk.data[chunk.at - chunk.start :]):
                    lane.moved += count
                    with self._changed:
                        chunk.at += count
                        chunk.heard = monotonic()
                        self._changed.notify_all()
            # A server may give less at a time than it is asked for.
            if chunk.at == began:
                raise Again(Unreachable(f"The server sent only a part of {self._source.name}; try again."))
        finally:
            with self._changed:
                self._lanes.discard(lane)
                chunk.lane = None
                if chunk.at < chunk.stop and self._chunks.get(chunk.number) is chunk:
                    self._left.append(chunk)
                self._changed.notify_all()

    def _begin(self, lane: Lane) -> "_Chunk | None":
        """What another connection left goes first: it may be waited for already."""
        with self._changed:
            self._check_wanted(lane)
            while (chunk := self._free()) is None:
                if self._next >= self.size:
                    return None
                self._changed.wait(_TICK)
                self._check_wanted(lane)
            self._lanes.add(lane)
            chunk.lane, chunk.heard = lane, monotonic()
            return chunk

    def _check_wanted(self, lane: Lane) -> None:
        if self._is_closed or lane.stopping:
            raise Unreachable("the transfer was stopped; run the same again, to resume.", final=True)

    def _free(self) -> "_Chunk | None":
        """A chunk for one more connection, if there is one now."""
        silent = self._silent()
        if self._left:
            chunk = self._left.pop()
        elif silent:
            chunk = silent.taken_over(self._room())
            self._chunks[chunk.number] = chunk
        elif self._next < self.size and len(self._chunks) < _WINDOW:
            chunk = _Chunk(self._next, min(self._next + _CHUNK, self.size), self._room())
            self._chunks[chunk.number] = chunk
            self._next = chunk.stop
        else:
            return None
        return chunk

    def _silent(self) -> "_Chunk | None":
        """What is waited for in vain, so that another connection may bring it."""
        now = monotonic()
        return next((each for each in self._chunks.values() if each.is_silent(now)), None)

    def _room(self) -> memoryview:
        return self._spare.pop() if self._spare else memoryview(bytearray(_CHUNK))


class _Chunk:
    """The bytes from `start` up to `stop`, of which those up to `at` are here."""

    def __init__(self, start: int, stop: int, data: memoryview) -> None:
        self.start = start
        self.stop = stop
        self.at = start
        self.data = data[: stop - start]
        self.number: Final = start // _CHUNK
        self.lane: Lane | None = None
        """Whose connection brings it."""
        self.heard = 0.0
        self.patience = _STALLED_SECONDS

    def is_silent(self, now: float) -> bool:
        return self.lane is not None and self.at < self.stop and now - self.heard > self.patience

    def taken_over(self, room: memoryview) -> "_Chunk":
        """The same in other memory: who was given up may still write to this."""
        if self.lane:
            self.lane.abort()
        chunk = _Chunk(self.start, self.stop, room)
        chunk.at = self.at
        chunk.data[: self.at - self.start] = self.data[: self.at - self.start]
        # A server that always thinks so long would never get to answer.
        chunk.patience = 2 * self.patience
        return chunk
