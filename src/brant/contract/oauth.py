"""OAuth as the official clients speak it: JSON messages beside the forms of the RFCs (behaviour.md §3)."""

import msgspec

from brant.contract.codec import Message
from brant.contract.method import HttpRedirect, Method


class StartOAuthFlowRequest(Message):
    """Asks for an authorization code (RFC 6749 §4.1.1, RFC 7636 §4.3). It is a page for a browser, not a call."""

    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    response_type: str = ""
    response_mode: str = ""
    resource: str | None = None


class ExchangeOAuthTokenRequest(Message):
    """A code, or a refresh token, for an access token. The official client sends neither client nor redirect."""

    code: str | None = None
    code_verifier: str | None = None
    grant_type: str = ""
    client_id: str | None = None
    redirect_uri: str | None = None
    resource: str | None = None
    refresh_token: str | None = None


class ExchangeOAuthTokenResponse(Message):
    """`expires_in` is in seconds."""

    access_token: str = ""
    refresh_token: str = ""
    token_type: str = ""
    expires_in: int = 0
    username: str = ""
    user_id: int = 0
    scope: str | None = None


class RegisterOAuthClientRequest(Message):
    """Registers a public client (RFC 7591 §2)."""

    client_name: str = ""
    redirect_uris: list[str] = []
    grant_types: list[str] = []
    token_endpoint_auth_method: str = ""
    scope: str | None = None
    code_challenge_method: list[str] = []


class RegisterOAuthClientResponse(Message):
    """The registered client (RFC 7591 §3.2.1). Its names stand on the wire as they do here, in snake case."""

    client_id: str = msgspec.field(name="client_id", default="")
    redirect_uris: list[str] = msgspec.field(name="redirect_uris", default_factory=list)
    grant_types: list[str] = msgspec.field(name="grant_types", default_factory=list)
    response_types: list[str] = msgspec.field(name="response_types", default_factory=list)
    token_endpoint_auth_method: str = msgspec.field(name="token_endpoint_auth_method", default="")
    scope: str | None = None
    authorization_url: str | None = msgspec.field(name="authorization_url", default=None)
    token_url: str | None = msgspec.field(name="token_url", default=None)
    client_secret: str | None = msgspec.field(name="client_secret", default=None)
    client_id_issued_at: int | None = msgspec.field(name="client_id_issued_at", default=None)
    client_secret_expires_at: int | None = msgspec.field(name="client_secret_expires_at", default=None)
    revocation_url: str | None = msgspec.field(name="revocation_url", default=None)
    userinfo_url: str | None = msgspec.field(name="userinfo_url", default=None)
    code_challenge_methods_supported: list[str] = msgspec.field(
        name="code_challenge_methods_supported", default_factory=list
    )


START_OAUTH_FLOW = Method(
    service="security.OAuthService",
    name="StartOAuthFlow",
    verb="GET",
    paths=("/api/v1/oauth2/authorize",),
    anonymous=True,
    request=StartOAuthFlowRequest,
    response=HttpRedirect,
)

EXCHANGE_OAUTH_TOKEN = Method(
    service="security.OAuthService",
    name="ExchangeOAuthToken",
    verb="POST",
    paths=("/api/v1/oauth2/token",),
    body_field="*",
    anonymous=True,
    request=ExchangeOAuthTokenRequest,
    response=ExchangeOAuthTokenResponse,
)

REGISTER_OAUTH_CLIENT = Method(
    service="security.OAuthService",
    name="RegisterOAuthClient",
    verb="POST",
    paths=("/api/v1/oauth2/register",),
    body_field="*",
    anonymous=True,
    request=RegisterOAuthClientRequest,
    response=RegisterOAuthClientResponse,
)

METHODS = (START_OAUTH_FLOW, EXCHANGE_OAUTH_TOKEN, REGISTER_OAUTH_CLIENT)
