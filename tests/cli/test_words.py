"""Every word of the command line explains itself; a wrong one is met with the right one."""

import re
import shlex
from itertools import pairwise

import pytest

from brant._version import VERSION
from brant.cli.commands import ROOT, Command, Noun, ServerCommand, Verb, find
from brant.cli.parser import verb_parser
from brant.errors import UsageError
from brant.server.scoring.catalogue import METRICS
from tests.cli.desk import Desk


def words_below(noun: Noun, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Command]]:
    found: list[tuple[tuple[str, ...], Command]] = []
    for command in noun.commands():
        found.append(((*path, command.name), command))
        if isinstance(command, Noun):
            found += words_below(command, (*path, command.name))
    return found


OURS = [path for path, command in words_below(ROOT) if not isinstance(command, ServerCommand)]


@pytest.mark.parametrize("flag", ["--version", "-v"])
def test_the_version_is_one_line(desk: Desk, flag: str) -> None:
    assert desk.brant(flag) == (0, f"brant {VERSION}\n", "")


def test_the_version_is_answered_behind_other_options_too(desk: Desk) -> None:
    assert desk.brant("--no-warn", "--version").out == f"brant {VERSION}\n"


@pytest.mark.parametrize("path", OURS, ids=" ".join)
def test_help_is_there_on_every_level(desk: Desk, path: tuple[str, ...]) -> None:
    ended = desk.brant(*path, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"usage: brant {' '.join(path)}")
    assert "--endpoint URL" in ended.out
    assert ended.err == ""


def test_help_names_every_command_of_a_noun(desk: Desk) -> None:
    shown = desk.brant("datasets", "--help").out
    for path, _ in words_below(ROOT):
        if path[0] == "datasets" and len(path) == 2:
            assert re.search(rf"^  {path[1]} ", shown, re.MULTILINE), path


@pytest.mark.parametrize("path", [(), ("datasets",), ("datasets", "list")], ids=" ".join)
def test_h_is_short_for_help(desk: Desk, path: tuple[str, ...]) -> None:
    assert desk.brant(*path, "-h") == desk.brant(*path, "--help")


def test_help_as_a_command_is_the_same_help(desk: Desk) -> None:
    assert desk.brant("help", "datasets", "list").out == desk.brant("datasets", "list", "--help").out


@pytest.mark.parametrize(("alias", "noun"), [("d", "datasets"), ("c", "competitions")])
def test_the_alias_of_a_noun_is_the_noun(desk: Desk, alias: str, noun: str) -> None:
    assert desk.brant(alias, "list", "--help").out == desk.brant(noun, "list", "--help").out


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("dataset list", "did you mean datasets?"),
        ("datasets lst", "did you mean list?"),
        ("datasets download a/b --unizp", "did you mean --unzip?"),
        ("datasets list --serch=penguins", "did you mean --search?"),
        ("--endpont x datasets list", "did you mean --endpoint?"),
        ("datasets quux", "see brant datasets --help"),
        ("datasets list --quux", "see brant datasets list --help"),
        ("datasets list penguins", "does not take 'penguins' here"),
        ("datasets", "needs one of its commands: list, files,"),
        ("", "needs one of its commands: datasets,"),
        ("datasets list --page two", "not a whole number from 1 on"),
        ("datasets list --csv --format table", "not allowed with"),
        ("datasets list --format xml", "is none of table, csv and json"),
        ("datasets files", "say which dataset"),
        ("datasets version", "required: -m/--message"),
        ("--endpoint", "--endpoint needs a value"),
        ("auth", "needs one of its commands: login, status, print-access-token, revoke, logout"),
        ("auth logn", "did you mean login?"),
        ("auth login --no-browser", "did you mean --no-launch-browser?"),
        ("auth login --timeout soon", "not a whole number from 1 on"),
        ("auth login --scope=", "--scope is empty"),
        ("auth login --with-token --scope datasets.get:*", "leave out --scope"),
        ("auth print-access-token --expiration soon", "'soon' is no length of time: write it as 30m"),
        ("auth print-access-token --expiration 0", "no length of time"),
        ("auth print-access-token --expiration 3600000h", "no length of time"),
        ("auth print-access-token --expiration=-1h", "no length of time"),
        ("competitions submt", "did you mean submit?"),
        ("c settings", "needs one of its commands: get, update"),
        ("c settings gte", "did you mean get?"),
        ("c list --group", "expected one argument"),
        ("c leaderboard --all --page-token x", "exclude each other"),
        ("c select penguins", "name the submissions that are to count"),
        ("c topics post penguins -m x", "give one of them"),
        ("c topics show penguins", "write competition/number"),
        ("c replay one", "'one' is not a whole number from 1 on"),
        ("c team-submissions 0", "'0' is not a whole number from 1 on"),
        ("auth status --format xml", "is none of table, csv and json"),
        ("auth status --format table(secret)", "there is no field 'secret' here"),
    ],
)
def test_a_wrong_word_gets_one_line_of_advice(desk: Desk, line: str, advice: str) -> None:
    ended = desk.brant(*line.split())
    assert ended.code == UsageError.exit_code
    assert ended.err.startswith("brant: ")
    assert ended.err.count("\n") == 1
    assert advice in ended.err


