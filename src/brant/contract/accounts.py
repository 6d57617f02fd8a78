"""Accounts: who is calling, and what a token is good for."""

from enum import auto

from brant.contract.codec import Duration, Message, WireEnum
from brant.contract.method import Empty, Method


class ApiVersion(WireEnum):
    """The form of a generated access token."""

    API_VERSION_UNSPECIFIED = auto()
    API_VERSION_V1 = auto()
    API_VERSION_V2 = auto()


class HelloResponse(Message):
    """The name of the caller; `code` is an HTTP status when it is none (hub.json `extra_rpc_not_in_sdk`)."""

    user_name: str = ""
    code: int = 0


class IntrospectTokenRequest(Message):
    """The token to look at (RFC 7662 §2.1)."""

    token: str = ""


class IntrospectTokenResponse(Message):
    """What a token is good for; only `active` is set for one that is not (RFC 7662 §2.2). `exp` is in epoch seconds."""

    active: bool = False
    client_id: str = ""
    username: str = ""
    user_id: int | None = None
    scope: str = ""
    exp: int | None = None


class AuthorizationContext(Message):
    """What a generated token is bound to."""

    kernel_session_id: int | None = None


class AuthorizationPermissionScope(Message):
    """A single permission, such as `datasets.get`."""

    name: str = ""
    description: str | None = None


class AuthorizationRoleScope(Message):
    """A named set of permissions, such as `datasets.viewer`."""

    name: str = ""
    description: str | None = None
    permissions: list[AuthorizationPermissionScope] = []


class AuthorizationScope(Message):
    """Either a permission or a role, on one resource."""

    resource_id: int = 0
    permission: AuthorizationPermissionScope | None = None
    role: AuthorizationRoleScope | None = None


class GenerateAccessTokenRequest(Message):
    """Asks for an access token by a refresh token."""

    refresh_token: str | None = None
    api_version: ApiVersion = ApiVersion.API_VERSION_UNSPECIFIED
    expiration_duration: Duration | None = None
    authorization_context: AuthorizationContext | None = None
    authorization_scopes: list[AuthorizationScope] = []


class GenerateAccessTokenResponse(Message):
    """`expires_in` is in seconds."""

    token: str = ""
    expires_in: int = 0
    user_name: str = ""
    user_id: int = 0


class ExpireApiTokenRequest(Message):
    """Names the token to revoke, by itself or by its id."""

    token_id: int | None = None
    token: str | None = None
    reason: str | None = None


# Not among the 152 methods of the SDK: the official library calls it by hand, its older self by GET.
HELLO = Method(
    service="api.v1.DiagnosticsService",
    name="Hello",
    verb="GET",
    paths=("/api/v1/hello",),
    request=Empty,
    response=HelloResponse,
)

INTROSPECT_TOKEN = Method(
    service="security.OAuthService",
    name="IntrospectToken",
    verb="POST",
    paths=("/api/v1/oauth2/introspect",),
    body_field="*",
    anonymous=True,
    request=IntrospectTokenRequest,
    response=IntrospectTokenResponse,
)

GENERATE_ACCESS_TOKEN = Method(
    service="users.AccountService",
    name="GenerateAccessToken",
    verb="POST",
    paths=("/api/v1/access-tokens/generate",),
    body_field="*",
    anonymous=True,
    request=GenerateAccessTokenRequest,
    response=GenerateAccessTokenResponse,
)

# Who shows a token may end it, whatever it allows; to end one by its number is to change the account.
EXPIRE_API_TOKEN = Method(
    service="users.AccountService",
    name="ExpireApiToken",
    verb="POST",
    paths=("/api/v1/tokens/revoke",),
    body_field="*",
    scope="account.update",
    scope_if="token_id",
    request=ExpireApiTokenRequest,
    response=Empty,
)

METHODS = (HELLO, INTROSPECT_TOKEN, GENERATE_ACCESS_TOKEN, EXPIRE_API_TOKEN)
