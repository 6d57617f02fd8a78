"""The disk: what the system and SQLite say of a full one, in the words of our own errors."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import OperationalError

from brant.errors import LocalFailure, Unreachable

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS: Final = "the server's disk is full: make room there, then continue"


@contextmanager
def written() -> Iterator[None]:
    """Around what writes files. Raises LocalFailure when the disk is full; other failures stay."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise LocalFailure(_WORDS) from error
        raise


@contextmanager
def recorded() -> Iterator[None]:
    """Around transactions. Raises LocalFailure for a full disk, Unreachable when others write too long."""
    try:
        yield
    except OperationalError as error:
        # A quota or a limit comes as an I/O error.
        if _kind(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise LocalFailure(_WORDS) from error
        if is_busy(error):
            raise Unreachable("the server is busy writing: try again in a moment") from error
        raise


def is_busy(error: OperationalError) -> bool:
    """Whether it says that another connection is writing."""
    return _kind(error) == sqlite3.SQLITE_BUSY


def _kind(error: OperationalError) -> int:
    """The lowest byte of its code (sqlite.org/rescode.html)."""
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF
