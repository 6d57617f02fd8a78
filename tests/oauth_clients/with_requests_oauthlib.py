"""An application on requests-oauthlib, in the way of its documentation; run as a program."""

from collections.abc import Callable
from typing import Any

from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session  # type: ignore[import-untyped]

from tests.oauth_clients.lines import Refused, about, answer, serve

JSON = {"Content-Type": "application/json"}


class Application:
    """A public client, or with a secret one of an organization."""

    def __init__(self) -> None:
        self._tokens: list[dict[str, Any]] = []

    def configure(self, **settings: Any) -> None:
        """It has no discovery: the addresses are part of its settings."""
        self._settings = settings
        secret = settings["secret"]
        self._basic = HTTPBasicAuth(settings["client_id"], secret) if secret else None
        # What a public client sends along when it refreshes.
        extra = {} if secret else {"client_id": settings["client_id"]}
        self._session = OAuth2Session(
            settings["client_id"],
            redirect_uri=settings["redirect_uri"],
            scope=settings["scope"].split(),
            pkce="S256" if settings["pkce"] else None,
            auto_refresh_url=settings["endpoints"]["token"],
            auto_refresh_kwargs=extra,
            token_updater=self._keep,
        )

    def start(self) -> dict[str, Any]:
        """The address to open."""
        address, _ = self._session.authorization_url(self._settings["endpoints"]["authorization"])
        return {"open": address}

    def finish(self, redirect: str) -> dict[str, Any]:
        """The code for a token."""
        secret = self._settings["secret"]
        how = {"client_secret": secret} if secret else {"include_client_id": True}
        endpoint = self._settings["endpoints"]["token"]
        return self._keep(
            _asked(lambda: self._session.fetch_token(endpoint, authorization_response=redirect, **how))
        )

    def call(self, address: str, body: str) -> dict[str, Any]:
        """A call of the API; a token that is over is refreshed first."""
        client = {"client_id": self._settings["client_id"], "client_secret": self._settings["secret"]}
        return answer(_asked(lambda: self._session.post(address, data=body, headers=JSON, **client)))

    def age(self) -> None:
        """Makes the client believe that its token is over."""
        self._session.token = {**self._session.token, "expires_in": -1, "expires_at": 1}

    def refresh(self, which: str) -> dict[str, Any]:
        """A new token by the newest refresh token, or by the first."""
        old = self._tokens[0 if which == "first" else -1]["refresh_token"]
        endpoint = self._settings["endpoints"]["token"]
        extra = self._session.auto_refresh_kwargs
        return self._keep(
            _asked(lambda: self._session.refresh_token(endpoint, old, auth=self._basic, **extra))
        )

    def _keep(self, token: dict[str, Any]) -> dict[str, Any]:
        self._tokens.append(dict(token))
        return about(token)


def _asked(request: Callable[[], Any]) -> Any:
    try:
        return request()
    except OAuth2Error as error:
        raise Refused(error.error, str(error)) from error


if __name__ == "__main__":
    serve(Application())
