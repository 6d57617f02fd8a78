"""Revocation (RFC 7009) and introspection (RFC 7662); the official client's calls stand beside them."""

from typing import Any

from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidRequestError,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from brant.server.domain.accounts.tokens import Found, find
from brant.server.oauth import grants
from brant.server.oauth.clients import Client
from brant.server.oauth.requests import Asking, HeldToken


class Revocation(RevocationEndpoint):
    """Ends a token of the client that asks. One that is not good any more is no error (RFC 7009 §2.2)."""

    def check_params(self, request: Asking, client: Client) -> None:  # noqa: ARG002
        """Hints are only hints (RFC 7009 §2.1): a token is found without them."""
        _need_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> HeldToken | None:  # noqa: ARG002
        """The token, where it is good; authlib then checks its client.

        One that was exchanged before ends its grant here too: who logs out with it means all that came of it.
        """
        connection, now = self.server.connection, self.server.now
        found = find(connection, token_string, now) or grants.find_refresh(connection, token_string, now)
        return None if found is None else HeldToken(found)

    def revoke_token(self, token: HeldToken, request: Asking) -> None:  # noqa: ARG002
        """Ends it."""
        grants.revoke(self.server.connection, token.found, self.server.now)


class Introspection(IntrospectionEndpoint):
    """Tells what a token is good for, but not to strangers (RFC 7662 §2.1).

    An organization's client is told of the tokens that were issued to it, the holder of an access token of
    those of the same user. Any other is not active to them, as if it did not exist.
    """

    def authenticate_endpoint_client(self, request: Asking) -> Client | Found:
        """Who asks. Raises InvalidClientError for a public client: its id is known to everybody."""
        schemes = [header.strip().partition(" ") for header in request.authorization]
        if len(schemes) == 1 and schemes[0][0].lower() == "bearer":
            holder = find(self.server.connection, schemes[0][2].strip(), self.server.now)
            if holder is None or holder.kind != "access":
                raise InvalidClientError("The Bearer token is unknown, expired or revoked.", status_code=401)
            return holder
        client: Client = super().authenticate_endpoint_client(request)
        if client.is_public:
            raise InvalidClientError(
                "Introspection is for organizations' clients, by Basic, and for holders of an access token, "
                "by Bearer (RFC 7662 sec. 2.1).",
                status_code=401,
            )
        return client

    def check_params(self, request: Asking, client: Client | Found) -> None:  # noqa: ARG002
        """Hints are only hints (RFC 7662 §2.1): a token is found without them."""
        _need_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> HeldToken | None:  # noqa: ARG002
        """The token, where it is good; keys are none."""
        found = find(self.server.connection, token_string, self.server.now)
        return None if found is None or found.kind == "key" else HeldToken(found)

    def check_permission(self, token: HeldToken, client: Client | Found, request: Asking) -> bool:  # noqa: ARG002
        """Whether it concerns who asks."""
        if isinstance(client, Client):
            return token.check_client(client)
        return client.user_id == token.found.user_id

    def introspect_token(self, token: HeldToken) -> dict[str, Any]:
        """RFC 7662 §2.2."""
        found = token.found
        told: dict[str, Any] = {
            "active": True,
            "scope": str(found.scopes),
            "client_id": found.client_id,
            "username": found.name,
            "sub": str(found.user_id),
            "token_type": "Bearer" if found.kind == "access" else None,
            "exp": None if found.expires is None else int(found.expires.timestamp()),
            "iat": int(found.created.timestamp()),
        }
        return {name: value for name, value in told.items() if value is not None}


def _need_token(request: Asking) -> None:
    if "token" not in request.form:
        raise InvalidRequestError("The parameter token is missing.")
