"""Start-up is a feature: what answers without a network imports next to nothing."""

from ast import literal_eval
from collections.abc import Sequence

import pytest

from tests.cli.desk import Desk
from tests.transfer.peer import peer, status

# Each costs as much as a bare interpreter's start, or a good part of it.
HEAVY = {
    "asyncio",
    "brant.client",
    "brant.contract",
    "brant.server",
    "brant.transfer",
    "dataclasses",
    "email",
    "http",
    "http.client",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "msgspec",
    "pathlib",
    "shutil",
    "socket",
    "ssl",
    "tqdm",
    "urllib.parse",
}


def imported(desk: Desk, words: Sequence[str]) -> set[str]:
    """What `brant WORDS` imports beyond a bare interpreter; it must succeed."""
    script = f"""
import sys
before = set(sys.modules)
from brant.cli.main import main
code = main({list(words)!r})
print("\\n" + repr((code, set(sys.modules) - before)))
"""
    ended = desk.python(script)
    assert ended.code == 0, ended.err
    code, modules = literal_eval(ended.out.splitlines()[-1])
    assert code == 0
    return set(modules)


def test_the_version_is_answered_before_anything_is_imported(desk: Desk) -> None:
    ours = {name for name in imported(desk, ["--version"]) if name.startswith("brant")}
    assert ours == {"brant", "brant._version", "brant.cli", "brant.cli.main"}


def test_the_version_needs_no_typing_and_no_argparse(desk: Desk) -> None:
    assert not imported(desk, ["--version"]) & {"argparse", "typing", *HEAVY}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["datasets", "--help"],
        ["d", "-h"],
        ["competitions", "--help"],
        ["c", "pages", "-h"],
        ["config", "--help"],
        ["auth", "--help"],
        ["cache", "-h"],
    ],
)
def test_the_help_of_a_noun_needs_no_argparse(desk: Desk, words: list[str]) -> None:
    assert not imported(desk, words) & {"argparse", "typing", *HEAVY}


@pytest.mark.parametrize(
    "words",
    [
        ["competitions", "--help"],
        ["datasets", "--help"],
        ["config", "--help"],
        ["auth", "--help"],
        ["cache", "--help"],
    ],
)
def test_one_noun_is_imported_for_a_call(desk: Desk, words: list[str]) -> None:
    nouns = {
        "brant.cli.competitions",
        "brant.cli.datasets",
        "brant.cli.config",
        "brant.cli.auth",
        "brant.cli.cache",
        "brant.cli.env",
        "brant.cli.completion",
    }
    assert imported(desk, words) & nouns == {f"brant.cli.{words[0]}"}


def test_the_root_help_imports_no_noun(desk: Desk) -> None:
    assert not imported(desk, ["--help"]) & {"brant.cli.datasets", "brant.cli.config", "brant.cli.env"}


def test_help_of_a_verb_imports_that_verb_and_nothing_heavy(desk: Desk) -> None:
    script_modules = imported(desk, ["help", "datasets", "list"])
    verbs = {name for name in script_modules if name.startswith("brant.cli.datasets.")}
    assert verbs == {"brant.cli.datasets.list"}
    # The context of `brant help` itself has a home, and so a path.
    assert not script_modules & (HEAVY - {"pathlib", "urllib.parse"})


def test_help_of_a_verb_below_a_noun_imports_that_verb_alone(desk: Desk) -> None:
    modules = imported(desk, ["help", "competitions", "pages", "list"])
    verbs = {name for name in modules if name.startswith("brant.cli.competitions.")}
    ours = {"pages", "pages.list", "arguments"}
    assert verbs == {f"brant.cli.competitions.{name}" for name in ours}


@pytest.mark.parametrize("noun", ["competitions", "datasets"])
def test_a_list_imports_nothing_that_moves_bytes_or_reads_configuration(desk: Desk, noun: str) -> None:
    with peer(status(200, b"{}", Content_Type="application/json")) as running:
        modules = imported(desk, [noun, "list", "--endpoint", running.url("")])
    assert {"brant.client.session", "msgspec"} <= modules
    elsewhere = {"json", "logging", "shutil", "tempfile", "tqdm", "zipfile"}
    ours = {
        *(
            "brant.client.downloads",
            "brant.client.datasets.downloading",
            "brant.client.datasets.publishing",
            "brant.client.uploads",
        ),
        *("brant.client.login", "brant.client.login_file", "brant.client.oauth", "brant.client.renewal"),
    }
    assert not modules & (elsewhere | ours)
