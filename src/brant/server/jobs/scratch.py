"""Scratch folders: what scoring needs on disk meanwhile, one folder a worker, gone when the worker is."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NAME: Final = "scratch"


@contextmanager
def scratch_folder(data: Path) -> Iterator[Path]:
    """An empty folder in the data folder; those whose workers were killed are removed before.

    A worker holds a lock of the kernel's on its own, so a killed one leaves none behind.
    """
    import fcntl

    home = data / _NAME
    home.mkdir(mode=0o700, exist_ok=True)
    with (home / "lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _sweep(home)
        folder = Path(tempfile.mkdtemp(prefix="worker-", dir=home))
        held = (folder / "lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX)
    with held:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def clear(folder: Path) -> None:
    """Removes what a job left in it."""
    for path in folder.iterdir():
        if path.name == "lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sweep(home: Path) -> None:
    import fcntl

    for folder in home.glob("worker-*"):
        try:
            with (folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # its worker lives
        except OSError:
            pass  # it died before it had a lock
        shutil.rmtree(folder, ignore_errors=True)
