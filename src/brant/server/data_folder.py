"""The data folder: made for its owner alone, and served by one process at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brant.errors import LocalFailure


def prepare(folder: Path) -> None:
    """Makes the folder, with mode 700, where there is none. Raises LocalFailure."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LocalFailure(f"cannot make the data folder {folder}: {error.strerror}") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise LocalFailure(
            f"cannot write to the data folder {folder}: give it to this user, or choose another"
        )


@contextmanager
def held(lock: Path) -> Iterator[None]:
    """Holds the folder of `lock` for this process. Raises LocalFailure where another one serves it.

    The lock is the kernel's, so a killed server leaves none behind.
    """
    import fcntl

    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise LocalFailure(
                f"{lock.parent} is being served by process {holder}: stop that one, or choose another --data"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
