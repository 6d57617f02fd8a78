"""Puts the body of an answer on disk as it comes: under another name, then in place, whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from brant.transfer.disk.partial import local_failure
from brant.transfer.http.response import Response

_PIECE: Final = 256 * 1024
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def save(response: Response, destination: Path) -> int:
    """Write what `response` holds to `destination`, in the place of what is there; its size in bytes.

    Raises Unreachable when the peer cuts or stalls, LocalFailure; then nothing has changed.
    """
    unfinished = destination.with_name(f".brant-{os.urandom(8).hex()}")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        size = _write(os.open(unfinished, _NEW, 0o666), response)
        unfinished.replace(destination)
    except OSError as error:
        _remove(unfinished)
        raise local_failure(error, destination) from error
    except BaseException:
        _remove(unfinished)
        raise
    return size


def _remove(unfinished: Path) -> None:
    # Where even this fails, the first failure is the one to tell.
    with suppress(OSError):
        unfinished.unlink()


def _write(handle: int, response: Response) -> int:
    size, view = 0, memoryview(bytearray(_PIECE))
    with os.fdopen(handle, "wb", buffering=0) as file:
        while count := response.readinto(view):
            done = 0
            while done < count:
                done += file.write(view[done:count]) or 0
            size += count
        os.fsync(handle)
    return size
