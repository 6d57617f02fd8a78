"""The scope check: every method of the catalogue in both forms, over a running server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brant.contract import extensions, scopes
from brant.contract.accounts import INTROSPECT_TOKEN
from brant.contract.catalog import METHODS
from brant.contract.method import Method
from brant.contract.scopes import PERMISSIONS, ROLES
from brant.server.edge.routes import ROOT, Routes
from tests.conftest import RunningServer, User, start_server
from tests.server.edge.calls import Answer, basic, bearer, limited, raw, rpc, send

ALL = (*METHODS, *extensions.METHODS)
ROUTES = Routes(ALL)
ASKING = [method for method in ALL if method.scopes and method.scope_if is None]
# What these answer without one is a matter of OAuth.
CREDENTIAL_INSIDE = ("GenerateAccessToken", "ExchangeOAuthToken")

Call = tuple[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that lets a caller ask for as much as these tests do in a minute."""
    data: Path = tmp_path_factory.mktemp("scopes") / "data"
    running = start_server(data, "--rate-limit", "0")
    yield running
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="module")
def user(server):
    return server.new_user()


@pytest.fixture(scope="module")
def tokens(server, user):
    """The user with a token for some scopes; one token for each set of them."""
    made: dict[str, User] = {}

    def of(*words: str) -> User:
        key = " ".join(sorted(words))
        if key not in made:
            made[key] = limited(server, user, *words)
        return made[key]

    return of


def calls(method: Method[Any, Any]) -> list[Call]:
    """Verb and path of a method: as RPC, and for each of its REST paths."""
    rest = [(method.verb, _filled(path)) for path in method.paths if path.startswith(ROOT)]
    found = [("POST", f"/api{method.rpc_path}"), *rest]
    for verb, path in found:
        match = ROUTES.find(verb, path)
        assert getattr(match, "method", None) is method, path
    return found


def _filled(path: str) -> str:
    parts = path.split("/")
    return "/".join(
        ("7" if _counts(part) else "some-word") if part.startswith("{") else part for part in parts
    )


def _counts(parameter: str) -> bool:
    words = ("id}", "number}", "length}", "seconds}", "index}")
    return parameter.endswith(words) and parameter != "{resource_id}"


def asked(server: RunningServer, call: Call, headers: dict[str, str] | None = None) -> Answer:
    verb, path = call
    return send(server, verb, path, None if verb == "GET" else b"{}", headers)


def lacks(answer: Answer, *words: str) -> bool:
    """Whether the answer is the refusal of a token that lacks these scopes, in words and in its header."""
    if answer.status != 403 or "this token lacks" not in answer.json["message"]:
        return False
    said = answer.json["message"].partition("this token lacks ")[2].partition(", which")[0]
    assert said == " or ".join(words)
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{words[0]}"' in challenge
    assert answer.json["code"] == 403
    return True


@pytest.mark.parametrize("method", ASKING, ids=repr)
def test_every_method_refuses_a_token_that_holds_everything_but_its_scope(server, tokens, method):
    needed = {part for name in method.scopes for part in scopes.permissions_of(name)}
    others = [f"{name}:*" for name in PERMISSIONS if name not in needed]
    holder = tokens(*(others or ["account.update:*"]))
    for call in calls(method):
        answer = asked(server, call, bearer(holder))
        assert lacks(answer, *(f"{name}:*" for name in method.scopes)), (call, answer)
        assert asked(server, call, basic(holder.name, holder.token)).status == 403


@pytest.mark.parametrize("method", ASKING, ids=repr)
def test_every_method_takes_a_token_with_the_least_scope(server, tokens, method):
    for name in method.scopes:
        for call in calls(method):
            answer = asked(server, call, bearer(tokens(f"{name}:*")))
            assert answer.status not in (401, 403), (call, answer)
            assert answer.status == 501 or method.declared, (call, answer)


@pytest.mark.parametrize("method", [method for method in ALL if method.scopes], ids=repr)
def test_every_method_takes_a_token_for_everything(server, tokens, method):
    for call in calls(method):
        answer = asked(server, call, bearer(tokens("resources.admin:*")))
        assert answer.status not in (401, 403), (call, answer)


