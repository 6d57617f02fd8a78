"""Sessions: browsers that are signed in, known by a cookie of which only the hash is kept."""

import secrets
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.domain.accounts.hashes import digest
from brant.server.domain.accounts.user import COLUMNS, User
from brant.server.store.database import Database
from brant.server.store.tables import sessions, users

# A session ends when nobody used it for so long,
IDLE: Final = timedelta(days=14)
# or when it is so old, used or not.
LONGEST: Final = timedelta(days=90)
_TOUCH_EVERY: Final = timedelta(minutes=1)


class Sessions:
    """The signed-in browsers of all users."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open(self, user_id: int, now: datetime) -> str:
        """A new session; returns the value of its cookie, which is seen this once.

        Always a new value: one that was there before somebody signed in may be known to others.
        """
        value = secrets.token_urlsafe(32)
        with self._db.write() as connection:
            connection.execute(
                sa.insert(sessions).values(
                    hash=digest(value), user_id=user_id, created=now, last_seen=now, expires=now + IDLE
                )
            )
        return value

    def find(self, value: str, now: datetime) -> User | None:
        """Who is signed in with that cookie value; None when its session is unknown, closed or over."""
        with self._db.read() as connection:
            row = connection.execute(
                sa.select(*COLUMNS, sessions.c.created, sessions.c.last_seen)
                .join(users, users.c.id == sessions.c.user_id)
                .where(sessions.c.hash == digest(value), sessions.c.expires > now)
            ).one_or_none()
        if row is None:
            return None
        *user, created, last_seen = row
        if now - last_seen >= _TOUCH_EVERY:
            self._db.note(
                sa.update(sessions)
                .where(sessions.c.hash == digest(value))
                .values(last_seen=now, expires=min(now + IDLE, created + LONGEST))
            )
        return User(*user)

    def close(self, value: str) -> None:
        """Ends the session of that cookie value, where there is one."""
        with self._db.write(durable=True) as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == digest(value)))

    def close_all(self, user_id: int, except_: str | None = None) -> None:
        """Ends all sessions of a user but the one whose cookie value is `except_`."""
        with self._db.write(durable=True) as connection:
            close_sessions(connection, user_id, except_=except_)


def close_sessions(connection: Connection, user_id: int, *, except_: str | None) -> None:
    """As `Sessions.close_all`, inside a transaction of the caller's."""
    kept = [] if except_ is None else [digest(except_)]
    connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id, sessions.c.hash.not_in(kept)))
