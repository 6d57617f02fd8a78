"""Attacks with tokens: replayed, widened, expired, revoked, shown to strangers, sent where none belongs."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from brant.errors import NotFound
from brant.server.oauth.endpoints import Form
from tests.conftest import RunningServer, User
from tests.server.edge.calls import basic, rpc, send
from tests.server.oauth.flow import (
    FORM,
    WEB_CALLBACK,
    Organization,
    code,
    entered,
    exchange,
    hello,
    later,
    organization,
    post,
    provider,
    refresh,
    register,
    tokens,
    user_id,
)
from tests.server.oauth.test_codes import assert_refused


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def lab_tokens(server: RunningServer, user: User, lab: Organization) -> dict[str, str]:
    """The answer to a whole login of an organization's client."""
    got = code(server, user, lab.client_id, None, redirect_uri=WEB_CALLBACK)
    answer = exchange(server, lab.client_id, got, None, lab.credentials, redirect_uri=WEB_CALLBACK)
    assert answer.status == 200, answer.body
    return entered(answer)


def test_a_refresh_token_is_exchanged_for_the_next(server: RunningServer, user: User, client_id: str) -> None:
    first = tokens(server, user, client_id)
    second = entered(refresh(server, client_id, first["refresh_token"]))
    third = entered(refresh(server, client_id, second["refresh_token"]))
    assert len({told["refresh_token"] for told in (first, second, third)}) == 3
    assert hello(server, third["access_token"]) == 200


def test_a_refresh_token_that_comes_again_ends_the_whole_family(
    server: RunningServer, user: User, client_id: str
) -> None:
    first = tokens(server, user, client_id)
    second = entered(refresh(server, client_id, first["refresh_token"]))
    assert_refused(refresh(server, client_id, first["refresh_token"]), "invalid_grant")
    assert hello(server, first["access_token"]) == 401
    assert hello(server, second["access_token"]) == 401
    assert_refused(refresh(server, client_id, second["refresh_token"]), "invalid_grant")


def test_another_family_of_the_same_user_and_client_stays(
    server: RunningServer, user: User, client_id: str
) -> None:
    one, other = tokens(server, user, client_id), tokens(server, user, client_id)
    entered(refresh(server, client_id, one["refresh_token"]))
    refresh(server, client_id, one["refresh_token"])
    assert hello(server, other["access_token"]) == 200


def test_of_fifty_refreshes_with_one_token_at_once_one_succeeds(
    server: RunningServer, user: User, client_id: str
) -> None:
    first = tokens(server, user, client_id)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: refresh(server, client_id, first["refresh_token"]), range(50)))
    winners = [answer for answer in answers if answer.status == 200]
    assert len(winners) == 1
    assert all(answer.json["error"] == "invalid_grant" for answer in answers if answer.status != 200)
    assert hello(server, entered(winners[0])["access_token"]) == 401


def test_a_refresh_token_is_of_no_use_to_another_client(
    server: RunningServer, user: User, client_id: str, lab: Organization
) -> None:
    told = tokens(server, user, client_id)
    assert_refused(refresh(server, register(server), told["refresh_token"]), "invalid_grant")
    assert_refused(refresh(server, lab.client_id, told["refresh_token"], lab.credentials), "invalid_grant")
    assert refresh(server, client_id, told["refresh_token"]).status == 200


