"""Who does the work of a fleet when some of its connections fail, hang, or are given up."""

import threading
from collections.abc import Callable

import pytest

from brant.errors import LocalFailure, RateLimited, Unreachable
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Again, Errand, Lane, run
from brant.transfer.http.retry import RetryPolicy
from tests.transfer.conftest import Waits


class Scripted:
    """Work that is given out in order; what fails is given out again."""

    def __init__(self, *errands: Callable[[Lane], None]) -> None:
        self.left = list(errands)

    def take(self) -> Errand | None:
        if not self.left:
            return None
        errand = self.left.pop(0)

        def do(lane: Lane) -> None:
            try:
                errand(lane)
            except BaseException:
                self.left.append(errand)
                raise

        return do


def run_all(work: Scripted, waits: Waits, connections: int) -> None:
    # So fast a connection that the number is settled at once.
    run(work, RetryPolicy().delays(lambda: 0.5), sleep=waits.sleep, most=connections, speed=1e8)


def test_the_last_connection_that_is_wanted_goes_on_though_one_that_is_given_up_still_hangs(
    monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    monkeypatch.setattr("brant.transfer.connections.fleet._FAREWELL", 0.05)
    hung, ended, tries = threading.Event(), threading.Event(), []

    def hang(lane: Lane) -> None:
        # As a connection does whose rest was taken over before its answer had begun.
        lane.abort()
        hung.set()
        ended.wait(10)

    def fail_once(_: Lane) -> None:
        hung.wait(10)
        tries.append(1)
        if len(tries) == 1:
            raise Again(Unreachable("cut"))

    work = Scripted(hang, fail_once)
    run_all(work, waits, 2)
    ended.set()
    assert len(tries) == 2


def test_a_connection_that_is_given_up_takes_nothing_more(waits: Waits) -> None:
    after: list[Lane] = []
    given_up: list[Lane] = []

    def be_given_up(lane: Lane) -> None:
        lane.abort()
        given_up.append(lane)

    work = Scripted(be_given_up, *[after.append] * 5)
    run_all(work, waits, 1)
    assert len(after) == 5
    assert given_up[0] not in after


def test_while_the_last_connection_waits_as_it_was_asked_no_other_is_started() -> None:
    asked: list[Lane] = []
    during: list[int] = []

    def refuse_once(lane: Lane) -> None:
        asked.append(lane)
        # As an answer does, it comes later than the others were to be started.
        threading.Event().wait(0.1)
        if len(asked) == 1:
            raise Again(RateLimited("too many"), 5.0)

    def sleep(_: float) -> None:
        # Time enough to start one, if anybody did.
        threading.Event().wait(0.3)
        during.append(len(asked))

    work = Scripted(refuse_once)
    run(work, RetryPolicy().delays(lambda: 0.5), sleep=sleep, most=8, speed=1e8)
    assert during == [1]
    assert len(asked) == 2


def test_a_time_that_was_allowed_is_told_in_plain_seconds() -> None:
    assert "longer than 3600 s" in Deadline(3600.0).error().message


def test_a_machine_that_starts_no_more_threads_does_with_those_it_has(
    monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    done: list[Lane] = []
    both = threading.Barrier(2, timeout=10)

    def meet(lane: Lane) -> None:
        if lane not in done:
            both.wait()
        done.append(lane)

    work = Scripted(*[meet] * 12)
    _start_only(2, monkeypatch)
    run_all(work, waits, 8)
    assert len(done) == 12
    assert len(set(done)) == 2


def test_a_machine_that_starts_no_thread_at_all_is_told(
    monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    _start_only(0, monkeypatch)
    with pytest.raises(LocalFailure, match="threads"):
        run_all(Scripted(lambda _: None), waits, 8)


def _start_only(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def limited(thread: threading.Thread) -> None:
        if len(started) == most:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)


def test_where_every_connection_falls_silent_others_are_tried(
    monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    monkeypatch.setattr("brant.transfer.connections.fleet._SILENT_SECONDS", 0.05)
    ended = threading.Event()

    class Taken(Scripted):
        """Of what hangs, another can take over the rest."""

        def take(self) -> Errand | None:
            errand = super().take()
            if errand is None and hanging:
                hanging.pop().abort()
                return lambda _: ended.set()
            return errand

    hanging: list[Lane] = []

    def hang(lane: Lane) -> None:
        lane.moved += 1
        hanging.append(lane)
        assert ended.wait(10)

    run(Taken(hang), RetryPolicy().delays(lambda: 0.5), sleep=waits.sleep)
    assert ended.is_set()