@pytest.mark.parametrize("method", [method for method in ALL if not method.scopes], ids=repr)
def test_what_asks_for_no_scope_takes_any_token(server, tokens, method):
    for call in calls(method):
        answer = asked(server, call, bearer(tokens("groups.get:ada/penguins")))
        assert "lacks" not in answer.body.decode(errors="replace"), (call, answer)
        assert answer.status != 403, (call, answer)


@pytest.mark.parametrize("method", [method for method in ALL if not method.anonymous], ids=repr)
def test_a_caller_without_credentials_is_refused_where_somebody_is_asked_for(server, method):
    for call in calls(method):
        answer = asked(server, call)
        body = answer.json
        assert body["code"] == 401, (call, answer)
        assert "insufficient_scope" not in answer.headers.get("WWW-Authenticate", "")


@pytest.mark.parametrize("method", [method for method in ALL if method.anonymous], ids=repr)
def test_a_caller_without_credentials_is_heard_where_anybody_may_call(server, method):
    for call in calls(method):
        answer = asked(server, call)
        assert answer.status not in (401, 403) or method.name in CREDENTIAL_INSIDE, (call, answer)


@pytest.mark.parametrize("method", [ASKING[0], ASKING[-1], INTROSPECT_TOKEN], ids=repr)
def test_wrong_credentials_stay_wrong(server, method):
    answer = asked(server, calls(method)[0], {"Authorization": "Bearer KGAT_of_nobody"})
    assert answer.status == (200 if method is INTROSPECT_TOKEN else 401)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_the_methods_of_its_permissions_and_no_others(server, tokens, role):
    holder = bearer(tokens(f"{role}:*"))
    one_each = {method.scopes: method for method in ASKING}
    for method in one_each.values():
        opened = any(set(scopes.permissions_of(name)) <= set(ROLES[role]) for name in method.scopes)
        refused = lacks(asked(server, calls(method)[0], holder), *(f"{name}:*" for name in method.scopes))
        assert refused != opened, method


def test_the_refusal_says_what_is_missing_what_is_held_and_what_to_do(server, tokens):
    holder = tokens("datasets.get:*")
    request = {"ownerSlug": "Ada", "datasetSlug": "penguins"}
    answer = rpc(server, "datasets.DatasetApiService/DeleteDataset", request, bearer(holder))
    assert answer.json["message"] == (
        "this token lacks datasets.update:*, which DeleteDataset needs; it holds datasets.get:*: "
        "use a token with that scope, made at /settings/api or granted at sign-in"
    )
    assert holder.token not in answer.body.decode()


def test_what_a_token_holds_is_told_within_reason(server, user):
    many = limited(server, user, *(f"models.get:ada/model-number-{number}" for number in range(50)))
    answer = rpc(server, "datasets.DatasetApiService/ListDatasets", {}, bearer(many))
    assert answer.status == 403
    assert len(answer.json["message"]) < 600
    assert " …: use" in answer.json["message"]


def test_a_token_that_may_nowhere_is_refused_before_its_body_is_read(server, tokens):
    head = (
        "POST /api/v1/datasets.DatasetApiService/CreateDataset HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {tokens('datasets.get:*').token}\r\nContent-Length: 1000\r\n\r\n"
    )
    # None of the 1,000 bytes is sent.
    assert raw(server, head.encode()).startswith(b"403 ")


def test_a_page_that_anybody_may_see_is_closed_to_a_token_without_its_scope(server, tokens):
    assert rpc(server, "datasets.DatasetApiService/ListDatasets", {}).status == 200
    answer = rpc(server, "datasets.DatasetApiService/ListDatasets", {}, bearer(tokens("models.get:*")))
    assert lacks(answer, "datasets.get:*")


def test_head_asks_for_what_get_asks_for(server, tokens):
    target = "/api/v1/datasets/list"
    assert send(server, "HEAD", target, headers=bearer(tokens("models.get:*"))).status == 403
    assert send(server, "HEAD", target, headers=bearer(tokens("datasets.get:*"))).status == 200


def test_a_legacy_key_is_for_everything(server, user):
    answer = rpc(server, "datasets.DatasetApiService/CreateDataset", {}, basic(user.name, user.key))
    assert answer.status == 400
