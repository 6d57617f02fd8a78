"""How much disk a program takes at most while it runs: sampled, so what is gone in 5 ms can be missed."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_EVERY: Final = 0.005
_BLOCK: Final = 512


class Peak:
    """The most bytes seen, in blocks that the file system has given away."""

    def __init__(self) -> None:
        self.bytes = 0


@contextmanager
def watched(folder: Path) -> Iterator[Peak]:
    """Looks at all files below `folder` again and again until the block ends."""
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY):
            peak.bytes = max(peak.bytes, _taken(folder))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _taken(folder: Path) -> int:
    total = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            # A file may go between the look at its folder and the look at itself.
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    total += _taken(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * _BLOCK
    return total
