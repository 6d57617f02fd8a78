"""Limits: what one user, one token and one address may ask for in a minute, and what a 429 says."""

import asyncio
import io
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brant.contract import extensions
from brant.contract.catalog import METHODS
from brant.contract.oauth import REGISTER_OAUTH_CLIENT
from brant.errors import RateLimited, Unauthenticated, UsageError
from brant.server.domain.accounts.peers import network
from brant.server.domain.actor import Actor
from brant.server.edge.limits import COSTS, OPEN, REQUEST, WINDOW, Limits, cost_of
from brant.server.edge.load import Load
from brant.server.edge.windows import MOST_KEYS, Windows
from brant.server.main import run
from brant.server.settings import DEFAULT_RATE_LIMIT
from tests.conftest import RunningServer, User
from tests.server.edge.calls import Answer, basic, bearer, rpc, send, start_upload
from tests.server.edge.owned import Owned, owned_server
from tests.server.oauth import flow

HELLO = "api.v1.DiagnosticsService/Hello"
LEGACY_LIST = "datasets/list"
LIST = "datasets.DatasetApiService/ListDatasets"
# Of 20 requests a minute for a user, one token has 15, an address without credentials 10 and guesses 2.
LOW = 20


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[Owned]:
    with owned_server(tmp_path / "data", rate_limit=LOW) as running:
        yield running


def hello(server: RunningServer, headers: Mapping[str, str]) -> Answer:
    return rpc(server, HELLO, {}, headers)


def passed(server: RunningServer, headers: Mapping[str, str], most: int = 200) -> int:
    """How many calls go through before one is refused."""
    for count in range(most):
        answer = hello(server, headers)
        if answer.status == 429:
            return count
        assert answer.status == 200, answer.body
    return most


def second_token(server: RunningServer, user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token(user.name)}"}


# What a refusal says


def test_a_refusal_tells_the_limit_what_is_left_and_when_in_headers_and_in_words(owned: Owned) -> None:
    user = owned.new_user()
    assert passed(owned, bearer(user)) == 15

    refused = hello(owned, bearer(user))

    # A whole window was used at its begin: it fades from the next one's begin on.
    wait = "64"
    assert refused.status == 429
    assert refused.headers["Retry-After"] == wait
    assert refused.headers["RateLimit-Limit"] == refused.headers["X-RateLimit-Limit"] == "15"
    assert refused.headers["RateLimit-Remaining"] == refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["RateLimit-Reset"] == refused.headers["X-RateLimit-Reset"] == wait
    assert refused.headers["RateLimit-Policy"] == "15;w=60"
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.json == {
        "code": 429,
        "message": "too many requests: the limit is 15 a minute for one token; try again in 64 s, "
        "and keep what you have, or ask for larger pages, instead of asking so often",
    }


def test_both_forms_of_a_method_are_one_to_the_limits(owned: Owned) -> None:
    user = owned.new_user()
    assert passed(owned, bearer(user)) == 15

    for refused in (
        rpc(owned, LIST, {}, bearer(user)),
        send(owned, "GET", f"/api/v1/{LEGACY_LIST}", None, bearer(user)),
    ):
        assert refused.status == refused.json["code"] == 429
        assert "(ListDatasets counts as 2)" in refused.json["message"]


def test_what_does_not_fit_tells_what_would(owned: Owned) -> None:
    user = owned.new_user()
    assert passed(owned, bearer(user), most=14) == 14

    refused = rpc(owned, LIST, {}, bearer(user))

    assert (refused.status, refused.headers["RateLimit-Remaining"]) == (429, "1")
    assert hello(owned, bearer(user)).status == 200


def test_after_the_time_named_the_same_call_goes_through_and_no_earlier(owned: Owned) -> None:
    user = owned.new_user()
    assert passed(owned, bearer(user)) == 15
    wait = int(hello(owned, bearer(user)).headers["Retry-After"])

    owned.clock.move(wait - 1)
    assert hello(owned, bearer(user)).status == 429
    owned.clock.move(1)
    assert hello(owned, bearer(user)).status == 200


