"""Competitions are found, looked at, entered, and their data fetched, all of it or some."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from brant.errors import InvalidHandle, NotFound, PermissionDenied, UsageError
from tests.cli.competitions.conftest import DATA, Contest
from tests.cli.desk import Desk


def arrived(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_competition_is_found_by_its_words(contest: Contest, ada: Desk) -> None:
    title = contest.slug.replace("penguins-", "Penguins of ")
    found = ada.brant("competitions", "list", "-s", title, "--format", "json")
    (row,) = [row for row in found.document if row["ref"].endswith(f"/competitions/{contest.slug}")]
    assert row["title"] == title
    assert (row["teamCount"], row["userHasEntered"]) == (0, False)


def test_a_list_of_what_one_has_entered_has_just_that(contest: Contest, ada: Desk) -> None:
    empty = ada.brant("competitions", "list", "--group", "entered", "--format", "json")
    assert (empty.document, empty.err) == ([], "no competitions found\n")
    assert ada.brant("competitions", "join", contest.slug).code == 0
    entered = ada.brant("c", "list", "--group", "entered", "--format", "csv(ref)")
    assert entered.out.split()[1:] == [f"{ada.environ['BRANT_ENDPOINT']}/competitions/{contest.slug}"]


def test_an_unknown_word_of_a_list_is_met_with_those_that_are_known(ada: Desk) -> None:
    for option, known in (("--group", "unlaunchedCommunity"), ("--category", "gettingStarted")):
        ended = ada.brant("competitions", "list", option, "penguins")
        assert ended.code == 3
        assert f"{option}: 'penguins' is none of" in ended.err
        assert known in ended.err


def test_what_is_known_of_a_competition_is_a_line_each(contest: Contest, ada: Desk) -> None:
    lines = dict(
        line.split(maxsplit=1)
        for line in ada.brant("competitions", "view", contest.slug).out.splitlines()
        if " " in line.strip()
    )
    assert lines["description"].strip() == "Tell penguins apart."
    assert lines["evaluationMetric"] == "Accuracy"


def test_the_address_of_a_page_names_its_competition(contest: Contest, ada: Desk) -> None:
    page = f"{ada.environ['BRANT_ENDPOINT']}/competitions/{contest.slug}"
    for named in (contest.slug, page, f"{page}/data", f"competitions/{contest.slug}"):
        assert ada.brant("c", "view", named, "--format", "json(ref)").document == {"ref": page}


def test_what_is_no_slug_is_refused_before_anything_is_asked(desk: Desk) -> None:
    for named in ("owner/penguins", "no slug", "-", "../x"):
        ended = desk.brant("c", "view", "-c", named)
        assert ended.code in (InvalidHandle.exit_code, UsageError.exit_code), named
    assert "names no competition" in desk.brant("c", "view", "owner/penguins").err


def test_files_are_listed_by_pages_and_whole(contest: Contest, ada: Desk) -> None:
    whole = ada.brant("c", "files", contest.slug, "--all", "--format", "csv")
    assert {row["name"] for row in csv.DictReader(io.StringIO(whole.out))} == set(DATA)

    first = ada.brant("c", "files", contest.slug, "--page-size", "3", "--format", "json")
    assert len(first.document) == 3
    token = first.err.removeprefix("Next Page Token = ").strip()
    rest = ada.brant(
        "c", "files", contest.slug, "--page-size", "3", "--page-token", token, "--format", "json"
    )
    assert {row["name"] for row in first.document + rest.document} == set(DATA)
    assert rest.err == ""


def test_a_folder_is_looked_into(contest: Contest, ada: Desk) -> None:
    root = ada.brant("c", "tree", contest.slug, "--format", "json").document
    assert [(row["name"], row["kind"]) for row in root] == [
        ("train", "folder"),
        ("sample_submission.csv", "file"),
        ("test.csv", "file"),
    ]
    inside = ada.brant("c", "tree", contest.slug, "--folder", "train/", "--format", "json").document
    assert [row["path"] for row in inside] == ["train/notes.txt", "train/train.csv"]


def test_the_data_are_told_in_numbers(contest: Contest, ada: Desk) -> None:
    rows = ada.brant("c", "summary", contest.slug, "--format", "json").document
    assert {(row["name"], row["count"]) for row in rows if row["kind"] == "file"} == {
        (".csv", 3),
        (".txt", 1),
    }


def test_data_come_as_one_zip_or_as_files(contest: Contest, ada: Desk) -> None:
    contest.enter(ada)
    assert ada.brant("c", "download", contest.slug).code == 0
    with zipfile.ZipFile(ada.folder / contest.slug / f"{contest.slug}.zip") as archive:
        assert set(archive.namelist()) == set(DATA)

    unzipped = ada.brant("c", "download", contest.slug, "--unzip", "-p", "files", "--format", "json")
    assert unzipped.code == 0, unzipped.err
    assert arrived(ada.folder / "files") == set(DATA)
    assert {row["verified"] for row in unzipped.document} == {"crc32"}
    for name, text in DATA.items():
        assert (ada.folder / "files" / name).read_text() == text


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (("-f", "test.csv"), {"test.csv"}),
        (("-f", "train/"), {"train/train.csv", "train/notes.txt"}),
        (("--include", "*.csv", "--exclude", "train/*"), {"test.csv", "sample_submission.csv"}),
    ],
    ids=["file", "folder", "globs"],
)
def test_some_of_the_data_come_alone(
    contest: Contest, ada: Desk, choice: tuple[str, ...], expected: set[str]
) -> None:
    contest.enter(ada)
    ended = ada.brant("c", "download", contest.slug, *choice, "-p", "some")
    assert ended.code == 0, ended.err
    assert arrived(ada.folder / "some") == expected


def test_a_configured_path_has_a_folder_for_competitions(contest: Contest, ada: Desk) -> None:
    contest.enter(ada)
    ended = ada.brant("c", "download", contest.slug, "-q", KAGGLE_PATH=str(ada.folder / "all"))
    assert (ended.code, ended.out) == (0, "")
    assert arrived(ada.folder / "all") == {f"competitions/{contest.slug}/{contest.slug}.zip"}


def test_who_has_not_accepted_the_rules_is_told_the_command_that_does(contest: Contest, ada: Desk) -> None:
    (contest.host.folder / "strict.json").write_text('{"rulesRequired": true}')
    contest.brant("settings update", "-f", "strict.json", "-q")
    refused = ada.brant("c", "download", contest.slug)
    assert refused.code == PermissionDenied.exit_code
    assert f"brant competitions join {contest.slug}" in refused.err
    assert f"You are in {contest.slug}" in ada.brant("c", "join", contest.slug).out
    assert ada.brant("c", "download", contest.slug).code == 0


def test_what_is_not_there_is_told_so(ada: Desk) -> None:
    for verb in ("view", "files", "download", "join", "submissions", "pages", "leaderboard"):
        assert ada.brant("c", verb, "no-such-competition").code == NotFound.exit_code, verb


def test_two_teams_become_one(contest: Contest, ada: Desk, participant: Callable[[str], Desk]) -> None:
    contest.brant("setup update", "--max-team-size", "2", "-q")
    grace = participant("grace")
    contest.enter(ada, grace)
    assert ada.brant("c", "team", "rename", contest.slug, "The Emperors").code == 0

    invited = ada.brant("c", "team", "invite", contest.slug, grace.environ["WHO"], "--format", "json")
    assert invited.document["invited"] == grace.environ["WHO"]
    asked = grace.brant("c", "team", contest.slug, "--format", "json").document
    assert asked["invitedBy"] == f"The Emperors ({invited.document['id']})"

    merged = grace.brant("c", "team", "accept", contest.slug, str(invited.document["id"]), "--format", "json")
    assert merged.code == 0, merged.err
    assert set(merged.document["members"].split(", ")) == {ada.environ["WHO"], grace.environ["WHO"]}
    assert merged.document["leader"] == ada.environ["WHO"]


def test_an_invitation_may_be_declined(
    contest: Contest, ada: Desk, participant: Callable[[str], Desk]
) -> None:
    contest.brant("setup update", "--max-team-size", "2", "-q")
    grace = participant("grace")
    contest.enter(ada, grace)
    team = ada.brant("c", "team", "invite", contest.slug, grace.environ["WHO"], "--format", "json").document
    declined = grace.brant("c", "team", "decline", contest.slug, str(team["id"]))
    assert declined.code == 0, declined.err
    assert ada.brant("c", "team", contest.slug, "--format", "json(invited)").document == {"invited": ""}


def test_a_topic_is_begun_answered_and_read(contest: Contest, ada: Desk) -> None:
    contest.enter(ada)
    posted = ada.brant(
        "c", "topics", "post", contest.slug, "--title", "Missing values", "-m", "How?", "--format", "json"
    ).document
    (ada.folder / "answer.md").write_text("By the median.")
    topic = str(posted["topicId"])
    replied = ada.brant(
        *("c", "topics", "post", contest.slug, "--topic", topic),
        *("--reply-to", str(posted["messageId"]), "-f", "answer.md"),
    )
    assert replied.code == 0, replied.err

    listed = ada.brant("c", "topics", contest.slug, "-s", "new", "--format", "json").document
    assert [row["title"] for row in listed] == ["Missing values"]
    by_messages = ada.brant("c", "topic-messages", contest.slug, topic, "--format", "json").document
    assert [row["content"] for row in by_messages] == ["How?", "By the median."]
    for words in ((f"{contest.slug}/{topic}",), (contest.slug, topic)):
        assert ada.brant("c", "topics", "show", *words, "--format", "json").document == by_messages


def test_people_read_every_word_of_a_message(contest: Contest, ada: Desk) -> None:
    contest.enter(ada)
    said = f"By the median,\n\x1b[2Jor as follows: {'and so on ' * 20}.\n"
    posted = ada.brant(
        "c", "topics", "post", contest.slug, "--title", "Gaps", "-m", said, "--format", "json"
    ).document

    shown = ada.at_terminal("c", "topics", "show", f"{contest.slug}/{posted['topicId']}").out

    head, *lines = shown.replace("\r", "").splitlines()
    assert head.startswith(f"== message {posted['messageId']} of {ada.environ['WHO']}, 2")
    assert lines == ["By the median,", f"[2Jor as follows: {'and so on ' * 20}.", ""]
    table = ada.at_terminal(
        *("c", "topic-messages", contest.slug, str(posted["topicId"])), "--format", "table(votes)"
    )
    assert [line.strip() for line in table.out.splitlines()] == ["votes", "-----", "0"]


def test_a_competition_without_episodes_says_so(contest: Contest, ada: Desk) -> None:
    contest.enter(ada)
    submitted = ada.brant(
        "c", "submit", contest.slug, "-f", "baseline.csv", "-m", "x", "-y", "-q", "--format", "json"
    )
    ref = str(submitted.document["ref"])
    listed = ada.brant("c", "episodes", ref, "--format", "json")
    assert (listed.document, listed.err) == ([], "no episodes found\n")
    for words in (("replay", "1"), ("logs", "1", "0")):
        assert ada.brant("c", *words).code == NotFound.exit_code
    assert arrived(ada.folder) == {"baseline.csv", "better.csv"}
