"""What destroys is asked for: on a terminal in words, in a script by --yes, and never guessed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from brant.errors import Declined, NotFound
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
