"""What the tests of pages share: people who can sign in, and a browser that signs them in as they would."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Page
from urllib3 import encode_multipart_formdata

from brant.server.domain.services import Services
from tests.conftest import RunningServer
from tests.ledger import issued
from tests.server.edge.calls import Answer, send

# RFC 7636 appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Person(NamedTuple):
    """Somebody who can sign in."""

    name: str
    password: str


@dataclass
class Town:
    """A server with people in it; `services` work on its data folder from beside it."""

    server: RunningServer
    services: Services

    @property
    def address(self) -> str:
        return self.server.address

    def person(self, stem: str = "ada", *, admin: bool = False) -> Person:
        """Somebody whom no other test knows."""
        person = Person(f"{stem}-{next(self.server._numbers)}", issued("tides come and go"))
        self.services.users.add(person.name, datetime.now(UTC), is_admin=admin, password=person.password)
        return person

    @property
    def cookie(self) -> str:
        """The name of the cookie of sessions."""
        return f"brant-session-{self.server.port}"

    def session(self, person: Person) -> str:
        """The cookie of somebody who signed in before."""
        user = self.services.users.find(person.name)
        assert user is not None
        return issued(self.services.sessions.open(user.id, datetime.now(UTC)))

    def client(self, redirect: str, name: str = "Tide watch") -> str:
        """An application that registered itself; its id."""
        body = {"client_name": name, "redirect_uris": [redirect], "token_endpoint_auth_method": "none"}
        answer = send(
            self.server,
            "POST",
            "/api/v1/oauth2/register",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        assert answer.status == 201, answer.body
        return str(answer.json["client_id"])

    def exchange(self, client: str, code: str, redirect: str) -> str:
        """The access token that a client gets for its code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": client,
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": VERIFIER,
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = send(self.server, "POST", "/api/v1/oauth2/token", urlencode(form).encode(), kind)
        assert answer.status == 200, answer.body
        issued(answer.json["refresh_token"])
        return issued(str(answer.json["access_token"]))

    def let_in(self, person: Person, client: str, redirect: str) -> str:
        """The access token of a client that somebody allowed to act for them."""
        browser = Browser(self)
        browser.enter(person)
        asked = self.asking(client, redirect).removeprefix(self.address)
        there = browser.submit(asked, {"decision": "allow"}).headers["Location"]
        return self.exchange(client, issued(dict(parse_qsl(urlsplit(there).query))["code"]), redirect)

    def asking(self, client: str, redirect: str, scope: str = "datasets.get:*", **more: str) -> str:
        """The address of the consent page for what a client asks."""
        query = {
            "response_type": "code",
            "client_id": client,
            "redirect_uri": redirect,
            "scope": scope,
            "state": "of-the-tide",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.address}/api/v1/oauth2/authorize?{urlencode(query | more)}"


def sign_in(page: Page, town: Town, person: Person) -> None:
    """As a person does it."""
    page.goto(f"{town.address}/signin")
    page.get_by_label("User name").fill(person.name)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{town.address}/")


class Browser:
    """Forms and cookies over plain HTTP, for what no real browser would send."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self._kept(send(self.town.server, "GET", path, None, self._headers(headers)))

    def post(
        self, path: str, fields: dict[str, str] | Sequence[tuple[str, str]] | bytes, **headers: str
    ) -> Answer:
        """Sends a form as it is, without a token; `headers` with `_` for `-`, "" takes one away."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        sent = {"Content_Type": "application/x-www-form-urlencoded", "Origin": self.town.address, **headers}
        return self._kept(send(self.town.server, "POST", path, body, self._headers(sent)))

    def token(self, path: str) -> str:
        """The token in the forms of a page."""
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get(path).body.decode())
        assert found is not None, path
        return found[1]

    def fields(self, path: str) -> dict[str, str]:
        """What stands in the fields of the forms of a page."""
        return dict(re.findall(r'<input id="(\w+)"[^>]* value="([^"]*)"', self.get(path).body.decode()))

    def submit(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Loads a page, then sends one of its forms."""
        return self.post(path, {"csrf": self.token(path), **fields}, **headers)

    def send_file(
        self, path: str, fields: dict[str, str], name: str, content: bytes, **headers: str
    ) -> Answer:
        """Sends the form of a page that has a file, as it is, without a token."""
        parts: list[tuple[str, Any]] = [*fields.items(), ("file", (name, content))]
        body, kind = encode_multipart_formdata(parts)
        return self.post(path, body, Content_Type=kind, **headers)

    def submit_file(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """Loads a page, then sends its form with a file."""
        return self.send_file(path, {"csrf": self.token(path), "do": "submit", **fields}, name, content)

    def sign_in(self, person: Person) -> None:
        answer = self.submit("/signin", {"name": person.name, "password": person.password, "next": "/"})
        assert answer.status == 303, answer.body

    def enter(self, person: Person) -> None:
        """As who signed in before."""
        self.cookies[self.town.cookie] = self.town.session(person)

    def is_signed_in(self) -> bool:
        return self.get("/settings/password").status == 200

    @property
    def session(self) -> str:
        return self.cookies[self.town.cookie]

    def _headers(self, extra: dict[str, str]) -> dict[str, str]:
        jar = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        named = {name.replace("_", "-"): value for name, value in extra.items() if value}
        return {"Accept": "text/html", **(jar if self.cookies else {}), **named}

    def _kept(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer


def enter(page: Page, town: Town, person: Person) -> None:
    """The browser of somebody who signed in before."""
    cookie = {"name": town.cookie, "value": town.session(person), "url": town.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
