"""Tells which members of an archive are at their places already."""

import os
import stat
from pathlib import Path
from typing import Final

from brant.transfer.archive.directory import Listed
from brant.transfer.disk.checksums import crc32

_READ: Final = 1024 * 1024
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def is_here(path: Path, member: Listed) -> bool:
    """Whether the file at `path` is the member, by its size and CRC-32; a link is not."""
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size != member.size:
            return False
        with open(os.open(path, _FLAGS), "rb", buffering=0) as file:  # noqa: PTH123
            view, value = memoryview(bytearray(min(_READ, max(1, member.size)))), 0
            while count := file.readinto(view):
                value = crc32(view[:count], value)
    except OSError:
        return False
    return value == member.crc32
