"""Notices a caller's own storm of requests: the same one again and again, many refused, much waiting."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

# Faster than anybody needs to know whether something has changed.
_SAME: Final = 50
_SAME_SECONDS: Final = 10.0
_REFUSED: Final = 10
_REFUSED_SECONDS: Final = 60.0
_MOST_KEYS: Final = 512
# A shorter wait is over before it has been read about; many such ones are a long wait.
_NOTICED_SECONDS: Final = 2.0


class Storms:
    """Counts calls, and has words for a storm: once for each method. Safe to share between threads.

    `clock` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = Lock()
        self._same = _Tally(_SAME, _SAME_SECONDS, clock)
        self._refused = _Tally(_REFUSED, _REFUSED_SECONDS, clock)
        self._named: set[str] = set()
        self._waited = 0.0

    def asked(self, method: str, request: bytes) -> str | None:
        """`method` is called with `request`; words for the caller where that has become a storm."""
        with self._lock:
            seconds = self._same.count(hash((method, request)))
            if seconds is None or not self._first(method):
                return None
        return (
            f"{method} was called {_SAME} times in {seconds:.0f} s with the same request: {_advice(method)}; "
            "servers slow such loops down"
        )

    def refused(self, method: str) -> str | None:
        """A call of `method` was refused with 429; words for the caller where that has become a storm."""
        with self._lock:
            seconds = self._refused.count(hash(method))
            if seconds is None or not self._first(method):
                return None
        return (
            f"the server has refused {method} {_REFUSED} times in {seconds:.0f} s as too much: "
            f"{_advice(method)}, and let fewer programs ask at once"
        )

    def kept_waiting(self, seconds: float) -> bool:
        """A server asks for a wait; whether that makes it long enough to be told of, which is so once."""
        with self._lock:
            before, self._waited = self._waited, self._waited + seconds
            return before <= _NOTICED_SECONDS < self._waited

    def _first(self, method: str) -> bool:
        if method in self._named:
            return False
        self._named.add(method)
        return True


class _Tally:
    """Counts by key within `span` seconds, then begins anew, as it does when keys are too many to repeat."""

    def __init__(self, threshold: int, span: float, clock: Callable[[], float]) -> None:
        self._threshold = threshold
        self._span = span
        self._clock = clock
        self._since = clock()
        self._counts: dict[int, int] = {}

    def count(self, key: int) -> float | None:
        """Seconds in which `key` came as often as the threshold says, when it has just done so."""
        now = self._clock()
        if now - self._since > self._span or len(self._counts) >= _MOST_KEYS:
            self._since = now
            self._counts.clear()
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return max(1.0, now - self._since) if count == self._threshold else None


def _advice(method: str) -> str:
    if method.startswith(("List", "Search")):
        return "ask for larger pages (page_size), and keep the answer instead of asking again"
    if method.endswith("Status"):
        return "wait some seconds before you ask again"
    return "keep the answer instead of asking again"
