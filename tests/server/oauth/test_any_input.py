"""Any input at all: the endpoints answer it in their shape, never fail, and never give a token for it."""

import json
import os
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brant.server.oauth.authorization import Asked, Redirected, Refused
from tests.conftest import RunningServer
from tests.server.edge.calls import Answer, basic, send
from tests.server.oauth.flow import FORM, Organization, organization, provider, query

# What an attacker knows, and what they may try with it.
NAMES = st.sampled_from(
    [
        "grant_type",
        "client_id",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "scope",
        "token",
        "token_type_hint",
        "client_secret",
        "client_assertion",
        "resource",
        "state",
        "response_type",
        "response_mode",
        "code_challenge",
        "code_challenge_method",
    ]
)
VALUES = st.sampled_from(
    [
        "authorization_code",
        "refresh_token",
        "password",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
        "kagglesdk",
        "org:nobody",
        "http://localhost:8000",
        "http://localhost/account/api/oauth/token",
        "a" * 43,
        "code",
        "S256",
        "plain",
        "query",
        "datasets.get:*",
        "resources.admin:*",
        '"',
        "\\",
        "\0",
        "\r\nX: y",
        "é",
        "",
        "%",
        "&",
    ]
) | st.text(max_size=30)
PAIRS = st.lists(st.tuples(NAMES | st.text(max_size=10), VALUES), max_size=12)
BODIES = st.binary(max_size=300) | PAIRS.map(lambda pairs: urlencode(pairs, errors="surrogatepass").encode())
HEADERS = st.sampled_from(
    [
        {},
        basic("kagglesdk", "x"),
        basic("org:nobody", "0" * 32),
        {"Authorization": "Basic"},
        {"Authorization": "Basic ////"},
        {"Authorization": "Bearer x"},
    ]
)
TYPES = st.sampled_from([FORM["Content-Type"], FORM["Content-Type"] + "; charset=utf-8", "text/plain", "x"])
ENOUGH = settings(
    max_examples=int(os.environ.get("BRANT_TEST_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def assert_answered(answer: Answer, statuses: tuple[int, ...]) -> None:
    assert answer.status in statuses, (answer.status, answer.body)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"KGAT_" not in answer.body
    assert b"KGRT_" not in answer.body
    if answer.status >= 400:
        assert set(answer.json) == {"error", "error_description"}
        assert all(0x20 <= ord(letter) <= 0x7E for letter in answer.json["error_description"])
    if answer.status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
@ENOUGH
@given(body=BODIES, headers=HEADERS, kind=TYPES)
def test_any_form_is_refused(
    server: RunningServer, endpoint: str, body: bytes, headers: dict[str, str], kind: str
) -> None:
    described = {**headers, "Content-Type": kind}
    answer = send(server, "POST", f"/api/v1/oauth2/{endpoint}", body, described)
    # To end what is no token is no error (RFC 7009 §2.2), for a client that is one.
    fine = (200,) if endpoint == "revoke" and b"kagglesdk" in body and b"token" in body else ()
    assert_answered(answer, (400, 401, *fine))


@ENOUGH
@given(pairs=PAIRS)
def test_any_form_of_an_organization_is_refused(server: RunningServer, pairs: list[tuple[str, str]]) -> None:
    lab = _lab(server)
    for endpoint in ("token", "introspect", "revoke"):
        body = urlencode(pairs, errors="surrogatepass").encode()
        answer = send(server, "POST", f"/api/v1/oauth2/{endpoint}", body, {**FORM, **lab.credentials})
        assert_answered(answer, (200, 400, 401) if endpoint != "token" else (400, 401))
        if endpoint == "introspect" and answer.status == 200:
            assert answer.json == {"active": False}


_labs: dict[str, Organization] = {}


def _lab(server: RunningServer) -> Organization:
    """One for all examples."""
    if server.address not in _labs:
        _labs[server.address] = organization(server)
    return _labs[server.address]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
METADATA = st.dictionaries(
    st.sampled_from(
        [
            "client_name",
            "redirect_uris",
            "grant_types",
            "response_types",
            "token_endpoint_auth_method",
            "scope",
        ]
    )
    | st.text(max_size=8),
    JSON_VALUES,
    max_size=6,
)


@ENOUGH
@given(body=st.binary(max_size=200) | METADATA.map(lambda value: json.dumps(value).encode()))
def test_any_registration_is_refused_or_is_one_of_a_public_client(server: RunningServer, body: bytes) -> None:
    answer = send(server, "POST", "/api/v1/oauth2/register", body, {"Content-Type": "application/json"})
    assert_answered(answer, (201, 400))
    if answer.status == 201:
        assert answer.json["token_endpoint_auth_method"] == "none"
        assert "client_secret" not in answer.json


@ENOUGH
@given(
    body=st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["code", "codeVerifier", "grantType", "clientId", "redirectUri", "refreshToken"]),
        JSON_VALUES,
    ).map(lambda value: json.dumps(value).encode())
)
@pytest.mark.parametrize("path", ["oauth2/token", "access-tokens/generate", "oauth2/introspect"])
def test_any_official_call_is_refused_in_the_words_of_the_api(
    server: RunningServer, path: str, body: bytes
) -> None:
    answer = send(server, "POST", f"/api/v1/{path}", body, {"Content-Type": "application/json"})
    if answer.status == 200:
        assert answer.json["active"] is False
    else:
        assert answer.status in (400, 401), answer.body
        assert set(answer.json) == {"code", "message"}


@ENOUGH
@given(params=st.dictionaries(NAMES | st.text(max_size=8), st.lists(VALUES, min_size=1, max_size=2)))
def test_any_authorization_request_is_refused_or_asks_for_what_it_may(
    server: RunningServer, params: dict[str, list[str]]
) -> None:
    with provider(server) as oauth:
        try:
            asked = oauth.authorization.begin(params, datetime.now(UTC))
        except Refused as error:
            assert error.message
        except Redirected as error:
            told = query(error.url)
            assert told["iss"] == server.address
            assert "code" not in told
            assert error.url.isascii()
            assert error.url.startswith(("http://localhost:8000?", "http://localhost/account/"))
        else:
            assert isinstance(asked, Asked)
            assert asked.challenge
            assert asked.state
