"""When to ask again, and how long to wait: exponential backoff with full jitter, `Retry-After`, a budget."""

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

REPEATABLE_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may pass by themselves; repeating the request is still only safe where it is idempotent."""
LONGEST_WAIT: Final = 366 * 86400.0
"""Seconds. A server that asks for more asks for ever."""
_SECONDS: Final = re.compile(r"[0-9]+(\.[0-9]+)?")


class RetryPolicy(Struct, frozen=True):
    """`attempts` in all, the first included; `base`, `cap` and `budget` of waiting in seconds.

    A 429 is no failure of an attempt: those end with the budget alone.
    """

    attempts: int = 5
    base: float = 0.5
    cap: float = 30.0
    budget: float = 300.0

    def delays(self, random: Callable[[], float]) -> "Delays":
        """The waits of one operation. `random` gives numbers in [0, 1)."""
        return Delays(self, random)


class Delays:
    """Counts the attempts of one operation and the seconds it has waited."""

    def __init__(self, policy: RetryPolicy, random: Callable[[], float]) -> None:
        self._policy = policy
        self._random = random
        self._failures = 0
        self._refusals = 0
        self.waited = 0.0
        """Seconds, since the last progress."""

    def next(self, retry_after: float | None = None, *, limited: bool = False) -> float | None:
        """Seconds to wait before the next attempt; None when it is time to give up.

        The wait is spread evenly from nothing up to a ceiling that doubles, and comes on top of the peer's
        `retry_after`: all whom it told the same moment would else come back in the same one. A `retry_after`
        that does not fit into what is left of the budget ends it. `limited`: the peer's answer was 429.
        """
        policy = self._policy
        self._refusals += limited
        self._failures += not limited
        left, floor = policy.budget - self.waited, retry_after or 0.0
        if (not limited and self._failures >= policy.attempts) or left <= 0 or floor > left:
            return None
        ceiling = min(policy.cap, policy.base * 2.0 ** min(self._failures + self._refusals - 1, 32))
        delay = min(floor + self._random() * ceiling, left)
        self.waited += delay
        return delay

    def progressed(self) -> None:
        """The last attempt got further: failures and waits before it no longer count."""
        self._failures, self._refusals, self.waited = 0, 0, 0.0


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, in either form (RFC 9110 §10.2.3), or None.

    `now` is the time as `time.time()` gives it. Fractions, which some servers send, are understood; a date
    that has passed asks for nothing; no wait is longer than `LONGEST_WAIT`.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WAIT)
    moment = http_date(text)
    return None if moment is None else min(max(0.0, moment - now), LONGEST_WAIT)


def http_date(value: str | None) -> float | None:
    """Seconds since the epoch of an HTTP date (RFC 9110 §5.6.7), always UTC; None for anything else."""
    from email.utils import mktime_tz, parsedate_tz

    parsed = parsedate_tz(value) if value else None
    if not parsed:
        return None
    try:
        return float(mktime_tz(parsed))
    except (ValueError, OverflowError):
        return None