def test_a_refused_call_costs_nothing(owned: Owned) -> None:
    user = owned.new_user()
    assert passed(owned, bearer(user)) == 15

    waits = {hello(owned, bearer(user)).headers["Retry-After"] for _ in range(30)}

    assert len(waits) == 1


@pytest.mark.parametrize(("window", "period"), [(60, "5 a minute"), (10, "5 in 10 s")])
def test_a_limit_holds_for_the_seconds_that_it_is_given_for(window: int, period: str) -> None:
    now = 1000.0 * window
    limits = Limits(10, Windows(lambda: now), window=window)
    for _ in range(5):
        limits.spend(what="Hello", address="192.0.2.1")

    with pytest.raises(RateLimited, match=period) as refused:
        limits.spend(what="Hello", address="192.0.2.1")

    assert refused.value.quota is not None
    assert refused.value.quota.window == window
    assert refused.value.retry_after is not None
    assert window < refused.value.retry_after < 1.5 * window
    now += refused.value.retry_after
    limits.spend(what="Hello", address="192.0.2.1")


def test_serve_takes_a_limit_for_other_than_a_minute(new_server: Callable[..., RunningServer]) -> None:
    server = new_server("--rate-limit", "20/30")
    user = server.new_user()

    refused = [answer for _ in range(20) if (answer := hello(server, bearer(user))).status == 429]

    assert refused[0].headers["RateLimit-Policy"] == "15;w=30"


