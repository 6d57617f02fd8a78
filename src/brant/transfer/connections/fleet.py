"""Does one piece of work over several connections: as many as help, retried, and stopped within a second."""

import time
from collections.abc import Callable
from mmap import mmap
from threading import Condition, Thread
from typing import Final, Protocol

from brant.errors import BrantError, LocalFailure, RateLimited, Unreachable
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.lanes import MOST, Lanes
from brant.transfer.connections.threads import begin
from brant.transfer.http.response import Response
from brant.transfer.http.retry import Delays

_TICK: Final = 0.02
_FAREWELL: Final = 0.8
# A failure after so many bytes is the first of a new row.
_STEP: Final = 1024 * 1024
# As when a machine changes from one network to another.
_SILENT_SECONDS: Final = 5.0


class Again(Exception):
    """An errand failed in a way that another try may not. `reason` is raised when there is none left."""

    def __init__(self, reason: BrantError, wait: float | None = None) -> None:
        super().__init__(reason.message)
        self.reason = reason
        self.wait = wait


class Lane:
    """One connection's place in a fleet. An errand says there what it reads from, and what came."""

    def __init__(self) -> None:
        self.moved = 0
        """Bytes that came, of any use or none."""
        self.wasted = 0
        """Those of them that were here before, or are not kept: they are no progress."""
        self.response: Response | None = None
        """What is being read now, so that another thread can end it."""
        self.stopping = False
        self._buffer: memoryview | None = None

    @property
    def buffer(self) -> memoryview:
        """Where this lane's errands read into; 512 KiB, so that many lanes together stay small."""
        if self._buffer is None:
            # Of a heap shared with small things it would never be given back to the system.
            self._buffer = memoryview(mmap(-1, 512 * 1024))
        return self._buffer

    def reading(self, response: Response) -> Response:
        """Say what is being read. Raises Unreachable when nobody wants it any more."""
        self.response = response
        if self.stopping:
            response.close()
            raise Unreachable("the transfer was stopped; run the same again, to resume.")
        return response

    def abort(self) -> None:
        """Nobody waits for this lane any more: end its reading, wherever it is."""
        self.stopping = True
        response = self.response
        if response is not None:
            response.abort()


Errand = Callable[[Lane], None]


class Work(Protocol):
    """What a fleet does. Its methods are called under one lock, and never wait."""

    def take(self) -> Errand | None:
        """Something to do for a connection that is free; None when there is nothing now.

        An errand that fails leaves what it did not do to be taken again. There may be something once another
        errand has ended; when none is under way and none is to be had, the work is done.
        """


def run(
    work: Work,
    delays: Delays,
    *,
    sleep: Callable[[float], None],
    note: Callable[[BrantError, float], None] | None = None,
    deadline: Deadline | None = None,
    most: int = MOST,
    speed: float | None = None,
) -> None:
    """Do all of `work`, on one connection at first, or on a few where its speed is known.

    An errand that raises Again or Unreachable is tried again: by the others at once, by the last one after
    the wait that `delays` give, which `note` hears of. `deadline` bounds all of it; `speed`: bytes/s.

    Raises the reason of the last failure when the delays are used up, Unreachable when the time is, and
    whatever else an errand raises. Nothing is under way any more when it returns.
    """
    lanes = Lanes(time.monotonic(), most=most, speed=speed)
    _Fleet(work, delays, sleep, note, lanes).run(deadline or Deadline())


