"""An application on authlib's client, in the way of its documentation; run as a program."""

from collections.abc import Callable
from typing import Any

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]

from tests.oauth_clients.lines import Refused, about, answer, serve

JSON = {"Content-Type": "application/json"}


class Application:
    """A public client, or with a secret one of an organization."""

    def __init__(self) -> None:
        self._tokens: list[dict[str, Any]] = []

    def configure(self, **settings: Any) -> None:
        """Its session for `requests` has no discovery: the addresses are part of its settings."""
        self._settings = settings
        self._endpoints = settings["endpoints"]
        self._verifier = generate_token(48) if settings["pkce"] else None
        self._session = OAuth2Session(
            settings["client_id"],
            settings["secret"],
            scope=settings["scope"],
            redirect_uri=settings["redirect_uri"],
            code_challenge_method="S256" if settings["pkce"] else None,
            token_endpoint=self._endpoints["token"],
            update_token=self._updated,
        )

    def start(self) -> dict[str, Any]:
        """The address to open."""
        address, self._session.state = self._session.create_authorization_url(
            self._endpoints["authorization"], code_verifier=self._verifier
        )
        return {"open": address}

    def finish(self, redirect: str) -> dict[str, Any]:
        """The code for a token."""
        extra = {"code_verifier": self._verifier} if self._verifier else {}
        token = _asked(lambda: self._session.fetch_token(authorization_response=redirect, **extra))
        self._tokens.append(dict(token))
        return about(token)

    def call(self, address: str, body: str) -> dict[str, Any]:
        """A call of the API; a token that is over is refreshed first."""
        return answer(_asked(lambda: self._session.post(address, data=body, headers=JSON)))

    def age(self) -> None:
        """Makes the client believe that its token is over."""
        self._session.token = {**self._session.token, "expires_at": 1}

    def refresh(self, which: str) -> dict[str, Any]:
        """A new token by the newest refresh token, or by the first."""
        old = self._tokens[0 if which == "first" else -1]["refresh_token"]
        return about(_asked(lambda: self._session.refresh_token(refresh_token=old)))

    def introspect(self) -> dict[str, Any]:
        """What the server says of the access token."""
        token = self._session.token["access_token"]
        got = self._session.introspect_token(
            self._endpoints["introspection"], token=token, token_type_hint="access_token"
        )
        return dict(_ok(got).json())

    def revoke(self, kind: str) -> None:
        """Revokes the access token or the refresh token."""
        token = self._session.token[f"{kind}_token"]
        _ok(
            self._session.revoke_token(
                self._endpoints["revocation"], token=token, token_type_hint=f"{kind}_token"
            )
        )

    def _updated(self, token: dict[str, Any], refresh_token: str) -> None:
        self._tokens.append(dict(token))


def _ok(got: Any) -> Any:
    """Introspection and revocation give the bare answer, an error among them."""
    if got.status_code != 200:
        raise Refused(got.json().get("error"), got.text)
    return got


def _asked(request: Callable[[], Any]) -> Any:
    try:
        return request()
    except AuthlibBaseError as error:
        raise Refused(error.error, str(error)) from error


if __name__ == "__main__":
    serve(Application())
