"""When to ask again, and how long to wait: exponential backoff with full jitter, `Retry-After`, a budget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

REPEATABLE_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may pass by themselves; repeating the request is still only safe where it is idempotent."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` in all, the first included; `base`, `cap` and `budget` of waiting in seconds."""

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
        self._waited = 0.0

    def next(self, retry_after: float | None = None) -> float | None:
        """Seconds to wait before the next attempt; None when it is time to give up.

        The peer's `retry_after` is a floor. One that does not fit into what is left of the budget ends it.
        """
        policy = self._policy
        self._failures += 1
        if self._failures >= policy.attempts:
            return None
        ceiling = min(policy.cap, policy.base * 2.0 ** min(self._failures - 1, 32))
        delay = max(self._random() * ceiling, retry_after or 0.0)
        if self._waited + delay > policy.budget:
            return None
        self._waited += delay
        return delay

    def progressed(self) -> None:
        """The last attempt got further: failures and waits before it no longer count."""
        self._failures, self._waited = 0, 0.0


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, in either form (RFC 9110 §10.2.3), or None.

    `now` is the time as `time.time()` gives it.
    """
    if not value:
        return None
    text = value.strip()
    if text.isdecimal():
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, moment - now)


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
