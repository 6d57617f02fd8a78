"""Sends many files at once, on as many threads as help, and leaves all of them within a second."""

from collections.abc import Callable, Iterable
from threading import Condition, Thread
from time import monotonic
from typing import Final

from brant.client.uploads.folder import LocalFile
from brant.client.uploads.pace import MOST, Pace

# How long those who are told to stop are waited for; what they began can be gone on with.
_FAREWELL: Final = 0.5


class Crew:
    """The threads of one job. `stopped` tells each of them when nobody wants more."""

    def __init__(self, files: Iterable[LocalFile], send: Callable[[LocalFile], None], pace: Pace) -> None:
        self._files = iter(files)
        self._send = send
        self._pace = pace
        self._changed = Condition()
        self._under_way = 0
        self._error: BaseException | None = None
        self._all_begun = False

    def stopped(self) -> bool:
        """Whether a file failed, or the caller was interrupted."""
        return self._error is not None

    def run(self) -> None:
        """Send all files; then raise the first error, if any."""
        threads: list[Thread] = []
        try:
            with self._changed:
                while not self._is_over():
                    if self._has_room():
                        self._under_way += 1
                        threads.append(Thread(target=self._work, daemon=True))
                        threads[-1].start()
                    else:
                        # Ctrl-C is heard between two looks on every system.
                        self._changed.wait(0.1)
        except BaseException as error:
            self._error = self._error or error
            raise
        finally:
            by = monotonic() + _FAREWELL
            for thread in threads:
                thread.join(max(0.0, by - monotonic()))
        if self._error is not None:
            raise self._error

    def _is_over(self) -> bool:
        return self._error is not None or (self._all_begun and not self._under_way)

    def _has_room(self) -> bool:
        return not self._all_begun and self._under_way < min(self._pace.wanted, MOST)

    def _work(self) -> None:
        """Take one file after the other, until there is none, or fewer are wanted."""
        try:
            while (file := self._next()) is not None:
                self._send(file)
                self._pace.finished()
        except BaseException as error:  # noqa: BLE001 - raised by `run`, on the caller's thread
            self._error = self._error or error
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def _next(self) -> LocalFile | None:
        with self._changed:
            if self._error is not None or self._under_way > self._pace.wanted:
                return None
            file = next(self._files, None)
            if file is None:
                self._all_begun = True
            self._changed.notify_all()
            return file
