"""What identity costs: a call by each kind of credentials, a refresh of a login, and a sign-in."""

import base64
import hashlib
import http.client
import json
import secrets
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.measure import Figure, table
from bench.stage import Stage
from tests.browser import Away, Browser, Page

SCOPE = "datasets.get:*"
REDIRECT = "https://bench.example/back"
PASSWORD = "tides come and go"
CALL = "/api/v1/datasets.DatasetApiService/ListDatasets"


def run(stage: Stage, *, turns: int = 3000) -> str:
    """The median of one request of each kind, one by one in turn. Needs a server without rate limits."""
    owner = "ada"
    stage.admin("password", owner, typed=PASSWORD)
    personal = stage.admin("token", owner).strip()
    key = json.loads(stage.admin("key", owner))["key"]
    wire = _Wire(stage.address)
    login = _Login(wire, owner)
    named = base64.b64encode(f"{owner}:{key}".encode()).decode()
    # Each with how many turns it waits for its own: what is slow needs fewer.
    candidates: dict[str, tuple[Callable[[], None], int]] = {
        "list, personal token": (wire.call(f"Bearer {personal}"), 1),
        "list, OAuth token with one scope": (wire.call(f"Bearer {login.access}"), 1),
        "list, legacy key": (wire.call(f"Basic {named}"), 1),
        "refresh of a login": (login.refresh, 4),
        "sign-in (argon2) and its page": (lambda: _sign_in(stage.address, owner), 100),
    }
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(-turns // 10, turns):
        for name, (once, waits) in candidates.items():
            if turn % waits:
                continue
            before = time.perf_counter()
            once()
            if turn >= 0:
                times[name].append(time.perf_counter() - before)
    figures = [Figure(name, statistics.median(taken), 0.0) for name, taken in times.items()]
    return table("one request, one connection", figures, against="list, personal token")


class _Wire:
    """One connection that is kept open."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._connection = http.client.HTTPConnection(str(urlsplit(address).netloc), timeout=60)

    def post(self, path: str, body: str, headers: Mapping[str, str]) -> Any:
        """The answer as JSON; anything but success ends the benchmark."""
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path}: {answer.status} {said[:300]!r}")
        return json.loads(said)

    def call(self, authorization: str) -> Callable[[], None]:
        """The call that is measured, with these credentials."""
        headers = {"Content-Type": "application/json", "Authorization": authorization}
        return lambda: self.post(CALL, "{}", headers)


class _Login:
    """A login by a public client that has registered itself; each refresh gives the next refresh token."""

    def __init__(self, wire: _Wire, owner: str) -> None:
        self._wire = wire
        wanted = {"client_name": "bench", "redirect_uris": [REDIRECT]}
        made = wire.post("/api/v1/oauth2/register", json.dumps(wanted), {"Content-Type": "application/json"})
        self._client = made["client_id"]
        verifier = secrets.token_urlsafe(48)
        code = self._granted(owner, verifier)
        self._take(grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier=verifier)

    def refresh(self) -> None:
        """Spends the refresh token."""
        self._take(grant_type="refresh_token", refresh_token=self._refresh)

    def _take(self, **form: str) -> None:
        body = urlencode({"client_id": self._client, **form})
        said = self._wire.post(
            "/api/v1/oauth2/token", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        self.access, self._refresh = said["access_token"], said["refresh_token"]

    def _granted(self, owner: str, verifier: str) -> str:
        digest = hashlib.sha256(verifier.encode()).digest()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client,
                "redirect_uri": REDIRECT,
                "scope": SCOPE,
                "state": "bench",
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        browser = Browser(self._wire.address)
        asked = browser.open(f"{self._wire.address}/api/v1/oauth2/authorize?{query}")
        consent = browser.press(_page(asked), "Sign in", name=owner, password=PASSWORD)
        left = browser.press(_page(consent), "Allow")
        if not isinstance(left, Away):
            raise SystemExit(f"no login: {left.text}")
        return parse_qs(urlsplit(left.address).query)["code"][0]


def _sign_in(address: str, owner: str) -> None:
    browser = Browser(address)
    browser.press(_page(browser.open(f"{address}/signin")), "Sign in", name=owner, password=PASSWORD)


def _page(shown: Page | Away) -> Page:
    if isinstance(shown, Away):
        raise SystemExit(f"expected a page, was sent to {shown.address}")
    return shown
