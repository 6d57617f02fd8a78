"""Passwords: which ones are taken, and their slow hashes (argon2id, RFC 9106), few at once."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from brant.errors import InvalidInput, RateLimited

SHORTEST: Final = 10
LONGEST: Final = 1000
# Normalizing may shorten a text (an accent that was typed by itself), but not by more than this.
_SHRINKS_BY: Final = 4

# Each run takes 64 MiB: so much memory, times two, is all that signing in can ever take.
_AT_ONCE: Final = 2
# More than this would wait in threads that other calls need.
_WAITING: Final = 8


class Passwords:
    """Makes and checks the hashes of passwords.

    The default `hasher` is the second recommended option of RFC 9106 §4 but for two lanes in place of four:
    64 MiB and three passes, 80 ms on a machine with two cores.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)
        self._running = threading.BoundedSemaphore(_AT_ONCE)
        self._room = threading.BoundedSemaphore(_AT_ONCE + _WAITING)

    def hash(self, password: str) -> str:
        """What to keep of a new password. Raises InvalidInput for one that is not taken, RateLimited.

        It must have 10 to 1000 characters, counted in Unicode normalization form NFKC, in which it is also
        hashed: keyboards differ in how they put an accent on a letter.
        """
        normal = _normal(password)
        if normal is None or not SHORTEST <= len(normal) <= LONGEST:
            raise InvalidInput(f"a password must have {SHORTEST} to {LONGEST} characters: choose another")
        with self._turn():
            return self._hasher.hash(normal)

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether `stored` was made of this password; the work is the same where there is none to compare.

        Raises RateLimited.
        """
        normal = _normal(password) or ""
        with self._turn():
            if stored is None or len(normal) > LONGEST:
                self._hasher.hash(normal[:LONGEST])
                return False
            try:
                return self._hasher.verify(stored, normal)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise RateLimited("too many people sign in at this moment: try again in a second", 1)
        try:
            with self._running:
                yield
        finally:
            self._room.release()


def _normal(password: str) -> str | None:
    """The password as it is counted and hashed; None for one too long to look at, and for broken Unicode."""
    if len(password) > _SHRINKS_BY * LONGEST or (not password.isascii() and _is_broken(password)):
        return None
    return unicodedata.normalize("NFKC", password)


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
