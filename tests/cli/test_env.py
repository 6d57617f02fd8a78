"""`brant env`: what it prints is for a shell to evaluate, so a shell evaluates it here."""

import shutil
import subprocess

import pytest

from tests.cli.desk import Desk

VARIABLES = (
    "BRANT_ENDPOINT",
    "KAGGLE_API_ENDPOINT",
    "KAGGLE_API_ENVIRONMENT",
    "http_proxy",
    "no_proxy",
    "NO_PROXY",
)


def after(desk: Desk, script: str, **environ: str) -> dict[str, str]:
    """The variables of an sh that ran `script`, in which `brant` is ours."""
    brant = " ".join(f"'{word}'" for word in desk.command())
    shown = " ".join(f'"{name}=${{{name}-(unset)}}"' for name in VARIABLES)
    done = subprocess.run(
        ["/bin/sh", "-euc", f"brant() {{ {brant} \"$@\"; }}\n{script}\nprintf '%s\\n' {shown}"],
        capture_output=True,
        text=True,
        check=True,
        env={**{name: value for name, value in desk.environ.items() if name not in VARIABLES}, **environ},
    )
    assert done.stderr == ""
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_it_points_every_client_at_the_server(desk: Desk) -> None:
    found = after(
        desk, 'eval "$(brant env --endpoint http://127.0.0.1:4321)"', no_proxy="localhost", NO_PROXY="*"
    )
    assert found == {
        "BRANT_ENDPOINT": "http://127.0.0.1:4321",
        "KAGGLE_API_ENDPOINT": "http://127.0.0.1:4321",
        "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
        "http_proxy": "http://127.0.0.1:4321",
        "no_proxy": "(unset)",
        "NO_PROXY": "(unset)",
    }


def test_without_a_word_it_means_the_server_that_runs_here(desk: Desk) -> None:
    assert after(desk, 'eval "$(brant env)"')["BRANT_ENDPOINT"] == "http://127.0.0.1:8765"


def test_undone_everything_is_as_before(desk: Desk) -> None:
    before = {
        "http_proxy": "http://ada:hunter2@proxy:3128",
        "no_proxy": "localhost, 'quoted'",
        "BRANT_ENDPOINT": "http://lab",
    }
    script = (
        'eval "$(brant env --endpoint http://127.0.0.1:1)"; eval "$(brant env --endpoint http://127.0.0.1:2)"'
    )
    found = after(desk, script + '; eval "$(brant env --unset)"', **before)
    assert found == {name: before.get(name, "(unset)") for name in VARIABLES}


def test_undone_without_having_been_done_changes_nothing(desk: Desk) -> None:
    found = after(desk, 'eval "$(brant env --unset)"', http_proxy="http://proxy:3128")
    assert found["http_proxy"] == "http://proxy:3128"


def test_the_password_of_a_proxy_is_not_printed(desk: Desk) -> None:
    ended = desk.brant("env", http_proxy="http://ada:hunter2@proxy:3128")
    assert "BRANT_SAVED_http_proxy" in ended.out
    assert "hunter2" not in ended.out + ended.err


@pytest.mark.parametrize("address", ["https://kaggle.example.org", "http://example.org/kaggle"])
def test_what_the_official_clients_cannot_reach_is_said_and_not_set(desk: Desk, address: str) -> None:
    ended = desk.brant("env", "--endpoint", address)
    assert "cannot reach this server" in ended.out
    assert "http_proxy=" not in ended.out
    assert f"export BRANT_ENDPOINT='{address}'" in ended.out


def test_an_address_that_is_none_is_refused(desk: Desk) -> None:
    ended = desk.brant("env", "--endpoint", "$(touch /tmp/x)")
    assert ended.code == 3
    assert ended.out == ""


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("fish", "set -gx BRANT_ENDPOINT 'http://127.0.0.1:8765'"),
        ("powershell", "$Env:BRANT_ENDPOINT = 'http://127.0.0.1:8765'"),
    ],
)
def test_other_shells_get_their_own_words(desk: Desk, shell: str, line: str) -> None:
    desk.environ.pop("BRANT_ENDPOINT")
    assert line in desk.brant("env", "--shell", shell).out.splitlines()


def test_completion_is_a_script_or_says_what_it_needs(desk: Desk) -> None:
    ended = desk.brant("completion", "bash")
    if ended.code:
        assert (ended.code, ended.out) == (12, "")
        assert ended.err == "brant: completion needs the package shtab: pip install shtab\n"
        return
    bash = shutil.which("bash")
    assert bash is not None
    checked = subprocess.run([bash, "-n"], input=ended.out, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "download" in ended.out
