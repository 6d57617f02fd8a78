"""What destroys is asked for: on a terminal in words, in a script by --yes, and never guessed."""

import ast
import inspect
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brant.cli.commands import ROOT, Noun, Verb
from brant.cli.parser import verb_parser
from brant.contract.catalog import METHODS
from brant.contract.dataset_messages import (
    ApiCreateDatasetVersionByIdRequest,
    ApiCreateDatasetVersionRequest,
    ApiCreateDatasetVersionRequestBody,
)
from brant.contract.datasets import CREATE_DATASET_VERSION, CREATE_DATASET_VERSION_BY_ID
from brant.errors import Declined, NotFound
from tests.architecture.imports import modules
from tests.cli.desk import Desk


def is_there(desk: Desk, handle: str) -> bool:
    ended = desk.brant("datasets", "status", handle)
    assert ended.code in (0, NotFound.exit_code), ended.err
    return ended.code == 0


def test_without_a_terminal_nothing_is_deleted(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "delete", penguins, typed="y\n")
    assert ended.code == Declined.exit_code
    assert "add --yes" in ended.err
    assert ended.err.count("\n") == 1
    assert is_there(ada_desk, penguins)


def test_with_standard_input_closed_nothing_is_deleted(ada_desk: Desk, penguins: str) -> None:
    line = " ".join(f"'{word}'" for word in ada_desk.command("datasets", "delete", penguins))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{line} <&-"], env=ada_desk.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == Declined.exit_code
    assert "add --yes" in done.stderr
    assert is_there(ada_desk, penguins)


def test_on_a_terminal_it_is_asked_and_done_for_yes(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.at_terminal("datasets", "delete", penguins, typed="y\n")
    assert f"Delete {penguins} with all its versions? It cannot be undone. [y/N]" in ended.out
    assert f"Deleted {penguins}." in ended.out
    assert ended.code == 0
    assert not is_there(ada_desk, penguins)


def test_any_other_answer_leaves_everything_as_it_is(ada_desk: Desk, penguins: str) -> None:
    for answer in ("n\n", "\n", "yep\n", "\x04"):
        ended = ada_desk.at_terminal("datasets", "delete", penguins, typed=answer)
        assert ended.code == Declined.exit_code, answer
        assert "not confirmed, so nothing was done" in ended.out
    assert is_there(ada_desk, penguins)


def test_ctrl_c_at_the_question_leaves_everything_as_it_is(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.at_terminal("datasets", "delete", penguins, typed="\x03")
    assert ended.code == 130
    assert "Traceback" not in ended.out
    assert is_there(ada_desk, penguins)


def test_yes_stands_for_the_answer(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "delete", penguins, "--yes", "--format", "json")
    assert ended.code == 0
    assert ended.document == {"deleted": penguins}
    assert ended.err == ""


def test_one_version_cannot_be_deleted_alone(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "delete", f"{penguins}/versions/1", "-y")
    assert ended.code == 3
    assert f"write {penguins}" in ended.err
    assert is_there(ada_desk, penguins)


def test_old_versions_are_asked_about_too(ada_desk: Desk, penguins: str, draft: Callable[..., Path]) -> None:
    folder = draft("penguins", {"penguins.csv": b"island\nBiscoe\n"})
    command = ("datasets", "version", "-p", folder, "-m", "start over", "-d")

    refused = ada_desk.brant(*command)
    assert refused.code == Declined.exit_code
    assert f"Delete all versions of {penguins} before the new one?" in refused.err
    assert ada_desk.brant("datasets", "files", f"{penguins}/versions/1").code == 0

    declined = ada_desk.at_terminal(*command, typed="n\n")
    assert declined.code == Declined.exit_code

    done = ada_desk.brant(*command, "--yes")
    assert done.code == 0, done.err
    assert ada_desk.brant("datasets", "files", f"{penguins}/versions/1").code == NotFound.exit_code


# That no verb forgets to ask.

FORGETFUL = """
import os
import sys
from pathlib import Path
from brant.cli.context import Context
from brant.cli.confirm import Consent
from brant.cli.voice import Voice
from brant.client.datasets import delete
from brant.contract.handles import DatasetHandle

streams = None, sys.stdout, sys.stderr
context = Context(os.environ, Path.home(), None, None, {verbose}, *streams, Consent(), Voice(sys.stderr))
{asked}
with context.session() as session:
    delete(session, DatasetHandle.parse({handle!r}))
"""


@pytest.mark.parametrize("verbose", [False, True])
def test_a_verb_that_forgets_to_ask_can_destroy_nothing(ada_desk: Desk, penguins: str, verbose: bool) -> None:
    ended = ada_desk.python(FORGETFUL.format(handle=penguins, verbose=verbose, asked=""))
    assert "DeleteDataset destroys something and nobody was asked" in ended.err
    assert is_there(ada_desk, penguins)


def test_a_verb_that_asks_can(ada_desk: Desk, penguins: str) -> None:
    asked = "context.confirm('Shall it go?', yes=True)"
    ended = ada_desk.python(FORGETFUL.format(handle=penguins, verbose=False, asked=asked))
    assert ended.code == 0, ended.err
    assert not is_there(ada_desk, penguins)


def test_a_version_destroys_something_only_when_it_takes_old_ones_with_it() -> None:
    for method, message in (
        (CREATE_DATASET_VERSION, ApiCreateDatasetVersionRequest),
        (CREATE_DATASET_VERSION_BY_ID, ApiCreateDatasetVersionByIdRequest),
    ):
        for delete_old in (False, True):
            body = ApiCreateDatasetVersionRequestBody(version_notes="", delete_old_versions=delete_old)
            assert method.needs_consent(message(body=body)) is delete_old


# What cannot be undone, or is counted, by the names of the wire (ExpireApiToken ends a login, no more).
DESTROYING = re.compile(r"(Batch)?(Delete|Remove|Cancel|Expire)(?!ApiToken)")
SPENDING = {
    "CreateSubmission",
    "CreateCodeSubmission",
    "SaveKernel",
    "CreateKernelSession",
    "BatchScheduleBenchmarkTaskRuns",
    "CreateBenchmarkTask",
}


def test_every_method_that_destroys_or_spends_is_declared_so() -> None:
    declared = [method for method in METHODS if method.declared]
    for method in declared:
        if DESTROYING.match(method.name):
            assert method.consent == "destroys", method
        elif method.name in SPENDING:
            assert method.consent == "spends", method
    assert {method.name for method in declared if method.consent} >= {"DeleteDataset"}


def verbs(noun: Noun = ROOT, path: tuple[str, ...] = ("brant",)) -> Iterator[tuple[list[str], Verb]]:
    for command in noun.commands():
        if isinstance(command, Noun):
            yield from verbs(command, (*path, command.name))
        elif isinstance(command, Verb):
            yield [*path, command.name], command


def test_every_verb_that_asks_takes_yes_and_the_other_way_round() -> None:
    asking = set()
    for path, verb in verbs():
        calls = {
            node.func.attr
            for node in ast.walk(ast.parse(inspect.getsource(verb.load())))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        takes_yes = "--yes" in verb_parser(verb, path)._option_string_actions
        assert ("confirm" in calls) is takes_yes, path
        if takes_yes:
            asking.add(" ".join(path[1:]))
    assert asking == {
        "competitions pages delete",
        "competitions submit",
        "datasets delete",
        "datasets version",
        "doctor",
    }


def test_no_library_asks() -> None:
    for name, file in modules().items():
        if not name.startswith(("brant.client", "brant.transfer", "brant.contract")):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        assert not called & {"input", "getpass"}, name
