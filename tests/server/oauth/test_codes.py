"""Attacks with authorization codes: used twice, stolen, intercepted, without the verifier they belong to."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from brant.server.oauth.endpoints import Form
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.server.edge.calls import Answer
from tests.server.oauth.flow import (
    CALLBACK,
    WEB_CALLBACK,
    Organization,
    Pkce,
    answered,
    code,
    entered,
    exchange,
    hello,
    later,
    provider,
    refresh,
    register,
    request,
)


def assert_refused(answer: Answer, error: str) -> None:
    """The error of RFC 6749 §5.2, and no token."""
    assert answer.status in (400, 401), answer.body
    assert answer.json["error"] == error, answer.body
    assert "access_token" not in answer.json
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_login_ends_with_tokens_for_what_was_asked_for(
    server: RunningServer, user: User, client_id: str
) -> None:
    pkce = Pkce()
    answer = exchange(server, client_id, code(server, user, client_id, pkce), pkce)
    told = entered(answer)
    assert answer.status == 200
    assert told["access_token"].startswith("KGAT_")
    assert told["refresh_token"].startswith("KGRT_")
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 10_800, "datasets.get:*")
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert hello(server, told["access_token"]) == 200


def test_a_code_that_comes_again_is_refused_and_ends_all_that_came_of_it(
    server: RunningServer, user: User, client_id: str
) -> None:
    pkce = Pkce()
    used = code(server, user, client_id, pkce)
    told = entered(exchange(server, client_id, used, pkce))
    assert hello(server, told["access_token"]) == 200
    assert_refused(exchange(server, client_id, used, pkce), "invalid_grant")
    assert hello(server, told["access_token"]) == 401
    assert_refused(refresh(server, client_id, told["refresh_token"]), "invalid_grant")


def test_of_fifty_exchanges_of_one_code_at_once_one_succeeds(
    server: RunningServer, user: User, client_id: str
) -> None:
    pkce = Pkce()
    wanted = code(server, user, client_id, pkce)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: exchange(server, client_id, wanted, pkce), range(50)))
    winners = [answer for answer in answers if answer.status == 200]
    assert len(winners) == 1
    assert all(answer.json["error"] == "invalid_grant" for answer in answers if answer.status != 200)
    # The other forty-nine were replays.
    assert hello(server, entered(winners[0])["access_token"]) == 401


def test_a_code_is_of_no_use_to_another_client(server: RunningServer, user: User, client_id: str) -> None:
    pkce = Pkce()
    stolen = code(server, user, client_id, pkce)
    thief = register(server)
    assert_refused(exchange(server, thief, stolen, pkce), "invalid_grant")
    assert exchange(server, client_id, stolen, pkce).status == 200


@pytest.mark.parametrize("redirect_uri", ["", "http://127.0.0.1:7002/callback", CALLBACK + "/", WEB_CALLBACK])
def test_a_code_is_of_no_use_with_another_redirect(
    server: RunningServer, user: User, client_id: str, redirect_uri: str
) -> None:
    pkce = Pkce()
    stolen = code(server, user, client_id, pkce)
    assert_refused(exchange(server, client_id, stolen, pkce, redirect_uri=redirect_uri), "invalid_grant")


def test_a_redirect_that_was_left_out_need_not_be_named_later(
    server: RunningServer, user: User, client_id: str
) -> None:
    pkce = Pkce()
    got = code(server, user, client_id, pkce, redirect_uri="")
    assert exchange(server, client_id, got, pkce, redirect_uri="").status == 200


def test_a_code_is_of_no_use_after_ten_minutes(server: RunningServer, user: User, client_id: str) -> None:
    pkce = Pkce()
    old = code(server, user, client_id, pkce)
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": old,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
    }
    with provider(server) as oauth:
        late = oauth.endpoints.token(Form(list(form.items()), ()), later(minutes=11))
        in_time = oauth.endpoints.token(Form(list(form.items()), ()), later(minutes=9))
    assert (late.status, late.body["error"]) == (400, "invalid_grant")
    assert in_time.status == 200
    issued(in_time.body["access_token"])


def test_a_guessed_code_is_refused(server: RunningServer, client_id: str) -> None:
    assert_refused(exchange(server, client_id, "a" * 43, Pkce()), "invalid_grant")


@pytest.mark.parametrize("verifier", ["", "a" * 43, "a" * 42, "a" * 129])
def test_a_code_needs_its_own_verifier(
    server: RunningServer, user: User, client_id: str, verifier: str
) -> None:
    intercepted = code(server, user, client_id, Pkce())
    error = "invalid_grant" if len(verifier) == 43 else "invalid_request"
    assert_refused(exchange(server, client_id, intercepted, None, code_verifier=verifier), error)


def test_the_challenge_is_no_verifier(server: RunningServer, user: User, client_id: str) -> None:
    pkce = Pkce()
    intercepted = code(server, user, client_id, pkce)
    answer = exchange(server, client_id, intercepted, None, code_verifier=pkce.challenge)
    assert_refused(answer, "invalid_grant")


def test_a_public_client_gets_no_code_without_a_challenge(
    server: RunningServer, user: User, client_id: str
) -> None:
    told = answered(server, user, request(client_id))
    assert told["error"] == "invalid_request"
    assert "code" not in told


@pytest.mark.parametrize("method", ["plain", "", "s256", "S512"])
def test_only_s256_is_taken(server: RunningServer, user: User, client_id: str, method: str) -> None:
    told = answered(server, user, request(client_id, Pkce(), code_challenge_method=method))
    assert told["error"] == "invalid_request"
    assert "code" not in told


@pytest.mark.parametrize("challenge", ["short", "a" * 42, "a" * 44, "a" * 128, "a" * 42 + "/", "=" * 43])
def test_a_challenge_is_a_sha256_in_base64url(
    server: RunningServer, user: User, client_id: str, challenge: str
) -> None:
    told = answered(server, user, request(client_id, Pkce(), code_challenge=challenge))
    assert told["error"] == "invalid_request"


def test_a_challenge_may_be_padded(server: RunningServer, user: User, client_id: str) -> None:
    pkce = Pkce()
    got = code(server, user, client_id, pkce, code_challenge=pkce.challenge + "=")
    assert exchange(server, client_id, got, pkce).status == 200


def test_a_verifier_without_a_challenge_is_a_downgrade(
    server: RunningServer, user: User, lab: Organization
) -> None:
    got = code(server, user, lab.client_id, None, redirect_uri=WEB_CALLBACK)
    answer = exchange(server, lab.client_id, got, Pkce(), lab.credentials, redirect_uri=WEB_CALLBACK)
    assert_refused(answer, "invalid_request")


def test_a_challenge_that_an_organization_sends_binds_too(
    server: RunningServer, user: User, lab: Organization
) -> None:
    pkce = Pkce()
    got = code(server, user, lab.client_id, pkce, redirect_uri=WEB_CALLBACK)
    without = exchange(server, lab.client_id, got, None, lab.credentials, redirect_uri=WEB_CALLBACK)
    assert_refused(without, "invalid_request")
    answer = exchange(server, lab.client_id, got, pkce, lab.credentials, redirect_uri=WEB_CALLBACK)
    assert answer.status == 200


def test_a_plain_challenge_of_an_organization_is_refused(
    server: RunningServer, user: User, lab: Organization
) -> None:
    asked = request(lab.client_id, Pkce(), redirect_uri=WEB_CALLBACK, code_challenge_method="plain")
    assert answered(server, user, asked)["error"] == "invalid_request"


def test_only_hashes_of_codes_and_tokens_are_stored(
    server: RunningServer, user: User, client_id: str
) -> None:
    pkce = Pkce()
    used = code(server, user, client_id, pkce)
    told = entered(exchange(server, client_id, used, pkce))
    stored = b"".join(path.read_bytes() for path in server.data.glob("brant.sqlite3*"))
    for secret in (used, told["access_token"], told["refresh_token"], pkce.verifier):
        assert secret.encode() not in stored
        assert base64.b64encode(secret.encode()) not in stored
