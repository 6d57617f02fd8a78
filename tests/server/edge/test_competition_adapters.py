"""Adapters for competitions: quirks of official clients; each test fails without the adapter it names."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import pytest

from brant.server.edge.adapters import file_type
from tests.conformance.contest import Contest, answers
from tests.conformance.place import Served, User
from tests.conftest import RunningServer, start_server
from tests.server.edge.calls import Answer, send

BOUNDARY = "0f1e2d3c4b5a"


class Match(NamedTuple):
    """A competition with one submission."""

    contest: Contest
    user: User


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = start_server(tmp_path_factory.mktemp("quirks") / "data")
    yield running
    assert running.stop() == 0
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="module")
def played(server: RunningServer) -> Match:
    place = Served(server)
    contest = Contest(place, place.add_user("quirky-host"), "quirky-penguins").opened(rules_required=False)
    user = place.add_user("quirky-player")
    contest.submit(user, answers(3))
    return Match(contest, user)


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}


def form(fields: dict[str, str]) -> bytes:
    """As urllib3 writes multipart/form-data (RFC 7578)."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


def post(server: RunningServer, user: User, path: str, fields: dict[str, str]) -> Answer:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return send(server, "POST", f"/api/v1/competitions/{path}", form(fields), {**bearer(user), **kind})


def test_kaggle_1_lists_competitions_from_a_bare_array(server: RunningServer, played: Match) -> None:
    slug = played.contest.slug
    found = send(
        server, "GET", f"/api/v1/competitions/list?group=&category=&sortBy=&page=1&search={slug}"
    ).json
    assert [one["ref"].rpartition("/")[2] for one in found] == [slug]
    # Its model reads the tags of each, whether or not there are any.
    assert found[0]["tags"] == []


@pytest.mark.parametrize("words", ["category=all", "group=inClass", "group=inClass&category=all"])
def test_kaggle_1_asks_in_words_of_its_time(server: RunningServer, played: Match, words: str) -> None:
    slug = played.contest.slug
    found = send(server, "GET", f"/api/v1/competitions/list?{words}&search={slug}").json
    assert [one["ref"].rpartition("/")[2] for one in found] == [slug]


def test_kaggle_1_lists_submissions_from_a_bare_array(server: RunningServer, played: Match) -> None:
    path = f"/api/v1/competitions/submissions/list/{played.contest.slug}"
    found = send(server, "GET", path, headers=bearer(played.user)).json
    assert [one["fileName"] for one in found] == ["submission.csv"]
    assert found[0]["publicScore"] == "0.75000"


def test_kaggle_1_submits_by_a_path_and_forms_of_its_own(server: RunningServer, played: Match) -> None:
    data, slug = answers(2), played.contest.slug
    name, words = "Höhen & more.csv", 'ein Versuch: "100 %", ok'
    started = post(server, played.user, f"{slug}/submissions/url/{len(data)}/1700000000", {"fileName": name})
    assert started.status == 200, started.body
    # With this field it would take the way of older servers (kaggle_api_extended.py:774).
    assert "isComplete" not in started.json
    assert send(server, "PUT", started.json["createUrl"], data).status == 200
    fields = {"blobFileTokens": started.json["token"], "submissionDescription": words}
    made = post(server, played.user, f"submissions/submit/{slug}", fields)
    assert made.status == 200, made.body
    assert made.json["message"]
    newest = played.contest.wait(played.user)[0]
    assert (newest.file_name, newest.description) == (name, words)


def test_a_form_that_is_too_large_is_refused(server: RunningServer, played: Match) -> None:
    fields = {"blobFileTokens": "x", "submissionDescription": "y" * 70_000}
    answer = post(server, played.user, f"submissions/submit/{played.contest.slug}", fields)
    assert answer.status == 400
    assert "shorten" in answer.json["message"]


def test_what_the_path_says_wins_over_a_form(server: RunningServer, played: Match) -> None:
    fields = {"competitionName": played.contest.slug, "fileName": "x.csv"}
    answer = post(server, played.user, "no-such-penguins/submissions/url/10/1", fields)
    assert answer.status == 404


@pytest.mark.parametrize("body", [b"", b"--nonsense", b"\xff\xfe\x00", b"--0f1e2d3c4b5a\r\n\r\n"])
def test_a_form_that_is_none_has_no_fields(server: RunningServer, played: Match, body: bytes) -> None:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", **bearer(played.user)}
    path = f"/api/v1/competitions/submissions/submit/{quote(played.contest.slug)}"
    assert send(server, "POST", path, body, kind).status == 400


def test_kaggle_1_reads_the_date_and_length_of_a_leaderboard(server: RunningServer, played: Match) -> None:
    answer = send(server, "GET", f"/api/v1/competitions/{played.contest.slug}/leaderboard/download")
    assert answer.headers["Last-Modified"].endswith(" GMT")
    assert int(answer.headers["Content-Length"]) == len(answer.body)


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("application/json", "application/octet-stream"),
        ("Application/JSON; charset=utf-8", "application/octet-stream"),
        ("application/geo+json", "application/octet-stream"),
        ("application/zip", "application/zip"),
        ("text/csv; charset=utf-8", "text/csv; charset=utf-8"),
    ],
)
def test_kagglesdk_takes_no_file_for_an_answer_of_the_api(declared: str, sent: str) -> None:
    assert file_type(declared) == sent


def test_a_form_that_is_nested_without_end_is_refused(server: RunningServer, played: Match) -> None:
    nested = [f"--{n}\r\nContent-Type:multipart/x;boundary={n + 1}\r\n\r\n" for n in range(1300)]
    headers = {**bearer(played.user), "Content-Type": "multipart/form-data; boundary=0"}
    path = f"/api/v1/competitions/submissions/submit/{played.contest.slug}"
    answer = send(server, "POST", path, "".join(nested).encode(), headers)
    assert answer.status == 400
    assert "nested too deeply" in answer.json["message"]
