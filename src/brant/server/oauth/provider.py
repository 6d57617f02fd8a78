"""The provider: authlib's server over our tables, for one request in one transaction."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeGrant,
    AuthorizationServer,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from sqlalchemy.engine import Connection

from brant.contract.scopes import Scopes, parse
from brant.errors import InvalidInput
from brant.server.oauth import client_authentication, grants
from brant.server.oauth.clients import Client, Clients
from brant.server.oauth.requests import Answer, Asking, HeldCode, HeldToken, plain, refused
from brant.server.oauth.token_endpoints import Introspection, Revocation

# RFC 7636 §4.2: a SHA-256 in base64url; kagglesdk/kaggle_oauth.py:46 leaves its padding on.
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}=?")

_WORDS: Final = {
    "invalid_grant": "The code or token is unknown, expired, used, revoked, or another client's.",
    "unsupported_grant_type": "The grant_type must be authorization_code or refresh_token.",
}


class Provider(AuthorizationServer):
    """Answers one request; all that it reads and writes is of the transaction that `connection` is in."""

    def __init__(self, clients: Clients, issuer: str, connection: Connection, now: datetime) -> None:
        super().__init__()
        self.clients = clients
        self.issuer = issuer
        self.connection = connection
        self.now = now
        self.register_grant(_CodeGrant, [_Parameters(), _S256()])
        self.register_grant(_RefreshGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def query_client(self, client_id: str) -> Client | None:
        """The client of that id."""
        return self.clients.find(self.connection, client_id)

    def authenticate_client(
        self,
        request: Asking,
        methods: list[str],  # noqa: ARG002
        endpoint: str = "token",  # noqa: ARG002
    ) -> Client:
        """The client that asks, by the one way that its kind has. Raises authlib's InvalidClientError."""
        client = client_authentication.authenticate(self.connection, self.clients, request, self.now)
        request.auth_method = "none" if client.is_public else "client_secret_basic"
        return client

    def validate_requested_scope(self, scope: str | None) -> None:
        """Raises InvalidScopeError that names the word which is no scope."""
        if scope:
            _scopes(scope)

    def create_token_response(self, request: Asking) -> Answer:
        """What the token endpoint answers (RFC 6749 §5)."""
        try:
            self.check_resource(request)
        except OAuth2Error as error:
            return self.handle_error_response(request, error)
        answer: Answer = super().create_token_response(request)
        return answer

    def check_resource(self, request: Asking) -> None:
        """RFC 8707 §2: a token for another server is none that we can give. Raises OAuth2Error."""
        if request.form.get("resource", self.issuer).rstrip("/") not in (self.issuer, f"{self.issuer}/api"):
            raise OAuth2Error("The resource is not this server (RFC 8707 sec. 2).", error="invalid_target")

    def generate_token(self, *, user: HeldCode | HeldToken, scope: str, **_: object) -> dict[str, Any]:
        """New tokens for a code or a refresh token, which is what `user` is here: who granted it is in it.

        RFC 6749 §5.1; the scope is always told, since it may differ from what was asked for.
        """
        if isinstance(user, HeldCode):
            made = grants.begin(self.connection, user.code, self.now)
        else:
            made = grants.refresh(self.connection, user.found, parse(scope), self.now)
        return {
            "token_type": "Bearer",
            "access_token": made.access_token,
            "expires_in": int(grants.ACCESS_LIFETIME.total_seconds()),
            "refresh_token": made.refresh_token,
            "scope": str(made.scopes),
        }

    def save_token(self, token: Mapping[str, Any], request: Asking) -> None:
        """They were kept as they were made."""

    def create_oauth2_request(self, request: Asking) -> Asking:
        """The request is what authlib wants already."""
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        """What the edge is given."""
        return Answer(status, body or {}, dict(headers))

    def handle_error_response(self, request: Asking, error: OAuth2Error) -> Answer:  # noqa: ARG002
        """An error, with words where authlib gives none."""
        error.description = error.description or _WORDS.get(error.error, "")
        return refused(error)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


