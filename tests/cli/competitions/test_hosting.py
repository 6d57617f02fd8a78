"""A competition is made, filled, set up, opened and looked after by the command line alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from brant.client.competitions.submitting import submit
from brant.errors import (
    Conflict,
    Declined,
    DestinationExists,
    InvalidInput,
    NotFound,
    PermissionDenied,
    UsageError,
)
from tests.cli.competitions.conftest import BASELINE, DATA, SOLUTION, Contest, session_of, write
from tests.cli.desk import Desk
from tests.conftest import RunningServer

T = TypeVar("T")

METRIC = """\
class ParticipantVisibleError(Exception):
    pass


def score(solution, submission, row_id_column_name):
    {body}
"""


def test_a_competition_comes_from_nothing_to_a_score(
    host_desk: Desk, ada: Desk, server: RunningServer
) -> None:
    folder = host_desk.folder / "owls"
    slug = f"owls-{ada.environ['WHO']}"
    folder.mkdir()
    assert host_desk.brant("competitions", "init", "owls").out == "owls/competition-metadata.json\n"
    path = folder / "competition-metadata.json"
    values = json.loads(path.read_text())
    values |= {"title": f"Owls of {slug}", "slug": slug, "briefDescription": "Hear owls apart."}
    path.write_text(json.dumps(values))
    write(folder, {"solution.csv": SOLUTION, "sample.csv": BASELINE, "rules.md": "# Be fair\n"})
    write(folder / "data", {"test.csv": DATA["test.csv"]})

    def host(*words: str) -> str:
        ended = host_desk.brant("competitions", *words)
        assert ended.code == 0, (words, ended.err)
        return ended.out

    made = json.loads(host("create", "-p", "owls", "--format", "json"))
    assert made["url"] == f"{server.address}/competitions/{slug}"
    assert "1 file sent" in host("data", "update", slug, "-p", "owls/data", "-m", "first")
    assert (
        host("sample", "create", slug, "-p", "owls/sample.csv")
        == f"Uploaded the sample submission of {slug}.\n"
    )
    assert (
        host("solution", "create", slug, "-p", "owls/solution.csv") == f"Uploaded the solution of {slug}.\n"
    )
    host("setup", "update", slug, "--metric", "f_beta", "--param", "beta=2", "--max-daily-submissions", "9")
    host("pages", "update", slug, "--page-name", "rules", "-f", "owls/rules.md", "--publish")
    assert ada.brant("c", "view", slug).code == NotFound.exit_code
    assert host("launch", slug) == f"{slug} is open.\n"

    assert "# Be fair" in ada.brant("c", "pages", slug, "--page-name", "rules", "--content").out
    assert ada.brant("c", "join", slug).code == 0
    scored = ada.brant(
        *("c", "submit", slug, "-f", "better.csv", "-m", "x", "-y", "-q", "--wait", "60", "--format", "json")
    )
    assert scored.document["publicScore"] == "1.00000"
    told = json.loads(host("solution", "status", slug, "--json"))
    assert (told["ready"], told["totalRows"], told["publicRows"]) == (True, 4, 2)


def test_a_template_is_never_written_over(host_desk: Desk) -> None:
    ended = host_desk.brant("competitions", "init")
    assert ended.code == DestinationExists.exit_code
    assert "is there already" in ended.err
    assert host_desk.brant("competitions", "init", "nowhere").code == NotFound.exit_code


def test_every_mistake_of_the_metadata_is_one_line(host_desk: Desk) -> None:
    values = {
        "title": "INSERT_TITLE_HERE",
        "slug": "No Slug",
        "privacy": "SECRET",
        "hackathon": "no",
        "numPrizes": "3",
        "clonePageNames": "rules",
        "reward": {"id": "GOLD", "quantity": 3},
    }
    (host_desk.folder / "competition-metadata.json").write_text(json.dumps(values))
    ended = host_desk.brant("competitions", "create")
    assert ended.code == InvalidInput.exit_code
    lines = ended.err.splitlines()
    keys = (
        "title",
        "slug",
        "briefDescription",
        "privacy",
        "hackathon",
        "numPrizes",
        "clonePageNames",
        "reward.id",
    )
    assert {line.split(": ")[2] for line in lines} == set(keys)
    assert "PUBLIC, LIMITED, PRIVATE" in ended.err


def test_a_slug_that_is_taken_is_a_conflict(draft: Contest) -> None:
    ended = draft.host.brant("competitions", "create", "--format", "json")
    assert ended.code == Conflict.exit_code
    assert ended.document["error"]["code"] == 409


def test_a_launch_names_what_is_missing(draft: Contest) -> None:
    ended = draft.host.brant("competitions", "launch", draft.slug)
    assert ended.code != 0
    assert "setup update" in ended.err
    assert draft.host.brant("competitions", "launch", draft.slug, "--at", "soon").code == UsageError.exit_code


def test_a_launch_may_lie_in_the_future(ready: Contest, ada: Desk) -> None:
    later = ready.brant("launch", "--at", "2199-01-01T00:00:00Z")
    assert later.out == f"{ready.slug} opens at 2199-01-01T00:00:00.000Z.\n"
    assert ada.brant("c", "view", ready.slug).code == NotFound.exit_code


def test_data_are_replaced_whole_and_hidden_files_stay_at_home(draft: Contest) -> None:
    folder = draft.host.folder / "data"
    write(folder, {".secret": "x", ".git/config": "x", "a.tmp": "x"})
    words = ("-p", "data", "--ignore-patterns", "*.tmp", "--format", "json")
    first = draft.brant("data update", *words, "-m", "first").document
    assert (first["sent"], first["reused"]) == (4, 0)
    assert names(draft) == set(DATA)

    (folder / "test.csv").write_text("id\n9\n")
    (folder / "train" / "notes.txt").unlink()
    again = draft.brant("data update", *words, "-m", "second", "--include-hidden").document
    assert (again["sent"], again["reused"]) == (2, 2)
    assert names(draft) == {*DATA, ".secret"} - {"train/notes.txt"}


def names(contest: Contest) -> set[str]:
    rows = contest.brant("files", "--all", "--format", "json(name)").document
    return {row["name"] for row in rows}


def test_one_file_may_be_all_the_data(draft: Contest) -> None:
    assert draft.brant("data update", "-p", "solution.csv", "-m", "one", "-q").out == ""
    assert names(draft) == {"solution.csv"}
    for words in (("-p", "nowhere", "-m", "x"), ("-p", "data", "-m", " ")):
        assert draft.host.brant("competitions", "data", "update", draft.slug, *words).code != 0


def test_settings_change_by_a_file_of_some_of_them(draft: Contest) -> None:
    file = draft.host.folder / "some.json"
    file.write_text(
        '{"deadline": "2199-01-01T00:00:00Z", "rules_required": false, "hostSegment": "featured"}'
    )
    changed = draft.brant("settings update", "-f", "some.json", "--json")
    assert changed.err == f"3 settings of {draft.slug} changed\n"
    assert changed.document["deadline"] == "2199-01-01T00:00:00.000Z"
    told = draft.brant("settings get", "--json").document
    assert told == changed.document
    assert (told["rulesRequired"], told["hostSegment"]) == (False, "HOST_SEGMENT_FEATURED")
    assert "deadline" in draft.brant("settings get").out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"deadlin": "x", "titel": 1}', "'deadlin' is no setting"),
        ('{"rulesRequired": "yes"}', "rulesRequired"),
        ('{"hostSegment": "secret"}', "host_segment"),
        ("[]", "holds no object"),
        ("{}", "there is nothing to change"),
        ('{"a": ', "is not JSON"),
    ],
)
def test_a_wrong_file_of_settings_is_told_in_words(draft: Contest, text: str, words: str) -> None:
    (draft.host.folder / "wrong.json").write_text(text)
    ended = draft.host.brant("competitions", "settings", "update", draft.slug, "-f", "wrong.json")
    assert ended.code == InvalidInput.exit_code
    assert words in ended.err


def test_pages_are_written_changed_and_deleted(draft: Contest) -> None:
    (draft.host.folder / "prizes.md").write_text("# A goose\n")
    draft.brant("pages create", "--page-name", "prizes", "-f", "prizes.md")
    page = draft.brant("pages", "--page-name", "prizes", "--content", "--format", "json").document
    assert (page[0]["isPublished"], page[0]["content"]) == (False, "# A goose\n")
    draft.brant("pages update", "--page-name", "prizes", "--publish", "--new-name", "gifts")
    assert draft.brant("pages", "--page-name", "gifts", "--format", "json(isPublished)").document == [
        {"isPublished": True}
    ]
    for words in ((), ("--publish", "--unpublish")):
        ended = draft.host.brant("c", "pages", "update", draft.slug, "--page-name", "gifts", *words)
        assert ended.code in (InvalidInput.exit_code, UsageError.exit_code)

    delete = ("c", "pages", "delete", draft.slug, "--page-name", "gifts")
    assert draft.host.brant(*delete).code == Declined.exit_code
    assert draft.host.brant(*delete, "--yes", "--format", "json(secret)").code == UsageError.exit_code
    deleted = draft.host.brant(*delete, "--yes", "--format", "json")
    assert deleted.document == {"competition": draft.slug, "deleted": "gifts"}
    assert "gifts" not in draft.brant("pages").out


def test_hosts_judges_and_guests_are_added(
    draft: Contest, ada: Desk, participant: Callable[[str], Desk]
) -> None:
    assert ada.brant("c", "view", draft.slug).code == NotFound.exit_code
    name = ada.environ["WHO"]
    for noun in ("hosts", "judges"):
        draft.host.brant("competitions", noun, "add", draft.slug, name)
        assert name in draft.brant(noun, "--format", "csv(userName)").out
    assert ada.brant("c", "setup", draft.slug).code == 0
    assert draft.host.brant("c", "admit", draft.slug, "nobody-at-all").code == NotFound.exit_code


def test_who_does_not_host_changes_nothing(contest: Contest, ada: Desk) -> None:
    (ada.folder / "s.json").write_text('{"title": "Mine"}')
    for words in (
        ("setup", contest.slug),
        ("setup", "update", contest.slug, "--metric", "mae"),
        ("settings", "get", contest.slug),
        ("settings", "update", contest.slug, "-f", "s.json"),
        ("solution", "status", contest.slug),
        ("solution", "create", contest.slug, "-p", "better.csv"),
        ("data", "update", contest.slug, "-p", "better.csv", "-m", "x"),
        ("launch", contest.slug),
        ("rescore", contest.slug),
        ("host-submissions", contest.slug),
        ("admit", contest.slug, ada.environ["WHO"]),
        ("hosts", "add", contest.slug, ada.environ["WHO"]),
    ):
        assert ada.brant("c", *words).code == PermissionDenied.exit_code, words


def test_metrics_are_listed_and_explained(ada: Desk) -> None:
    listed = ada.brant("c", "metrics", "--format", "json").document
    assert {"accuracy", "f_beta", "rmse"} <= {row["name"] for row in listed}
    told = ada.brant("c", "metrics", "f_beta").out
    assert "beta=1" in told
    assert "source" in told
    wrong = ada.brant("c", "metrics", "guess")
    assert wrong.code == NotFound.exit_code
    assert "accuracy" in wrong.err


def test_a_wrong_setup_is_told_with_what_is_allowed(draft: Contest) -> None:
    for words in (
        ("--metric", "guess"),
        ("--metric", "accuracy", "--param", "beta=2"),
        ("--public-percent", "101"),
    ):
        ended = draft.host.brant("c", "setup", "update", draft.slug, *words)
        assert ended.code == InvalidInput.exit_code, words
    for words in (("--param", "beta"), ("--metric", "mae", "--metric-file", "m.py"), ("--split-seed", "-1")):
        assert draft.host.brant("c", "setup", "update", draft.slug, *words).code == UsageError.exit_code, (
            words
        )
    assert draft.host.brant("c", "setup", "update", draft.slug).code == InvalidInput.exit_code


def test_a_broken_metric_holds_submissions_until_it_is_mended(contest: Contest, ada: Desk) -> None:
    write(contest.host.folder, {"metric.py": METRIC.format(body="return float(solution['none such'].sum())")})
    contest.brant("setup update", "--metric-file", "metric.py", "--lower-is-better", "-q")
    contest.enter(ada)
    with session_of(ada) as session:
        ref = submit(session, contest.slug, ada.folder / "better.csv", "x").ref

    def held() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = contest.brant(
            "host-submissions", "--state", "held", "--format", "json(ref,held,status)"
        ).document
        return rows

    rows = until(held)
    assert [(row["ref"], row["status"]) for row in rows] == [(ref, "PENDING")]
    assert "Traceback" in rows[0]["held"]
    assert contest.brant("setup", "--format", "json(heldSubmissions)").document == {"heldSubmissions": 1}

    write(contest.host.folder, {"metric.py": METRIC.format(body="return 0.25")})
    contest.brant("setup update", "--metric-file", "metric.py", "-q")
    scored = ada.brant("c", "submission", "show", str(ref), "--format", "json(publicScore)")

    def score() -> list[object]:
        shown = ada.brant("c", "submission", "show", str(ref), "--format", "json(publicScore)").document
        return [shown["publicScore"]] if shown["publicScore"] else []

    assert scored.code == 0
    assert until(score) == ["0.25000"]
    assert contest.brant("rescore", "--format", "json").document == {"submissions": 1}


def until(look: Callable[[], list[T]]) -> list[T]:
    """What `look` finds once it finds something; every look is a process and takes its time."""
    for _ in range(100):
        found = look()
        if found:
            return found
    raise AssertionError("nothing was found")


def test_a_path_that_is_no_single_file_is_no_solution(draft: Contest, tmp_path: Path) -> None:
    for path, kind in (("nowhere.csv", NotFound), ("data", InvalidInput)):
        for noun in ("solution", "sample"):
            ended = draft.host.brant("competitions", noun, "create", draft.slug, "-p", path)
            assert ended.code == kind.exit_code, (noun, path)
