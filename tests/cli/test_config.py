"""`brant config`: the settings in kaggle.json, seen without their secrets, changed safely."""

import json
import stat

from tests.cli.desk import Desk


def test_a_setting_is_set_seen_and_removed(desk: Desk) -> None:
    (desk.home / ".kaggle").mkdir()
    file = desk.home / ".kaggle" / "kaggle.json"
    assert desk.brant("config", "path").out == f"{file}\n"

    assert desk.brant("config", "set", "-n", "path", "-v", "/data").out == f"path is set in {file}\n"
    assert json.loads(file.read_text()) == {"path": "/data"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert desk.brant("config", "view", "--format", "json").document == [{"name": "path", "value": "/data"}]

    assert "gone from" in desk.brant("config", "unset", "--name", "path").out
    assert desk.brant("config", "view", "--format", "json").document == []


def test_secrets_are_never_shown(desk: Desk) -> None:
    secret = "0123456789abcdef0123456789abcdef"
    shown = desk.brant("config", "set", "-n", "key", "-v", secret)
    shown2 = desk.brant("config", "set", "-n", "proxy", "-v", f"http://ada:{secret}@proxy:3128")
    for format_ in ("table", "csv", "json"):
        view = desk.brant("config", "view", "--format", format_, "--verbose")
        assert view.code == 0
        assert "key" in view.out
        for ended in (shown, shown2, view):
            assert secret not in ended.out + ended.err


def test_a_name_that_is_none_is_answered_with_those_that_are(desk: Desk) -> None:
    for words in (("set", "-n", "pth", "-v", "x"), ("unset", "-n", "pth")):
        ended = desk.brant("config", *words)
        assert ended.code == 3
        assert "'pth' is no configuration name: choose from competition, path, proxy" in ended.err


def test_a_setting_that_was_not_there_is_no_error(desk: Desk) -> None:
    ended = desk.brant("config", "unset", "-n", "competition")
    assert ended.code == 0
    assert "was not set" in ended.out


def test_a_variable_that_wins_is_pointed_out(desk: Desk) -> None:
    ended = desk.brant("config", "set", "-n", "path", "-v", "/data", KAGGLE_PATH="/elsewhere")
    assert ended.code == 0
    assert "KAGGLE_PATH is set too, and wins" in ended.err


def test_profiles_are_kept_apart(desk: Desk) -> None:
    assert (
        desk.brant("--profile", "lab", "config", "set", "-n", "endpoint", "-v", "http://127.0.0.1:1").code
        == 0
    )
    assert desk.brant("config", "view", "--format", "json").document == []
    assert "127.0.0.1:1" in desk.brant("config", "view", "--profile", "lab").out
    assert "BRANT_ENDPOINT='http://127.0.0.1:1'" in desk.brant("env", "--profile", "lab").out


def test_a_broken_file_is_named_and_not_written_over(desk: Desk) -> None:
    (desk.home / ".kaggle").mkdir()
    file = desk.home / ".kaggle" / "kaggle.json"
    file.write_text('{"username": "ada", "key": ')
    for words in (("view",), ("set", "-n", "path", "-v", "/data"), ("unset", "-n", "path")):
        ended = desk.brant("config", *words)
        assert ended.code == 3
        assert str(file) in ended.err
    assert file.read_text() == '{"username": "ada", "key": '
