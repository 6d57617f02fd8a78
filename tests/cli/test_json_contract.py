"""`--format json` is exactly one JSON document on standard output: full, empty, in pages, and gone wrong."""

import pytest

from tests.cli.desk import Desk

LISTS = {
    "list": ("datasets", "list", "-m"),
    "files": ("datasets", "files", "{handle}"),
    "status": ("datasets", "status", "{handle}"),
    "download": ("datasets", "download", "{handle}", "--unzip"),
    "competitions": ("competitions", "list"),
    "metrics": ("competitions", "metrics"),
    "config": ("config", "view"),
    "auth": ("auth", "status"),
    "cache": ("cache", "verify"),
}


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("asking", [("--format", "json"), ("--format=json",), ("--form", "json")])
def test_what_is_found_is_one_document(
    ada_desk: Desk, penguins: str, words: tuple[str, ...], asking: tuple[str, ...]
) -> None:
    ended = ada_desk.brant(*(word.format(handle=penguins) for word in words), *asking)
    assert ended.code == 0, ended.err
    assert isinstance(ended.document, list | dict)


def test_nothing_found_is_an_empty_list(ada_desk: Desk) -> None:
    ended = ada_desk.brant("datasets", "list", "-m", "--format", "json")
    assert (ended.code, ended.document) == (0, [])
    assert ended.err == "no datasets found\n"


def test_a_page_with_more_behind_it_is_still_one_document(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "files", penguins, "--page-size", "1", "--format", "json")
    assert len(ended.document) == 1
    assert ended.err.startswith("Next Page Token = ")


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("datasets", "files", "ada/none-such"), 6, 404),
        (("datasets", "files", "no handle"), 3, 400),
        (("datasets", "status", "ada/none-such"), 6, 404),
        (("datasets", "download", "ada/none-such"), 6, 404),
        (("datasets", "download", "a/b/c/d/e"), 3, 400),
        (("datasets", "delete", "ada/none-such"), 14, 400),
        (("datasets", "delete", "ada/none-such", "--yes"), 6, 404),
        (("datasets", "list", "--page", "x"), 2, 400),
        (("datasets", "lst"), 2, 400),
        (("competitions", "view", "none-such"), 6, 404),
        (("competitions", "view", "no/slug"), 3, 400),
        (("competitions", "submissions", "none-such"), 6, 404),
        (("competitions", "submit", "none-such", "-f", "nowhere.csv", "-m", "x"), 6, 404),
        (("competitions", "pages", "delete", "none-such", "--page-name", "rules"), 14, 400),
        (("competitions", "settings", "update", "none-such", "-f", "nowhere.json"), 6, 404),
        (("datasets", "create", "-p", "nowhere"), 6, 404),
        (("datasets", "version", "-m", "x", "-p", "nowhere"), 6, 404),
        (("config", "view", "--profile", "none-such"), 3, 400),
        (("auth", "status", "--profile", "none-such"), 3, 400),
        (("cache", "verify", "ada/none-such"), 6, 404),
        (("auth", "status", "--endpoint", "http://127.0.0.1:9"), 9, 503),
    ],
)
def test_an_error_is_one_document_too(
    ada_desk: Desk, words: tuple[str, ...], exit_code: int, code: int
) -> None:
    ended = ada_desk.brant(*words, "--format", "json")
    assert ended.code == exit_code
    assert set(ended.document) == {"error"}
    assert set(ended.document["error"]) == {"code", "message"}
    assert ended.document["error"]["code"] == code
    lines = [line for line in ended.err.splitlines() if line.startswith("brant: ")]
    assert [f"brant: {line}" for line in ended.document["error"]["message"].splitlines()] == lines


@pytest.mark.parametrize("words", [("competitions", "submission-limits", "none-such", "--json")])
def test_the_short_word_for_json_is_kept_after_an_error_too(ada_desk: Desk, words: tuple[str, ...]) -> None:
    assert ada_desk.brant(*words).document["error"]["code"] == 404


def test_wrong_credentials_are_told_as_such(ada_desk: Desk) -> None:
    ended = ada_desk.brant("datasets", "list", "-m", "--format", "json", KAGGLE_API_TOKEN="KGAT_wrong")
    assert ended.code == 4
    assert ended.document["error"]["code"] == 401
    assert "KAGGLE_API_TOKEN" in ended.err
    assert "KGAT_wrong" not in ended.out + ended.err


def test_without_json_an_error_leaves_standard_output_empty(ada_desk: Desk) -> None:
    for format_ in ("table", "csv"):
        assert ada_desk.brant("datasets", "files", "ada/none-such", "--format", format_).out == ""
