"""Windows: the counters behind the rate limits, in memory, as a storage of the `limits` library.

Its own memory storage starts a thread every 10 ms under load that looks at every key: with 100,000 of them
that took 60 to 90 % of a core, measured. Here the keys of a whole window are dropped at once.
"""

from collections import OrderedDict
from collections.abc import Callable
from math import floor
from typing import Final

from limits.storage import SlidingWindowCounterSupport

# Each costs about 200 bytes; beyond so many in one window the oldest are let go, which lets callers through.
MOST_KEYS: Final = 50_000


class _Counts:
    """What each key has used in the window under way, and in the one before."""

    def __init__(self) -> None:
        self.number = 0
        self.current: OrderedDict[str, int] = OrderedDict()
        self.previous: OrderedDict[str, int] = OrderedDict()

    def turn(self, number: int) -> None:
        """Window `number` is under way; one that does not follow the last begins with nothing behind it."""
        if number != self.number:
            self.previous = self.current if number == self.number + 1 else OrderedDict()
            self.current = OrderedDict()
            self.number = number


class Windows(SlidingWindowCounterSupport):
    """Sliding window counters. `clock` gives seconds since the epoch. For the thread of one event loop."""

    # What `limits` asks a storage when one of its methods fails: that error is to come out as it is.
    wrap_exceptions: Final = False
    base_exceptions: Final = ()

    def __init__(self, clock: Callable[[], float], most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._counts: dict[int, _Counts] = {}

    def __len__(self) -> int:
        """How many counters are held."""
        return sum(len(counts.current) + len(counts.previous) for counts in self._counts.values())

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts `amount` for `key`, unless that makes more than `limit` in `expiry` seconds."""
        previous, previous_ttl, current, _ = self._read(key, expiry)
        if floor(previous * previous_ttl / expiry + current) + amount > limit:
            return False
        counts = self._counts[expiry].current
        if current == 0 and len(counts) >= self._most_keys:
            counts.popitem(last=False)
        counts[key] = current + amount
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Count and seconds to live of the window before, then of the one under way."""
        return self._read(key, expiry)

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forgets what `key` has used."""
        counts = self._counts.get(expiry)
        if counts is not None:
            counts.current.pop(key, None)
            counts.previous.pop(key, None)

    def _read(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        now = self._clock()
        number = int(now // expiry)
        counts = self._counts.get(expiry)
        if counts is None:
            counts = self._counts[expiry] = _Counts()
        counts.turn(number)
        left = (number + 1) * expiry - now
        previous = counts.previous.get(key, 0)
        # The count of a window weighs less and less through the one that follows it, and then nothing.
        return previous, left if previous else 0.0, counts.current.get(key, 0), left + expiry