@pytest.mark.parametrize("text", ["-1", "many", "1/0", "1/3601", "1/", "/5", "1/2/3", "1.5"])
def test_serve_takes_no_limit_that_is_none(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a limit: expected requests a minute"):
        run(
            ["serve", f"--rate-limit={text}", "--data", str(tmp_path)],
            environ={},
            home=tmp_path,
            out=io.StringIO(),
        )


@pytest.mark.parametrize("seed", range(20))
def test_the_wait_is_never_too_short_and_never_a_second_too_long(seed: int) -> None:
    chance = random.Random(seed)
    now = chance.uniform(0, 1e6)
    limits = Limits(40, Windows(lambda: now))
    refusals = 0
    for _ in range(300):
        what = chance.choice(["StartBlobUpload", "GetDataset", "ListDatasets", "GetDatasetStatus"])
        try:
            limits.spend(what=what, address="192.0.2.1")
        except RateLimited as refused:
            refusals += 1
            assert refused.retry_after is not None
            now += refused.retry_after - 1
            if refused.retry_after > 1:
                with pytest.raises(RateLimited):
                    limits.spend(what=what, address="192.0.2.1")
            now += 1
            limits.spend(what=what, address="192.0.2.1")
        now += chance.uniform(0, 1)
    assert refusals > 10


# Whom a limit is for


def test_a_second_token_of_a_user_has_what_the_first_one_left(owned: Owned) -> None:
    user = owned.new_user()
    assert passed(owned, bearer(user)) == 15
    second = second_token(owned, user)

    assert passed(owned, second) == 5
    assert "20 a minute for one user;" in hello(owned, second).json["message"]


def test_users_do_not_take_from_each_other(owned: Owned) -> None:
    one, other = owned.new_user(), owned.new_user()
    assert passed(owned, bearer(one)) == 15

    assert passed(owned, bearer(other)) == 15


def test_all_users_of_an_address_have_a_limit_together(owned: Owned) -> None:
    users = [owned.new_user() for _ in range(7)]

    assert [passed(owned, bearer(user)) for user in users] == [15] * 6 + [10]

    said = hello(owned, bearer(users[6])).json["message"]
    assert "100 a minute for all users at one address together" in said


def test_the_anonymous_have_a_lower_limit_and_hear_what_raises_it(owned: Owned) -> None:
    user = owned.new_user()
    statuses = [rpc(owned, LIST, {}).status for _ in range(6)]
    assert statuses == [200] * 5 + [429]

    said = rpc(owned, LIST, {}).json["message"]

    assert "10 a minute for callers without credentials at one address" in said
    assert "send a token" in said
    assert rpc(owned, LIST, {}, bearer(user)).status == 200


def test_one_holder_of_ipv6_addresses_is_one_address() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert network("fe80::1%eth0") == network("fe80::2")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("a unix socket: no address") == "a unix socket: no address"


# What is no matter of the limits


def test_bytes_and_the_health_check_go_on_when_calls_are_refused(owned: Owned) -> None:
    user = owned.new_user()
    _, address = start_upload(owned, user, "penguins.csv", 3)
    while hello(owned, bearer(user)).status == 200:
        pass

    assert send(owned, "PUT", address, b"abc").status == 200
    assert [send(owned, "GET", "/healthz").status for _ in range(LOW * 6)] == [200] * LOW * 6


def test_zero_limits_nothing(tmp_path: Path) -> None:
    with owned_server(tmp_path / "data", rate_limit=0) as server:
        assert passed(server, bearer(server.new_user())) == 200
        assert {hello(server, {"Authorization": "Bearer KGAT_wrong"}).status for _ in range(50)} == {401}


def test_ten_thousand_files_at_once_and_a_wild_loop_of_lists() -> None:
    actor = Actor(1, "ada", token_id=1)
    limits = Limits(DEFAULT_RATE_LIMIT, Windows(lambda: 0.0))
    for _ in range(10_000):
        limits.spend(what="StartBlobUpload", address="192.0.2.1", actor=actor)

    with pytest.raises(RateLimited):
        for _ in range(3_000):
            limits.spend(what="ListDatasets", address="192.0.2.1", actor=actor)


def test_every_cost_is_of_something_that_there_is() -> None:
    names = {method.name for method in (*METHODS, *extensions.METHODS)}
    assert set(COSTS) <= names | OPEN
    assert not names & OPEN
    assert cost_of("register") == cost_of(REGISTER_OAUTH_CLIENT.name) > REQUEST
    assert cost_of("StartBlobUpload") < cost_of("GetDataset") < cost_of("ListDatasets")


def test_a_call_that_costs_more_than_there_is_takes_all_of_it() -> None:
    limits = Limits(1, Windows(lambda: 0.0))
    limits.spend(what="ListDatasets", address="192.0.2.1")

    with pytest.raises(RateLimited):
        limits.spend(what="ListDatasets", address="192.0.2.1")


# Guessing


def test_who_guesses_is_slowed(owned: Owned) -> None:
    wrong = {"Authorization": "Bearer KGAT_" + "0" * 32}
    statuses = [hello(owned, wrong).status for _ in range(3)]
    assert statuses == [401, 401, 429]

    refused = hello(owned, wrong)

    assert "too many wrong credentials: the limit is 2 a minute for one address" in refused.json["message"]
    owned.clock.move(int(refused.headers["Retry-After"]))
    assert hello(owned, wrong).status == 401


def test_keys_are_guessed_no_faster_than_tokens(owned: Owned) -> None:
    user = owned.new_user()
    guesses = [hello(owned, basic(user.name, f"{number:032x}")).status for number in range(4)]

    assert guesses == [401, 401, 429, 429]


def test_what_has_been_right_is_let_in_beside_a_guesser_and_the_rest_hears_why_not(owned: Owned) -> None:
    regular, newcomer = owned.new_user(), owned.new_user()
    assert hello(owned, bearer(regular)).status == 200
    assert hello(owned, basic(regular.name, regular.key)).status == 200
    for number in range(4):
        hello(owned, {"Authorization": f"Bearer KGAT_{number:032}"})

    assert hello(owned, bearer(regular)).status == 200
    assert hello(owned, basic(regular.name, regular.key)).status == 200
    refused = hello(owned, bearer(newcomer))
    assert refused.status == 429
    assert "a token or key that has worked here" in refused.json["message"]
    owned.clock.move(int(refused.headers["Retry-After"]))
    assert hello(owned, bearer(newcomer)).status == 200


def test_the_name_belongs_to_a_key_that_has_been_right(owned: Owned) -> None:
    user = owned.new_user()
    assert hello(owned, basic(user.name, user.key)).status == 200
    for number in range(4):
        hello(owned, {"Authorization": f"Bearer KGAT_{number:032}"})

    assert hello(owned, basic("grace", user.key)).status == 429


def test_a_revoked_token_that_was_right_once_counts_as_a_guess() -> None:
    limits = Limits(LOW, Windows(lambda: 0.0))
    with limits.guarding("192.0.2.1", ("", "KGAT_a")):
        pass

    for _ in range(2):
        with pytest.raises(Unauthenticated), limits.guarding("192.0.2.1", ("", "KGAT_a")):
            raise Unauthenticated("revoked")

    with pytest.raises(RateLimited), limits.guarding("192.0.2.1", ("", "KGAT_b")):
        pass


def test_clients_of_oauth_guess_no_faster(owned: Owned) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def ask(key: str) -> Answer:
        headers = {**form, **basic("org:institute", key)}
        return send(owned, "POST", "/api/v1/oauth2/introspect", b"token=KGAT_a", headers)

    assert [ask(f"{number:032x}").status for number in range(4)] == [401, 401, 429, 429]
    assert ask("0" * 32).headers["Retry-After"]


def test_a_token_that_was_just_given_out_is_let_in_beside_a_guesser(owned: Owned) -> None:
    # Consent is given by the real clock.
    owned.clock.move((datetime.now(UTC) - owned.clock()).total_seconds())
    user = owned.new_user()
    for number in range(4):
        hello(owned, {"Authorization": f"Bearer KGAT_{number:032}"})

    fresh = flow.tokens(owned, user, flow.register(owned))["access_token"]

    assert flow.hello(owned, fresh) == 200
    assert hello(owned, bearer(user)).status == 429


def test_a_request_that_is_wrong_otherwise_proves_no_credentials(owned: Owned) -> None:
    headers = {**flow.FORM, **basic("org:institute", "0" * 32)}
    body = b"grant_type=none"
    statuses = [send(owned, "POST", "/api/v1/oauth2/token", body, headers).status for _ in range(3)]
    assert statuses == [400] * 3
    for number in range(2):
        hello(owned, {"Authorization": f"Bearer KGAT_{number:032}"})

    assert send(owned, "POST", "/api/v1/oauth2/token", body, headers).status == 429


# Pages and OAuth endpoints


def test_a_page_that_is_asked_for_too_often_is_refused_as_a_page(owned: Owned) -> None:
    browser = {"Accept": "text/html"}
    answers = [send(owned, "GET", "/signin", headers=browser) for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]

    refused = answers[-1]

    assert refused.headers["Content-Type"].startswith("text/html")
    assert int(refused.headers["Retry-After"]) > 0
    assert b"the limit is 10 a minute for pages and logins at one address; try again in" in refused.body
    assert rpc(owned, LIST, {}).status == 200


def test_an_oauth_endpoint_refuses_in_its_own_form(owned: Owned) -> None:
    headers = {"Content-Type": "application/json"}
    register = [send(owned, "POST", "/api/v1/oauth2/register", b"{}", headers) for _ in range(3)]

    refused = register[-1]

    assert [answer.status for answer in register] == [400, 400, 429]
    assert refused.json["error"] == "temporarily_unavailable"
    assert "(register counts as 5)" in refused.json["error_description"]
    assert refused.headers["RateLimit-Limit"] == "10"
    assert int(refused.headers["Retry-After"]) > 0


# Load


def test_limits_are_lower_while_the_server_is_busy(owned: Owned) -> None:
    user = owned.new_user()
    owned.load = 1.0

    # A quarter of 15.
    assert passed(owned, bearer(user)) == 3
    refused = hello(owned, bearer(user))
    assert "3 a minute for one token, lowered from 15 while the server is busy;" in refused.json["message"]
    assert refused.headers["RateLimit-Limit"] == "3"
    owned.load = 0.0
    assert passed(owned, bearer(user)) == 12


def test_load_follows_what_lasts_and_not_what_passes() -> None:
    load = Load()
    load.note(late=5.0, waiting=0)
    assert 0 < load() < 0.3
    for _ in range(20):
        load.note(late=5.0, waiting=0)
    assert load() > 0.95
    for _ in range(20):
        load.note(late=0.0, waiting=0)
    assert load() < 0.05


@pytest.mark.parametrize(("late", "waiting"), [(0.05, 0), (0.0, 39)])
def test_what_busy_threads_cause_is_no_load(late: float, waiting: int) -> None:
    load = Load()
    load.note(late, waiting)
    assert load() == 0


def test_calls_in_want_of_a_thread_are_load() -> None:
    load = Load()
    load.note(0.0, 200)
    assert load() > 0


def test_a_loop_that_wakes_late_is_seen() -> None:
    async def held_up() -> float:
        load = Load()
        async with load.watching():
            await asyncio.sleep(0)
            # Holds the loop well beyond the time it was to wake at; a slower machine only holds it longer.
            time.sleep(1.5)
            while not load():
                await asyncio.sleep(0)
            return load()

    assert asyncio.run(asyncio.wait_for(held_up(), 20)) > 0


# Memory


def test_a_hundred_thousand_addresses_take_a_bounded_place_and_leave_it() -> None:
    now = 0.0
    windows = Windows(lambda: now)
    limits = Limits(LOW, windows)
    for number in range(100_000):
        limits.spend(what="ListDatasets", address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(windows) == MOST_KEYS

    now = 2 * WINDOW + 1.0
    limits.spend(what="ListDatasets", address="192.0.2.1")
    assert len(windows) == 1


def test_the_newest_callers_are_the_ones_remembered() -> None:
    windows = Windows(lambda: 0.0, most_keys=2)
    for key in ("a", "b", "c"):
        assert windows.acquire_sliding_window_entry(key, 1, 60)

    assert not windows.acquire_sliding_window_entry("c", 1, 60)
    assert windows.acquire_sliding_window_entry("a", 1, 60)


def test_credentials_that_were_right_are_remembered_in_a_bounded_number() -> None:
    limits = Limits(LOW, Windows(lambda: 0.0))
    for number in range(10_002):
        with limits.guarding("192.0.2.1", ("", f"KGAT_{number}")):
            pass
    for _ in range(2):
        with pytest.raises(Unauthenticated), limits.guarding("192.0.2.1", ("", "KGAT_wrong")):
            raise Unauthenticated("wrong")

    with limits.guarding("192.0.2.1", ("", "KGAT_10001")):
        pass
    with pytest.raises(RateLimited), limits.guarding("192.0.2.1", ("", "KGAT_0")):
        pass


def test_a_window_that_is_cleared_counts_nothing() -> None:
    windows = Windows(lambda: 0.0)
    assert windows.acquire_sliding_window_entry("a", 1, 60)
    windows.clear_sliding_window("a", 60)
    windows.clear_sliding_window("a", 3600)

    assert windows.acquire_sliding_window_entry("a", 1, 60)


# The option


def test_the_option_sets_the_limit(new_server: Callable[..., RunningServer]) -> None:
    server = new_server("--rate-limit", "4")
    assert passed(server, bearer(server.new_user()), most=50) in range(3, 7)
