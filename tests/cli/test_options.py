"""Whatever the official command line takes, ours takes: held against the one that is installed."""

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from brant.cli.commands import ROOT, Noun, Verb
from brant.cli.parser import count, verb_parser
from tests import official

# Served in a later issue: discussions are not declared yet.
NOT_YET = {"datasets topics", "datasets topics list", "datasets topics show"}

# Where ours differs on purpose, and why.
OTHER_DEFAULT = {("datasets create", "--dir-mode"), ("datasets version", "--dir-mode")}  # subfolders are kept
OTHER_NUMBER = {("competitions list", "--page")}  # -1 is their word for none
NOUNS = ("competitions", "datasets", "config", "auth")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Every option of the nouns that the installed `kaggle` shares with us, by command."""
    home = tmp_path_factory.mktemp("official")
    done = subprocess.run(
        [official.program(official.CURRENT, "python"), Path(__file__).with_name("probe_kaggle.py")],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    commands = {" ".join(command["path"]): command["options"] for command in json.loads(done.stdout)}
    return {path: options for path, options in commands.items() if path.split(" ")[0] in NOUNS}


def our_verbs(noun: Noun = ROOT, path: tuple[str, ...] = ()) -> dict[str, list[argparse.Action]]:
    """The arguments of each verb by its words, and by those of its noun where it stands for that."""
    found: dict[str, list[argparse.Action]] = {}
    for command in noun.commands():
        below = (*path, command.name)
        if isinstance(command, Noun):
            found |= our_verbs(command, below)
            if command.default:
                found[" ".join(below)] = found[" ".join((*below, command.default))]
        elif isinstance(command, Verb):
            found[" ".join(below)] = verb_parser(command, ["brant", *below])._actions
    return found


def our_nouns(noun: Noun = ROOT, path: tuple[str, ...] = ()) -> set[str]:
    found: set[str] = set()
    for command in noun.commands():
        if isinstance(command, Noun):
            below = (*path, command.name)
            found |= {" ".join(below), *our_nouns(command, below)}
    return found


def test_the_probe_finds_the_official_commands(installed: dict[str, list[dict[str, Any]]]) -> None:
    known = {"datasets list", "datasets download", "config set", "auth login", "competitions pages create"}
    assert known <= set(installed)
    assert len(installed["datasets list"]) == 15
    assert len(installed["competitions submit"]) == 8


def test_every_official_command_is_there(installed: dict[str, list[dict[str, Any]]]) -> None:
    groups = {path for path in installed if any(other.startswith(f"{path} ") for other in installed)}
    assert groups - our_nouns() == {"datasets topics"}
    runnable = set(installed) - (groups - {path for path in groups if installed[path]})
    assert runnable - set(our_verbs()) == NOT_YET


def test_every_official_option_is_there_by_all_its_names(installed: dict[str, list[dict[str, Any]]]) -> None:
    ours = our_verbs()
    missing = []
    for path, options in installed.items():
        for option in options if path in ours else []:
            known = {name for action in ours[path] for name in action.option_strings}
            missing += [f"{path} {name}" for name in option["names"] if name not in known]
            if option["positional"] and not any(not action.option_strings for action in ours[path]):
                missing.append(f"{path} {option['dest']}")
    assert missing == []


def test_every_official_option_is_of_the_same_kind(installed: dict[str, list[dict[str, Any]]]) -> None:
    ours = our_verbs()
    different = []
    for path, options in installed.items():
        for option in options if path in ours else []:
            action = _ours(ours[path], option, options)
            kind = {
                "takes_value": action.nargs != 0,
                "repeats": isinstance(action, argparse._AppendAction),
                "required": action.required,
                "number": action.type in (int, count),
            }
            name = (option["names"] or [option["dest"]])[-1]
            different += [f"{path} {name}: {key}" for key, value in kind.items() if value != option[key]]
            if option["choices"] and not set(option["choices"]) <= set(action.choices or ()):
                different.append(f"{path} {name}: choices")
            changed = option["number"] and option["default"] != action.default
            if changed and (path, name) not in OTHER_NUMBER:
                different.append(f"{path} {name}: default")
    assert different == []


def test_the_defaults_that_differ_are_those_meant_to(installed: dict[str, list[dict[str, Any]]]) -> None:
    ours = our_verbs()
    different = set()
    for path, options in installed.items():
        for option in options if path in ours else []:
            action = _ours(ours[path], option, options)
            if isinstance(option["default"], str) and option["default"] != action.default:
                different.add((path, option["names"][-1]))
    assert different == OTHER_DEFAULT


def test_the_spelling_of_the_documents_works_too() -> None:
    names = {name for action in our_verbs()["datasets download"] for name in action.option_strings}
    assert {"-f", "--file", "--file-name"} <= names


def _ours(
    actions: list[argparse.Action], option: dict[str, Any], options: list[dict[str, Any]]
) -> argparse.Action:
    """Ours by one of its names; arguments without names by their order."""
    if option["positional"]:
        place = [other for other in options if other["positional"]].index(option)
        return [action for action in actions if not action.option_strings][place]
    for action in actions:
        if set(option["names"]) & set(action.option_strings):
            return action
    raise AssertionError(f"{option['names']} is missing")