class _CodeGrant(AuthorizationCodeGrant):
    """Codes (RFC 6749 §4.1)."""

    @staticmethod
    def validate_authorization_redirect_uri(request: Asking, client: Client) -> str:
        """Where the answer goes. Raises InvalidRequestError: then it goes nowhere (RFC 6749 §4.1.2.1)."""
        asked: str | None = request.payload.redirect_uri or client.get_default_redirect_uri()
        if asked is None:
            raise InvalidRequestError("The redirect_uri is missing (RFC 6749 sec. 3.1.2.3).")
        if not client.check_redirect_uri(asked):
            raise InvalidRequestError("The redirect_uri is not one that this application registered.")
        return asked

    def query_authorization_code(self, code: str, client: Client) -> HeldCode | None:
        """The code, where it can be exchanged and was issued to that client."""
        found = grants.find_code(self.server.connection, code, self.server.now)
        return HeldCode(found) if found is not None and found.client_id == client.id else None

    def authenticate_user(self, authorization_code: HeldCode) -> HeldCode:
        """What `generate_token` makes tokens of."""
        return authorization_code

    def delete_authorization_code(self, authorization_code: HeldCode) -> None:
        """It is kept, marked as used, so that it is known when it comes again."""


class _RefreshGrant(RefreshTokenGrant):
    """Refresh tokens (RFC 6749 §6), each good for once (RFC 9700 §4.14.2)."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> HeldToken | None:
        """The token, where it is good; authlib then checks its client."""
        found = grants.find_refresh(self.server.connection, refresh_token, self.server.now)
        return None if found is None else HeldToken(found)

    def authenticate_user(self, refresh_token: HeldToken) -> HeldToken:
        """What `generate_token` makes tokens of."""
        return refresh_token

    def revoke_old_credential(self, refresh_token: HeldToken) -> None:
        """It was marked as it was exchanged."""

    def _validate_token_scope(self, token: HeldToken) -> None:
        """Less than was granted may be asked for, never more. Raises InvalidScopeError."""
        scope: str | None = self.request.payload.scope
        if scope and not _scopes(scope).within(token.found.scopes):
            raise InvalidScopeError("The scope is more than what was granted (RFC 6749 sec. 6).")


class _Parameters:
    """What else an authorization request must have, and must not."""

    def __call__(self, grant: _CodeGrant) -> None:
        """Has every request checked."""
        grant.register_hook("after_validate_authorization_request_payload", self._check)

    def _check(self, grant: _CodeGrant, redirect_uri: str) -> None:  # noqa: ARG002
        params = grant.request.form
        if "state" not in params:
            raise InvalidRequestError(
                "The state is missing; it ties the answer to a browser (RFC 6749 sec. 10.12)."
            )
        if params.get("response_mode", "query") != "query":
            raise InvalidRequestError("The response_mode must be query, or left out.")
        grant.server.check_resource(grant.request)


class _S256(CodeChallenge):
    """PKCE with S256 alone (RFC 7636, RFC 9700 §2.1.1).

    authlib's own also takes `plain`, and with `required` still issues codes to who sends no challenge at all.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: _CodeGrant, redirect_uri: str) -> None:  # noqa: ARG002
        """Public clients need one; others may have one."""
        params, client = grant.request.form, grant.request.client
        challenge, method = params.get("code_challenge"), params.get("code_challenge_method")
        if challenge is None and method is None and not client.is_public:
            return
        if challenge is None:
            raise InvalidRequestError("The code_challenge is missing (RFC 7636 sec. 4.3).")
        if method != "S256":
            raise InvalidRequestError("The code_challenge_method must be S256 (RFC 9700 sec. 2.1.1).")
        if not _CHALLENGE.fullmatch(challenge):
            raise InvalidRequestError("The code_challenge is no SHA-256 in base64url (RFC 7636 sec. 4.2).")


def unpadded(challenge: str) -> str:
    """A challenge as RFC 7636 §4.2 writes it."""
    return challenge.rstrip("=")


def _scopes(text: str) -> Scopes:
    try:
        return parse(text)
    except InvalidInput as error:
        raise InvalidScopeError(plain(error.message)) from None
