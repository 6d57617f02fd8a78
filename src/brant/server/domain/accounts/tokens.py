"""Tokens: access tokens, refresh tokens and legacy keys, and whom they stand for; stored as hashes."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.accounts import (
    ExpireApiTokenRequest,
    HelloResponse,
    IntrospectTokenRequest,
    IntrospectTokenResponse,
)
from brant.contract.method import Empty
from brant.contract.scopes import FULL, Scopes, parse
from brant.errors import NotFound
from brant.server.domain.accounts import names
from brant.server.domain.accounts.hashes import digest
from brant.server.domain.actor import Actor, Context
from brant.server.store.database import Database
from brant.server.store.tables import Moment, grants, tokens, users

ACCESS_PREFIX: Final = "KGAT_"
REFRESH_PREFIX: Final = "KGRT_"

_TOUCH_EVERY: Final = timedelta(minutes=1)

Kind = Literal["access", "key", "refresh"]


class TokenRow(NamedTuple):
    """One line of a user's list of tokens. `client_id` names the application that it was granted to."""

    id: int
    kind: Kind
    label: str
    scopes: Scopes
    client_id: str | None
    created: datetime
    expires: datetime | None
    last_used: datetime | None


class Found(NamedTuple):
    """A token that is good now, with its owner and, where it was granted to an application, that."""

    id: int
    kind: Kind
    user_id: int
    name: str
    is_admin: bool
    scopes: Scopes
    created: datetime
    expires: datetime | None
    grant_id: int | None
    client_id: str | None


# Neither revoked itself, nor of a grant that is; for tokens with their grants joined.
_STANDS: Final = (tokens.c.revoked.is_(None), grants.c.revoked.is_(None))
_STANDING: Final = sa.select(
    sa.select(tokens.c.id)
    .outerjoin(grants, grants.c.id == tokens.c.grant_id)
    .where(tokens.c.id == sa.bindparam("id"), *_STANDS)
    .exists()
)
# What is good at the moment `now`: neither expired nor revoked nor replaced, and its grant, if any, stands.
# Built once, since every call that comes with a token asks it; it begins with what a Found is made of.
_GOOD: Final = (
    sa.select(
        tokens.c.id,
        tokens.c.kind,
        tokens.c.user_id,
        users.c.name,
        users.c.is_admin,
        tokens.c.scopes,
        tokens.c.created,
        tokens.c.expires,
        tokens.c.grant_id,
        grants.c.client_id,
        tokens.c.last_used,
        tokens.c.label,
    )
    .select_from(tokens)
    .join(users, users.c.id == tokens.c.user_id)
    .outerjoin(grants, grants.c.id == tokens.c.grant_id)
    .where(
        *_STANDS,
        tokens.c.replaced.is_(None),
        sa.or_(tokens.c.expires.is_(None), tokens.c.expires > sa.bindparam("now", type_=Moment)),
    )
)
_BY_SECRET: Final = _GOOD.where(tokens.c.hash == sa.bindparam("hash"))
_OF_USER: Final = _GOOD.where(
    tokens.c.user_id == sa.bindparam("user_id"), tokens.c.kind != "refresh"
).order_by(tokens.c.created.desc(), tokens.c.id.desc())


class _Made(TypedDict):
    kind: Kind
    now: datetime
    lifetime: timedelta | None
    scopes: Scopes


def issue(
    connection: Connection,
    *,
    kind: Kind,
    user_id: int,
    now: datetime,
    lifetime: timedelta | None,
    scopes: Scopes,
    label: str = "",
    grant_id: int | None = None,
) -> str:
    """A new token, inside a transaction of the caller's; this is the only time that it is seen.

    Without `lifetime` it is good until it is revoked; one of a grant ends with that.
    """
    secret = _new_secret(kind)
    connection.execute(
        sa.insert(tokens).values(
            user_id=user_id,
            kind=kind,
            hash=digest(secret),
            created=now,
            expires=None if lifetime is None else now + lifetime,
            label=label,
            scopes=str(scopes),
            grant_id=grant_id,
        )
    )
    return secret


def find(connection: Connection, secret: str, now: datetime) -> Found | None:
    """The token `secret`; None when it is unknown, expired, revoked, replaced, or of a revoked grant."""
    row = _by_secret(connection, secret, now)
    return None if row is None else Found(*row[: len(Found._fields)])._replace(scopes=_scopes(row.scopes))


