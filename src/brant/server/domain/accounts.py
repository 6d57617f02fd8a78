"""Accounts: users, and the tokens and keys that stand for them. Only hashes of secrets are stored."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from brant.contract.accounts import (
    ExpireApiTokenRequest,
    HelloResponse,
    IntrospectTokenRequest,
    IntrospectTokenResponse,
)
from brant.contract.method import Empty
from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.actor import Actor, Context
from brant.server.store.database import Database
from brant.server.store.tables import tokens, users

ACCESS_PREFIX: Final = "KGAT_"

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?")
# Words that stand first in an address of ours, or that official clients treat as something else.
_RESERVED: Final = frozenset({"api", "datasets", "me", "models", "storage", "versions"})
_TOUCH_EVERY: Final = timedelta(minutes=1)

Kind = Literal["access", "key"]


class User(NamedTuple):
    """One row of the list of users."""

    id: int
    name: str
    is_admin: bool
    created: datetime


class Accounts:
    """Users, tokens, keys."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_user(
        self, name: str, now: datetime, *, is_admin: bool = False, reserved: Collection[str] = ()
    ) -> User:
        """A new user. Raises InvalidInput for a bad name, Conflict for one that is taken.

        `reserved` are words that no address could reach as a user name.
        """
        name = name.lower()
        if not _NAME.fullmatch(name) or name in _RESERVED or name in reserved:
            raise InvalidInput(
                f"{name[:60]!r} cannot be a user name: use 1 to 50 of a-z, 0-9, - and _, "
                "a letter or digit first and last, and no reserved word"
            )
        try:
            with self._db.write(durable=True) as connection:
                made = connection.execute(
                    sa.insert(users).values(name=name, is_admin=is_admin, created=now).returning(users.c.id)
                ).scalar_one()
        except IntegrityError:
            raise Conflict(f"there is a user {name!r} already: choose another name") from None
        return User(made, name, is_admin, now)

    def users(self) -> list[User]:
        """All users, by name."""
        with self._db.read() as connection:
            rows = connection.execute(
                sa.select(users.c.id, users.c.name, users.c.is_admin, users.c.created).order_by(users.c.name)
            )
            return [User(*row) for row in rows]

    def make_token(self, name: str, now: datetime, *, lifetime: timedelta | None = None) -> str:
        """A new access token of the user `name`, `KGAT_…`; this is the only time that it is seen."""
        return self._issue("access", name, ACCESS_PREFIX + secrets.token_urlsafe(32), now, lifetime)

    def make_key(self, name: str, now: datetime) -> str:
        """A new key for kaggle.json, 32 hexadecimal digits; this is the only time that it is seen."""
        return self._issue("key", name, secrets.token_hex(16), now, None)

    def bearer(self, token: str, now: datetime) -> Actor | None:
        """Whom an access token stands for; None when it is unknown, expired or revoked."""
        with self._db.read() as connection:
            row = _live(connection, "access", token, now)
        return self._recognised(row, now)

    def basic(self, name: str, key: str, now: datetime) -> Actor | None:
        """The user `name`, when `key` is one of their keys; None otherwise."""
        with self._db.read() as connection:
            row = _live(connection, "key", key, now)
        if row is None or not hmac.compare_digest(row.name.encode(), name.lower().encode()):
            return None
        return self._recognised(row, now)

    def hello(self, context: Context, _: Empty) -> HelloResponse:
        """The name of the caller."""
        return HelloResponse(user_name=context.caller.name)

    def introspect(self, context: Context, request: IntrospectTokenRequest) -> IntrospectTokenResponse:
        """What a token is good for (RFC 7662 §2.2); one that is not good is inactive, never an error."""
        with self._db.read() as connection:
            row = _live(connection, "access", request.token, context.now)
        if row is None:
            return IntrospectTokenResponse(active=False)
        return IntrospectTokenResponse(
            active=True,
            username=row.name,
            user_id=row.user_id,
            scope="resources.admin:*",
            exp=None if row.expires is None else int(row.expires.timestamp()),
        )

    def revoke(self, context: Context, request: ExpireApiTokenRequest) -> Empty:
        """Ends one of the caller's own tokens, for good. Raises NotFound for any other."""
        chosen = (
            tokens.c.id == request.token_id
            if request.token_id
            else tokens.c.hash == _hash(request.token or "")
        )
        with self._db.write(durable=True) as connection:
            changed = connection.execute(
                sa.update(tokens)
                .where(chosen, tokens.c.user_id == context.caller.user_id)
                .values(revoked=sa.func.coalesce(tokens.c.revoked, context.now))
            )
        if not changed.rowcount:
            raise NotFound(
                "no token of yours is that one: it may have been revoked by another user, or mistyped"
            )
        return Empty()

    def _issue(self, kind: Kind, name: str, secret: str, now: datetime, lifetime: timedelta | None) -> str:
        with self._db.write(durable=True) as connection:
            owner = connection.scalar(sa.select(users.c.id).where(users.c.name == name.lower()))
            if owner is None:
                raise NotFound(f"there is no user {name[:60]!r}: add one with `brant admin user add NAME`")
            connection.execute(
                sa.insert(tokens).values(
                    user_id=owner,
                    kind=kind,
                    hash=_hash(secret),
                    created=now,
                    expires=None if lifetime is None else now + lifetime,
                )
            )
        return secret

    def _recognised(self, row: Any, now: datetime) -> Actor | None:
        if row is None:
            return None
        if row.last_used is None or now - row.last_used >= _TOUCH_EVERY:
            self._db.note(sa.update(tokens).where(tokens.c.id == row.id).values(last_used=now))
        return Actor(row.user_id, row.name, row.is_admin)


def _live(connection: Connection, kind: Kind, secret: str, now: datetime) -> Any:
    """The token, unless it expired or was revoked. Found by its hash, so that timing tells nothing of it."""
    return connection.execute(
        sa.select(
            tokens.c.id,
            tokens.c.expires,
            tokens.c.last_used,
            tokens.c.user_id,
            users.c.name,
            users.c.is_admin,
        )
        .join(users, users.c.id == tokens.c.user_id)
        .where(
            tokens.c.hash == _hash(secret),
            tokens.c.kind == kind,
            tokens.c.revoked.is_(None),
            sa.or_(tokens.c.expires.is_(None), tokens.c.expires > now),
        )
    ).one_or_none()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
