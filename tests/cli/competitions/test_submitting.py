"""Submissions: checked before they are spent, asked for, waited for, listed, fetched back and chosen."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from brant.client.competitions.submitting import submit
from brant.errors import (
    BrantError,
    Declined,
    InvalidInput,
    LocalFailure,
    NotFound,
    SubmissionFailed,
    Unreachable,
    UsageError,
)
from tests.cli.competitions.conftest import BETTER, Contest, session_of
from tests.cli.desk import Desk


@pytest.fixture
def entered(contest: Contest, ada: Desk) -> Contest:
    """The competition, which ada is in."""
    contest.enter(ada)
    return contest


def send(desk: Desk, contest: Contest, *names: str) -> list[int]:
    """Submits files that lie at the desk; their numbers."""
    with session_of(desk) as session:
        return [submit(session, contest.slug, desk.folder / name, f"it is {name}").ref for name in names]


def test_a_submission_is_waited_for_and_its_score_told(entered: Contest, ada: Desk) -> None:
    words = ("c", "submit", entered.slug, "-m", "x", "--yes")
    baseline = ada.brant(*words, "-f", "baseline.csv", "--wait")
    assert baseline.code == 0, baseline.err
    assert baseline.out.endswith(": score 0.50000\n")
    (ref,) = re.findall(r"Submission (\d+): ", baseline.out)
    waiting = f"Submitted as number {ref}, waiting for its score.\n"
    assert baseline.err == f"{waiting}4 submissions remaining today.\n"

    better = ada.brant(*words, "-f", "better.csv", "--wait", "60", "-q", "--format", "json")
    assert better.err == ""
    assert (better.document["status"], better.document["publicScore"]) == ("COMPLETE", "1.00000")
    assert better.document["privateScore"] is None


def test_without_waiting_the_number_is_told_at_once(entered: Contest, ada: Desk) -> None:
    ended = ada.brant("c", "submit", entered.slug, "-f", "better.csv", "-m", "x", "-y", "--format", "json")
    assert ended.code == 0, ended.err
    assert ended.document["ref"] > 0
    assert ended.document["publicScore"] is None


def test_a_submission_in_error_has_an_exit_code_of_its_own_and_its_reason(
    entered: Contest, ada: Desk
) -> None:
    (ada.folder / "short.csv").write_text("id,species\n1,Adelie\n")
    words = ("c", "submit", entered.slug, "-f", "short.csv", "-m", "x", "-y", "-q", "--wait", "60")
    ended = ada.brant(*words)
    assert ended.code == SubmissionFailed.exit_code == 17
    assert "cannot be scored: short.csv: ids that are missing" in ended.err
    as_json = ada.brant(*words, "--format", "json")
    assert as_json.document["error"]["code"] == 422
    assert "ids that are missing" in as_json.document["error"]["message"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("none-such.csv", NotFound, "there is no file none-such.csv"),
        ("empty.csv", InvalidInput, "empty.csv is empty: nothing was sent"),
        ("folder", InvalidInput, "folder is no file"),
        ("locked.csv", LocalFailure, "locked.csv cannot be read"),
    ],
)
def test_a_file_that_cannot_be_submitted_is_told_before_anybody_is_asked(
    desk: Desk, name: str, kind: type[BrantError], words: str
) -> None:
    # Nobody answers at this desk, and the question would be the other complaint.
    (desk.folder / "empty.csv").touch()
    (desk.folder / "folder").mkdir()
    if name == "locked.csv":
        # Even the superuser cannot open a name that leads to itself.
        (desk.folder / name).symlink_to(desk.folder / name)
    ended = desk.brant("c", "submit", "penguins", "-f", name, "-m", "x")
    assert ended.code == kind.exit_code
    assert words in ended.err


def test_what_counts_is_asked_for(entered: Contest, ada: Desk) -> None:
    words = ("c", "submit", entered.slug, "-f", "better.csv", "-m", "x")
    refused = ada.brant(*words)
    assert refused.code == Declined.exit_code
    assert f"Submit better.csv ({len(BETTER)} B) to {entered.slug}?" in refused.err
    assert "add --yes" in refused.err
    assert ada.at_terminal(*words, typed="n\n").code == Declined.exit_code
    assert ada.brant("c", "submissions", entered.slug, "--format", "json").document == []

    agreed = ada.at_terminal(*words, typed="y\n")
    assert agreed.code == 0, agreed.out
    assert len(ada.brant("c", "submissions", entered.slug, "--format", "json").document) == 1


def test_a_library_call_without_consent_is_no_submission(entered: Contest, ada: Desk) -> None:
    script = f"""
import os, sys
from pathlib import Path
from brant.cli.confirm import Consent
from brant.client.competitions.submitting import submit
from brant.client.session import Session

with Session.from_environ(os.environ, Path.home(), guard=Consent().check) as session:
    submit(session, {entered.slug!r}, Path("better.csv"), "x")
