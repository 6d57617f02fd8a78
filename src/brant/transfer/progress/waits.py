"""Which waits of a transfer are told, and in which words."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

from brant.errors import BrantError, RateLimited, Unreachable
from brant.transfer.http.waiting import span, waits
from brant.transfer.progress.interface import Progress

# A shorter wait is over before it has been read about; many such ones are a long wait.
_NOTICED_SECONDS: Final = 2.0
_SELDOM_SECONDS: Final = 60.0
_MUCH_LONGER: Final = 4.0


class Waits:
    """Tells `progress` of the waits of one job, of all its connections together: at most once a minute, but
    for one that is much longer than the one told before. Safe to share between threads.
    """

    def __init__(self, progress: Progress, clock: Callable[[], float] = monotonic) -> None:
        self._progress = progress
        self._clock = clock
        self._lock = Lock()
        self._untold = 0.0
        self._told = 0.0
        self._told_at = float("-inf")

    def before(self, failure: BrantError, seconds: float) -> None:
        """`failure` makes a transfer wait `seconds` before it goes on: call it before the wait."""
        if self._is_worth_telling(seconds):
            self._progress.note(_words(failure, seconds))

    def _is_worth_telling(self, seconds: float) -> bool:
        with self._lock:
            now = self._clock()
            self._untold += seconds
            if self._untold <= _NOTICED_SECONDS:
                return False
            recent = now - self._told_at < _SELDOM_SECONDS
            if recent and seconds < self._told * _MUCH_LONGER:
                return False
            self._untold, self._told, self._told_at = 0.0, seconds, now
            return True


def _words(failure: BrantError, seconds: float) -> str:
    if isinstance(failure, RateLimited):
        return waits(failure, seconds)
    what = failure.message.rstrip(".")
    if isinstance(failure, Unreachable):
        # Ours ends with what the reader is to do; here the transfer does it by itself.
        what = what.partition(";")[0]
    return f"{what}; trying again in {span(seconds)}…"
