"""A lock that processes and threads share: it lies in a file, and who dies gives it up."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final

_PAUSE: Final = 0.02


@contextmanager
def locked(file: Path, *, patience: float) -> Iterator[None]:
    """Hold `file`, which is made if need be (mode 600) and stays, for the length of a block.

    Each call opens the file anew, so that threads of one process exclude each other too. The system frees it
    when its holder ends, however that happens. Raises TimeoutError when others hold it for longer than
    `patience`, in seconds, and OSError where it cannot be locked.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = monotonic() + patience
        while not _take(handle):
            if monotonic() >= deadline:
                raise TimeoutError(f"{file} is held by another process")
            sleep(_PAUSE)
        yield
    finally:
        _give_up(handle)
        os.close(handle)


if sys.platform == "win32":

    def _take(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _give_up(handle: int) -> None:
        """Closing does."""

else:

    def _take(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_up(handle: int) -> None:
        import fcntl

        # A process that was forked meanwhile holds the same lock: closing alone would leave it there.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