"""
    assert "CreateSubmission spends something and nobody was asked" in ada.python(script).err
    assert ada.brant("c", "submissions", entered.slug, "--format", "json").document == []


def test_all_submissions_are_one_document_however_many_pages(entered: Contest, ada: Desk) -> None:
    refs = send(ada, entered, *["baseline.csv", "better.csv"] * 2)
    listed = ada.brant("c", "submissions", entered.slug, "--format", "json")
    assert [row["ref"] for row in listed.document] == refs[::-1]
    assert listed.err == ""

    page = ada.brant("c", "submissions", entered.slug, "--page-size", "3", "--format", "json")
    assert [row["ref"] for row in page.document] == refs[:0:-1]
    token = page.err.removeprefix("Next Page Token = ").strip()
    rest = ada.brant(
        "c", "submissions", entered.slug, "--page-token", token, "--format", "json(ref,fileName)"
    )
    assert rest.document == [{"ref": refs[0], "fileName": "baseline.csv"}]


def test_a_submission_is_looked_at_and_fetched_back(entered: Contest, ada: Desk) -> None:
    (ref,) = send(ada, entered, "better.csv")
    shown = ada.brant("c", "submission", "show", str(ref), "--format", "json(ref,description)")
    assert shown.document == {"ref": ref, "description": "it is better.csv"}

    fetched = ada.brant("c", "submission", "download", str(ref), "-p", "mine")
    assert (fetched.code, fetched.out) == (0, "mine/better.csv\n")
    assert (ada.folder / "mine" / "better.csv").read_text() == BETTER


def test_nobody_sees_the_submissions_of_others(
    entered: Contest, ada: Desk, participant: Callable[[str], Desk]
) -> None:
    (ref,) = send(ada, entered, "better.csv")
    grace = participant("grace")
    entered.enter(grace)
    for words in (("submission", "show", str(ref)), ("submission", "download", str(ref))):
        assert grace.brant("c", *words).code in (NotFound.exit_code, 5)


def test_what_is_left_is_told(entered: Contest, ada: Desk) -> None:
    entered.brant("setup update", "--max-daily-submissions", "2", "-q")
    first = ada.brant("c", "submit", entered.slug, "-f", "better.csv", "-m", "x", "-y")
    assert first.err == "1 submission remaining today.\n"
    told = ada.brant("c", "submission-limits", entered.slug, "--json")
    assert told.document == {"numToday": 1, "numTotal": 1, "numAllowedNow": 1, "limitedByTotal": False}
    send(ada, entered, "better.csv")
    over = ada.brant("c", "submit", entered.slug, "-f", "better.csv", "-m", "x", "-y", "--format", "json")
    assert over.code != 0
    assert "2" in over.document["error"]["message"]


def test_the_leaderboard_is_shown_and_fetched(entered: Contest, ada: Desk) -> None:
    words = ("c", "submit", entered.slug, "-m", "x", "-y", "-q", "--wait", "60")
    assert ada.brant(*words, "-f", "better.csv").code == 0
    shown = ada.brant("c", "leaderboard", entered.slug, "--format", "json")
    assert [(row["teamName"], row["score"]) for row in shown.document] == [(ada.environ["WHO"], "1.00000")]
    assert ada.brant("c", "leaderboard", entered.slug, "--show", "--all", "--format", "json") == shown
    team = str(shown.document[0]["teamId"])
    public = ada.brant("c", "team-submissions", team, "--format", "json(publicScore)")
    assert public.document == [{"publicScore": "1.00000"}]

    fetched = ada.brant("c", "leaderboard", entered.slug, "--download", "-p", "boards")
    assert fetched.out == f"boards/{entered.slug}.zip\n"
    assert (ada.folder / fetched.out.strip()).read_bytes()[:4] == b"PK\x03\x04"
    assert [path.name for path in (ada.folder / "boards").iterdir()] == [f"{entered.slug}.zip"]


def test_what_counts_in_the_end_is_chosen_exactly(entered: Contest, ada: Desk) -> None:
    entered.brant("setup update", "--max-selected", "1", "-q")
    one, two = send(ada, entered, "baseline.csv", "better.csv")
    for ref in (one, two):
        chosen = ada.brant("c", "select", entered.slug, str(ref), "--format", "json(ref)")
        assert chosen.document == [{"ref": ref}]
    listed = ada.brant("c", "submissions", entered.slug, "--group", "selected", "--format", "json(ref)")
    assert listed.document == [{"ref": two}]
    assert ada.brant("c", "select", entered.slug, str(one), str(two)).code == InvalidInput.exit_code
    assert ada.brant("c", "select", entered.slug, "--none", "--format", "json").document == []


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("-m", "x"), "say what to submit: --file"),
        (("-m", "x", "-f", "a.csv", "-k", "ada/owls"), "--kernel and --version together"),
        (("-m", "x", "-f", "a.csv", "-v", "3"), "--kernel and --version together"),
        (("-m", "x", "-f", "a.csv", "-k", "ada/owls", "-v", "three"), "not a whole number from 1 on"),
        (("-m", "x", "-f", "a.csv", "-k", "ada/owls", "-v", "3", "--sandbox"), "--sandbox is for files"),
        (("-f", "a.csv"), "required: -m/--message"),
        (("-m", "x", "-f", "a.csv", "--wait", "soon"), "not a number of seconds above 0"),
    ],
)
def test_what_does_not_go_together_is_told(desk: Desk, words: tuple[str, ...], advice: str) -> None:
    ended = desk.brant("c", "submit", "penguins", *words)
    assert ended.code == UsageError.exit_code
    assert advice in ended.err


def test_where_nobody_answers_nothing_is_lost(desk: Desk) -> None:
    (desk.folder / "a.csv").write_text("id\n1\n")
    ended = desk.brant("c", "submit", "penguins", "-f", Path("a.csv"), "-m", "x", "--yes")
    assert ended.code == Unreachable.exit_code
