"""The official client's own calls: the same codes and tokens in JSON, and what its habits must not open."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from brant.contract.accounts import GenerateAccessTokenRequest
from brant.contract.codec import Duration
from brant.errors import Unauthenticated
from brant.server.domain.actor import Context
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.server.domain.conftest import PlainLinks
from tests.server.edge.calls import Answer, bearer, rpc, send
from tests.server.oauth.flow import (
    WEB_CALLBACK,
    Organization,
    Pkce,
    code,
    entered,
    exchange,
    hello,
    later,
    provider,
    query,
    refresh,
    tokens,
)

PASTED = "http://localhost/account/api/oauth/token"


def exchange_in_json(server: RunningServer, got: str, verifier: str, **more: Any) -> Answer:
    asked = {"code": got, "codeVerifier": verifier, "grantType": "authorization_code", **more}
    return rpc(server, "security.OAuthService/ExchangeOAuthToken", asked)


def generate(server: RunningServer, token: str, **more: Any) -> Answer:
    asked = {"refreshToken": token, "apiVersion": "API_VERSION_V1", "expirationDuration": "43200s", **more}
    return rpc(server, "users.AccountService/GenerateAccessToken", asked)


def login(server: RunningServer, user: User, **params: str) -> dict[str, Any]:
    """What the official client is answered when it logs in."""
    pkce = Pkce()
    got = code(server, user, "kagglesdk", pkce, redirect_uri=PASTED, **params)
    answer = exchange_in_json(server, got, pkce.verifier)
    assert answer.status == 200, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json
    issued(told["accessToken"])
    issued(told["refreshToken"])
    return told


def test_the_verifier_alone_exchanges_a_code(server: RunningServer, user: User) -> None:
    told = login(server, user, scope="resources.admin:*")
    assert (told["username"], told["tokenType"], told["scope"]) == (user.name, "Bearer", "resources.admin:*")
    assert told["userId"] > 0
    assert hello(server, told["accessToken"]) == 200


def test_the_rest_form_answers_in_full(server: RunningServer, user: User) -> None:
    pkce = Pkce()
    got = code(server, user, "kagglesdk", pkce, redirect_uri=PASTED)
    asked = {"code": got, "codeVerifier": pkce.verifier, "grantType": "authorization_code"}
    body = json.dumps(asked).encode()
    answer = send(server, "POST", "/api/v1/oauth2/token", body, {"Content-Type": "application/json"})
    assert answer.status == 200, answer.body
    issued(answer.json["accessToken"])
    issued(answer.json["refreshToken"])


def test_a_token_is_told_to_end_half_an_hour_early_since_it_is_used_half_an_hour_longer(
    server: RunningServer, user: User
) -> None:
    told = login(server, user)
    assert told["expiresIn"] == 9_000
    assert generate(server, told["refreshToken"]).json["expiresIn"] == 9_000
    look = rpc(server, "security.OAuthService/IntrospectToken", {"token": told["accessToken"]})
    assert look.json["active"] is True


@pytest.mark.parametrize("verifier", ["", "a" * 43, "short"])
def test_a_code_is_of_no_use_without_its_verifier(server: RunningServer, user: User, verifier: str) -> None:
    got = code(server, user, "kagglesdk", Pkce(), redirect_uri=PASTED)
    answer = exchange_in_json(server, got, verifier)
    assert answer.status == 400
    assert answer.json["code"] == 400
    assert "invalid_" in answer.json["message"]


def test_a_client_and_a_redirect_that_are_named_must_be_the_codes(server: RunningServer, user: User) -> None:
    pkce = Pkce()
    got = code(server, user, "kagglesdk", pkce, redirect_uri=PASTED)
    assert exchange_in_json(server, got, pkce.verifier, clientId="dyn-other").status == 400
    assert exchange_in_json(server, got, pkce.verifier, redirectUri="http://localhost:8000").status == 400
    assert (
        exchange_in_json(server, got, pkce.verifier, clientId="kagglesdk", redirectUri=PASTED).status == 200
    )


def test_a_code_that_comes_again_ends_all_that_came_of_it(server: RunningServer, user: User) -> None:
    pkce = Pkce()
    got = code(server, user, "kagglesdk", pkce, redirect_uri=PASTED)
    token = issued(exchange_in_json(server, got, pkce.verifier).json["accessToken"])
    assert hello(server, token) == 200
    assert exchange_in_json(server, got, pkce.verifier).status == 400
    assert hello(server, token) == 401


def test_a_code_that_nobody_gave_is_told_as_such(server: RunningServer) -> None:
    answer = exchange_in_json(server, "no-such-code", Pkce().verifier)
    assert answer.status == 400
    assert answer.json["message"].startswith("invalid_grant: ")


def test_of_fifty_exchanges_of_one_code_at_once_one_succeeds(server: RunningServer, user: User) -> None:
    pkce = Pkce()
    got = code(server, user, "kagglesdk", pkce, redirect_uri=PASTED)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: exchange_in_json(server, got, pkce.verifier), range(50)))
    assert sorted(answer.status for answer in answers) == [200, *[400] * 49]


@pytest.mark.parametrize("with_challenge", [True, False])
def test_an_organizations_code_is_not_exchanged_by_who_shows_no_key(
    server: RunningServer, user: User, lab: Organization, *, with_challenge: bool
) -> None:
    pkce = Pkce()
    given = pkce if with_challenge else None
    got = code(server, user, lab.client_id, given, redirect_uri=WEB_CALLBACK)
    answer = exchange_in_json(server, got, pkce.verifier if with_challenge else "")
    assert answer.status == 400
    assert "invalid_client" in answer.json["message"]
    again = exchange(server, lab.client_id, got, given, lab.credentials, redirect_uri=WEB_CALLBACK)
    assert again.status == 200


def test_an_organizations_refresh_token_is_of_no_use_to_who_shows_no_key(
    server: RunningServer, user: User, lab: Organization
) -> None:
    got = code(server, user, lab.client_id, None, redirect_uri=WEB_CALLBACK)
    told = entered(exchange(server, lab.client_id, got, None, lab.credentials, redirect_uri=WEB_CALLBACK))
    assert generate(server, told["refresh_token"]).status == 401
    in_json = {"grantType": "refresh_token", "refreshToken": told["refresh_token"]}
    assert rpc(server, "security.OAuthService/ExchangeOAuthToken", in_json).status == 401
    assert refresh(server, lab.client_id, told["refresh_token"], lab.credentials).status == 200


def test_a_refresh_token_is_exchanged_in_json_too_and_rotates(server: RunningServer, user: User) -> None:
    told = login(server, user)
    asked = {"grantType": "refresh_token", "refreshToken": told["refreshToken"]}
    answer = rpc(server, "security.OAuthService/ExchangeOAuthToken", asked)
    assert answer.status == 200
    token = issued(answer.json["accessToken"])
    assert rpc(server, "security.OAuthService/ExchangeOAuthToken", asked).status == 401
    assert hello(server, token) == 401


def test_generating_an_access_token_never_rotates(server: RunningServer, user: User) -> None:
    told = login(server, user)
    made = [generate(server, told["refreshToken"]) for _ in range(3)]
    assert len({issued(answer.json["token"]) for answer in made}) == 3
    assert all("refreshToken" not in answer.json for answer in made)
    assert made[0].json["userName"] == user.name
    assert all(hello(server, answer.json["token"]) == 200 for answer in made)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("43200s", 10_800), ("3600s", 3_600), ("0s", 10_800), ("999999999999s", 10_800), ("1.5s", 1)],
)
def test_no_generated_token_lives_longer_than_three_hours(
    server: RunningServer, user: User, asked: str, seconds: int
) -> None:
    told = login(server, user)
    with provider(server) as oauth:
        made = oauth.exchange.generate(
            Context(None, later(), PlainLinks()),
            GenerateAccessTokenRequest(
                refresh_token=told["refreshToken"], expiration_duration=Duration.parse(asked)
            ),
        )
    issued(made.token)
    assert made.expires_in == seconds
    look = rpc(server, "security.OAuthService/IntrospectToken", {"token": made.token})
    if seconds > 60:
        assert abs(look.json["exp"] - later(seconds=seconds).timestamp()) < 60


def test_a_negative_life_is_refused(server: RunningServer, user: User) -> None:
    told = login(server, user)
    assert generate(server, told["refreshToken"], expirationDuration="-5s").status == 400


def test_a_generated_token_may_be_for_less_but_never_for_more(server: RunningServer, user: User) -> None:
    told = login(server, user, scope="datasets.editor:*")
    permission, role = {"permission": {"name": "datasets.get"}}, {"role": {"name": "resources.admin"}}
    answer = generate(server, told["refreshToken"], authorizationScopes=[permission])
    look = rpc(server, "security.OAuthService/IntrospectToken", {"token": issued(answer.json["token"])})
    assert look.json["scope"] == "datasets.get:*"
    for scopes in ([role], [permission, role], [{"permission": {"name": "nonsense"}}], [{}]):
        refused = generate(server, told["refreshToken"], authorizationScopes=scopes)
        assert refused.status == 400
    numbered = generate(server, told["refreshToken"], authorizationScopes=[{**permission, "resourceId": 7}])
    assert numbered.status == 400


def test_a_refresh_token_that_is_not_good_gets_401_so_that_the_client_forgets_it(
    server: RunningServer, user: User
) -> None:
    told = login(server, user)
    for bad in ("", "nonsense", told["accessToken"], user.token, user.key):
        answer = generate(server, bad)
        assert (answer.status, answer.json["code"]) == (401, 401)
        assert "log in again" in answer.json["message"]
    with provider(server) as oauth, pytest.raises(Unauthenticated):
        oauth.exchange.generate(
            Context(None, later(days=181), PlainLinks()),
            GenerateAccessTokenRequest(refresh_token=told["refreshToken"]),
        )


def test_a_refresh_token_lives_on_from_each_use(server: RunningServer, user: User) -> None:
    told = login(server, user)
    with provider(server) as oauth:
        for days in (170, 340, 510):
            made = oauth.exchange.generate(
                Context(None, later(days=days), PlainLinks()),
                GenerateAccessTokenRequest(refresh_token=told["refreshToken"]),
            )
            issued(made.token)


def test_a_replaced_refresh_token_ends_its_family_here_too(
    server: RunningServer, user: User, client_id: str
) -> None:
    told = tokens(server, user, client_id)
    second = entered(refresh(server, client_id, told["refresh_token"]))
    assert generate(server, told["refresh_token"]).status == 401
    assert hello(server, second["access_token"]) == 401


def test_revoking_by_the_official_call_ends_the_family(server: RunningServer, user: User) -> None:
    told = login(server, user)
    mine = {"Authorization": f"Bearer {told['accessToken']}"}
    asked = {"token": told["refreshToken"], "reason": "over"}
    assert rpc(server, "users.AccountService/ExpireApiToken", asked, mine).status == 200
    assert hello(server, told["accessToken"]) == 401
    assert generate(server, told["refreshToken"]).status == 401


def test_a_client_registers_by_the_official_call(server: RunningServer, user: User) -> None:
    asked = {"clientName": "My tool", "redirectUris": ["http://127.0.0.1/callback"]}
    answer = rpc(server, "security.OAuthService/RegisterOAuthClient", asked)
    assert answer.status == 200
    assert answer.json["token_endpoint_auth_method"] == "none"
    assert answer.json["token_url"] == f"{server.address}/api/v1/oauth2/token"
    pkce = Pkce()
    at = "http://127.0.0.1:5000/callback"
    got = code(server, user, answer.json["client_id"], pkce, redirect_uri=at)
    assert exchange(server, answer.json["client_id"], got, pkce, redirect_uri=at).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirectUris": []},
        {"redirectUris": ["http://evil.example.org/"]},
        {"tokenEndpointAuthMethod": "client_secret_post"},
        {"grantTypes": ["password"]},
    ],
)
def test_a_wrong_registration_is_refused_in_words(server: RunningServer, wrong: dict[str, Any]) -> None:
    asked = {"clientName": "x", "redirectUris": ["http://127.0.0.1/callback"], **wrong}
    answer = rpc(server, "security.OAuthService/RegisterOAuthClient", asked)
    assert (answer.status, answer.json["code"]) == (400, 400)


def test_starting_a_login_by_a_call_leads_to_the_page(server: RunningServer) -> None:
    asked = {
        "clientId": "kagglesdk",
        "redirectUri": PASTED,
        "scope": "resources.admin:*",
        "state": "a\r\nb",
        "responseType": "code",
    }
    answer = rpc(server, "security.OAuthService/StartOAuthFlow", asked)
    assert answer.status == 302
    assert answer.location.startswith(f"{server.address}/api/v1/oauth2/authorize?")
    assert query(answer.location) == {
        "client_id": "kagglesdk",
        "redirect_uri": PASTED,
        "scope": "resources.admin:*",
        "state": "a\r\nb",
        "response_type": "code",
    }


def test_a_token_does_what_was_granted_and_no_more(server: RunningServer, user: User) -> None:
    told = login(server, user, scope="models.get:*")
    mine = {"Authorization": f"Bearer {told['accessToken']}"}
    assert rpc(server, "datasets.DatasetApiService/ListDatasets", {}, mine).status == 403
    assert rpc(server, "datasets.DatasetApiService/ListDatasets", {}, bearer(user)).status == 200
