"""Authentication: who is calling, told from the Authorization header (RFC 6750 §2.1, RFC 7617)."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from brant.errors import InvalidInput, Unauthenticated
from brant.server.domain.actor import Actor
from brant.server.edge.adapters import means_nobody


class Accounts(Protocol):
    """What authentication needs of the accounts."""

    def bearer(self, token: str, now: datetime) -> Actor | None:
        """The owner of an access token."""

    def basic(self, name: str, key: str, now: datetime) -> Actor | None:
        """The user `name`, where `key` is a legacy key of theirs."""


class Credentials(NamedTuple):
    """A token, or a user name and a legacy key; `name` is empty where a token came by Bearer."""

    name: str
    secret: str


def read_credentials(authorization: Sequence[str]) -> Credentials | None:
    """The credentials in the Authorization headers; None where there are none.

    Raises InvalidInput for more than one header, Unauthenticated for what cannot be read.
    """
    if not authorization:
        return None
    if len(authorization) > 1:
        raise InvalidInput("more than one Authorization header: send a token or a key, not both")
    scheme, _, value = authorization[0].strip().partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return Credentials("", value.strip())
    if scheme.lower() == "basic" and value.strip():
        return _basic(value.strip())
    raise Unauthenticated(
        "the Authorization header is neither 'Bearer TOKEN' nor 'Basic' with user name and key"
    )


def authenticate(accounts: Accounts, credentials: Credentials | None, now: datetime) -> Actor | None:
    """The actor behind `credentials`; None for an anonymous caller. Raises Unauthenticated for wrong ones."""
    if credentials is None:
        return None
    name, secret = credentials
    if not name:
        actor = accounts.bearer(secret, now)
        if actor is None:
            raise Unauthenticated(
                "the token is unknown, expired or revoked: log in again, or make one at /settings/api"
            )
        return actor
    # Clients with one field for a secret put a token there; it must then be that user's own.
    actor = accounts.basic(name, secret, now) or accounts.bearer(secret, now)
    if actor is None or actor.name != name.lower():
        raise Unauthenticated("the user name or the key is wrong: make a new key at /settings/api")
    return actor


def _basic(value: str) -> Credentials | None:
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, colon, secret = "", "", ""
    if colon and means_nobody(name, secret):
        return None
    if not colon or not name or not secret:
        raise Unauthenticated("the Basic credentials are not base64 of 'user:key' (RFC 7617 §2)")
    return Credentials(name, secret)
