"""Attacks with authorization requests: where the answer goes, what it carries, what a request must have."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from brant.server.oauth.authorization import Redirected, Refused
from tests.conftest import RunningServer, User
from tests.server.oauth.flow import (
    CALLBACK,
    WEB_CALLBACK,
    Organization,
    Pkce,
    answered,
    organization,
    provider,
    query,
    register,
    request,
    user_id,
)

NOW = datetime.now(UTC)


def begin(server: RunningServer, params: dict[str, str], **more: list[str]) -> object:
    """What was asked for; or the error."""
    with provider(server) as oauth:
        try:
            return oauth.authorization.begin(
                {**{name: [value] for name, value in params.items()}, **more}, NOW
            )
        except (Refused, Redirected) as error:
            return error


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example.org/",
        CALLBACK + "#fragment",
        CALLBACK + "?more=1",
        CALLBACK + "/../other",
        CALLBACK + "/",
        "http://127.0.0.1:7001",
        "http://127.0.0.1:7001@evil.example.org/callback",
        "http://127.0.0.1.evil.example.org:7001/callback",
        "http://127.0.0.1:7001\\@evil.example.org/callback",
        "http://localhost:7001/callback",
        "https://127.0.0.1:7001/callback",
        "http://127.0.0.1:123456/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example.org",
        "/callback",
        'http://127.0.0.1:7001/callback"x',
        "http://127.0.0.1:7001/callback\r\nSet-Cookie: a=b",
        "http://127.0.0.1:7001/callbäck",
    ],
)
def test_a_redirect_that_is_not_registered_goes_nowhere(
    server: RunningServer, client_id: str, redirect_uri: str
) -> None:
    assert isinstance(begin(server, request(client_id, Pkce(), redirect_uri=redirect_uri)), Refused)


@pytest.mark.parametrize("broken", [{"response_type": "token"}, {"scope": "nonsense"}, {"state": ""}])
def test_no_error_is_sent_to_a_redirect_that_is_not_registered(
    server: RunningServer, client_id: str, broken: dict[str, str]
) -> None:
    asked = request(client_id, Pkce(), redirect_uri="https://evil.example.org/", **broken)
    assert isinstance(begin(server, asked), Refused)


@pytest.mark.parametrize("unknown", ["nobody", "", "dyn-" + "a" * 22, "org:nobody", 'x"\\', "KAGGLESDK"])
def test_an_unknown_client_is_told_to_the_user_alone(server: RunningServer, unknown: str) -> None:
    assert isinstance(begin(server, request(unknown, Pkce())), Refused)


def test_the_port_of_a_loopback_redirect_is_free(server: RunningServer, user: User, client_id: str) -> None:
    with provider(server) as oauth:
        asked = oauth.authorization.begin(
            {
                name: [value]
                for name, value in request(
                    client_id, Pkce(), redirect_uri="http://127.0.0.1:49152/callback"
                ).items()
            },
            NOW,
        )
        address = oauth.authorization.allow(asked, user_id(server, user), NOW)
    assert address.startswith("http://127.0.0.1:49152/callback?code=")


def test_the_port_of_any_other_redirect_is_not(server: RunningServer) -> None:
    client_id = register(server, WEB_CALLBACK)
    other = WEB_CALLBACK.replace(".org", ".org:8443")
    assert isinstance(begin(server, request(client_id, Pkce(), redirect_uri=other)), Refused)


@pytest.mark.parametrize(
    "redirect_uri",
    ["http://localhost:8000", "http://localhost:9000/", "http://127.0.0.1:8500"],
)
def test_the_built_in_client_listens_on_its_ports(
    server: RunningServer, user: User, redirect_uri: str
) -> None:
    assert "code" in answered(server, user, request("kagglesdk", Pkce(), redirect_uri=redirect_uri))


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "",
        "http://localhost:7999",
        "http://localhost:9001",
        "http://localhost:80000",
        "http://localhost:8000/other",
        "http://localhost",
        "https://localhost:8000",
        "http://evil.example.org:8000",
        "https://evil.example.org/account/api/oauth/token",
        "http://localhost/account/api/oauth/token/x",
    ],
)
def test_the_built_in_client_listens_nowhere_else(server: RunningServer, redirect_uri: str) -> None:
    assert isinstance(begin(server, request("kagglesdk", Pkce(), redirect_uri=redirect_uri)), Refused)


@pytest.mark.parametrize("origin", ["http://localhost", "http://127.0.0.1:8765"])
def test_the_code_to_paste_is_shown_by_this_server_under_the_origin_that_the_browser_uses(
    server: RunningServer, user: User, origin: str
) -> None:
    asked = request("kagglesdk", Pkce(), redirect_uri=f"{origin}/account/api/oauth/token")
    with provider(server) as oauth:
        found = oauth.authorization.begin({name: [value] for name, value in asked.items()}, NOW)
        address = oauth.authorization.allow(found, user_id(server, user), NOW)
    assert urlsplit(address)[:3] == ("", "", "/account/api/oauth/token")


def test_a_redirect_must_be_named_where_several_are_registered(server: RunningServer, client_id: str) -> None:
    several = register(server, CALLBACK, WEB_CALLBACK)
    assert isinstance(begin(server, request(several, Pkce(), redirect_uri="")), Refused)
    assert not isinstance(begin(server, request(client_id, Pkce(), redirect_uri="")), Exception)


def test_the_query_of_a_registered_redirect_is_kept(server: RunningServer, user: User) -> None:
    lab = organization(server, WEB_CALLBACK + "?tenant=7")
    told = answered(server, user, request(lab.client_id, redirect_uri=WEB_CALLBACK + "?tenant=7"))
    assert told["tenant"] == "7"
    assert "code" in told


def test_an_answer_says_whose_it_is_and_what_it_answers(
    server: RunningServer, user: User, client_id: str
) -> None:
    told = answered(server, user, request(client_id, Pkce(), state="a b&c=d"))
    assert told["iss"] == server.address
    assert told["state"] == "a b&c=d"


def test_a_refusal_of_the_user_says_so_too(server: RunningServer, client_id: str) -> None:
    with provider(server) as oauth:
        asked = oauth.authorization.begin(
            {name: [value] for name, value in request(client_id, Pkce()).items()}, NOW
        )
        told = query(oauth.authorization.deny(asked))
    assert told["error"] == "access_denied"
    assert (told["iss"], told["state"]) == (server.address, "some-state")


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": 'x"y\\z'}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "datasets.fly:*"}, "invalid_scope"),
        ({"scope": 'datasets.get:*"\\'}, "invalid_scope"),
        ({"scope": "datasets.get:* " * 60}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"resource": "https://other.example.org/api"}, "invalid_target"),
    ],
)
def test_an_error_is_told_to_the_application_with_state_and_issuer(
    server: RunningServer, user: User, client_id: str, broken: dict[str, str], error: str
) -> None:
    told = answered(server, user, request(client_id, Pkce(), **broken))
    assert told["error"] == error
    assert told["error_description"]
    assert (told["iss"], told["state"]) == (server.address, "some-state")
    assert "code" not in told


@pytest.mark.parametrize("who", ["public", "organization"])
def test_a_request_without_state_is_refused(
    server: RunningServer, user: User, client_id: str, lab: Organization, who: str
) -> None:
    asked = (
        request(client_id, Pkce(), state="")
        if who == "public"
        else request(lab.client_id, redirect_uri=WEB_CALLBACK, state="")
    )
    told = answered(server, user, asked)
    assert told["error"] == "invalid_request"
    assert told["iss"] == server.address
    assert "code" not in told


@pytest.mark.parametrize("resource", ["", "/", "/api", "/api/"])
def test_this_server_is_the_resource(
    server: RunningServer, user: User, client_id: str, resource: str
) -> None:
    asked = request(client_id, Pkce(), resource=server.address + resource)
    assert "code" in answered(server, user, asked)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "scope", "code_challenge", "other"])
def test_a_parameter_that_comes_twice_is_refused(server: RunningServer, client_id: str, name: str) -> None:
    asked = request(client_id, Pkce())
    twice = {name: [asked.get(name, "x"), asked.get(name, "x")]}
    assert isinstance(begin(server, asked, **twice), Refused)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b=c", "a\0b", "ä", "\x7f", "\ud800"])
@pytest.mark.parametrize("name", ["state", "scope", "client_id", "redirect_uri", "code_challenge", "other"])
def test_what_no_parameter_may_hold_is_refused(
    server: RunningServer, client_id: str, name: str, value: str
) -> None:
    assert isinstance(begin(server, request(client_id, Pkce()), **{name: [value]}), Refused)


def test_the_address_of_an_answer_is_one_line_of_ascii(
    server: RunningServer, user: User, client_id: str
) -> None:
    with provider(server) as oauth:
        hostile = "%0d%0aSet-Cookie: a=b <script> \" ' \\"
        asked = oauth.authorization.begin(
            {name: [value] for name, value in request(client_id, Pkce(), state=hostile).items()}, NOW
        )
        address = oauth.authorization.allow(asked, user_id(server, user), NOW)
    assert query(address)["state"] == hostile
    assert address.isascii()
    assert not set(address) & set(" \r\n\"'<>\\")


def test_without_scope_an_application_may_see_and_change_nothing(
    server: RunningServer, user: User, client_id: str
) -> None:
    asked = begin(server, request(client_id, Pkce(), scope=""))
    assert str(asked.scopes) == "resources.viewer:*"  # type: ignore[attr-defined]
