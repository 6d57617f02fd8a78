"""What all parts of the unpacking of one remote zip share."""

from collections.abc import Callable
from typing import NamedTuple

from brant.transfer.archive.directory import Listed
from brant.transfer.archive.folder import Folder
from brant.transfer.connections.pinned import Pinned
from brant.transfer.progress import Progress


class Job(NamedTuple):
    """`source` is bound to the archive; `done` hears of each member that has its place, from any thread.

    With `force`, what earlier runs have begun is not used.
    """

    source: Pinned
    folder: Folder
    progress: Progress
    done: Callable[[Listed], None]
    force: bool
