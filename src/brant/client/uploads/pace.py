"""Decides how many files to send at once: a few at first, more while more of them bring more."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

MOST: Final = 16
_FIRST: Final = 4
# What a file costs beside its bytes, in bytes: a call, a request, and the server's own work.
_EACH: Final = 64 * 1024
# Before the number is changed again, so much must have been seen of what it brings.
_SECONDS: Final = 0.3
_FILES: Final = 2
_BYTES: Final = 4 * 1024 * 1024
# Twice as many must bring so much more.
_GAIN: Final = 1.2
_QUIET: Final = 20.0


class Pace:
    """How many files to have under way at once, `wanted`. Safe to share between threads.

    It is doubled as long as more moves with it; where it does not, the last step is taken back. When the
    server wants less (`refused`), it is halved.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.wanted = _FIRST
        self._clock = clock
        self._lock = Lock()
        self._before = (_FIRST, 0.0)
        self._quiet_until = 0.0
        self._begin()

    def _begin(self) -> None:
        self._since, self._files, self._bytes = self._clock(), 0, 0

    def moved(self, count: int) -> None:
        """So many bytes were sent."""
        self._count(0, count)

    def finished(self) -> None:
        """A file is done."""
        self._count(1, 0)

    def refused(self) -> None:
        """The server asks to be spared."""
        with self._lock:
            self._settle(max(1, self.wanted // 2))

    def _count(self, files: int, count: int) -> None:
        with self._lock:
            self._files += files
            self._bytes += count
            enough = self._files >= _FILES * self.wanted or self._bytes >= _BYTES * self.wanted
            now = self._clock()
            if not enough or now - self._since < _SECONDS or now < self._quiet_until:
                return
            rate = (self._files * _EACH + self._bytes) / (now - self._since)
            number, best = self._before
            if rate < best * _GAIN:
                self._settle(number)
            else:
                self._before = (self.wanted, rate)
                self.wanted = min(MOST, self.wanted * 2)
                if self.wanted == self._before[0]:
                    self._settle(self.wanted)
                self._begin()

    def _settle(self, number: int) -> None:
        self.wanted = number
        self._before = (number, 0.0)
        self._quiet_until = self._clock() + _QUIET
        self._begin()