class _Fleet:
    """One call of `run`."""

    def __init__(
        self,
        work: Work,
        delays: Delays,
        sleep: Callable[[float], None],
        note: Callable[[BrantError, float], None] | None,
        lanes: Lanes,
    ) -> None:
        self._work = work
        self._delays = delays
        self._sleep = sleep
        self._note = note
        self._lanes = lanes
        self._changed = Condition()
        self._running: dict[Lane, Thread] = {}
        self._busy: set[Lane] = set()
        self._moved_before = 0
        self._wasted_before = 0
        self._counted = 0
        self._left: Errand | None = None
        self._silent_since = time.monotonic()
        self._patience = _SILENT_SECONDS
        self._moved_then = 0
        self._error: BaseException | None = None
        self._stopping = False
        self._failed: set[Lane] = set()
        """Who has failed, and does not know yet whether to go on, or waits before it does."""

    def run(self, deadline: Deadline) -> None:
        try:
            with self._changed:
                self._fill_up()
                # A connection that was given up may have been the last, and have left something.
                while self._error is None and (self._under_way() or self._start()):
                    self._changed.wait(_TICK)
                    self._adapt()
                    if deadline.is_over():
                        self._error = deadline.error()
        finally:
            self._stop()
        if self._error is not None:
            raise self._error

    def _under_way(self) -> int:
        """How many are at work of whom something is still expected."""
        return sum(not lane.stopping for lane in self._running)

    def _adapt(self) -> None:
        # While the last one waits as it was asked, none is started that would not.
        if not self._under_way() or self._failed or self._error:
            return
        now, flowing = time.monotonic(), all(lane.moved or lane.stopping for lane in self._running)
        self._lanes.observe(now, self._moved(), flowing=flowing)
        self._fill_up()
        if self._is_silent(now):
            self._try_others()

    def _is_silent(self, now: float) -> bool:
        """Whether nothing has come for long, over any connection."""
        if self._moved() != self._moved_then:
            self._moved_then, self._silent_since = self._moved(), now
        return now - self._silent_since > self._patience

    def _try_others(self) -> None:
        """As many new connections as are wanted, for what is missing or can be taken over."""
        # A server that always thinks so long would never get to answer.
        self._silent_since, self._patience = time.monotonic(), 2 * self._patience
        for _ in range(self._lanes.wanted):
            if not self._start():
                break

    def _fill_up(self) -> None:
        """As many connections as are wanted, if there is something for them to do."""
        while self._under_way() < self._lanes.wanted and self._start():
            pass

    def _start(self) -> bool:
        """One more connection, if there is something for it to do, and this machine lets it start."""
        errand = self._take()
        if errand is None:
            return False
        lane = Lane()
        thread = Thread(target=self._drive, args=(lane, errand), daemon=True)
        self._busy.add(lane)
        self._running[lane] = thread
        try:
            begin(thread)
        except LocalFailure:
            self._busy.discard(lane)
            del self._running[lane]
            self._left = errand
            if not self._under_way():
                raise
            self._lanes.bound(time.monotonic(), self._under_way())
            return False
        return True

    def _take(self) -> Errand | None:
        """The next errand: first the one that nobody could be found for."""
        errand, self._left = self._left, None
        return errand or self._work.take()

    def _moved(self) -> int:
        return self._moved_before + sum(lane.moved for lane in self._running)

    def _gained(self) -> int:
        wasted = self._wasted_before + sum(lane.wasted for lane in self._running)
        return self._moved() - wasted

    def _drive(self, lane: Lane, first: Errand) -> None:
        """What one thread does: errands, until there are none, or one fewer connection is wanted."""
        errand: Errand | None = first
        try:
            while errand is not None:
                failure = self._try(errand, lane)
                if failure and not self._go_on(lane, failure):
                    break
                errand = self._following(lane)
        except BaseException as error:  # noqa: BLE001 - raised by run(), on the caller's thread
            with self._changed:
                self._error = self._error or error
        finally:
            with self._changed:
                self._retire(lane)

    def _retire(self, lane: Lane) -> None:
        """The lane counts no longer; said under the lock that decided it, or the last two would both go."""
        self._failed.discard(lane)
        if self._running.pop(lane, None):
            self._moved_before += lane.moved
            self._wasted_before += lane.wasted
        self._changed.notify_all()

    def _try(self, errand: Errand, lane: Lane) -> "Again | Unreachable | None":
        failure: Again | Unreachable | None = None
        try:
            errand(lane)
        except (Again, Unreachable) as error:
            failure = error
        finally:
            lane.response = None
            with self._changed:
                self._busy.discard(lane)
                if failure:
                    self._failed.add(lane)
                self._changed.notify_all()
        return failure

    def _following(self, lane: Lane) -> Errand | None:
        with self._changed:
            while not (self._stopping or lane.stopping or self._error) and self._is_wanted():
                errand = self._take()
                if errand is not None:
                    self._busy.add(lane)
                    return errand
                if all(other.stopping for other in self._busy):
                    return None
                # Another's errand may come back, or stall so long that it can be taken over.
                self._changed.wait(1.0)
            self._retire(lane)
        return None

    def _is_wanted(self) -> bool:
        return self._under_way() <= self._lanes.wanted

    def _go_on(self, lane: Lane, failure: "Again | Unreachable") -> bool:
        """After a failure: whether this lane goes on. The last one waits before it does."""
        reason, wait = (failure.reason, failure.wait) if isinstance(failure, Again) else (failure, None)
        if isinstance(reason, Unreachable) and reason.final:
            raise reason
        with self._changed:
            if self._stopping or self._error or lane.stopping:
                return False
            now = time.monotonic()
            if wait is not None or isinstance(reason, RateLimited):
                self._lanes.refused(now, wait or 0.0)
            else:
                self._lanes.lost(now)
            if self._under_way() > 1:
                self._retire(lane)
                return False
            if self._gained() - self._counted >= _STEP:
                self._delays.progressed()
            self._counted = self._gained()
            delay = self._delays.next(wait, limited=isinstance(reason, RateLimited))
            if delay is None:
                raise reason
        if self._note:
            self._note(reason, delay)
        self._sleep(delay)
        with self._changed:
            self._failed.discard(lane)
        return True

    def _stop(self) -> None:
        """End what is under way; what came of it is written before."""
        with self._changed:
            self._stopping = True
            for lane in self._running:
                lane.abort()
            self._changed.notify_all()
            # A thread that waits for a connection, or sleeps, is left behind: it touches nothing any more.
            self._changed.wait_for(lambda: not self._running, _FAREWELL)