class Tokens:
    """The tokens and keys of all users."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def make_token(
        self,
        name: str,
        now: datetime,
        *,
        label: str = "",
        scopes: Scopes = FULL,
        lifetime: timedelta | None = None,
    ) -> str:
        """A new access token of the user `name`, `KGAT_…`; this is the only time that it is seen.

        Raises NotFound where there is no such user, InvalidInput for a bad label.
        """
        return self._make(name, label, kind="access", now=now, lifetime=lifetime, scopes=scopes)

    def make_key(self, name: str, now: datetime, *, label: str = "", scopes: Scopes = FULL) -> str:
        """A new key for kaggle.json, 32 hexadecimal digits; otherwise as `make_token`."""
        return self._make(name, label, kind="key", now=now, lifetime=None, scopes=scopes)

    def of(self, user_id: int, now: datetime) -> list[TokenRow]:
        """The access tokens and keys of a user that are good now, the newest first."""
        with self._db.read() as connection:
            return [
                TokenRow(
                    row.id,
                    row.kind,
                    row.label,
                    _scopes(row.scopes),
                    row.client_id,
                    row.created,
                    row.expires,
                    row.last_used,
                )
                for row in connection.execute(_OF_USER, {"user_id": user_id, "now": now})
            ]

    def revoke(self, user_id: int, token_id: int, now: datetime) -> None:
        """Ends a token of that user for good, and where it was granted to an application, the whole grant.

        Raises NotFound for the token of another. To end one twice is no error.
        """
        self._end(user_id, tokens.c.id == token_id, now)

    def find(self, secret: str, now: datetime) -> Found | None:
        """What a token, refresh token or key is good for; None when it is not good."""
        with self._db.read() as connection:
            return find(connection, secret, now)

    def stands(self, token_id: int) -> bool:
        """Whether nobody has revoked that token, or the grant it is of; it may have expired."""
        with self._db.read() as connection:
            return bool(connection.scalar(_STANDING, {"id": token_id}))

    def bearer(self, token: str, now: datetime) -> Actor | None:
        """Whom an access token stands for; None when it is unknown, expired or revoked."""
        return self._actor("access", token, now)

    def key(self, key: str, now: datetime) -> Actor | None:
        """Whom a legacy key stands for, whatever name it comes with: a client has one of its own."""
        return self._actor("key", key, now)

    def basic(self, name: str, key: str, now: datetime) -> Actor | None:
        """The user `name`, when `key` is one of their keys; None otherwise."""
        return self._actor("key", key, now, names.key(name))

    def hello(self, context: Context, _: Empty) -> HelloResponse:
        """The name of the caller."""
        return HelloResponse(user_name=context.caller.name)

    def introspect(self, context: Context, request: IntrospectTokenRequest) -> IntrospectTokenResponse:
        """What a token is good for (RFC 7662 §2.2); one that is not good is inactive, never an error.

        Whoever holds a token may ask: the official client does so without other credentials
        (behaviour.md §3). Keys are none of its tokens.
        """
        found = self.find(request.token, context.now)
        if found is None or found.kind == "key":
            return IntrospectTokenResponse(active=False)
        return IntrospectTokenResponse(
            active=True,
            client_id=found.client_id or "",
            username=found.name,
            user_id=found.user_id,
            scope=str(found.scopes),
            exp=None if found.expires is None else int(found.expires.timestamp()),
        )

    def expire(self, context: Context, request: ExpireApiTokenRequest) -> Empty:
        """Ends one of the caller's own tokens, for good, and the grant that it belongs to.

        The method asks for a permission where it is named by its id; who has the token itself may end it.
        Raises NotFound for any that is not the caller's.
        """
        caller = context.caller
        if request.token_id:
            self._end(caller.user_id, tokens.c.id == request.token_id, context.now)
        else:
            self._end(caller.user_id, tokens.c.hash == digest(request.token or ""), context.now)
        return Empty()

    def _make(self, name: str, label: str, **token: Unpack[_Made]) -> str:
        label = names.label(label, "label")
        with self._db.write(durable=True) as connection:
            owner = connection.scalar(sa.select(users.c.id).where(users.c.name == names.key(name)))
            if owner is None:
                raise NotFound(f"there is no user {name[:60]!r}: add one with `brant admin user add NAME`")
            return issue(connection, user_id=owner, label=label, **token)

    def _actor(self, kind: Kind, secret: str, now: datetime, name: str | None = None) -> Actor | None:
        with self._db.read() as connection:
            row = _by_secret(connection, secret, now)
        if row is None or row.kind != kind or name not in (None, row.name):
            return None
        if row.last_used is None or now - row.last_used >= _TOUCH_EVERY:
            self._db.note(sa.update(tokens).where(tokens.c.id == row.id).values(last_used=now))
        return Actor(row.user_id, row.name, row.is_admin, _scopes(row.scopes), row.id)

    def _end(self, user_id: int, chosen: sa.ColumnElement[bool], now: datetime) -> None:
        with self._db.write(durable=True) as connection:
            row = connection.execute(
                sa.update(tokens)
                .where(chosen, tokens.c.user_id == user_id)
                .values(revoked=sa.func.coalesce(tokens.c.revoked, now))
                .returning(tokens.c.grant_id)
            ).one_or_none()
            if row is None:
                raise NotFound(
                    "no token of yours is that one: it may have been revoked by another user, or mistyped"
                )
            if row.grant_id is not None:
                connection.execute(
                    sa.update(grants)
                    .where(grants.c.id == row.grant_id, grants.c.user_id == user_id)
                    .values(revoked=sa.func.coalesce(grants.c.revoked, now))
                )


def _by_secret(connection: Connection, secret: str, now: datetime) -> Any:
    return connection.execute(_BY_SECRET, {"hash": digest(secret), "now": now}).one_or_none()


# The same few texts come again with every call.
@lru_cache(maxsize=1000)
def _scopes(text: str) -> Scopes:
    return parse(text)


def _new_secret(kind: Kind) -> str:
    if kind == "access":
        return ACCESS_PREFIX + secrets.token_urlsafe(32)
    if kind == "refresh":
        return REFRESH_PREFIX + secrets.token_urlsafe(48)
    return secrets.token_hex(16)
