"""What bars and events share: they count where they are told, and show it from a thread of their own."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import Final

from brant.transfer.progress.books import Books, Entry, Speed
from brant.transfer.progress.interface import Track

_LAST_SECONDS: Final = 1.0


class Display(ABC):
    """A progress that is shown every so many seconds.

    Nobody who moves bytes waits for a slow terminal or reader, nor is Ctrl-C caught while something is drawn:
    all of that happens in one thread, which starts with the first file and ends with `close`.
    """

    def __init__(
        self,
        every: float,
        clock: Callable[[], float] = monotonic,
        *,
        finished: Callable[[Entry], None] | None = None,
    ) -> None:
        self._books: Final = Books(finished)
        self._speed: Final = Speed()
        self._every = every
        self._clock = clock
        self._awake = Event()
        self._closing = False
        self._painter: Thread | None = None

    def expect(self, size: int | None, files: int | None = None) -> None:
        with self._books.lock:
            self._books.expect(size, files)
            self._start()

    def begin(self, name: str, size: int | None, *, held: int = 0) -> Track:
        with self._books.lock:
            entry = self._books.begin(name, size, held)
            self._start()
            return entry

    def note(self, text: str) -> None:
        with self._books.lock:
            if self._painter and not self._closing:
                self._queue_note(text)
                self._awake.set()
                return
        self._note_alone(text)

    def close(self) -> None:
        with self._books.lock:
            if self._closing:
                return
            if self._is_told_of_nothing():
                self._start()
            self._closing = True
            self._awake.set()
        if self._painter:
            # Not longer, whatever the terminal is busy with: Ctrl-C ends a command within a second.
            self._painter.join(_LAST_SECONDS)

    def _start(self) -> None:
        if self._painter is None and not self._closing and self._is_wanted():
            self._speed.sample(self._clock(), 0)
            self._painter = Thread(target=self._run, name="brant-progress", daemon=True)
            self._painter.start()

    def _run(self) -> None:
        self._open()
        while not self._closing:
            self._sample()
            self._paint()
            self._awake.wait(self._every)
            self._awake.clear()
        self._sample()
        self._paint()
        self._end()

    def _sample(self) -> None:
        with self._books.lock:
            self._speed.sample(self._clock(), self._books.done - self._books.held)

    def _is_wanted(self) -> bool:
        """Whether there is anybody to show anything to."""
        return True

    def _is_told_of_nothing(self) -> bool:
        """Whether it matters to see that a job began and ended in which nothing moved."""
        return False

    @abstractmethod
    def _queue_note(self, text: str) -> None:
        """Keep a note for the next painting; called under the lock of the books."""

    @abstractmethod
    def _note_alone(self, text: str) -> None:
        """Write a note now, where nothing is being shown."""

    @abstractmethod
    def _open(self) -> None:
        """In the painting thread: begin."""

    @abstractmethod
    def _paint(self) -> None:
        """In the painting thread: show how far it is."""

    @abstractmethod
    def _end(self) -> None:
        """In the painting thread: take leave, after the last painting."""
