"""No route gives participants the solution, the metric, files of others, or private scores before the end."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from starlette.routing import Route

from brant.contract.extensions import CLAIM_BLOBS
from brant.contract.method import Method
from brant.server import data_folder
from brant.server.app import SERVED, build
from brant.server.domain.handlers import handlers
from brant.server.domain.services import Services
from brant.server.settings import Settings
from tests.conformance.contest import Contest
from tests.conformance.place import Served, User
from tests.conftest import RunningServer, start_server
from tests.server.edge.baits import Baits, rest_targets, sha256_of
from tests.server.edge.calls import rpc, send
from tests.server.edge.vault import (
    METRIC,
    OWN,
    RIVALS,
    SECRETS,
    SOLUTION,
    Vault,
    arranged,
    given_away,
)

# Those that are asked first change nothing, so that everybody is still what they are when they are asked.
METHODS = sorted(
    (method for method in SERVED if method.declared), key=lambda one: not str(one.scope).endswith(".get")
)
PEOPLE = [
    "nobody",
    "a stranger",
    "a guest",
    "an entrant",
    "a team mate",
    "an entrant with a key",
    "an entrant with competitions.get:* alone",
    "an entrant with competitions.submit:* alone",
    "an entrant with competitions.update:* alone",
    "an entrant with competitions.editor:vault-of-penguins alone",
    "an entrant with datasets.editor:* alone",
    "an entrant with resources.viewer:* alone",
    "an entrant whose token has expired",
    "the host of another competition",
    "the host with a token for another competition",
    "a judge",
]
# A judge sees every submission, and no more of the rest than others.
OF_JUDGES = {"a file of another team", "private scores"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that lets a caller ask for as much as these tests do in a minute."""
    data: Path = tmp_path_factory.mktemp("vault") / "data"
    running = start_server(data, "--rate-limit", "0")
    yield running
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="module")
def vault(server: RunningServer) -> Vault:
    return arranged(server)


class Said(NamedTuple):
    """One answer, with the target that it came from."""

    target: str
    status: int
    body: bytes


class Asking:
    """One person's questions, over one connection, and what the addresses in the answers lead to."""

    def __init__(self, server: RunningServer, headers: dict[str, str]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = headers

    def ask(self, verb: str, target: str, body: bytes | None = None) -> Iterator[Said]:
        self._line.request(verb, target, body, {"Content-Type": "application/json", **self._headers})
        answer = self._line.getresponse()
        said, told = answer.read(), str(answer.headers).encode()
        yield Said(target, answer.status, said + told)
        yield Said(target, answer.status, said)
        location = urlsplit(answer.headers.get("Location", ""))
        if location.path.startswith("/storage/"):
            self._line.request("GET", f"{location.path}?{location.query}")
            stored = self._line.getresponse()
            yield Said(location.path, stored.status, stored.read())

    def close(self) -> None:
        self._line.close()


def _headers(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"} if user.token else {}


def _every_answer(
    vault: Vault, user: User, methods: list[Method[Any, Any]] = METHODS
) -> Iterator[tuple[str, Said]]:
    """What every method says to a user, in both forms, to whatever could bring a secret out."""
    baits, asking = Baits(vault), Asking(vault.server, _headers(user))
    try:
        for method in methods:
            for request in baits.requests(method):
                asked = f"{method.name} {json.dumps(request)}"
                for said in asking.ask("POST", f"/api{method.rpc_path}", json.dumps(request).encode()):
                    yield asked, said
                for verb, target, body in rest_targets(method, request):
                    for said in asking.ask(verb, target, body):
                        yield asked, said
    finally:
        asking.close()


def _leaks(vault: Vault, who: str, answers: Iterator[tuple[str, Said]]) -> list[tuple[str, str]]:
    allowed = OF_JUDGES if who == "a judge" else set()
    found = []
    for asked, said in answers:
        assert said.status < 500 or said.status == 501, (asked, said)
        found += [(asked, kind) for kind in given_away(said.body, asked) if kind not in allowed]
    return found


def test_everybody_is_asked_everything(vault: Vault) -> None:
    assert set(vault.people) == set(PEOPLE)
    with closing(Services.over(vault.server.data)) as services:
        assert set(handlers(services)) <= set(METHODS)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_method_gives_a_secret_away(vault: Vault, who: str) -> None:
    before = vault.state()
    assert _leaks(vault, who, _every_answer(vault, vault.people[who])) == []
    assert vault.state() == before


@pytest.mark.parametrize("who", PEOPLE)
def test_no_address_gives_a_secret_away(vault: Vault, who: str) -> None:
    user = vault.people[who]
    asking = Asking(vault.server, _headers(user))
    kept = {
        "blobs": [*(sha256_of(data) for data in (SOLUTION, METRIC, RIVALS))],
        "bundles": [str(number) for number in range(1, 5)],
        "submissions": [str(vault.numbers["submission"]), str(vault.numbers["trial"])],
    }
    found = []
    for query in (_own_query(vault, user), "", "version=1&for=1&by=1&expires=9999999999&signature=0"):
        for kind, keys in kept.items():
            for key in keys:
                for name in ("solution.csv", "file-of-the-rival.csv", "test.csv"):
                    for said in asking.ask("GET", f"/storage/{kind}/{key}/{name}?{query}"):
                        assert said.status in (400, 403, 404), said
                        found += given_away(said.body, f"{key}{name}")
    asking.close()
    assert found == []


def _own_query(vault: Vault, user: User) -> str:
    """What signs an address that the user was given, of whatever there is for them."""
    request = {"competitionName": vault.contest.slug}
    answer = rpc(
        vault.server, "competitions.CompetitionApiService/DownloadDataFiles", request, _headers(user)
    )
    return urlsplit(answer.headers.get("Location", "")).query


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "nobody"])
def test_the_hash_of_a_secret_is_no_claim_to_it(vault: Vault, who: str) -> None:
    claims = [
        {"sha256": sha256_of(data), "size": len(data), "name": "mine.csv"}
        for data in (SOLUTION, METRIC, RIVALS)
    ]
    path = f"{CLAIM_BLOBS.service}/{CLAIM_BLOBS.name}"
    answer = rpc(vault.server, path, {"blobs": claims}, _headers(vault.people[who]))
    if answer.status == 200:
        assert answer.json.get("tokens") in ([], ["", "", ""]), answer.json
    else:
        assert answer.status in (401, 403)


