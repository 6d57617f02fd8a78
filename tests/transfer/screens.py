"""Where tests show progress: streams that can be waited for, and a progress that keeps what it hears."""

import io
import json
from collections.abc import Callable
from threading import Condition, Event, Thread
from typing import Any

from brant.transfer.progress import Silent

PATIENCE = 30


class Stream(io.StringIO):
    """Keeps what is written, and lets a test wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._written = Condition()

    def write(self, text: str) -> int:
        with self._written:
            count = super().write(text)
            self._written.notify_all()
        return count

    def until(self, text: str) -> None:
        with self._written:
            assert self._written.wait_for(lambda: text in self.getvalue(), PATIENCE), self.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


class Terminal(Stream):
    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


class HeldUp(Terminal):
    """A terminal on which somebody has typed Ctrl-S, until it is `free`."""

    def __init__(self) -> None:
        super().__init__()
        self.free, self.reached = Event(), Event()

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.free.wait(PATIENCE)
        return super().write(text)


class Heard(Silent):
    """Adds up what a progress is told."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def advance(self, n: int) -> None:
        self.events.append(n)

    def note(self, text: str) -> None:
        self.events.append(text)

    def finish(self, *, complete: bool = True) -> None:
        self.events.append(complete)


def together(work: Callable[[], None], count: int) -> None:
    """Does `work` on `count` threads at once, to the end."""
    threads = [Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
