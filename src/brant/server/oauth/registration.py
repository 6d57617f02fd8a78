"""Dynamic registration (RFC 7591): applications that make themselves known; public ones alone."""

from datetime import datetime
from typing import Any, Final

import msgspec
from authlib.oauth2.rfc6749 import OAuth2Error

from brant.errors import InvalidInput
from brant.server.domain.accounts.redirects import BadRedirect
from brant.server.oauth.clients import Client, Clients
from brant.server.oauth.requests import Answer, plain, refused
from brant.server.store.database import Database

GRANT_TYPES: Final = ("authorization_code", "refresh_token")


class _Metadata(msgspec.Struct):
    """What is read of RFC 7591 §2; all else is ignored, as §3.1 allows."""

    redirect_uris: list[str] | None = None
    client_name: str | None = None
    token_endpoint_auth_method: str | None = None
    grant_types: list[str] | None = None
    response_types: list[str] | None = None


class Registration:
    """Registers clients."""

    def __init__(self, db: Database, clients: Clients) -> None:
        self._db = db
        self._clients = clients

    def answer(self, body: bytes, now: datetime) -> Answer:
        """Registers what a JSON body describes; refuses by an answer (RFC 7591 §3.2.2)."""
        try:
            asked = msgspec.json.decode(body, type=_Metadata)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _refused("invalid_client_metadata", f"the body is no such JSON object: {error}")
        try:
            client = self.register(
                asked.client_name or "",
                asked.redirect_uris or [],
                now,
                auth_method=asked.token_endpoint_auth_method or "none",
                grant_types=asked.grant_types or [],
                response_types=asked.response_types or [],
            )
        except BadRedirect as error:
            return _refused("invalid_redirect_uri", error.message)
        except InvalidInput as error:
            return _refused("invalid_client_metadata", error.message)
        return Answer(201, {**described(client), "client_id_issued_at": int(now.timestamp())}, {})

    def register(
        self,
        name: str,
        redirect_uris: list[str],
        now: datetime,
        *,
        auth_method: str,
        grant_types: list[str],
        response_types: list[str] | None = None,
    ) -> Client:
        """A new public client. Raises InvalidInput."""
        if auth_method != "none":
            raise InvalidInput(
                "token_endpoint_auth_method: only none; a client with a secret is an organization's own"
            )
        if any(grant_type not in GRANT_TYPES for grant_type in grant_types):
            raise InvalidInput(f"grant_types: only {' and '.join(GRANT_TYPES)}")
        if any(response_type != "code" for response_type in response_types or []):
            raise InvalidInput("response_types: only code")
        with self._db.write() as connection:
            return self._clients.register(connection, name, redirect_uris, now)


def described(client: Client) -> dict[str, Any]:
    """What was registered (RFC 7591 §3.2.1)."""
    return {
        "client_id": client.id,
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": list(GRANT_TYPES),
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


def _refused(error: str, words: str) -> Answer:
    """RFC 7591 §3.2.2. authlib's own classes for it take its whole JOSE library to import."""
    return refused(OAuth2Error(plain(words), error=error))