def test_an_access_token_is_no_refresh_token(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    assert_refused(refresh(server, client_id, told["access_token"]), "invalid_grant")
    assert hello(server, told["access_token"]) == 200


def test_a_refresh_token_is_no_access_token(server: RunningServer, user: User, client_id: str) -> None:
    assert hello(server, tokens(server, user, client_id)["refresh_token"]) == 401


def test_a_refresh_may_narrow_what_was_granted_and_the_next_has_all_of_it_again(
    server: RunningServer, user: User, client_id: str
) -> None:
    told = tokens(server, user, client_id, scope="datasets.get:* datasets.update:*")
    narrow = entered(refresh(server, client_id, told["refresh_token"], scope="datasets.get:ada/penguins"))
    assert narrow["scope"] == "datasets.get:ada/penguins"
    whole = entered(refresh(server, client_id, narrow["refresh_token"]))
    assert whole["scope"] == "datasets.get:* datasets.update:*"


@pytest.mark.parametrize(
    "scope", ["resources.admin:*", "datasets.get:* datasets.update:*", "datasets.editor:*", "nonsense"]
)
def test_a_refresh_never_widens_it(server: RunningServer, user: User, client_id: str, scope: str) -> None:
    told = tokens(server, user, client_id)
    assert_refused(refresh(server, client_id, told["refresh_token"], scope=scope), "invalid_scope")
    assert refresh(server, client_id, told["refresh_token"]).status == 200


def test_a_token_for_another_server_is_refused(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    elsewhere = {"resource": "https://other.example.org/api"}
    assert_refused(refresh(server, client_id, told["refresh_token"], **elsewhere), "invalid_target")
    here = {"resource": f"{server.address}/api"}
    assert refresh(server, client_id, told["refresh_token"], **here).status == 200


def test_tokens_end_in_time(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "refresh_token": told["refresh_token"],
    }
    look = Form([("token", told["access_token"])], [f"Bearer {user.token}"])
    with provider(server) as oauth:
        assert oauth.endpoints.introspect(look, later(minutes=179)).body["active"] is True
        assert oauth.endpoints.introspect(look, later(minutes=181)).body == {"active": False}
        late = oauth.endpoints.token(Form(list(form.items()), ()), later(days=181))
        assert (late.status, late.body["error"]) == (400, "invalid_grant")
        assert oauth.endpoints.token(Form(list(form.items()), ()), later(days=179)).status == 200


def test_revoking_a_refresh_token_ends_its_family(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    answer = post(server, "revoke", {"client_id": client_id, "token": told["refresh_token"]})
    assert (answer.status, answer.json) == (200, {})
    assert hello(server, told["access_token"]) == 401
    assert_refused(refresh(server, client_id, told["refresh_token"]), "invalid_grant")


def test_revoking_an_access_token_ends_it_alone(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    hint = {"token_type_hint": "refresh_token"}  # a wrong one: hints are only hints
    answer = post(server, "revoke", {"client_id": client_id, "token": told["access_token"], **hint})
    assert answer.status == 200
    assert hello(server, told["access_token"]) == 401
    assert refresh(server, client_id, told["refresh_token"]).status == 200


def test_revoking_a_refresh_token_that_was_exchanged_ends_its_family_as_well(
    server: RunningServer, user: User, client_id: str
) -> None:
    first = tokens(server, user, client_id)
    second = entered(refresh(server, client_id, first["refresh_token"]))
    answer = post(server, "revoke", {"client_id": client_id, "token": first["refresh_token"]})
    assert answer.status == 200
    assert hello(server, second["access_token"]) == 401
    assert_refused(refresh(server, client_id, second["refresh_token"]), "invalid_grant")


def test_revoking_what_is_no_token_is_no_error(server: RunningServer, client_id: str) -> None:
    assert post(server, "revoke", {"client_id": client_id, "token": "nonsense"}).status == 200


def test_nobody_revokes_what_is_anothers(
    server: RunningServer, user: User, client_id: str, lab: Organization
) -> None:
    told = tokens(server, user, client_id)
    other = {"client_id": register(server), "token": told["refresh_token"]}
    assert_refused(post(server, "revoke", other), "invalid_grant")
    assert_refused(post(server, "revoke", {"token": told["refresh_token"]}, lab.credentials), "invalid_grant")
    assert_refused(post(server, "revoke", {"token": told["refresh_token"]}), "invalid_client")
    mine = {"client_id": client_id, "token": user.token}
    assert_refused(post(server, "revoke", mine), "invalid_grant")
    assert hello(server, told["access_token"]) == hello(server, user.token) == 200


def test_a_user_ends_what_they_allowed_an_application(
    server: RunningServer, user: User, client_id: str
) -> None:
    told = tokens(server, user, client_id)
    other = tokens(server, user, client_id)
    with provider(server) as oauth:
        who = user_id(server, user)
        listed = oauth.applications.of(who, later())
        assert [(one.client_name, str(one.grant.scopes)) for one in listed] == [
            ("A tool", "datasets.get:*")
        ] * 2
        oauth.applications.revoke(who, listed[1].grant.id, later())
        assert len(oauth.applications.of(who, later())) == 1
    assert hello(server, told["access_token"]) == 401
    assert_refused(refresh(server, client_id, told["refresh_token"]), "invalid_grant")
    assert hello(server, other["access_token"]) == 200


def test_a_user_ends_nothing_of_anothers(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    stranger = user_id(server, server.new_user("stranger"))
    with provider(server) as oauth:
        (mine,) = oauth.applications.of(user_id(server, user), later())
        with pytest.raises(NotFound):
            oauth.applications.revoke(stranger, mine.grant.id, later())
        assert oauth.applications.of(stranger, later()) == []
    assert hello(server, told["access_token"]) == 200


def test_introspection_tells_an_organization_of_the_tokens_that_it_was_given(
    server: RunningServer, user: User, lab: Organization
) -> None:
    told = lab_tokens(server, user, lab)
    answer = post(server, "introspect", {"token": told["access_token"]}, lab.credentials)
    assert answer.status == 200
    assert answer.json["active"] is True
    assert (answer.json["username"], answer.json["client_id"]) == (user.name, lab.client_id)
    assert (answer.json["scope"], answer.json["token_type"]) == ("datasets.get:*", "Bearer")
    assert answer.json["exp"] - answer.json["iat"] == 10_800
    assert post(server, "introspect", {"token": told["refresh_token"]}, lab.credentials).json["active"]


def test_introspection_tells_a_user_of_their_own_tokens(
    server: RunningServer, user: User, client_id: str
) -> None:
    told = tokens(server, user, client_id)
    answer = post(server, "introspect", {"token": told["access_token"]}, bearer(user.token))
    assert answer.json["active"] is True


def test_introspection_tells_strangers_nothing(
    server: RunningServer, user: User, client_id: str, lab: Organization
) -> None:
    told = tokens(server, user, client_id)
    token = {"token": told["access_token"]}
    stranger = server.new_user("stranger")
    for answer in (
        post(server, "introspect", token),
        post(server, "introspect", {**token, "client_id": client_id}),
        post(server, "introspect", token, bearer("KGAT_" + "a" * 43)),
        post(server, "introspect", token, bearer(told["refresh_token"])),
        post(server, "introspect", token, basic(stranger.name, stranger.key)),
    ):
        assert answer.status == 401
        assert_refused(answer, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    for answer in (
        post(server, "introspect", token, bearer(stranger.token)),
        post(server, "introspect", token, lab.credentials),
        post(server, "introspect", {"token": user.key}, bearer(user.token)),
    ):
        assert (answer.status, answer.json) == (200, {"active": False})


def test_introspection_of_what_is_not_good_is_not_active(
    server: RunningServer, user: User, lab: Organization
) -> None:
    told = lab_tokens(server, user, lab)
    entered(refresh(server, lab.client_id, told["refresh_token"], lab.credentials))
    for token in ("nonsense", told["refresh_token"]):
        answer = post(server, "introspect", {"token": token}, lab.credentials)
        assert answer.json == {"active": False}


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_two_ways_to_authenticate_at_once_are_refused(
    server: RunningServer, user: User, lab: Organization, endpoint: str
) -> None:
    told = lab_tokens(server, user, lab)
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"], "token": user.token}
    both = {**form, "client_id": lab.client_id, "client_secret": lab.owner.key}
    assert_refused(post(server, endpoint, both, lab.credentials), "invalid_request")
    assert_refused(post(server, endpoint, both), "invalid_client")
    raw = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    answer = send_twice(server, endpoint, raw, lab.credentials["Authorization"], f"Bearer {user.token}")
    assert answer == (400, "invalid_request")
    assert refresh(server, lab.client_id, told["refresh_token"], lab.credentials).status == 200


def send_twice(server: RunningServer, endpoint: str, body: bytes, *authorization: str) -> tuple[int, str]:
    """A request with several Authorization headers: its status and its error."""
    import http.client
    import json

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.putrequest("POST", f"/api/v1/oauth2/{endpoint}")
        for name, value in {**FORM, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        for value in authorization:
            connection.putheader("Authorization", value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["error"]
    finally:
        connection.close()


def test_the_api_takes_no_two_credentials_at_once(server: RunningServer, user: User) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.putrequest("POST", "/api/v1/api.v1.DiagnosticsService/Hello")
        connection.putheader("Content-Length", "2")
        connection.putheader("Authorization", f"Bearer {user.token}")
        connection.putheader("Authorization", basic(user.name, user.key)["Authorization"])
        connection.endheaders(b"{}")
        assert connection.getresponse().status == 400
    finally:
        connection.close()


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_no_endpoint_reads_its_address(
    server: RunningServer, user: User, client_id: str, endpoint: str
) -> None:
    told = tokens(server, user, client_id)
    query = (
        f"grant_type=refresh_token&client_id={client_id}&refresh_token={told['refresh_token']}"
        f"&token={told['access_token']}"
    )
    for body, headers in ((b"", FORM), (b"{}", {"Content-Type": "application/json"})):
        answer = send(server, "POST", f"/api/v1/oauth2/{endpoint}?{query}", body, headers)
        assert_refused(answer, "invalid_request")
    assert send(server, "GET", f"/api/v1/oauth2/{endpoint}?{query}").status == 405
    assert refresh(server, client_id, told["refresh_token"]).status == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/oauth2/introspect/", "token"),
        ("/api/v1/tokens/revoke", "token"),
        ("/api/v1/access-tokens/generate", "refreshToken"),
        ("/api/v1/oauth2/token/", "refreshToken"),
    ],
)
def test_no_call_of_the_api_reads_a_secret_from_its_address(
    server: RunningServer, user: User, client_id: str, path: str, name: str
) -> None:
    told = tokens(server, user, client_id)
    secret = told["refresh_token"]
    query = f"{name}={secret}&grantType=refresh_token&clientId={client_id}"
    answer = send(server, "POST", f"{path}?{query}", b"{}", bearer(user.token))
    assert b"KGAT_" not in answer.body
    assert answer.status != 200 or answer.json["active"] is False
    assert refresh(server, client_id, secret).status == 200


def test_the_api_takes_no_token_from_an_address(server: RunningServer, user: User) -> None:
    target = f"/api/v1/api.v1.DiagnosticsService/Hello?access_token={user.token}"
    assert send(server, "POST", target, b"{}").status == 401


def test_the_api_takes_no_token_from_a_body(server: RunningServer, user: User) -> None:
    answer = send(
        server,
        "POST",
        "/api/v1/api.v1.DiagnosticsService/Hello",
        f"access_token={user.token}".encode(),
        FORM,
    )
    assert answer.status == 401


def test_a_token_that_is_not_good_is_told_so_and_a_missing_one_is_not(
    server: RunningServer, user: User
) -> None:
    metadata = f'resource_metadata="{server.address}/.well-known/oauth-protected-resource/api"'
    without = rpc(server, "api.v1.DiagnosticsService/Hello", {}).headers["WWW-Authenticate"]
    assert metadata in without
    assert "error" not in without
    bad = bearer("KGAT_" + "b" * 43)
    wrong = rpc(server, "api.v1.DiagnosticsService/Hello", {}, bad).headers["WWW-Authenticate"]
    assert metadata in wrong
    assert 'error="invalid_token"' in wrong
    key = rpc(server, "api.v1.DiagnosticsService/Hello", {}, basic(user.name, "c" * 32))
    assert "error" not in key.headers["WWW-Authenticate"]
    assert ' Basic realm="brant"' in key.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        b"grant_type=%ff",
        b"grant_type=refresh_token&refresh_token=%00",
        b"grant_type=refresh_token&refresh_token=a%0d%0ab",
        b"grant_type=refresh_token&grant_type=refresh_token",
        b"",
        b"grant_type",
        b"grant_type=password&username=a&password=b",
        b"grant_type=client_credentials",
    ],
)
@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_what_is_no_form_of_theirs_is_refused_in_their_shape(
    server: RunningServer, endpoint: str, body: bytes
) -> None:
    answer = send(server, "POST", f"/api/v1/oauth2/{endpoint}", body, FORM)
    assert answer.status in (400, 401)
    assert set(answer.json) == {"error", "error_description"}
    assert answer.headers["Content-Type"] == "application/json"


def test_a_form_has_fifty_fields_at_most(server: RunningServer, user: User, client_id: str) -> None:
    told = tokens(server, user, client_id)
    more = {f"field{number}": "x" for number in range(48)}
    assert_refused(refresh(server, client_id, told["refresh_token"], **more), "invalid_request")
    del more["field0"]
    assert refresh(server, client_id, told["refresh_token"], **more).status == 200


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect", "register"])
def test_an_oversized_body_is_refused_in_their_shape(server: RunningServer, endpoint: str) -> None:
    headers = {"Content-Type": "application/json"} if endpoint == "register" else FORM
    answer = send(server, "POST", f"/api/v1/oauth2/{endpoint}", b"a" * (64 * 1024 + 1), headers)
    assert answer.status == 413
    assert answer.json["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect", "register"])
def test_another_kind_of_body_is_refused_in_their_shape(
    server: RunningServer, endpoint: str, kind: str
) -> None:
    answer = send(server, "POST", f"/api/v1/oauth2/{endpoint}", b"a=b", {"Content-Type": kind})
    assert_refused(answer, "invalid_request")


def test_a_compressed_body_is_refused_in_their_shape(server: RunningServer) -> None:
    answer = send(server, "POST", "/api/v1/oauth2/token", b"x", {**FORM, "Content-Encoding": "gzip"})
    assert (answer.status, answer.json["error"]) == (415, "invalid_request")


def test_two_organizations_know_nothing_of_each_others_tokens(server: RunningServer, user: User) -> None:
    one, other = organization(server), organization(server)
    told = lab_tokens(server, user, one)
    assert_refused(
        refresh(server, other.client_id, told["refresh_token"], other.credentials), "invalid_grant"
    )
    answer = post(server, "introspect", {"token": told["access_token"]}, other.credentials)
    assert answer.json == {"active": False}
