"""The exit codes: documented in one place, from the error tree, and complete."""

from brant import errors
from brant.cli.exit_codes import exit_codes
from brant.cli.reference import render_reference
from tests.cli.desk import Desk


def kinds(parent: type[errors.BrantError] = errors.BrantError) -> list[type[errors.BrantError]]:
    return [kind for child in parent.__subclasses__() for kind in (child, *kinds(child))]


def test_every_error_of_the_tree_has_its_exit_code_listed() -> None:
    listed = {code.code: code for code in exit_codes()}
    for kind in kinds():
        assert kind.exit_code in listed, kind


def test_no_exit_code_stands_for_two_things() -> None:
    codes = [code.code for code in exit_codes()]
    assert codes == sorted(set(codes))


def test_the_error_tree_and_the_list_say_the_same_number() -> None:
    meanings = {code.code: code.meaning for code in exit_codes()}
    assert meanings[errors.Conflict.exit_code] == "it exists already, or changed meanwhile"
    assert meanings[0] == "done"
    assert meanings[130] == "interrupted (Ctrl-C)"


def test_help_prints_them_all(desk: Desk) -> None:
    ended = desk.brant("help", "exit-codes")
    assert ended.code == 0
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()[1:]]
    assert [(int(code), meaning) for code, meaning in lines] == [(c.code, c.meaning) for c in exit_codes()]


def test_the_reference_documents_every_command_option_and_exit_code() -> None:
    text = render_reference()
    for expected in (
        "## brant datasets",
        "### brant datasets download",
        "`-f, --file, --file-name NAME`",
        "brant env",
    ):
        assert expected in text
    for code in exit_codes():
        assert f"| {code.code} |" in text


def test_the_reference_is_the_same_whatever_the_terminal(desk: Desk) -> None:
    script = "from brant.cli.reference import render_reference; print(render_reference(), end='')"
    assert desk.python(script).out == render_reference()
