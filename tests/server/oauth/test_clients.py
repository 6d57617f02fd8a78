"""Clients: how each kind shows who it is, and what may register itself."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brant.contract.scopes import FULL
from brant.errors import InvalidInput
from brant.server.oauth.clients import Client, Clients, shown_name
from brant.server.oauth.grants import save_code
from brant.server.store.database import Database
from brant.server.store.tables import clients, grants
from tests.conftest import RunningServer, User
from tests.server.edge.calls import Answer, basic, send
from tests.server.oauth.flow import (
    CALLBACK,
    JSON,
    WEB_CALLBACK,
    Organization,
    Pkce,
    answered,
    code,
    entered,
    exchange,
    refresh,
    request,
    tokens,
)
from tests.server.oauth.test_codes import assert_refused

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def register(server: RunningServer, **metadata: Any) -> Answer:
    return send(server, "POST", "/api/v1/oauth2/register", json.dumps(metadata).encode(), JSON)


def lab_exchange(server: RunningServer, user: User, lab: Organization, headers: dict[str, str]) -> Answer:
    """A fresh code of the organization's client, exchanged with these headers."""
    got = code(server, user, lab.client_id, None, redirect_uri=WEB_CALLBACK)
    return exchange(server, lab.client_id, got, None, headers, redirect_uri=WEB_CALLBACK)


def raw_basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


def test_an_organization_authenticates_with_the_key_of_an_owner(
    server: RunningServer, user: User, lab: Organization
) -> None:
    answer = lab_exchange(server, user, lab, lab.credentials)
    assert answer.status == 200
    told = entered(answer)
    assert refresh(server, "", told["refresh_token"], lab.credentials).status == 200


def test_its_id_may_be_encoded_as_the_standard_says(
    server: RunningServer, user: User, lab: Organization
) -> None:
    encoded = raw_basic(f"org%3A{lab.slug}:{lab.owner.key}")
    assert lab_exchange(server, user, lab, encoded).status == 200


def test_a_second_owner_may_and_a_member_and_a_stranger_may_not(
    server: RunningServer, user: User, lab: Organization
) -> None:
    second, member, stranger = (server.new_user(stem) for stem in ("second", "member", "stranger"))
    server.admin("org", "member", "add", lab.slug, second.name, "--role", "owner")
    server.admin("org", "member", "add", lab.slug, member.name, "--role", "member")
    assert lab_exchange(server, user, lab, basic(lab.client_id, second.key)).status == 200
    for other in (member, stranger):
        answer = lab_exchange(server, user, lab, basic(lab.client_id, other.key))
        assert answer.status == 401
        assert_refused(answer, "invalid_client")
    server.admin("org", "member", "remove", lab.slug, second.name)
    assert_refused(lab_exchange(server, user, lab, basic(lab.client_id, second.key)), "invalid_client")


@pytest.mark.parametrize(
    "credentials",
    [
        "{org}:",
        "{org}",
        "{org}:" + "0" * 32,
        "{org}:{token}",
        "{slug}:{key}",
        "{owner}:{key}",
        ":{key}",
        "org:nobody:{key}",
        "org::{key}",
        "kagglesdk:{key}",
        "{org}:{key}x",
        "{org}:x:{key}",
        "{org}:{refresh}",
        "{org}:{access}",
    ],
)
def test_any_other_pair_is_refused_in_the_same_words(
    server: RunningServer, lab: Organization, client_id: str, credentials: str
) -> None:
    granted = tokens(server, lab.owner, client_id)
    text = credentials.format(
        org=lab.client_id,
        slug=lab.slug,
        owner=lab.owner.name,
        key=lab.owner.key,
        token=lab.owner.token,
        refresh=granted["refresh_token"],
        access=granted["access_token"],
    )
    answer = refresh(server, "", "a", raw_basic(text))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    unknown = refresh(server, "", "a", raw_basic("org:nobody:" + "0" * 32))
    assert answer.json == unknown.json
    assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize("header", ["Basic !!!", "Basic", "Basic /w==", "Bearer x", "Digest a=b", "x"])
def test_what_is_no_basic_is_refused(server: RunningServer, header: str) -> None:
    answer = refresh(server, "kagglesdk", "a", {"Authorization": header})
    assert answer.status == 401
    assert_refused(answer, "invalid_client")


def test_an_organizations_key_opens_nothing_for_a_public_client(
    server: RunningServer, user: User, lab: Organization, client_id: str
) -> None:
    pkce = Pkce()
    got = code(server, user, client_id, pkce)
    with_basic = exchange(server, client_id, got, pkce, basic(client_id, lab.owner.key))
    assert with_basic.status == 401
    assert_refused(with_basic, "invalid_client")
    two_clients = exchange(server, client_id, got, pkce, lab.credentials)
    assert_refused(two_clients, "invalid_request")
    in_the_form = exchange(server, client_id, got, pkce, client_secret=lab.owner.key)
    assert_refused(in_the_form, "invalid_client")
    assert exchange(server, client_id, got, pkce).status == 200


def test_an_organizations_client_is_none_without_its_key(
    server: RunningServer, user: User, lab: Organization
) -> None:
    pkce = Pkce()
    got = code(server, user, lab.client_id, pkce, redirect_uri=WEB_CALLBACK)
    answer = exchange(server, lab.client_id, got, pkce, redirect_uri=WEB_CALLBACK)
    assert answer.status == 401
    assert_refused(answer, "invalid_client")


def test_an_organizations_redirect_is_exactly_what_it_registered(
    server: RunningServer, user: User, lab: Organization
) -> None:
    told = answered(server, user, request(lab.client_id, redirect_uri=WEB_CALLBACK))
    assert "code" in told


