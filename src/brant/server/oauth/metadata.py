"""Metadata: the two discovery documents (RFC 8414, RFC 9728); every field of them is what the server does."""

from typing import Any, Final

from brant.contract.scopes import OFFERED
from brant.server.oauth.client_authentication import METHODS
from brant.server.oauth.registration import GRANT_TYPES

AUTHORIZE_PATH: Final = "/api/v1/oauth2/authorize"
TOKEN_PATH: Final = "/api/v1/oauth2/token"  # noqa: S105
INTROSPECT_PATH: Final = "/api/v1/oauth2/introspect"
REVOKE_PATH: Final = "/api/v1/oauth2/revoke"
REGISTER_PATH: Final = "/api/v1/oauth2/register"
SERVER_DOCUMENT: Final = "/.well-known/oauth-authorization-server"
RESOURCE_DOCUMENT: Final = "/.well-known/oauth-protected-resource"
RESOURCE: Final = "/api"
"""What the tokens are for, behind the issuer (RFC 9728 §1.2). Its document is also at its own path (§3.1)."""


def of_server(issuer: str) -> dict[str, Any]:
    """The authorization server (RFC 8414 §2)."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE_PATH,
        "token_endpoint": issuer + TOKEN_PATH,
        "introspection_endpoint": issuer + INTROSPECT_PATH,
        "revocation_endpoint": issuer + REVOKE_PATH,
        "registration_endpoint": issuer + REGISTER_PATH,
        "scopes_supported": list(OFFERED),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        # RFC 8414 §2 takes access token types here too.
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "Bearer"],
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [issuer + RESOURCE],
    }


def of_resource(issuer: str) -> dict[str, Any]:
    """The API that its tokens are for (RFC 9728 §2)."""
    return {
        "resource": issuer + RESOURCE,
        "authorization_servers": [issuer],
        "scopes_supported": list(OFFERED),
        "bearer_methods_supported": ["header"],
        "resource_name": "Brant",
    }
