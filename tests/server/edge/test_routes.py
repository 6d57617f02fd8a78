"""Routes: every path of the catalogue, in both forms."""

import re

import pytest

from brant.contract.catalog import METHODS
from brant.contract.datasets import (
    CREATE_DATASET_VERSION,
    CREATE_DATASET_VERSION_BY_ID,
    DOWNLOAD_DATASET,
    LIST_DATASET_FILES,
    LIST_DATASETS,
)
from brant.errors import InvalidInput
from brant.server.edge.routes import Match, Routes, WrongVerb, reserved_words

ROUTES = Routes(METHODS)
REST = [(method, path) for method in METHODS for path in method.paths if path.startswith("/api/v1/")]


def found(verb: str, path: str) -> Match:
    match = ROUTES.find(verb, path)
    assert isinstance(match, Match), match
    return match


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_each_method_is_found_at_its_rpc_path(method):
    match = found("POST", "/api" + method.rpc_path)
    assert (match.method, match.form) == (method, "rpc")


@pytest.mark.parametrize(("method", "path"), REST, ids=lambda value: value if isinstance(value, str) else "")
def test_each_method_is_found_at_each_of_its_rest_paths(method, path):
    names = re.findall(r"\{([^}]+)\}", path)
    match = found(method.verb, re.sub(r"\{[^}]+\}", "some-value-1", path))
    assert (match.method, match.form) == (method, "rest")
    assert match.params == dict.fromkeys(names, "some-value-1")


def test_a_literal_wins_over_a_parameter_wherever_both_fit():
    assert found("GET", "/api/v1/benchmarks/tasks/quota").method.name == "GetBenchmarkTaskQuota"
    assert found("GET", "/api/v1/benchmarks/tasks/anything").method.name == "GetBenchmarkTask"


def test_a_literal_that_leads_nowhere_is_given_up_for_the_parameter():
    # `get` is a literal here, with nothing of this shape behind it.
    match = found("GET", "/api/v1/competitions/get/leaderboard/view")
    assert match.method.name == "GetLeaderboard"
    assert match.params == {"competition_name": "get"}


def test_paths_of_one_shape_are_told_apart_by_their_verb_and_length():
    assert found("GET", "/api/v1/datasets/list").method is LIST_DATASETS
    assert found("GET", "/api/v1/datasets/list/o/d").method is LIST_DATASET_FILES
    assert found("POST", "/api/v1/datasets/create/version/7").method is CREATE_DATASET_VERSION_BY_ID
    assert found("POST", "/api/v1/datasets/create/version/o/d").method is CREATE_DATASET_VERSION


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a.csv", "a.csv"),
        ("a%20b.csv", "a b.csv"),
        ("deep%2Fer%2Fa.csv", "deep/er/a.csv"),
        ("deep/er/a.csv", "deep/er/a.csv"),
        ("100%25.csv", "100%.csv"),
        ("%C3%A9t%C3%A9.csv", "été.csv"),
        ("topics/list", "topics/list"),
        ("a%3Fb%23c", "a?b#c"),
    ],
)
def test_a_file_name_may_hold_slashes_sent_plain_or_encoded(sent, name):
    match = found("GET", f"/api/v1/datasets/download/o/d/{sent}")
    assert match.method is DOWNLOAD_DATASET
    assert match.params["file_name"] == name


def test_head_finds_what_get_finds():
    assert found("HEAD", "/api/v1/datasets/list").method is LIST_DATASETS


def test_a_wrong_verb_is_told_which_ones_there_are():
    assert ROUTES.find("DELETE", "/api/v1/datasets/list") == WrongVerb(("GET",))
    assert ROUTES.find("GET", "/api" + LIST_DATASETS.rpc_path) == WrongVerb(("POST",))
    both = ROUTES.find("DELETE", "/api/v1/datasets/metadata/o/d")
    assert isinstance(both, WrongVerb)
    assert sorted(both.allowed) == ["GET", "POST"]


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1/", "/api/v1/nothing", "/api/v2/datasets/list", "/api/v1/datasets/view//", "/api/v1/x.Y/Z"],
)
def test_an_unknown_path_is_not_found(path):
    assert ROUTES.find("GET", path) is None


def test_a_path_that_is_not_utf8_is_bad_input():
    with pytest.raises(InvalidInput, match="UTF-8"):
        ROUTES.find("GET", "/api/v1/datasets/download/o/d/%ff%fe")


def test_reserved_words_are_those_that_a_literal_route_takes():
    reserved = reserved_words(METHODS)
    assert {"download", "download-raw", "files"} <= reserved["owner_slug"]
    assert "get" in reserved["competition_name"]
    assert "penguins" not in reserved["owner_slug"]


def test_an_owner_with_a_reserved_name_could_not_be_reached():
    match = found("GET", "/api/v1/datasets/download/some-set/topics/list")
    assert match.method is DOWNLOAD_DATASET  # not the topics of download/some-set