@pytest.mark.parametrize("who", ["nobody", "a stranger", "a guest", "an entrant", "a team mate", "a judge"])
def test_no_page_gives_a_secret_away(vault: Vault, tmp_path: Path, who: str) -> None:
    user = vault.people[who]
    headers = {} if who == "nobody" else {"Cookie": vault.session(user)}
    allowed = OF_JUDGES if who == "a judge" else set()
    found = []
    for target in _pages(vault, tmp_path):
        answer = send(vault.server, "GET", target, headers=headers)
        assert answer.status < 500, target
        found += [(target, kind) for kind in given_away(answer.body, target) if kind not in allowed]
    assert found == []


def _pages(vault: Vault, folder: Path) -> list[str]:
    """The address of every page of the site, about the vault where it is about a competition."""
    data_folder.prepare(folder / "data")
    app = build(Settings(data=folder / "data", port=0))
    paths = [
        route.path for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    filled = [
        path.replace("{slug}", quote(vault.contest.slug)).replace("{topic:int}", "1").replace("{topic}", "1")
        for path in paths
    ]
    below = [path for path in filled if vault.contest.slug in path]
    assert len(below) > 5
    assert not [path for path in filled if "{" in path]
    words = ("board=private", "download=1", "state=held", f"submission={vault.numbers['submission']}")
    return [*filled, *(f"{path}?{word}" for path in below for word in words)]


def test_orders_do_not_tell_private_scores(vault: Vault) -> None:
    request = {"competitionName": vault.contest.slug, "sortBy": "SUBMISSION_SORT_BY_PRIVATE_SCORE"}
    path = "competitions.CompetitionApiService/ListSubmissions"
    answer = rpc(vault.server, path, request, _headers(vault.people["an entrant"]))
    assert answer.status == 400
    assert "not shown yet" in answer.json["message"]


def test_what_is_no_secret_for_its_host_is_found_by_the_same_questions(vault: Vault) -> None:
    questions = [method for method in METHODS if str(method.scope).endswith(".get") or "Host" in method.name]
    answers = _every_answer(vault, vault.contest.host, questions)
    found = {kind for asked, said in answers for kind in given_away(said.body, asked)}
    # Neither the solution nor the metric can be had back by anybody; but a traceback tells of the metric.
    assert found == {"the metric", "a file of another team", "private scores"}


def test_a_solution_among_the_data_is_found_by_the_same_questions(
    server: RunningServer, vault: Vault
) -> None:
    leaky = Contest(Served(server), vault.contest.host, "leaky-of-penguins").prepared(
        files={"deep/solution.csv": SOLUTION}
    )
    leaky.settle(rules_required=False)
    leaky.launch()
    aside = Vault(server, leaky, vault.rival, vault.numbers, tokens=vault.tokens)
    questions = [method for method in METHODS if method.name in ("DownloadDataFile", "DownloadDataFiles")]
    answers = _every_answer(aside, vault.people["an entrant"], questions)
    assert {kind for asked, said in answers for kind in given_away(said.body, asked)} == {"the solution"}


def test_private_scores_are_no_secret_after_the_end(server: RunningServer, vault: Vault) -> None:
    over = Contest(Served(server), vault.contest.host, "over-of-penguins")
    over.create()
    over.publish({"test.csv": OWN})
    over.set_up(metric="custom", metric_token=over.upload("metric.py", METRIC), higher_is_better=True)
    over.solve(SOLUTION)
    over.launch()
    entrant = over.join(vault.people["an entrant"])
    over.submit(entrant, OWN)
    aside = Vault(server, over, vault.rival, vault.numbers, tokens=vault.tokens)
    questions = [method for method in METHODS if method.name in ("ListSubmissions", "GetLeaderboard")]

    def found() -> set[str]:
        return {
            kind
            for asked, said in _every_answer(aside, entrant, questions)
            for kind in given_away(said.body, asked)
        }

    assert found() == set()
    over.end()
    assert found() == {"private scores"}
    assert set(SECRETS) >= found()