def test_a_client_registers_itself(server: RunningServer) -> None:
    answer = register(server, client_name="My tool", redirect_uris=[CALLBACK, CALLBACK], software_id="x")
    assert answer.status == 201
    assert answer.json["client_id"].startswith("dyn-")
    assert answer.json["client_name"] == "My tool"
    assert answer.json["redirect_uris"] == [CALLBACK]
    assert answer.json["token_endpoint_auth_method"] == "none"
    assert answer.json["grant_types"] == ["authorization_code", "refresh_token"]
    assert answer.json["response_types"] == ["code"]
    assert answer.json["client_id_issued_at"] > 0
    assert "client_secret" not in answer.json
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["http://evil.example.org/"],
        ["https://app.example.org/#x"],
        ["https://app.example.org/#"],
        ["https://user:word@app.example.org/"],
        ["https:///callback"],
        ["https://app.example.org\\@evil.example.org/"],
        ["https://app.example.org/\r\nX: y"],
        ["https://app.example.org/" + "a" * 500],
        ["http://127.0.0.1.evil.example.org/"],
        ["http://127.0.0.1:80@evil.example.org/"],
        ["javascript:alert(1)"],
        ["com.example.app:/callback"],
        ["https://äpp.example.org/"],
        ["https://app.example.org:port/"],
        [CALLBACK] * 10 + ["https://app.example.org/"],
    ],
)
def test_a_client_registers_no_redirect_that_is_open_or_odd(server: RunningServer, uris: list[str]) -> None:
    answer = register(server, redirect_uris=uris)
    assert answer.status == 400
    assert answer.json["error"] == "invalid_redirect_uri"
    assert answer.json["error_description"].isascii()


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"grant_types": ["password"]},
        {"grant_types": ["authorization_code", "client_credentials"]},
        {"response_types": ["token"]},
        {"client_name": 7},
        {"client_name": "kaggle COMMAND line"},
        {"redirect_uris": "https://app.example.org/"},
        {"redirect_uris": [7]},
    ],
)
def test_a_client_registers_as_nothing_but_a_public_one(
    server: RunningServer, metadata: dict[str, Any]
) -> None:
    answer = register(server, **{"redirect_uris": [CALLBACK], **metadata})
    assert answer.status == 400
    assert answer.json["error"] == "invalid_client_metadata"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b'{"a":' * 10_000, b"null"])
def test_a_registration_is_a_json_object(server: RunningServer, body: bytes) -> None:
    answer = send(server, "POST", "/api/v1/oauth2/register", body, JSON)
    assert answer.status == 400
    assert answer.json["error"] in ("invalid_client_metadata", "invalid_redirect_uri")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("  My\n tool\t", "My tool"),
        ("Evil\u202eelbbarg", "Evil elbbarg"),
        ("a\u200bb\u2028c", "a b c"),
        ("x" * 300, "x" * 60),
        ("", "unnamed application"),
        ("\u200b\x00", "unnamed application"),
        ("Café 🐧", "Café 🐧"),
        ("\ufb01le", "file"),
    ],
)
def test_a_name_is_one_short_visible_line(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.fixture
def db(tmp_path: Any) -> Any:
    database = Database(tmp_path / "brant.sqlite3")
    database.migrate()
    yield database
    database.close()


def make(db: Database, now: datetime) -> Client:
    with db.write() as connection:
        return Clients(lambda _: False).register(connection, "a tool", [CALLBACK], now)


def found(db: Database, client: Client) -> bool:
    with db.read() as connection:
        return Clients(lambda _: False).find(connection, client.id) is not None


def test_a_client_that_nobody_let_in_is_forgotten(db: Database) -> None:
    unused = make(db, NOW)
    used = make(db, NOW)
    with db.write() as connection:
        connection.execute(
            sa.text("INSERT INTO users (name, is_admin, created) VALUES ('ada', 0, :now)"), {"now": NOW}
        )
        connection.execute(
            sa.insert(grants).values(user_id=1, client_id=used.id, scopes="datasets.get:*", created=NOW)
        )
    make(db, NOW + timedelta(hours=23))
    assert found(db, unused)
    make(db, NOW + timedelta(hours=25))
    assert not found(db, unused)
    assert found(db, used)


def test_there_are_only_so_many_that_nobody_let_in(db: Database) -> None:
    rows = [
        {"id": f"dyn-{number}", "name": "x", "redirect_uris": "[]", "created": NOW}
        for number in range(10_000)
    ]
    with db.write() as connection:
        connection.execute(sa.insert(clients), rows)
    first, last = make(db, NOW + timedelta(seconds=1)), make(db, NOW + timedelta(seconds=2))
    with db.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(clients)) == 10_000
    assert found(db, first)
    assert found(db, last)


def test_a_client_that_somebody_lets_in_at_this_moment_stays(db: Database) -> None:
    asking = make(db, NOW)
    with db.write() as connection:
        connection.execute(
            sa.text("INSERT INTO users (name, is_admin, created) VALUES ('ada', 0, :now)"), {"now": NOW}
        )
        save_code(
            connection,
            user_id=1,
            client_id=asking.id,
            redirect_uri=CALLBACK,
            challenge=None,
            scopes=FULL,
            now=NOW + timedelta(hours=25),
        )
    make(db, NOW + timedelta(hours=25))
    assert found(db, asking)


def test_no_client_registers_under_the_name_of_the_built_in_one(db: Database) -> None:
    with db.write() as connection, pytest.raises(InvalidInput, match="another application"):
        Clients(lambda _: False).register(connection, "Kaggle\u200b command line", [CALLBACK], NOW)
