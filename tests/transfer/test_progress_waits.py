"""Which waits of a transfer are told, and in which words."""

import pytest

from brant.errors import BrantError, RateLimited, ServerFailure, Unreachable
from brant.transfer.progress import Waits
from tests.transfer.screens import Heard


class Told(Heard):
    """Notes alone, with a clock that stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.waits = Waits(self, clock=lambda: self.now)

    def after(self, failure: BrantError, *seconds: float) -> list[object]:
        self.events.clear()
        for wait in seconds:
            self.waits.before(failure, wait)
        return list(self.events)


CUT = Unreachable("example.org:443 broke the connection (timed out); try again.")


def test_a_wait_of_a_blink_is_not_told_but_many_of_them_are_a_long_one() -> None:
    told = Told()
    assert told.after(CUT, 0.5, 1.0) == []
    assert told.after(CUT, 1.0) == ["example.org:443 broke the connection (timed out); trying again in 1 s…"]


def test_waits_are_told_once_a_minute_unless_one_is_much_longer() -> None:
    told = Told()
    assert len(told.after(CUT, 4.0, 4.0, 8.0, 8.0)) == 1
    assert len(told.after(CUT, 16.0)) == 1
    assert told.after(CUT, 30.0) == []
    told.now = 61.0
    assert len(told.after(CUT, 1.0)) == 1
    assert told.after(CUT, 1.0) == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RateLimited("x", 600.0), "the server asks to wait 10 min; waiting…"),
        (RateLimited("x"), "the server says that there are too many calls; waiting 9 s…"),
        (
            ServerFailure("example.org answered 503 Busy; sorry."),
            "example.org answered 503 Busy; sorry; trying again in 9 s…",
        ),
    ],
)
def test_the_words_say_who_wants_it_and_how_long(failure: BrantError, words: str) -> None:
    assert Told().after(failure, 8.5) == [words]
