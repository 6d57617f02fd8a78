"""Reads one remote object in order, while several connections bring its next few MiB into memory."""

import time
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final

from msgspec.structs import replace

from brant.errors import BrantError, Conflict, Unreachable
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Again, Errand, Lane, run
from brant.transfer.connections.pinned import Pinned
from brant.transfer.connections.verdicts import Changed
from brant.transfer.disk.journal import Identity
from brant.transfer.http.retry import Delays

__all__ = ["Broad"]

MIB: Final = 1024 * 1024
_CHUNK: Final = 2 * MIB
# All that is in memory at once; half of what a transfer may take.
_WINDOW: Final = 12
_FAREWELL: Final = 1.0
_TICK: Final = 0.5


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
            self._thread.start()
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
        """What any connection does: the next chunk for which there is room."""
        with self._changed:
            return self._fetch if self._left or self._next < self.size else None

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
                        self._changed.notify_all()
            # A server may give less at a time than it is asked for.
            if chunk.at == began:
                raise Again(Unreachable(f"The server sent only a part of {self._source.name}; try again."))
        finally:
            with self._changed:
                self._lanes.discard(lane)
                if chunk.at < chunk.stop:
                    self._left.append(chunk)
                self._changed.notify_all()

    def _begin(self, lane: Lane) -> "_Chunk | None":
        """What another connection left goes first: it may be waited for already."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or lane.stopping or self._left or self._has_room())
            if self._is_closed or lane.stopping:
                raise Unreachable("the transfer was stopped; run the same again, to resume.", final=True)
            if self._left:
                chunk = self._left.pop()
            elif self._next < self.size:
                data = self._spare.pop() if self._spare else memoryview(bytearray(_CHUNK))
                chunk = _Chunk(self._next, min(self._next + _CHUNK, self.size), data)
                self._chunks[self._next // _CHUNK] = chunk
                self._next = chunk.stop
            else:
                return None
            self._lanes.add(lane)
            return chunk

    def _has_room(self) -> bool:
        return self._next >= self.size or len(self._chunks) < _WINDOW


class _Chunk:
    """The bytes from `start` up to `stop`, of which those up to `at` are here."""

    def __init__(self, start: int, stop: int, data: memoryview) -> None:
        self.start = start
        self.stop = stop
        self.at = start
        self.data = data[: stop - start]
