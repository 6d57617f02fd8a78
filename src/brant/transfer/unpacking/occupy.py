"""One process at a time for a folder that is unpacked into."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from brant.transfer.archive.folder import Folder
from brant.transfer.disk.journal import Journal
from brant.transfer.disk.partial import local_failure

_LOCK: Final = ".brant-unpacking"
# What `Folder.temporary` makes.
_PASSING: Final = re.compile(r"\.brant-\d+-\d+\.tmp")


class Occupied(NamedTuple):
    """A folder that is ours. `is_new`: nothing was in it; `was_left`: the one before us was killed."""

    folder: Folder
    is_new: bool
    was_left: bool


@contextmanager
def occupied(root: Path) -> Iterator[Occupied]:
    """The folder, made if need be, for this process alone.

    Raises Conflict when another has it, LocalFailure when it cannot be written.
    """
    folder, lock = Folder(root), root / _LOCK
    folder.make(())
    try:
        is_new, was_left = next(root.iterdir(), None) is None, lock.exists()
        journal = Journal.claim(lock, root)
    except OSError as error:
        raise local_failure(error, root) from error
    is_swept = not was_left
    try:
        try:
            journal.take_up()
        except OSError as error:
            raise local_failure(error, root) from error
        yield Occupied(folder, is_new, was_left)
        is_swept = True
    finally:
        # Who fails before it has swept leaves that, too, to the next.
        if is_swept:
            with suppress(OSError):
                journal.remove()
        journal.close()


def sweep(folder: Path) -> None:
    """Remove the passing files of a process that was killed."""
    with suppress(OSError):
        for path in folder.iterdir():
            if _PASSING.fullmatch(path.name):
                path.unlink(missing_ok=True)
