"""Halting: how a worker waits, so that a signal, or the end of who started it, ends the wait at once."""

import contextlib
import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Halt:
    """Whether the worker is to stop. `asked` stays true once it is."""

    def __init__(self, leash: int | None = None) -> None:
        """`leash` is a descriptor whose end of file means that whoever started us is gone."""
        self.asked = False
        self._leash = leash
        self._heard, self._told = os.pipe()
        os.set_blocking(self._told, False)

    def ask(self) -> None:
        """Asks for it; also fit for a signal handler and for other threads."""
        self.asked = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._told, b".")

    def wait(self, seconds: float, *awaited: int) -> bool:
        """Waits so long, or until one of the descriptors can be read or a stop is asked for.

        Returns whether one of `awaited` can be read.
        """
        leash = [] if self._leash is None else [self._leash]
        ready = select.select([self._heard, *leash, *awaited], [], [], seconds)[0] if not self.asked else []
        if self._leash in ready and not os.read(leash[0], 4096):
            self.asked = True
        self.asked = self.asked or self._heard in ready
        return any(descriptor in ready for descriptor in awaited)

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """SIGTERM and Ctrl-C ask for the stop while the body runs; to be called in the main thread."""
        before = {
            number: signal.signal(number, lambda *_: self.ask()) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def close(self) -> None:
        """Closes its own descriptors."""
        os.close(self._heard)
        os.close(self._told)
