"""Room for a file, and bytes read and written at places of it by many threads, on systems of every kind."""

import errno
import io
import os
from collections.abc import Sequence
from threading import Lock
from typing import Final

__all__ = ["allocate", "read_at", "write_all_at", "write_at"]

# Some file systems cannot; there the room is taken as it is used.
_CANNOT: Final = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.EBADF)


def allocate(handle: int, size: int) -> None:
    """Take room for `size` bytes now, so that a disk too small for them says so before they are fetched.

    Nobody may write to the file meanwhile. Raises OSError.
    """
    if size and hasattr(os, "posix_fallocate"):
        from fcntl import F_GETFL, F_SETFL, fcntl

        flags = fcntl(handle, F_GETFL)
        # Where the file system cannot, glibc writes to every block, which may take as long as the download;
        # but not if the file is one to append to (EBADF).
        fcntl(handle, F_SETFL, flags | os.O_APPEND)
        try:
            os.posix_fallocate(handle, 0, size)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
        else:
            return
        finally:
            fcntl(handle, F_SETFL, flags)
    os.ftruncate(handle, size)


if hasattr(os, "pwrite"):

    def write_at(file: io.FileIO, at: int, piece: memoryview) -> int:
        """Write `piece` there, or its beginning; how many bytes. Raises OSError."""
        return os.pwrite(file.fileno(), piece, at)

    def read_at(file: io.FileIO, at: int, view: memoryview) -> int:
        """Read what is there into `view`; how many bytes. Raises OSError."""
        return os.preadv(file.fileno(), [view], at)

else:  # a system without them: one thread at a time moves the position
    _POSITION: Final = Lock()

    def write_at(file: io.FileIO, at: int, piece: memoryview) -> int:
        with _POSITION:
            file.seek(at)
            return file.write(piece)

    def read_at(file: io.FileIO, at: int, view: memoryview) -> int:
        with _POSITION:
            file.seek(at)
            return file.readinto(view)


def write_all_at(file: io.FileIO, at: int, pieces: Sequence[bytes | memoryview]) -> None:
    """One after the other, all of them; in one call where the system can, and the disk takes them whole."""
    done = os.pwritev(file.fileno(), pieces, at) if hasattr(os, "pwritev") else 0
    for piece in pieces:
        view = memoryview(piece)[done:]
        done -= len(piece) - len(view)
        at += len(piece) - len(view)
        while view:
            count = write_at(file, at, view)
            at, view = at + count, view[count:]
