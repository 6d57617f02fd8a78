"""Decides how many connections are worth having: one at first, more while they bring more."""

from typing import Final

MOST: Final = 32
# What brings so much is bound by processors, and more connections would only get into each other's way.
_ENOUGH: Final = 0.7e9
_STEP: Final = 8
# The share of its due that each further connection must bring at the least.
_GAIN: Final = 0.1
_WINDOW: Final = 0.05
_PATIENCE: Final = 1.0
_QUIET: Final = 5.0
# A server that was busy for a moment is tried again with more after so long.
_BARRED: Final = 120.0


class Lanes:
    """How many connections to one server to have. Times in seconds of a monotonic clock, rates in bytes/s.

    The number is multiplied as long as the sum of what all bring grows with it; where it does not, the last
    step is taken back. A refusal (429, 503) takes back more, and keeps it so for two minutes.
    """

    def __init__(self, now: float, *, most: int = MOST, speed: float | None = None) -> None:
        """`speed`: of one connection to this server, where one has brought something before."""
        self.wanted = 1
        self._limit = self._most = most
        self._barred_until = 0.0
        self._quiet_until = 0.0
        self._before = (1, 0.0)
        self._begin(now)
        if speed:
            # So short a look says how many to try; what they bring is judged by itself.
            self.wanted = self._following(speed)

    def _begin(self, now: float) -> None:
        """A new number of connections: what it brings is counted once all of them have begun to bring."""
        self._since, self._from = now, None

    _from: int | None

    def observe(self, now: float, moved: int, *, flowing: bool) -> int:
        """The number to have. `moved`: bytes so far, of all; `flowing`: each connection has brought some."""
        if self._from is None:
            # A connection that never begins must not keep the others from being counted.
            if flowing or now - self._since > _PATIENCE:
                self._since, self._from = now, moved
            return self.wanted
        if now - self._since < _WINDOW or now < self._quiet_until:
            return self.wanted
        if now > self._barred_until:
            self._most = self._limit
        rate = (moved - self._from) / (now - self._since)
        number, best = self._before
        if rate < best * (1 + _GAIN * (self.wanted / number - 1)):
            self._retreat(number, now)
        elif self.wanted < self._most and rate > 0:
            self._grow(rate, now)
        else:
            self._since, self._from = now, moved
        return self.wanted

    def _grow(self, rate: float, now: float) -> None:
        self._before = (self.wanted, rate)
        following = self._following(rate)
        if following == self.wanted:
            self._quiet_until = now + _QUIET
        self.wanted = following
        self._begin(now)

    def _following(self, rate: float) -> int:
        """How many to try next: no more than would be enough if each brought what it does now."""
        enough = int(_ENOUGH * self.wanted / rate)
        return max(self.wanted, min(self._most, self.wanted * _STEP, enough))

    def _retreat(self, number: int, now: float) -> None:
        self.wanted = number
        self._before = (number, 0.0)
        self._quiet_until = now + _QUIET
        self._begin(now)

    def refused(self, now: float, wait: float) -> None:
        """The server asked for less; `wait`: seconds in which it wants no more."""
        self._most = max(1, self.wanted // 2)
        self.wanted = self._most
        self._before = (self.wanted, 0.0)
        self._quiet_until = now + max(wait, _QUIET)
        self._barred_until = now + max(wait, _BARRED)
        self._begin(now)

    def bound(self, now: float, most: int) -> None:
        """There cannot be more than `most`."""
        self._limit = self._most = self.wanted = most
        self._before = (most, 0.0)
        self._begin(now)

    def lost(self, now: float) -> None:
        """A connection broke, and is not replaced at once."""
        self.wanted = max(1, self.wanted - 1)
        self._before = (self.wanted, 0.0)
        self._quiet_until = max(self._quiet_until, now + _PATIENCE)
        self._begin(now)
