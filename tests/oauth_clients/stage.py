"""The stage of one scenario: a client, a person who uses it, and the browser of that person."""

import json
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from brant.contract.accounts import HELLO
from brant.contract.blobs import START_BLOB_UPLOAD
from tests.browser import Away, Browser, Page
from tests.conftest import RunningServer
from tests.ledger import issued
from tests.oauth_clients.callback import Callback
from tests.oauth_clients.client import Answer, Client, Token
from tests.oauth_clients.drivers import Driver

APPLICATION = "Tide watch"


class Person(NamedTuple):
    """Somebody who can sign in."""

    name: str
    password: str


class Organization(NamedTuple):
    """An organization with an application of its own; `key` is the legacy key of an owner."""

    slug: str
    key: str
    redirect: str


class Scene(NamedTuple):
    """What all scenarios share."""

    server: RunningServer
    person: Person
    organization: Organization
    callback: Callback
    browser: Browser


class Stage:
    """What a scenario works with."""

    def __init__(self, driver: Driver, scene: Scene, room: Path) -> None:
        self.server, self.person, self.organization, self.callback, self._browser = scene
        self._driver = driver
        self._room = room
        self._clients: list[Client] = []
        self._addresses: dict[Client, str] = {}

    def public(
        self,
        scope: str = "datasets.get:*",
        *,
        pkce: bool = True,
        registered: str | None = None,
        knows_endpoints: bool = True,
    ) -> Client:
        """An application on the person's machine, registered with `registered` where that is named."""
        redirect = self.callback.address
        return self._configured(
            redirect,
            client_id=self._register(registered or redirect),
            secret=None,
            scope=scope,
            pkce=pkce,
            endpoints=self._endpoints() if knows_endpoints else None,
        )

    def of_organization(self, scope: str = "datasets.get:*", *, key: str | None = None) -> Client:
        """The application of an organization, on a web server of its own."""
        return self._configured(
            self.organization.redirect,
            client_id=f"org:{self.organization.slug}",
            secret=key or self.organization.key,
            scope=scope,
            pkce=False,
            endpoints=self._endpoints(),
        )

    def unregistered(self, scope: str = "datasets.get:*") -> Client:
        """An application that nobody registered."""
        return self._configured(
            self.callback.address, client_id=None, secret=None, scope=scope, pkce=True, endpoints=None
        )

    def log_in(self, client: Client, browser: Browser | None = None) -> Token:
        """All of a login, at the end of which the client has its tokens."""
        return client.finish(self.sent_back(client, browser=browser))

    def sent_back(self, client: Client, button: str = "Allow", browser: Browser | None = None) -> str:
        """Where the browser is sent back to once the person has pressed `button`, and signed in if need be.

        It is the person's, who is signed in from an earlier scenario on, where no other is given.
        """
        browser = browser or self._browser
        shown = browser.open(client.start())
        if isinstance(shown, Page) and shown.has("Sign in"):
            shown = browser.press(shown, "Sign in", name=self.person.name, password=self.person.password)
        # A request with a mistake in it is sent back without a question.
        if isinstance(shown, Page):
            shown = browser.press(shown, button)
        assert isinstance(shown, Away), shown
        assert shown.address.startswith(self._addresses[client] + "?")
        for name, value in parse_qsl(urlsplit(shown.address).query):
            if name == "code":
                issued(value)
        if self._addresses[client] == self.callback.address:
            assert self.callback.came() == shown.address
        return shown.address

    def hello(self, client: Client) -> Answer:
        """The client asks the API who its user is."""
        return client.call(self._rpc(HELLO.rpc_path), {})

    def upload(self, client: Client) -> Answer:
        """The client begins to send a file for a dataset."""
        body = {"type": "DATASET", "name": "tides.csv", "contentLength": 9}
        return client.call(self._rpc(START_BLOB_UPLOAD.rpc_path), body)

    def close(self) -> None:
        """Ends all clients."""
        for client in self._clients:
            client.__exit__()

    def _configured(self, redirect: str, **settings: Any) -> Client:
        client = self._driver.start(self._room)
        self._clients.append(client)
        self._addresses[client] = redirect
        client.configure(issuer=self.server.address, hello=HELLO.rpc_path, redirect_uri=redirect, **settings)
        return client

    def _register(self, redirect: str) -> str:
        """By hand, as a developer may who then writes the client id down (RFC 7591 §3.1)."""
        wanted = {
            "client_name": APPLICATION,
            "redirect_uris": [redirect],
            "token_endpoint_auth_method": "none",
        }
        request = urllib.request.Request(
            self._endpoints()["registration"],
            json.dumps(wanted).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.load(answer)["client_id"])

    def _endpoints(self) -> dict[str, str]:
        base = f"{self.server.address}/api/v1/oauth2"
        paths = {"authorization": "authorize", "token": "token", "introspection": "introspect"}
        paths |= {"revocation": "revoke", "registration": "register"}
        return {name: f"{base}/{path}" for name, path in paths.items()}

    def _rpc(self, path: str) -> str:
        return f"{self.server.address}/api{path}"


def changed(address: str, **query: str | None) -> str:
    """The same address with other parameters; None takes one away."""
    parts = urlsplit(address)
    parameters = {**dict(parse_qsl(parts.query)), **query}
    kept = {name: value for name, value in parameters.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()
