"""Grants in the database: codes, and the families of tokens that come of them; of secrets only the hashes.

Whoever changes something here holds the one writing transaction (`Database.write`), so that a code or a
refresh token cannot be taken twice however many ask at once.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.scopes import Scopes, parse
from brant.server.domain.accounts.hashes import digest
from brant.server.domain.accounts.tokens import Found, find, issue
from brant.server.store.tables import codes, grants, tokens

ACCESS_LIFETIME: Final = timedelta(hours=3)
REFRESH_LIFETIME: Final = timedelta(days=180)
"""Since it was last used."""
CODE_LIFETIME: Final = timedelta(minutes=10)
"""RFC 6749 §4.1.2 recommends at most that, and some people paste theirs by hand."""


class Code(NamedTuple):
    """An authorization code that can be exchanged. `redirect_uri` is empty where the request named none."""

    hash: str
    user_id: int
    client_id: str
    redirect_uri: str
    challenge: str | None
    scopes: Scopes


class Issued(NamedTuple):
    """Two new tokens; this is the only time that they are seen. `scopes` are those of the access token."""

    access_token: str
    refresh_token: str
    scopes: Scopes


class Grant(NamedTuple):
    """What a user lets one client do. `last_used` is when any of its tokens was."""

    id: int
    client_id: str
    scopes: Scopes
    created: datetime
    last_used: datetime | None


def save_code(
    connection: Connection,
    *,
    user_id: int,
    client_id: str,
    redirect_uri: str,
    challenge: str | None,
    scopes: Scopes,
    now: datetime,
) -> str:
    """A new code; this is the only time that it is seen."""
    code = secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(codes).values(
            hash=digest(code),
            user_id=user_id,
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=challenge,
            scopes=str(scopes),
            created=now,
            expires=now + CODE_LIFETIME,
        )
    )
    return code


def find_code(connection: Connection, code: str, now: datetime) -> Code | None:
    """The code, where it can be exchanged. One that was exchanged before ends its grant (RFC 6749 §4.1.2)."""
    row = connection.execute(sa.select(codes).where(codes.c.hash == digest(code))).one_or_none()
    if row is None:
        return None
    if row.grant_id is not None:
        end(connection, row.grant_id, now)
        return None
    if row.expires <= now:
        return None
    return Code(row.hash, row.user_id, row.client_id, row.redirect_uri, row.challenge, parse(row.scopes))


def begin(connection: Connection, code: Code, now: datetime) -> Issued:
    """The grant that a code stands for, and its first tokens; the code cannot be exchanged again."""
    grant_id: int = connection.execute(
        sa.insert(grants)
        .values(user_id=code.user_id, client_id=code.client_id, scopes=str(code.scopes), created=now)
        .returning(grants.c.id)
    ).scalar_one()
    connection.execute(sa.update(codes).where(codes.c.hash == code.hash).values(grant_id=grant_id))
    both: dict[str, Any] = {"user_id": code.user_id, "grant_id": grant_id, "scopes": code.scopes, "now": now}
    return Issued(
        issue(connection, kind="access", lifetime=ACCESS_LIFETIME, **both),
        issue(connection, kind="refresh", lifetime=REFRESH_LIFETIME, **both),
        code.scopes,
    )


def find_refresh(connection: Connection, secret: str, now: datetime) -> Found | None:
    """The refresh token, where it is good. One that was exchanged before ends its grant (RFC 9700 §4.14.2).

    That holds however shortly ago it was: two that come at once are not told from a thief and an owner.
    """
    found = find(connection, secret, now)
    if found is not None:
        return found if found.kind == "refresh" and found.grant_id is not None else None
    grant_id = connection.scalar(
        sa.select(tokens.c.grant_id).where(tokens.c.hash == digest(secret), tokens.c.replaced.is_not(None))
    )
    if grant_id is not None:
        end(connection, grant_id, now)
    return None


def refresh(connection: Connection, old: Found, scopes: Scopes, now: datetime) -> Issued:
    """The next tokens of a grant in exchange for a refresh token; `scopes` for the access token.

    RFC 6749 §6: the next refresh token is for all that was granted, however little was asked for this time.
    """
    assert old.grant_id is not None
    connection.execute(sa.update(tokens).where(tokens.c.id == old.id).values(replaced=now, last_used=now))
    both: dict[str, Any] = {"user_id": old.user_id, "grant_id": old.grant_id, "now": now}
    return Issued(
        issue(connection, kind="access", lifetime=ACCESS_LIFETIME, scopes=scopes, **both),
        issue(connection, kind="refresh", lifetime=REFRESH_LIFETIME, scopes=old.scopes, **both),
        scopes,
    )


def access(connection: Connection, refresh: Found, scopes: Scopes, lifetime: timedelta, now: datetime) -> str:
    """One more access token of a grant, and the refresh token stays; it lives on from now."""
    connection.execute(
        sa.update(tokens)
        .where(tokens.c.id == refresh.id)
        .values(last_used=now, expires=now + REFRESH_LIFETIME)
    )
    assert refresh.grant_id is not None
    return issue(
        connection,
        kind="access",
        user_id=refresh.user_id,
        now=now,
        lifetime=lifetime,
        scopes=scopes,
        grant_id=refresh.grant_id,
    )


def bound_to(connection: Connection, params: Mapping[str, str]) -> dict[str, str]:
    """The parameters that a token request leaves out, as the code or refresh token in it was issued with.

    For a client that has to prove nothing by them; none where the code or token is unknown.
    """
    if "code" in params:
        row = connection.execute(
            sa.select(codes.c.client_id, codes.c.redirect_uri).where(codes.c.hash == digest(params["code"]))
        ).one_or_none()
        return {} if row is None else {"client_id": row.client_id, "redirect_uri": row.redirect_uri}
    client_id = connection.scalar(
        sa.select(grants.c.client_id)
        .join(tokens, tokens.c.grant_id == grants.c.id)
        .where(tokens.c.hash == digest(params.get("refresh_token", "")))
    )
    return {} if client_id is None else {"client_id": client_id}


def end(connection: Connection, grant_id: int, now: datetime) -> None:
    """Ends a grant, and with it every token of it."""
    connection.execute(
        sa.update(grants).where(grants.c.id == grant_id, grants.c.revoked.is_(None)).values(revoked=now)
    )


def revoke(connection: Connection, token: Found, now: datetime) -> None:
    """Ends a token; with a refresh token its whole grant (RFC 7009 §2.1)."""
    if token.kind == "refresh" and token.grant_id is not None:
        end(connection, token.grant_id, now)
    connection.execute(sa.update(tokens).where(tokens.c.id == token.id).values(revoked=now))


def of_user(connection: Connection, user_id: int, now: datetime) -> list[Grant]:
    """What a user lets applications do, the newest first; only what can still be used."""
    columns = (grants.c.id, grants.c.client_id, grants.c.scopes, grants.c.created)
    rows = connection.execute(
        sa.select(*columns, sa.func.max(tokens.c.last_used).label("last_used"))
        .join(tokens, tokens.c.grant_id == grants.c.id)
        .where(grants.c.user_id == user_id, grants.c.revoked.is_(None))
        .group_by(*columns)
        .having(sa.func.max(tokens.c.expires) > now)
        .order_by(grants.c.id.desc())
    )
    return [Grant(row.id, row.client_id, parse(row.scopes), row.created, row.last_used) for row in rows]


def belongs_to(connection: Connection, grant_id: int, user_id: int) -> bool:
    """Whether it is that user's grant."""
    found = sa.exists().where(grants.c.id == grant_id, grants.c.user_id == user_id)
    return bool(connection.scalar(sa.select(found)))
