"""Tells how far a transfer is: nothing, or one bar on the terminal."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, TextIO


class Progress(Protocol):
    """Hears of bytes as they move."""

    def start(self, label: str, total: int | None) -> None:
        """A transfer of `total` bytes begins, or one more joins those under way; None where nobody knows."""

    def advance(self, n: int) -> None:
        """`n` more bytes are there; fewer than none when bytes had to be given up."""

    def finish(self) -> None:
        """The transfer is over, well or not. Once for each `start`."""


class Silent:
    """Says nothing."""

    def start(self, label: str, total: int | None) -> None:
        pass

    def advance(self, n: int) -> None:
        pass

    def finish(self) -> None:
        pass


class Bars:
    """One tqdm bar on standard error for all transfers of a command; none where that is no terminal.

    tqdm is imported when the bar is first drawn.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._bar: Any = None
        self._running = 0

    def start(self, label: str, total: int | None) -> None:
        stream = self._stream or sys.stderr
        if not stream.isatty():
            return
        self._running += 1
        if self._bar is None:
            # tqdm has no types of its own.
            self._bar = import_module("tqdm.auto").tqdm(
                total=total,
                desc=label,
                unit="B",
                unit_scale=True,
                unit_divisor=1024,
                file=stream,
                leave=False,
            )
        else:
            known = self._bar.total is not None and total is not None
            self._bar.total = self._bar.total + total if known else None
            self._bar.set_description_str(label)

    def advance(self, n: int) -> None:
        if self._bar is not None:
            self._bar.update(n)

    def finish(self) -> None:
        if self._bar is None:
            return
        self._running -= 1
        if self._running == 0:
            self._bar.close()
            self._bar = None


class Meter:
    """Keeps a progress in step with `position`, bytes that are there, also when some have to be given up."""

    def __init__(self, progress: Progress, label: str, position: Callable[[], int]) -> None:
        self._progress = progress
        self._label = label
        self._position = position
        self._shown = -1

    def start(self, total: int | None) -> None:
        """Begin to show, unless that is done."""
        if self._shown < 0:
            self._progress.start(self._label, total)
            self._shown = 0
        self.show()

    def show(self) -> None:
        position = self._position()
        if self._shown >= 0 and self._shown != position:
            self._progress.advance(position - self._shown)
            self._shown = position

    def finish(self) -> None:
        if self._shown >= 0:
            self._progress.finish()
