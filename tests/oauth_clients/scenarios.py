"""What every OAuth client does with our server, as far as it has a way to do it."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser import Browser
from tests.oauth_clients.client import Refused, Token
from tests.oauth_clients.drivers import Can
from tests.oauth_clients.scenario import scenario
from tests.oauth_clients.stage import Stage, changed

READ = "datasets.get:*"
THREE_HOURS = 10_800


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    """The client hears from the server that it is refused, and by that code (RFC 6749 §4.1.2.1, §5.2)."""
    return pytest.raises(Refused, match=rf"\A{code}: ")


@scenario()
def a_person_logs_in_and_the_application_calls_the_api(stage: Stage) -> None:
    client = stage.public(READ)
    browser = Browser(stage.server.address)
    assert stage.log_in(client, browser) == Token("KGAT_", "KGRT_", READ, THREE_HOURS)
    answer = stage.hello(client)
    assert (answer.status, json.loads(answer.body)["userName"]) == (200, stage.person.name)


@scenario()
def the_application_of_an_organization_logs_a_person_in(stage: Stage) -> None:
    client = stage.of_organization(READ)
    assert stage.log_in(client) == Token("KGAT_", "KGRT_", READ, THREE_HOURS)
    assert json.loads(stage.hello(client).body)["userName"] == stage.person.name


@scenario()
def an_organization_with_a_wrong_key_gets_no_token(stage: Stage) -> None:
    client = stage.of_organization(key="0123456789abcdef" * 2)
    with refused("invalid_client"):
        stage.log_in(client)


@scenario(Can.DISCOVER)
def the_endpoints_are_found_by_the_issuer_alone(stage: Stage) -> None:
    client = stage.public(knows_endpoints=False)
    stage.log_in(client)
    assert stage.hello(client).status == 200


@scenario(Can.FIND)
def the_issuer_is_found_by_the_api_alone(stage: Stage) -> None:
    found = stage.unregistered().find(f"{stage.server.address}/api")
    assert found["issuer"] == stage.server.address
    assert found["token_endpoint"] == f"{stage.server.address}/api/v1/oauth2/token"


@scenario(Can.REGISTER)
def an_application_registers_by_itself(stage: Stage) -> None:
    client = stage.unregistered()
    assert client.register("Tide watch").startswith("dyn-")
    stage.log_in(client)
    assert stage.hello(client).status == 200


@scenario()
def an_application_may_listen_on_another_port_than_it_registered(stage: Stage) -> None:
    client = stage.public(registered="http://127.0.0.1:1/back")
    stage.log_in(client)
    assert stage.hello(client).status == 200


@scenario()
def a_person_who_says_no_gives_nothing(stage: Stage) -> None:
    client = stage.public()
    with pytest.raises(Refused):
        client.finish(stage.sent_back(client, "Deny"))


@scenario(Can.HEAR_NO)
def the_application_hears_that_the_person_said_no(stage: Stage) -> None:
    client = stage.public()
    with refused("access_denied"):
        client.finish(stage.sent_back(client, "Deny"))


@scenario(Can.HEAR_NO)
def a_public_application_without_a_code_challenge_hears_that_it_needs_one(stage: Stage) -> None:
    client = stage.public(pkce=False)
    redirect = stage.sent_back(client)
    assert "code" not in dict(parse_qsl(urlsplit(redirect).query))
    with refused("invalid_request"):
        client.finish(redirect)


@scenario()
def the_answer_to_the_request_of_somebody_else_is_refused(stage: Stage) -> None:
    client = stage.public()
    with pytest.raises(Refused, match=r"(?i)state"):
        client.finish(changed(stage.sent_back(client), state="of-somebody-else"))


@scenario(Can.CHECK_ISSUER)
def the_answer_of_another_server_is_refused(stage: Stage) -> None:
    client = stage.public()
    with pytest.raises(Refused, match='"iss"'):
        client.finish(changed(stage.sent_back(client), iss="https://another.example"))


@scenario(Can.CHECK_ISSUER)
def an_answer_that_does_not_say_whose_it_is_is_refused(stage: Stage) -> None:
    client = stage.public()
    with pytest.raises(Refused, match='"iss"'):
        client.finish(changed(stage.sent_back(client), iss=None))


@scenario()
def a_code_serves_once_and_ends_the_login_when_it_comes_again(stage: Stage) -> None:
    client = stage.public()
    redirect = stage.sent_back(client)
    client.finish(redirect)
    with refused("invalid_grant"):
        client.finish(redirect)
    with refused("invalid_grant"):
        client.refresh()


@scenario()
def a_refresh_gives_new_tokens(stage: Stage) -> None:
    client = stage.public()
    first = stage.log_in(client)
    assert client.refresh() == first
    assert client.refresh() == first
    assert stage.hello(client).status == 200


@scenario()
def an_organization_refreshes_with_its_key(stage: Stage) -> None:
    client = stage.of_organization()
    first = stage.log_in(client)
    assert client.refresh() == first
    assert stage.hello(client).status == 200


@scenario()
def a_refresh_token_that_comes_again_ends_the_login(stage: Stage) -> None:
    client = stage.public()
    stage.log_in(client)
    client.refresh()
    with refused("invalid_grant"):
        client.refresh("first")
    with refused("invalid_grant"):
        client.refresh("newest")


@scenario(Can.RENEW)
def a_token_that_is_over_is_renewed_before_the_call(stage: Stage) -> None:
    client = stage.public()
    stage.log_in(client)
    client.age()
    assert stage.hello(client).status == 200
    with refused("invalid_grant"):
        client.refresh("first")


@scenario(Can.RENEW)
def a_token_of_an_organization_that_is_over_is_renewed_before_the_call(stage: Stage) -> None:
    client = stage.of_organization()
    stage.log_in(client)
    client.age()
    assert stage.hello(client).status == 200
    with refused("invalid_grant"):
        client.refresh("first")


@scenario()
def what_a_token_was_not_granted_is_forbidden(stage: Stage) -> None:
    client = stage.public(READ)
    stage.log_in(client)
    answer = stage.upload(client)
    assert answer.status == 403
    assert "datasets.update" in json.loads(answer.body)["message"]


@scenario()
def what_a_token_was_granted_is_done(stage: Stage) -> None:
    client = stage.public(f"{READ} datasets.update:*")
    stage.log_in(client)
    assert stage.upload(client).status == 200


@scenario(Can.READ_CHALLENGE)
def the_challenge_names_the_scope_that_a_token_lacks(stage: Stage) -> None:
    client = stage.public(READ)
    stage.log_in(client)
    challenges = stage.upload(client).challenges
    assert challenges is not None
    bearer = next(found["parameters"] for found in challenges if found["scheme"] == "bearer")
    assert bearer["error"] == "insufficient_scope"
    assert bearer["scope"].startswith("datasets.update:")


@scenario(Can.INTROSPECT)
def an_organization_asks_what_a_token_of_its_own_is_good_for(stage: Stage) -> None:
    client = stage.of_organization(READ)
    stage.log_in(client)
    said = client.introspect()
    assert said["active"] is True
    assert said["username"] == stage.person.name
    assert said["scope"] == READ
    assert said["client_id"] == f"org:{stage.organization.slug}"


@scenario(Can.REVOKE, Can.HEAR_OVER)
def a_revoked_access_token_is_good_no_more(stage: Stage) -> None:
    client = stage.public()
    stage.log_in(client)
    client.revoke("access")
    assert stage.hello(client).status == 401


@scenario(Can.REVOKE, Can.RENEW_ON_REFUSAL)
def a_client_whose_access_token_was_revoked_renews_it(stage: Stage) -> None:
    client = stage.public()
    stage.log_in(client)
    client.revoke("access")
    assert stage.hello(client).status == 200
    with refused("invalid_grant"):
        client.refresh("first")


@scenario(Can.REVOKE)
def a_revoked_refresh_token_ends_the_login(stage: Stage) -> None:
    client = stage.public()
    stage.log_in(client)
    client.revoke("refresh")
    with refused("invalid_grant"):
        client.refresh()


@scenario(Can.REVOKE, Can.INTROSPECT)
def an_organization_ends_a_login_of_its_own(stage: Stage) -> None:
    client = stage.of_organization()
    stage.log_in(client)
    client.revoke("refresh")
    assert client.introspect() == {"active": False}
