"""A disk of a few kilobytes that can be enlarged, or turned read-only: real where root can mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_KIB: Final = 1024


class Disk:
    """A small file system at `place`. Where none can be mounted, `file_limit` bounds each file instead."""

    def __init__(self, place: Path, size: int, *, is_real: bool) -> None:
        self.place = place
        self.is_real = is_real
        self.file_limit = None if is_real else size

    def resize(self, size: int) -> None:
        """Make room."""
        if self.is_real:
            _mount("-o", f"remount,size={size // _KIB}k", str(self.place))
        self.file_limit = None

    def turn_read_only(self) -> Path:
        """From now on nothing can be written; a folder of which that is so."""
        if self.is_real:
            _mount("-o", "remount,ro", str(self.place))
            return self.place
        if os.geteuid() == 0:
            # No mode of a folder holds root back, but for those that the kernel makes up.
            return Path("/proc/self")
        self.place.chmod(0o555)
        return self.place


def _mount(*words: str) -> bool:
    try:
        return subprocess.run(["mount", *words], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Disk]:
    """`place` as a disk of `size` bytes."""
    place.mkdir()
    is_real = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", f"size={size // _KIB}k", "tmpfs", str(place))
    try:
        yield Disk(place, size, is_real=is_real)
    finally:
        if is_real:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
        else:
            place.chmod(0o755)
