"""Users: who there is, and whether somebody who signs in is who they say."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from brant.errors import Conflict, NotFound, Unauthenticated
from brant.server.domain.accounts import names
from brant.server.domain.accounts.guesses import Guesses
from brant.server.domain.accounts.passwords import Passwords
from brant.server.domain.accounts.sessions import close_sessions
from brant.server.domain.accounts.user import COLUMNS, User
from brant.server.store.database import Database
from brant.server.store.tables import users

# The same for an unknown name, a user without password and a wrong password.
_WRONG: Final = "the user name or the password is wrong: try again, or ask an administrator for a new one"


class Users:
    """The users of a server."""

    def __init__(self, db: Database, passwords: Passwords, guesses: Guesses) -> None:
        self._db = db
        self._passwords = passwords
        self._guesses = guesses

    def add(
        self,
        name: str,
        now: datetime,
        *,
        is_admin: bool = False,
        reserved: Collection[str] = (),
        password: str | None = None,
    ) -> User:
        """A new user. Raises InvalidInput for a bad name or password, Conflict for a name that is taken.

        `reserved` are words that no address could reach as a user name.
        """
        name = names.checked(name, "a user name", reserved)
        # Before the transaction, which nobody should wait for while this is computed.
        hashed = None if password is None else self._passwords.hash(password)
        with self._db.write(durable=True) as connection:
            names.claim(connection, name)
            made = connection.execute(
                sa.insert(users)
                .values(name=name, is_admin=is_admin, created=now, password_hash=hashed)
                .returning(users.c.id)
            ).scalar_one()
        return User(made, name, is_admin, now, hashed is not None)

    def all(self) -> list[User]:
        """All users, by name."""
        with self._db.read() as connection:
            return [User(*row) for row in connection.execute(sa.select(*COLUMNS).order_by(users.c.name))]

    def find(self, name: str) -> User | None:
        """The user of that name, in any case."""
        return self._one(users.c.name == names.key(name))

    def by_id(self, user_id: int) -> User | None:
        """The user of that id."""
        return self._one(users.c.id == user_id)

    def has_admin_with_password(self) -> bool:
        """Whether there is an administrator who can sign in to the pages."""
        with self._db.read() as connection:
            found = sa.exists().where(users.c.is_admin, users.c.password_hash.is_not(None))
            return bool(connection.scalar(sa.select(found)))

    def set_password(self, user_id: int, password: str, *, keep: str | None = None) -> None:
        """Gives a user a new password, and ends all their sessions but the one whose cookie value is `keep`.

        Raises InvalidInput for a password that is not taken, NotFound where there is no such user.
        """
        hashed = self._passwords.hash(password)
        with self._db.write(durable=True) as connection:
            changed = connection.execute(
                sa.update(users).where(users.c.id == user_id).values(password_hash=hashed)
            )
            if not changed.rowcount:
                raise NotFound("there is no such user any more: look at the list of users")
            close_sessions(connection, user_id, except_=keep)

    def set_admin(self, user_id: int, *, is_admin: bool) -> None:
        """Makes a user an administrator, or no longer one.

        Raises NotFound where there is no such user, Conflict where no administrator would be left.
        """
        with self._db.write(durable=True) as connection:
            others = sa.exists().where(users.c.is_admin, users.c.id != user_id)
            if not is_admin and not connection.scalar(sa.select(others)):
                raise Conflict("somebody has to administer the server: make another administrator first")
            changed = connection.execute(
                sa.update(users).where(users.c.id == user_id).values(is_admin=is_admin)
            )
        if not changed.rowcount:
            raise NotFound("there is no such user any more: look at the list of users")

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> User:
        """The user `name`, if that is their password; `address` is the IP address that it came from.

        Raises Unauthenticated in the same words and after the same work whatever was wrong, RateLimited with
        `retry_after` when there were too many wrong tries.
        """
        name = names.key(name.strip()[:200])
        with self._guesses.attempt(name, address, now):
            with self._db.read() as connection:
                row = connection.execute(
                    sa.select(*COLUMNS, users.c.password_hash).where(users.c.name == name)
                ).one_or_none()
            stored: str | None = None if row is None else row.password_hash
            if not self._passwords.matches(password, stored) or row is None or stored is None:
                raise Unauthenticated(_WRONG)
        if self._passwords.is_outdated(stored):
            self._rehash(row.id, stored, password)
        return User(*row[:-1])

    def _rehash(self, user_id: int, stored: str, password: str) -> None:
        hashed = self._passwords.hash(password)
        # Not where it was changed meanwhile.
        self._db.note(
            sa.update(users)
            .where(users.c.id == user_id, users.c.password_hash == stored)
            .values(password_hash=hashed)
        )

    def _one(self, condition: sa.ColumnElement[bool]) -> User | None:
        with self._db.read() as connection:
            row = connection.execute(sa.select(*COLUMNS).where(condition)).one_or_none()
        return None if row is None else User(*row)
