"""Set-up: the first administrator is made by whoever can read a file in the data folder."""

import base64
import hmac
import os
import secrets
import threading
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final

from brant.errors import PermissionDenied, Unauthenticated
from brant.server.domain.accounts.guesses import Guesses
from brant.server.domain.accounts.user import User
from brant.server.domain.accounts.users import Users
from brant.server.store import disk

# 100 bits, in five groups of four letters and digits.
_LETTERS: Final = 20
_GROUP: Final = 4


class Setup:
    """The set-up of one server; `path` is the file with its code, which is there as long as it is needed."""

    def __init__(self, users: Users, path: Path) -> None:
        self._users = users
        self._path = path
        self._guesses = Guesses()
        self._finishing = threading.Lock()

    def needed(self) -> bool:
        """Whether no administrator can sign in yet. Where one can, the file goes."""
        needed = not self._users.has_admin_with_password()
        if not needed:
            self._path.unlink(missing_ok=True)
        return needed

    def prepare(self) -> bool:
        """Makes the file, with mode 600, where set-up is needed; returns whether it is.

        Raises LocalFailure when the disk is full.
        """
        needed = self.needed()
        if needed and not self._code():
            self._write(_new_code())
        return needed

    def check(self, code: str, address: str, now: datetime) -> bool:
        """Whether that is the code, however it is spaced and in any case; `address` is where it came from.

        Raises RateLimited with `retry_after` when there were too many wrong ones.
        """
        try:
            with self._guesses.attempt("", address, now):
                self._demand(code)
        except Unauthenticated:
            return False
        return True

    def finish(
        self,
        code: str,
        name: str,
        password: str,
        *,
        address: str,
        now: datetime,
        reserved: Collection[str] = (),
    ) -> User:
        """Makes the first administrator, after which the code is worth nothing.

        Raises Unauthenticated for a wrong code, PermissionDenied where there is an administrator already,
        RateLimited as `check`, and what `Users.add` raises.
        """
        with self._guesses.attempt("", address, now), self._finishing:
            if not self.needed():
                raise PermissionDenied("this server is set up already: sign in, or ask its administrator")
            self._demand(code)
            made = self._users.add(name, now, is_admin=True, reserved=reserved, password=password)
            self._path.unlink(missing_ok=True)
        return made

    def _demand(self, code: str) -> None:
        """Raises Unauthenticated unless that is the code."""
        expected = self._code()
        if not hmac.compare_digest(_bare(code).encode(), expected.encode()) or not expected:
            raise Unauthenticated(f"that is not the code: copy it from the file {self._path.name}")

    def _code(self) -> str:
        """What is in the file, or nothing where there is no whole code in it."""
        try:
            code = _bare(self._path.read_text("ascii"))
        except (FileNotFoundError, UnicodeDecodeError):
            return ""
        return code if len(code) == _LETTERS else ""

    def _write(self, code: str) -> None:
        # It gets its name when it is whole: a server that is killed here starts again.
        passing = self._path.with_name(f"{self._path.name}.new")
        passing.unlink(missing_ok=True)
        with disk.written():
            descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{code}\n")
                file.flush()
                os.fsync(file.fileno())
            passing.replace(self._path)


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_LETTERS)).decode()[:_LETTERS]
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))


def _bare(code: str) -> str:
    """The letters and digits of a code as people copy it."""
    return "".join(letter for letter in code[:200] if letter.isascii() and letter.isalnum()).upper()
