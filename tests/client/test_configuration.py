"""The configuration file: viewed without secrets, changed whole or not at all."""

import json
from pathlib import Path

import pytest

from brant.client import configuration
from brant.client.session import transport_settings
from brant.errors import InvalidInput, LocalFailure


def test_a_value_is_set_seen_and_removed(home: Path) -> None:
    file = configuration.set_value({}, home, "competition", "titanic")

    assert file == configuration.path({}, home)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert configuration.view({}, home) == {"competition": "titanic"}
    assert configuration.unset_value({}, home, "competition") is True
    assert configuration.unset_value({}, home, "competition") is False
    assert configuration.view({}, home) == {}


def test_setting_one_value_keeps_the_others(home: Path) -> None:
    (home / ".kaggle").mkdir()
    (home / ".kaggle/kaggle.json").write_text('{"username": "ada", "key": "s3cret", "odd": 5}')

    configuration.set_value({}, home, "path", "/data")

    held = json.loads((home / ".kaggle/kaggle.json").read_text())
    assert held == {"username": "ada", "key": "s3cret", "odd": "5", "path": "/data"}


def test_secrets_are_not_shown(home: Path) -> None:
    configuration.set_value({}, home, "key", "s3cret")
    configuration.set_value({}, home, "proxy", "http://ada:hunter2@proxy:3128")

    shown = configuration.view({"KAGGLE_USERNAME": "ada"}, home)

    assert shown == {"username": "ada", "key": "***", "proxy": "http://ada:***@proxy:3128"}


def test_a_variable_wins_over_the_file(home: Path) -> None:
    configuration.set_value({}, home, "competition", "titanic")

    assert configuration.view({"KAGGLE_COMPETITION": "digits"}, home) == {"competition": "digits"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("colour", "red", "competition, path, proxy"),
        ("endpoint", "localhost:8765", "is not an address"),
        ("ssl_ca_cert", "/no/such/file", "there is no file"),
        ("path", " ", "config unset"),
    ],
)
def test_what_cannot_be_configured_is_refused(home: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        configuration.set_value({}, home, name, value)
    assert not configuration.path({}, home).exists()


def test_a_broken_file_is_not_written_over(home: Path) -> None:
    (home / ".kaggle").mkdir()
    file = home / ".kaggle/kaggle.json"
    file.write_text("{")

    with pytest.raises(InvalidInput, match="not JSON"):
        configuration.set_value({}, home, "path", "/data")
    assert file.read_text() == "{"


def test_a_link_to_the_file_stays_a_link(home: Path, tmp_path: Path) -> None:
    (home / ".kaggle").mkdir()
    (tmp_path / "dotfiles.json").write_text("{}")
    (home / ".kaggle/kaggle.json").symlink_to(tmp_path / "dotfiles.json")

    configuration.set_value({}, home, "path", "/data")

    assert (home / ".kaggle/kaggle.json").is_symlink()
    assert json.loads((tmp_path / "dotfiles.json").read_text()) == {"path": "/data"}


def test_a_folder_that_cannot_be_made_is_this_machines_failure(home: Path) -> None:
    (home / "file").write_text("")

    with pytest.raises(LocalFailure, match="cannot be written"):
        configuration.set_value({"KAGGLE_CONFIG_DIR": str(home / "file/config")}, home, "path", "/data")


def test_a_profile_lies_beside_the_configuration(home: Path) -> None:
    configuration.set_value({}, home, "endpoint", "http://lab:8765", "lab")

    assert configuration.load({}, home, "lab").values == {"endpoint": "http://lab:8765"}
    assert configuration.view({}, home) == {}


def test_an_unknown_profile_names_those_that_there_are(home: Path) -> None:
    configuration.set_value({}, home, "endpoint", "http://lab:8765", "lab")

    with pytest.raises(InvalidInput, match=r"'lba' \(lab\)"):
        configuration.load({}, home, "lba")
    with pytest.raises(InvalidInput, match="not a profile name"):
        configuration.load({}, home, "../lab")


def test_proxy_and_certificates_reach_the_network(home: Path, tmp_path: Path) -> None:
    certificates = tmp_path / "ca.pem"
    certificates.write_text("")
    configuration.set_value({}, home, "proxy", "http://proxy:3128")
    configuration.set_value({}, home, "ssl_ca_cert", str(certificates))
    environ = {"https_proxy": "http://other:1", "no_proxy": "lab"}

    settings = transport_settings(environ, configuration.load(environ, home))

    assert (settings.http_proxy, settings.https_proxy) == ("http://proxy:3128", "http://proxy:3128")
    assert settings.ca_file == str(certificates)
    assert settings.no_proxy == "lab"
    assert settings.user_agent.startswith("brant/")