def test_a_long_option_may_be_cut_short_as_in_the_official_command_line(desk: Desk) -> None:
    # All was understood if the one thing wrong with it is the endpoint.
    ended = desk.brant("datasets", "list", "--sea", "penguins", "--page-s", "3", "--endp", "ftp://x")
    assert ended.err.startswith("brant: --endpoint: 'ftp://x' is not an address")


@pytest.mark.parametrize(
    "line",
    [
        "--endpoint ftp://x -W datasets list",
        "--verbose datasets --endpoint=ftp://x list",
        "d list --no-warn --endpoint ftp://x",
    ],
)
def test_common_options_stand_before_the_noun_or_behind_the_verb(desk: Desk, line: str) -> None:
    ended = desk.brant(*line.split())
    assert ended.code == 3
    assert "brant: --endpoint: 'ftp://x' is not an address" in ended.err


def test_every_verb_declares_reads_and_runs() -> None:
    for path, command in words_below(ROOT):
        if isinstance(command, Verb):
            module = command.load()
            assert callable(module.declare), path
            assert callable(module.read), path
            assert callable(module.run), path


def test_serve_and_admin_are_handed_over_whole(desk: Desk) -> None:
    ended = desk.brant("admin", "user", "--help")
    assert ended.code == 0
    assert "add" in ended.out


def test_without_its_packages_the_server_says_what_to_install(desk: Desk) -> None:
    blocked = """
import sys
sys.modules["sqlalchemy"] = sys.modules["starlette"] = sys.modules["uvicorn"] = None
from brant.cli.main import main
sys.exit(main(["serve", "--port", "0"]))
"""
    ended = desk.python(blocked)
    assert ended.code == 12
    assert "pip install 'brant[server]'" in ended.err
    assert ended.err.count("\n") == 1


def examples() -> list[list[str]]:
    """Every call of `brant` that a help text shows, without what a shell would make of its output."""
    texts = [
        getattr(command.load(), "EXAMPLES", "")
        for _, command in words_below(ROOT)
        if isinstance(command, Verb)
    ]
    lines = re.findall(r"^  brant (.*)$", "\n".join(texts), re.MULTILINE)
    return [shlex.split(re.split(r" [<>|] ", line)[0]) for line in lines]


def test_every_example_of_a_help_text_can_be_typed() -> None:
    shown = examples()
    assert len(shown) > 100
    for words in shown:
        found = find(words)
        module = found.command.load()
        assert isinstance(found.command, Verb), words
        parsed = verb_parser(found.command, found.path).parse_args([*found.early, *found.rest])
        assert module.read(parsed), words


def test_every_metric_that_an_example_names_is_built_in() -> None:
    named = {
        word for words in examples() for before, word in pairwise(words) if before in ("metrics", "--metric")
    }
    assert named
    assert named <= set(METRICS)
