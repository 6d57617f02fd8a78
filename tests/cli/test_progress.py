"""What is shown while bytes move: a bar on a terminal, events where they are asked for, else nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brant.cli.commands import ROOT, Noun, Verb
from brant.cli.parser import verb_parser
from brant.cli.voice import Showing, read_progress
from brant.errors import NotFound
from tests.cli.desk import Desk, Ended

MOVERS = ("datasets download", "datasets create", "datasets version")


def events(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.err.splitlines()]


def kinds(ended: Ended) -> list[str]:
    return [event["event"] for event in events(ended)]


def test_a_terminal_shows_a_bar_that_makes_room_for_the_list(ada_desk: Desk, penguins: str) -> None:
    shown = ada_desk.at_terminal("datasets", "download", penguins)
    assert shown.code == 0
    bar, _, rest = shown.out.rpartition("\r")
    assert "penguins.zip: 100%|" in bar
    assert "B/s]" in bar
    assert "|" not in rest
    assert "1 file in " in rest


def test_an_upload_shows_one_bar_for_all_files(ada_desk: Desk, draft: Callable[..., Path]) -> None:
    folder = draft("snowy-owls", {f"{number}.csv": b"x" * 100 for number in range(3)})
    shown = ada_desk.at_terminal("datasets", "create", "-p", folder)
    assert "3 of 3 files: 100%|" in shown.out
    assert shown.out.splitlines()[-1].rpartition("\r")[2].startswith("Published private dataset")


@pytest.mark.parametrize("words", [["-q"], ["--progress", "none"]])
def test_a_terminal_shows_no_bar_to_who_wants_none(ada_desk: Desk, penguins: str, words: list[str]) -> None:
    shown = ada_desk.at_terminal("datasets", "download", penguins, *words)
    assert shown.code == 0
    assert "\r" not in shown.out


def test_there_is_no_bar_where_there_is_no_terminal(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, "--progress", "bar", "-v")
    assert ended.code == 0
    assert "%" not in ended.err
    assert "\r" not in ended.err


def test_the_trace_tears_no_bar(ada_desk: Desk, penguins: str) -> None:
    shown = ada_desk.at_terminal("datasets", "download", penguins, "--verbose", columns=200)
    traced = [line.rpartition("\r")[2] for line in shown.out.splitlines() if "DownloadDataset" in line]
    assert any(line.startswith(">  POST http://") for line in traced), shown.out
    assert all("B/s]" not in line for line in traced)


def test_every_line_is_an_event_for_who_asks_for_events(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, "--progress", "json", "--format", "json")
    assert ended.code == 0
    told = events(ended)
    assert kinds(ended)[0] == "start"
    size = ended.document[0]["size"]
    assert {"event": "file", "name": "penguins.zip", "done": size, "held": 0, "complete": True} in told
    end = next(event for event in told if event["event"] == "end")
    assert (end["done"], end["files"], end["unfinished"]) == (size, 1, 0)
    # The licence, and whatever else is said to the reader.
    assert any("licence" in event["text"] for event in told if event["event"] == "note")


def test_what_is_here_already_moves_nothing_and_ends_all_the_same(ada_desk: Desk, penguins: str) -> None:
    assert ada_desk.brant("datasets", "download", penguins, "-q").code == 0
    again = ada_desk.brant("datasets", "download", penguins, "--progress", "json")
    assert again.code == 0
    assert [event["done"] for event in events(again) if event["event"] == "end"] == [0]


def test_quiet_leaves_the_events_in_that_were_asked_for(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, "-q", "--progress", "json")
    assert (ended.code, ended.out) == (0, "")
    assert "end" in kinds(ended)


def test_a_version_tells_what_it_uploads(ada_desk: Desk, draft: Callable[..., Path], penguins: str) -> None:
    folder = draft("penguins", {"penguins.csv": b"island,mass\n" * 100, "owls.csv": b"owl\n"})
    words = ("version", "-p", folder, "-m", "owls", "--progress", "json", "--format", "json")
    ended = ada_desk.brant("datasets", *words)
    assert ended.code == 0, ended.err
    told = events(ended)
    assert [event["total"] for event in told if event["event"] == "progress"][-1] == 1204
    assert sorted(event["name"] for event in told if event["event"] == "file") == ["owls.csv", "penguins.csv"]


def test_a_failure_comes_after_the_end(ada_desk: Desk) -> None:
    ended = ada_desk.brant("datasets", "download", "nobody/nothing", "--progress", "json")
    assert ended.code == NotFound.exit_code
    *told, failure = ended.err.splitlines()
    assert [json.loads(line)["event"] for line in told][-1] == "end"
    assert failure.startswith("brant: ")


def test_another_kind_of_progress_is_refused(desk: Desk) -> None:
    ended = desk.brant("datasets", "download", "ada/penguins", "--progress", "dots")
    assert ended.code == 2
    assert "invalid choice: 'dots'" in ended.err


@pytest.mark.parametrize(
    ("words", "showing"),
    [
        ([], Showing("bar")),
        (["-v"], Showing("bar", per_file=True)),
        (["--per-file"], Showing("bar", per_file=True)),
        (["--verbose"], Showing("bar", per_file=True)),
        (["-q"], Showing("none")),
        (["-q", "--progress", "bar"], Showing("bar")),
        (["--progress", "json"], Showing("json")),
        (["--progress", "none", "-v"], Showing("none", per_file=True)),
    ],
)
@pytest.mark.parametrize("mover", MOVERS)
def test_verbs_that_move_bytes_show_it_alike(mover: str, words: list[str], showing: Showing) -> None:
    noun, name = mover.split()
    found = next(command for command in ROOT.commands() if command.name == noun)
    assert isinstance(found, Noun)
    verb = next(command for command in found.commands() if command.name == name)
    assert isinstance(verb, Verb)
    given = {"download": ["ada/penguins"], "version": ["-m", "owls"]}.get(name, [])
    parsed = verb_parser(verb, ["brant", noun, name]).parse_args([*given, *words])
    assert read_progress(parsed) == showing
