"""Who does the work of a fleet when some of its connections fail, hang, or are given up."""

import threading
from collections.abc import Callable

from brant.errors import RateLimited, Unreachable
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
    waits: Waits,
) -> None:
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
