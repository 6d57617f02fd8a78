"""What the library shows while bytes move, and where it says what takes long."""

import io
import logging
from contextlib import redirect_stderr

import pytest

from brant.hub.connection import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAGGLEHUB_VERBOSITY", raising=False)


def transfer(stream: io.StringIO) -> None:
    with redirect_stderr(stream), progress() as told:
        told.expect(200, 2)
        for name in ("penguins.csv", "owls.csv"):
            track = told.begin(name, 100)
            track.advance(100)
            track.finish()


def test_a_transfer_shows_a_bar_that_goes_when_it_ends() -> None:
    terminal = Terminal()
    transfer(terminal)
    shown = terminal.getvalue()
    assert "2 of 2 files: 100%|" in shown
    assert shown.rpartition("\r")[0].endswith(" ")


def test_a_bar_goes_too_when_the_transfer_fails() -> None:
    terminal = Terminal()
    with redirect_stderr(terminal), pytest.raises(KeyboardInterrupt), progress() as told:
        told.begin("penguins.csv", 100).advance(50)
        raise KeyboardInterrupt
    assert "penguins.csv:  50%|" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


@pytest.mark.parametrize("verbosity", ["warning", "error", "critical"])
def test_whoever_wants_less_sees_no_bar(monkeypatch: pytest.MonkeyPatch, verbosity: str) -> None:
    monkeypatch.setenv("KAGGLEHUB_VERBOSITY", verbosity)
    terminal = Terminal()
    transfer(terminal)
    assert terminal.getvalue() == ""


def test_a_wait_is_in_the_log_where_there_is_no_bar(caplog: pytest.LogCaptureFixture) -> None:
    stream = io.StringIO()
    with redirect_stderr(stream), caplog.at_level(logging.WARNING, "brant"), progress() as told:
        told.begin("penguins.csv", 100)
        told.note("the server asks to wait 30 s; waiting…")
    assert caplog.messages == ["the server asks to wait 30 s; waiting…"]
    assert stream.getvalue() == ""
