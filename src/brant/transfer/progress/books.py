"""The numbers of a job: what is expected, what is here, how fast it comes."""

from collections import deque
from collections.abc import Callable
from threading import RLock
from typing import Final

_WINDOW_SECONDS: Final = 5.0


class Entry:
    """One file of the books; the track by which a transfer tells of it."""

    def __init__(self, books: "Books", name: str, size: int | None, held: int) -> None:
        self._books = books
        self.name = name
        self.size = size
        self.held = held
        self.done = held
        self.running = True
        self.complete = False

    def advance(self, n: int) -> None:
        with self._books.lock:
            if self.running:
                self.done += n
                self._books.done += n

    def finish(self, *, complete: bool = True) -> None:
        with self._books.lock:
            if self.running:
                self.running, self.complete = False, complete
                self._books.settle(self)


class Books:
    """Everything that was told of one job. `finished` hears of each file that is over, under the lock."""

    def __init__(self, finished: Callable[[Entry], None] | None = None) -> None:
        self.lock: Final = RLock()
        self.running: Final[list[Entry]] = []
        self.newest = ""
        self.done = 0
        self.held = 0
        self.begun = 0
        self.finished = 0
        self.unfinished = 0
        self._tell_finished = finished
        self._expected = 0
        self._expected_files = 0
        self._unknown_expected = False
        self._begun_sizes = 0
        self._begun_unknown = 0

    def expect(self, size: int | None, files: int | None) -> None:
        self._unknown_expected |= size is None
        self._expected += size or 0
        self._expected_files += files or 0

    def begin(self, name: str, size: int | None, held: int) -> Entry:
        entry = Entry(self, name, size, held)
        self.running.append(entry)
        self.newest = name
        self.begun += 1
        self.held += held
        self.done += held
        self._begun_sizes += size or 0
        self._begun_unknown += size is None
        return entry

    def settle(self, entry: Entry) -> None:
        """`entry` is over: now its size is known."""
        self.running.remove(entry)
        self.finished += entry.complete
        self.unfinished += not entry.complete
        if entry.complete and entry.size is None:
            self._begun_unknown -= 1
            self._begun_sizes += entry.done
        if self._tell_finished:
            self._tell_finished(entry)

    @property
    def files(self) -> int:
        """Files in all, as far as they are known."""
        return max(self._expected_files, self.begun)

    @property
    def total(self) -> int | None:
        """Bytes in all; None while nobody knows."""
        all_begun = 0 < self._expected_files <= self.begun
        if self._unknown_expected and not (all_begun and not self._begun_unknown):
            return None
        if self._begun_unknown and not self._expected:
            return None
        return max(self._expected, self._begun_sizes, self.done)


class Speed:
    """Bytes a second over the last few seconds, so that it falls when nothing comes any more."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()
        self._first: tuple[float, int] | None = None

    def sample(self, now: float, moved: int) -> None:
        """`moved` bytes in all have come at `now`, in seconds of a clock that only grows."""
        self._first = self._first or (now, moved)
        self._samples.append((now, moved))
        while len(self._samples) > 2 and self._samples[1][0] <= now - _WINDOW_SECONDS:
            self._samples.popleft()

    @property
    def rate(self) -> float | None:
        """None before anything can be said."""
        return self._since(self._samples[0]) if self._samples else None

    @property
    def average(self) -> float | None:
        """The rate from the first sample on."""
        return self._since(self._first) if self._first else None

    def _since(self, then: tuple[float, int]) -> float | None:
        (since, before), (now, moved) = then, self._samples[-1]
        return max(0.0, (moved - before) / (now - since)) if now > since else None
