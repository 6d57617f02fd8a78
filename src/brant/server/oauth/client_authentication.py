"""Client authentication: which application asks (RFC 6749 §2.3); each kind has exactly one way to show it."""

import base64
import binascii
from datetime import datetime
from typing import Final
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidRequestError,
)
from sqlalchemy.engine import Connection

from brant.server.domain.accounts.organizations import CLIENT_PREFIX, is_owner
from brant.server.domain.accounts.tokens import find
from brant.server.oauth.clients import Client, Clients
from brant.server.oauth.requests import Asking

METHODS: Final = ("client_secret_basic", "none")
"""For metadata (RFC 8414 §2)."""

# One wording whatever was wrong, so that nobody learns which organizations there are.
_WRONG: Final = (
    "The client id, or the key with it, is wrong: an organization's client is org:SLUG "
    "with a key of one of its owners (RFC 6749 sec. 2.3.1)."
)


def authenticate(connection: Connection, clients: Clients, request: Asking, now: datetime) -> Client:
    """The client that asks: an organization's by Basic, any other by its id alone.

    Raises InvalidClientError, and InvalidRequestError for two kinds of credentials at once (RFC 6749 §2.3).
    """
    params = request.form
    if len(request.authorization) > 1:
        raise InvalidRequestError("More than one Authorization header (RFC 6749 sec. 2.3).")
    if "client_secret" in params or "client_assertion" in params:
        if request.authorization:
            raise InvalidRequestError("Two ways to authenticate in one request (RFC 6749 sec. 2.3).")
        raise _refused("A secret goes into the Authorization header: only client_secret_basic is supported.")
    if request.authorization:
        return _organization(connection, clients, request, now)
    client = clients.find(connection, params.get("client_id", ""))
    if client is None or not client.is_public:
        raise _refused(_WRONG)
    return client


def _organization(connection: Connection, clients: Clients, request: Asking, now: datetime) -> Client:
    client_id, key = _basic(request.authorization[0])
    if request.form.get("client_id", client_id) != client_id:
        raise InvalidRequestError("client_id is not the client that the Authorization header names.")
    client = clients.find(connection, client_id)
    owner = find(connection, key, now)
    if (
        client is None
        or client.is_public
        or owner is None
        or owner.kind != "key"
        or not is_owner(connection, client.slug, owner.user_id)
    ):
        raise _refused(_WRONG)
    return client


def _basic(header: str) -> tuple[str, str]:
    """Client id and key. Raises InvalidClientError for what cannot be read."""
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() != "basic":
        raise _refused("Only Basic authenticates an application here (RFC 6749 sec. 2.3.1).")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if ":" not in text:
        raise _refused("The Basic credentials are not base64 of CLIENT:KEY (RFC 7617 sec. 2).")
    if text.startswith(CLIENT_PREFIX):
        # Many send the id as it is, though RFC 6749 §2.3.1 wants it encoded; a key has no colon.
        client_id, _, key = text.rpartition(":")
        return client_id, key
    client_id, _, key = text.partition(":")
    return unquote_plus(client_id), unquote_plus(key)


def _refused(words: str) -> InvalidClientError:
    """401 always: RFC 6749 §5.2 allows it, and demands it where the header was tried."""
    return InvalidClientError(words, status_code=401)
