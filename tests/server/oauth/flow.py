"""One login after the other, in plain HTTP; consent is given where the page of consent would give it."""

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import sqlalchemy as sa

from brant.server.domain.services import DATABASE_NAME
from brant.server.edge.origins import Origins
from brant.server.oauth.assembly import OAuth
from brant.server.oauth.authorization import Redirected
from brant.server.store.database import Database
from brant.server.store.tables import users
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.server.edge.calls import Answer, basic, rpc, send

CALLBACK = "http://127.0.0.1:7001/callback"
WEB_CALLBACK = "https://app.example.org/callback"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@dataclass
class Pkce:
    """A verifier and its challenge (RFC 7636 §4.1, §4.2)."""

    verifier: str = field(default_factory=lambda: issued(secrets.token_urlsafe(64)))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@contextmanager
def provider(server: RunningServer) -> Iterator[OAuth]:
    """The provider of a running server, beside it over the same database."""
    db = Database(server.data / DATABASE_NAME)
    try:
        yield OAuth.over(db, server.address, Origins("127.0.0.1").include)
    finally:
        db.close()


def request(client_id: str, pkce: Pkce | None = None, **params: str) -> dict[str, str]:
    """The query of an authorization request; an empty value takes a parameter out."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "scope": "datasets.get:*",
        "state": "some-state",
    }
    if pkce is not None:
        asked |= {"code_challenge": pkce.challenge, "code_challenge_method": "S256"}
    return {name: value for name, value in {**asked, **params}.items() if value}


def answered(server: RunningServer, user: User, params: Mapping[str, str]) -> dict[str, str]:
    """What the redirect carries once the user allowed a request; or what a wrong request is told."""
    with provider(server) as oauth:
        now = datetime.now(UTC)
        try:
            asked = oauth.authorization.begin({name: [value] for name, value in params.items()}, now)
        except Redirected as error:
            return query(error.url)
        return query(oauth.authorization.allow(asked, user_id(server, user), now))


def query(address: str) -> dict[str, str]:
    """The parameters in an address, each of which stands there once."""
    found = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values()), address
    return {name: values[0] for name, values in found.items()}


def user_id(server: RunningServer, user: User) -> int:
    db = Database(server.data / DATABASE_NAME)
    try:
        with db.read() as connection:
            return int(
                connection.execute(sa.select(users.c.id).where(users.c.name == user.name)).scalar_one()
            )
    finally:
        db.close()


def code(server: RunningServer, user: User, client_id: str, pkce: Pkce | None, **params: str) -> str:
    """A fresh code."""
    return issued(answered(server, user, request(client_id, pkce, **params))["code"])


def post(
    server: RunningServer, endpoint: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Answer:
    """A form to one of the OAuth endpoints."""
    body = urlencode(params).encode()
    return send(server, "POST", f"/api/v1/oauth2/{endpoint}", body, {**FORM, **(headers or {})})


def exchange(
    server: RunningServer,
    client_id: str,
    code: str,
    pkce: Pkce | None,
    headers: Mapping[str, str] | None = None,
    **params: str,
) -> Answer:
    """A code for tokens; an empty value takes a parameter out."""
    asked = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier if pkce else "",
        **params,
    }
    return post(server, "token", {name: value for name, value in asked.items() if value}, headers)


def refresh(
    server: RunningServer, client_id: str, token: str, headers: Mapping[str, str] | None = None, **params: str
) -> Answer:
    """A refresh token for the next."""
    asked = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token, **params}
    return post(server, "token", {name: value for name, value in asked.items() if value}, headers)


def tokens(server: RunningServer, user: User, client_id: str, **params: str) -> dict[str, Any]:
    """The answer to a whole login of a public client."""
    pkce = Pkce()
    answer = exchange(server, client_id, code(server, user, client_id, pkce, **params), pkce)
    assert answer.status == 200, answer.body
    return entered(answer)


def entered(answer: Answer) -> dict[str, Any]:
    """An answer with tokens, entered into the ledger of secrets."""
    told: dict[str, Any] = answer.json
    for name in ("access_token", "refresh_token"):
        issued(told[name])
    return told


def register(server: RunningServer, *redirect_uris: str, name: str = "A tool") -> str:
    """The id of a new public client."""
    import json

    body = json.dumps({"client_name": name, "redirect_uris": redirect_uris or [CALLBACK]}).encode()
    answer = send(server, "POST", "/api/v1/oauth2/register", body, JSON)
    assert answer.status == 201, answer.body
    client_id: str = answer.json["client_id"]
    return client_id


def hello(server: RunningServer, token: str) -> int:
    """The status that a call with this token gets."""
    headers = {"Authorization": f"Bearer {token}"}
    return rpc(server, "api.v1.DiagnosticsService/Hello", {}, headers).status


@dataclass(frozen=True)
class Organization:
    """An organization with its client; `owner` owns it."""

    slug: str
    owner: User

    @property
    def client_id(self) -> str:
        return f"org:{self.slug}"

    @property
    def credentials(self) -> dict[str, str]:
        return basic(self.client_id, self.owner.key)


def organization(server: RunningServer, *redirect_uris: str) -> Organization:
    """A new one."""
    owner = server.new_user("owner")
    slug = f"lab-{owner.name}"
    uris = [word for uri in redirect_uris or [WEB_CALLBACK] for word in ("--redirect-uri", uri)]
    server.admin("org", "create", slug, "--owner", owner.name, *uris)
    return Organization(slug, owner)


def later(**span: int) -> datetime:
    return datetime.now(UTC) + timedelta(**span)
