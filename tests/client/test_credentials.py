"""Credentials are found where the official clients look, in order; a broken file says what to do."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from brant.client.credentials import Anonymous, Credentials, find, save_token
from brant.errors import BrantError, InvalidInput, LocalFailure, Unauthenticated

TOKEN = "KGAT_" + "a" * 32
KEY = "0123456789abcdef" * 2


def put(path: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return path


def kaggle_json(**values: str) -> str:
    return json.dumps(values)


def test_without_any_source_the_caller_is_anonymous(home: Path) -> None:
    found = find({}, home)

    assert isinstance(found, Anonymous)
    assert found.header() is None


def test_sources_are_taken_in_the_official_order(home: Path, tmp_path: Path) -> None:
    notebook = put(tmp_path / "notebook-token", "notebook\n")
    environ = {
        "KAGGLE_KERNEL_RUN_TYPE": "Interactive",
        "KAGGLE_DATA_PROXY_URL": "http://proxy",
        "KAGGLE_API_V1_TOKEN": str(notebook),
        "KAGGLE_API_TOKEN": "variable",
        "KAGGLE_USERNAME": "grace",
        "KAGGLE_KEY": KEY,
    }
    put(home / ".kaggle/access_token", "file\n")
    put(home / ".kaggle/access_token.txt", "text-file\n")
    put(home / ".kaggle/kaggle.json", kaggle_json(username="ada", key=KEY))
    expires = "2999-01-01T00:00:00"
    login = {"access_token": "login", "access_token_expiration": expires, "username": "ada"}
    put(home / ".kaggle/credentials.json", json.dumps(login))

    seen: list[str | None] = []
    steps = (
        lambda: None,
        lambda: environ.pop("KAGGLE_KERNEL_RUN_TYPE"),
        lambda: environ.pop("KAGGLE_API_TOKEN"),
        (home / ".kaggle/access_token").unlink,
        (home / ".kaggle/access_token.txt").unlink,
        lambda: (environ.pop("KAGGLE_USERNAME"), environ.pop("KAGGLE_KEY")),
        (home / ".kaggle/kaggle.json").unlink,
        (home / ".kaggle/credentials.json").unlink,
    )
    for take_away in steps:
        take_away()
        seen.append(find(environ, home).header())

    def basic(name: str) -> str:
        return "Basic " + b64encode(f"{name}:{KEY}".encode()).decode()

    assert seen == [
        "Bearer notebook",
        "Bearer variable",
        "Bearer file",
        "Bearer text-file",
        basic("grace"),
        basic("ada"),
        "Bearer login",
        None,
    ]


def test_each_half_of_a_legacy_key_may_come_from_its_variable(home: Path) -> None:
    put(home / ".kaggle/kaggle.json", kaggle_json(username="ada", key=KEY))

    found = find({"KAGGLE_USERNAME": "grace"}, home)

    assert found.username == "grace"
    assert found.header() == "Basic " + b64encode(f"grace:{KEY}".encode()).decode()


def test_the_token_variable_may_name_a_file(home: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "token", TOKEN + "\n")

    found = find({"KAGGLE_API_TOKEN": str(file)}, home)

    assert found.header() == f"Bearer {TOKEN}"
    assert str(file) in found.source


def test_a_token_longer_than_a_file_name_is_a_token(home: Path) -> None:
    long = "x" * 300

    assert find({"KAGGLE_API_TOKEN": long}, home).header() == f"Bearer {long}"


def test_a_folder_of_its_own_is_asked_for_kaggle_json_alone(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    put(other / "kaggle.json", kaggle_json(username="ada", key=KEY))
    put(home / ".kaggle/kaggle.json", kaggle_json(username="grace", key=KEY))

    assert find({"KAGGLE_CONFIG_DIR": str(other)}, home).username == "ada"


def test_without_a_kaggle_folder_xdg_is_asked(home: Path) -> None:
    put(home / ".config/kaggle/kaggle.json", kaggle_json(username="ada", key=KEY))
    put(home / "xdg/kaggle/kaggle.json", kaggle_json(username="grace", key=KEY))

    assert find({}, home).username == "ada"
    assert find({"XDG_CONFIG_HOME": str(home / "xdg")}, home).username == "grace"


def test_a_profile_is_asked_alone(home: Path) -> None:
    put(home / ".kaggle/profiles/lab/kaggle.json", kaggle_json(username="ada", key=KEY))
    put(home / ".kaggle/access_token", "of-kaggle.com")

    found = find({"KAGGLE_API_TOKEN": "of-kaggle.com", "KAGGLE_USERNAME": "grace"}, home, profile="lab")

    assert found.username == "ada"


def test_a_configuration_file_without_credentials_is_none(home: Path) -> None:
    put(home / ".kaggle/kaggle.json", kaggle_json(competition="titanic"))

    assert isinstance(find({}, home), Anonymous)


def check(
    error: pytest.ExceptionInfo[BrantError], *words: str, secrets: tuple[str, ...] = (TOKEN, KEY)
) -> None:
    """One clear line, with these words in it, and no secret."""
    message = error.value.message
    assert "\n" not in message
    for word in words:
        assert word in message
    for secret in secrets:
        assert secret not in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"username": "ada", ', ("kaggle.json", "not JSON", "line 1", "log in again")),
        ("[]", ("kaggle.json", "no JSON object")),
        (kaggle_json(username="ada"), ("kaggle.json", 'lacks "key"', "settings page")),
        (kaggle_json(key=KEY), ("kaggle.json", 'lacks "username"')),
        (kaggle_json(username="ada", key=""), ('lacks "key"',)),
        (kaggle_json(username="a:da", key=KEY), ("kaggle.json", "colon")),
        (kaggle_json(username="ada", key=KEY + "\r\nX-Evil: 1"), ("kaggle.json", "line break")),
        (b"\xff\xfe\x00", ("kaggle.json", "not JSON")),
    ],
)
def test_a_broken_kaggle_json_says_what_is_wrong(
    home: Path, content: str | bytes, words: tuple[str, ...]
) -> None:
    put(home / ".kaggle/kaggle.json", content)

    with pytest.raises(InvalidInput) as caught:
        find({}, home)
    check(caught, *words)


def test_one_variable_without_the_other_says_so(home: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        find({"KAGGLE_USERNAME": "ada"}, home)
    check(caught, "KAGGLE_KEY is not", "set both")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("/no/such/token", ("/no/such/token", "not there")),
        (TOKEN + " " + TOKEN, ("KAGGLE_API_TOKEN", "blank")),
        (TOKEN + "\nX-Evil: 1", ("KAGGLE_API_TOKEN", "line break")),
        ("t" * 10_000, ("KAGGLE_API_TOKEN", "longer than")),
    ],
)
def test_a_token_variable_that_cannot_be_says_why(home: Path, value: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        find({"KAGGLE_API_TOKEN": value}, home)
    check(caught, *words)


def test_a_named_token_file_that_is_empty_is_an_error(home: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "token", " \n")

    with pytest.raises(InvalidInput, match="is empty"):
        find({"KAGGLE_API_TOKEN": str(file)}, home)


def test_an_empty_token_file_is_passed_over_with_a_warning(home: Path) -> None:
    put(home / ".kaggle/access_token", "")
    put(home / ".kaggle/kaggle.json", kaggle_json(username="ada", key=KEY))

    found = find({}, home)

    assert found.username == "ada"
    assert len(found.warnings) == 1
    assert "access_token is empty" in found.warnings[0]


@pytest.mark.parametrize("name", ["access_token", "kaggle.json", "credentials.json"])
def test_a_file_that_others_can_read_is_a_warning(home: Path, name: str) -> None:
    login = {"access_token": TOKEN, "access_token_expiration": "2999-01-01T00:00:00Z", "username": "ada"}
    contents = {
        "access_token": TOKEN,
        "kaggle.json": kaggle_json(username="ada", key=KEY),
        "credentials.json": json.dumps(login),
    }
    file = put(home / ".kaggle" / name, contents[name], mode=0o644)

    found = find({}, home)

    assert found.header() is not None
    assert found.warnings == (
        f"{file} holds a secret and can be read by other users: run 'chmod 600 {file}'",
    )


@pytest.mark.parametrize("name", ["access_token", "kaggle.json", "credentials.json"])
def test_what_cannot_be_read_says_how_to_mend_it(home: Path, name: str) -> None:
    # A link to itself cannot be read by anybody, root included.
    (home / ".kaggle").mkdir()
    (home / ".kaggle" / name).symlink_to(name)

    with pytest.raises(LocalFailure) as caught:
        find({}, home)
    check(caught, name, "cannot be read", "chmod 600")


@pytest.mark.parametrize("name", ["access_token", "kaggle.json", "credentials.json"])
def test_a_folder_in_the_place_of_a_file_is_told_as_one(home: Path, name: str) -> None:
    (home / ".kaggle" / name).mkdir(parents=True)

    with pytest.raises(LocalFailure) as caught:
        find({}, home)
    check(caught, name, "is a folder", "move it away")


def test_an_ended_login_says_so_when_it_is_used(home: Path) -> None:
    login = {"access_token": TOKEN, "access_token_expiration": "2020-01-01T00:00:00", "username": "ada"}
    put(home / ".kaggle/credentials.json", json.dumps(login))

    with pytest.raises(Unauthenticated) as caught:
        find({}, home).header()
    check(caught, "credentials.json", "2020-01-01", "log in again")


def test_a_login_file_that_is_none_says_so(home: Path) -> None:
    put(home / ".kaggle/credentials.json", '{"username": "ada"}')

    with pytest.raises(InvalidInput, match="is not a login"):
        find({}, home)


def test_no_representation_shows_a_secret(home: Path) -> None:
    put(home / ".kaggle/kaggle.json", kaggle_json(username="ada", key=KEY))
    shown: list[Credentials] = [find({"KAGGLE_API_TOKEN": TOKEN}, home), find({}, home)]

    for credentials in shown:
        assert TOKEN not in repr(credentials)
        assert KEY not in repr(credentials)


def test_a_saved_token_is_private_and_found_again(home: Path) -> None:
    put(home / ".kaggle/profiles/lab/kaggle.json", kaggle_json(endpoint="http://127.0.0.1:8765"))
    for profile in (None, "lab"):
        file = save_token({}, home, TOKEN, profile)

        assert find({}, home, profile=profile).header() == f"Bearer {TOKEN}"
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_made_for_a_token_is_private(home: Path) -> None:
    assert save_token({}, home, TOKEN).parent.stat().st_mode & 0o777 == 0o700
