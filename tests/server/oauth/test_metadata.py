"""The discovery documents: what they say is what the server does."""

from collections.abc import Callable

import pytest

from brant.contract.scopes import parse
from tests.conftest import RunningServer, User
from tests.server.edge.calls import Answer, rpc, send
from tests.server.oauth.flow import (
    CALLBACK,
    Organization,
    Pkce,
    code,
    exchange,
    post,
    refresh,
    register,
    tokens,
)

SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


def get(server: RunningServer, path: str) -> Answer:
    answer = send(server, "GET", path)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/json"
    return answer


def path_of(server: RunningServer, endpoint: str) -> str:
    address: str = get(server, SERVER).json[endpoint]
    assert address.startswith(server.address + "/")
    return address.removeprefix(server.address)


def test_the_issuer_is_one_address_whatever_name_it_is_asked_by(server: RunningServer) -> None:
    by_name = send(server, "GET", SERVER, headers={"Host": f"localhost:{server.port}"})
    assert by_name.json == get(server, SERVER).json
    assert by_name.json["issuer"] == server.address


def test_the_first_origin_is_the_issuer(new_server: Callable[..., RunningServer]) -> None:
    public = new_server("--origin", "https://kaggle.example.org", "--origin", "https://other.example.org")
    told = get(public, SERVER).json
    assert told["issuer"] == "https://kaggle.example.org"
    assert told["token_endpoint"] == "https://kaggle.example.org/api/v1/oauth2/token"
    challenge = rpc(public, "api.v1.DiagnosticsService/Hello", {}).headers["WWW-Authenticate"]
    assert 'resource_metadata="https://kaggle.example.org/.well-known/' in challenge


@pytest.mark.parametrize("path", [RESOURCE, RESOURCE + "/api"])
def test_the_resource_leads_to_the_server(server: RunningServer, path: str) -> None:
    told = get(server, path).json
    assert told["resource"] == f"{server.address}/api"
    assert told["authorization_servers"] == [get(server, SERVER).json["issuer"]]
    assert told["bearer_methods_supported"] == ["header"]


@pytest.mark.parametrize("path", [SERVER, RESOURCE])
def test_any_page_may_read_these_documents(server: RunningServer, path: str) -> None:
    assert get(server, path).headers["Access-Control-Allow-Origin"] == "*"
    assert send(server, "HEAD", path).status == 200
    assert send(server, "POST", path, b"").status == 405


@pytest.mark.parametrize("path", ["/api/v1/oauth2/token", "/api/v1/hello", "/healthz", "/signin"])
def test_no_page_may_read_anything_else(server: RunningServer, path: str) -> None:
    for verb in ("GET", "POST", "OPTIONS"):
        answer = send(server, verb, path, headers={"Origin": "https://evil.example.org"})
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", [SERVER + "/api", RESOURCE + "/other", "/.well-known/openid-configuration"])
def test_there_is_no_document_of_what_there_is_not(server: RunningServer, path: str) -> None:
    assert send(server, "GET", path).status == 404


def test_every_scope_that_is_offered_can_be_granted(
    server: RunningServer, user: User, client_id: str
) -> None:
    for scope in get(server, SERVER).json["scopes_supported"]:
        assert str(parse(scope)) == scope
        assert tokens(server, user, client_id, scope=scope)["scope"] == scope


def test_every_endpoint_that_is_named_is_there(
    server: RunningServer, user: User, client_id: str, lab: Organization
) -> None:
    told = get(server, SERVER).json
    for name in ("token", "introspection", "revocation"):
        path = path_of(server, f"{name}_endpoint")
        assert send(server, "GET", path).headers["Allow"] == "POST"
    assert send(server, "GET", path_of(server, "authorization_endpoint")).status == 400
    assert path_of(server, "registration_endpoint") == "/api/v1/oauth2/register"
    assert register(server, CALLBACK).startswith("dyn-")
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["response_types_supported"] == ["code"]
    assert told["response_modes_supported"] == ["query"]
    assert told["code_challenge_methods_supported"] == ["S256"]


def test_every_way_to_authenticate_that_is_named_works(
    server: RunningServer, user: User, client_id: str, lab: Organization
) -> None:
    told = get(server, SERVER).json
    assert told["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "none"]
    assert told["revocation_endpoint_auth_methods_supported"] == ["client_secret_basic", "none"]
    assert told["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic", "Bearer"]
    anything = {"token": "anything"}
    assert post(server, "revoke", {**anything, "client_id": client_id}).status == 200
    assert post(server, "revoke", anything, lab.credentials).status == 200
    assert post(server, "introspect", anything, lab.credentials).status == 200
    mine = {"Authorization": f"Bearer {user.token}"}
    assert post(server, "introspect", anything, mine).status == 200


def test_every_grant_type_that_is_named_works(server: RunningServer, user: User, client_id: str) -> None:
    assert get(server, SERVER).json["grant_types_supported"] == ["authorization_code", "refresh_token"]
    pkce = Pkce()
    first = exchange(server, client_id, code(server, user, client_id, pkce), pkce)
    assert first.status == 200
    assert refresh(server, client_id, first.json["refresh_token"]).status == 200
