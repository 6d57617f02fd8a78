"""The official client's own calls (behaviour.md §3): the same codes and tokens, asked for in JSON."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec
from authlib.oauth2.rfc6749 import OAuth2Error
from sqlalchemy.engine import Connection

from brant.contract.accounts import (
    AuthorizationScope,
    GenerateAccessTokenRequest,
    GenerateAccessTokenResponse,
)
from brant.contract.method import HttpRedirect
from brant.contract.oauth import (
    ExchangeOAuthTokenRequest,
    ExchangeOAuthTokenResponse,
    RegisterOAuthClientRequest,
    RegisterOAuthClientResponse,
    StartOAuthFlowRequest,
)
from brant.contract.scopes import Scopes, parse
from brant.errors import InvalidInput, Unauthenticated
from brant.server.domain.accounts.tokens import Found, find
from brant.server.domain.actor import Context
from brant.server.oauth import grants, metadata
from brant.server.oauth.clients import BUILT_IN, Clients
from brant.server.oauth.provider import Provider
from brant.server.oauth.registration import Registration, described
from brant.server.oauth.requests import Answer, Asking, single
from brant.server.store.database import Database

_LOG_IN_AGAIN: Final = "the refresh token is unknown, expired or revoked: log in again, `brant auth login`"


class Exchange:
    """Handlers of these calls."""

    def __init__(self, db: Database, clients: Clients, registration: Registration, issuer: str) -> None:
        self._db = db
        self._clients = clients
        self._registration = registration
        self._issuer = issuer

    def start(self, context: Context, request: StartOAuthFlowRequest) -> HttpRedirect:
        """The page that asks the user; a call is no browser, and has nobody signed in."""
        given = {name: getattr(request, name) for name in request.__struct_fields__}
        query = urlencode({name: value for name, value in given.items() if value})
        return HttpRedirect(url=f"{context.links.page(metadata.AUTHORIZE_PATH)}?{query}")

    def exchange(self, context: Context, request: ExchangeOAuthTokenRequest) -> ExchangeOAuthTokenResponse:
        """Tokens for a code, or for a refresh token, of a public client.

        The official client names neither client nor redirect URI: they are taken from the code then, and the
        verifier alone binds it to who asks. Raises InvalidInput, Unauthenticated for a bad refresh token.
        """
        given = msgspec.structs.asdict(request)
        try:
            params = single([(name, value) for name, value in given.items() if value])
        except OAuth2Error as error:
            raise InvalidInput(error.description) from None
        with self._db.write(durable=True) as connection:
            asking = Asking("POST", {"client_id": BUILT_IN, **grants.bound_to(connection, params), **params})
            provider = Provider(self._clients, self._issuer, connection, context.now)
            answer: Answer = provider.create_token_response(asking)
            found = find(connection, answer.body.get("access_token", ""), context.now)
        if found is None:
            if request.grant_type == "refresh_token":
                raise Unauthenticated(_LOG_IN_AGAIN)
            raise InvalidInput(f"{answer.body['error']}: {answer.body.get('error_description', '')}")
        return ExchangeOAuthTokenResponse(
            access_token=answer.body["access_token"],
            refresh_token=answer.body["refresh_token"],
            token_type=answer.body["token_type"],
            expires_in=answer.body["expires_in"],
            username=found.name,
            user_id=found.user_id,
            scope=answer.body["scope"],
        )

    def generate(self, context: Context, request: GenerateAccessTokenRequest) -> GenerateAccessTokenResponse:
        """One more access token for a refresh token of a public client, which stays as it is.

        At most for three hours, whatever is asked for. Raises Unauthenticated for a refresh token that is not
        good: the official client then deletes its file. Raises InvalidInput for more than what was granted.
        """
        lifetime = _lifetime(request.expiration_duration)
        with self._db.write(durable=True) as connection:
            # A replay ends its grant: the refusal comes after the transaction, lest it be rolled back.
            found = self._of_public(
                connection, grants.find_refresh(connection, request.refresh_token or "", context.now)
            )
            if found is not None:
                scopes = _narrowed(found.scopes, request.authorization_scopes)
                token = grants.access(connection, found, scopes, lifetime, context.now)
        if found is None:
            raise Unauthenticated(_LOG_IN_AGAIN)
        return GenerateAccessTokenResponse(
            token=token,
            expires_in=int(lifetime.total_seconds()),
            user_name=found.name,
            user_id=found.user_id,
        )

    def _of_public(self, connection: Connection, token: Found | None) -> Found | None:
        """The token, where its client has nothing else to show (RFC 6749 §6)."""
        client = None if token is None else self._clients.find(connection, token.client_id or "")
        return token if client is not None and client.is_public else None

    def register(self, context: Context, request: RegisterOAuthClientRequest) -> RegisterOAuthClientResponse:
        """A new public client (RFC 7591). Raises InvalidInput."""
        client = self._registration.register(
            request.client_name,
            request.redirect_uris,
            context.now,
            auth_method=request.token_endpoint_auth_method or "none",
            grant_types=request.grant_types,
        )
        return RegisterOAuthClientResponse(
            **{name: value for name, value in described(client).items() if name != "client_name"},
            client_id_issued_at=int(context.now.timestamp()),
            authorization_url=self._issuer + metadata.AUTHORIZE_PATH,
            token_url=self._issuer + metadata.TOKEN_PATH,
            revocation_url=self._issuer + metadata.REVOKE_PATH,
            code_challenge_methods_supported=["S256"],
        )


def _lifetime(asked: timedelta | None) -> timedelta:
    """Raises InvalidInput where it is no time at all."""
    if not asked:
        return grants.ACCESS_LIFETIME
    if asked < timedelta(seconds=1):
        raise InvalidInput("expirationDuration: expected a second or more, such as '3600s'")
    return min(timedelta(seconds=int(asked.total_seconds())), grants.ACCESS_LIFETIME)


def _narrowed(granted: Scopes, asked: list[AuthorizationScope]) -> Scopes:
    """Raises InvalidInput for what is no scope, or more than what was granted."""
    if not asked:
        return granted
    if any(scope.resource_id for scope in asked):
        raise InvalidInput("authorizationScopes: resources have no numbers here; leave out resourceId")
    names = [word.name for scope in asked for word in (scope.permission, scope.role) if word is not None]
    scopes = parse(" ".join(f"{name}:*" for name in names))
    if not scopes.within(granted):
        raise InvalidInput(f"authorizationScopes: {scopes} is more than what was granted: {granted}")
    return scopes
