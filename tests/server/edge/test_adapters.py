"""Adapters: the quirks of official clients; each test fails without the adapter that it names."""

import json

import pytest

from brant.server.edge.adapters import media_type
from tests.server.edge.calls import address_of, basic, bearer, publish, rpc, send


@pytest.fixture(scope="module")
def user(server):
    return server.new_user()


@pytest.fixture(scope="module")
def handle(server, user):
    return publish(server, user, "quirks-of-clients", {"a.json": b'{"code": 500}', "b.csv": b"x\n1\n"})


def test_kaggle_1_lists_datasets_from_a_bare_array(server, user, handle):
    found = send(
        server, "GET", f"/api/v1/datasets/list?group=user&user={user.name}&filetype=all&size=None"
    ).json
    assert [dataset["ref"] for dataset in found] == [handle]
    # Its model reads these of each dataset, whether or not there is anything in them.
    assert {"tags", "files", "versions", "totalBytes", "lastUpdated", "usabilityRating"} <= found[0].keys()


def test_kaggle_1_prints_a_bare_word_as_the_status(server, handle):
    assert send(server, "GET", f"/api/v1/datasets/status/{handle}").json == "ready"


def test_kaggle_1_prints_the_message_of_each_error(server, user, handle):
    settings = json.dumps({"title": "x", "licenses": [{"name": "CC0-1.0"}]}).encode()
    answer = send(server, "POST", f"/api/v1/datasets/metadata/{handle}", settings, bearer(user))
    assert answer.status == 200
    assert [set(error) for error in answer.json["errors"]] == [{"message"}]


def test_kagglehub_0_reads_wrong_credentials_from_a_good_answer(server, user):
    good = send(server, "GET", "/api/v1/hello", headers=basic(user.name, user.key))
    assert good.json["userName"] == user.name
    for headers in ({}, basic(user.name, "0" * 32)):
        wrong = send(server, "GET", "/api/v1/hello", headers=headers)
        assert (wrong.status, wrong.json["code"], "userName" in wrong.json) == (200, 401, False)


def test_kaggle_1_signs_in_as_nobody_with_an_empty_name_and_key(server, user, handle):
    assert send(server, "GET", f"/api/v1/datasets/list?user={user.name}", headers=basic("", "")).status == 200
    for headers in (basic("", "key"), basic(user.name, "")):
        assert send(server, "GET", f"/api/v1/datasets/list?user={user.name}", headers=headers).status == 401


def test_kaggle_2_tries_its_next_source_after_an_inactive_token(server):
    wrong = {"Authorization": "Bearer KGAT_expired"}
    assert (
        rpc(server, "security.OAuthService/IntrospectToken", {"token": "KGAT_expired"}, wrong).status == 200
    )


def test_kagglesdk_takes_no_stored_json_for_an_answer_of_the_api(server, handle):
    answer = send(server, "GET", address_of(server, handle, "a.json"))
    assert answer.body == b'{"code": 500}'
    assert "json" not in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    "name", ["a.json", "a.JSON", "a.jsonl", "a.geojson", "a.webmanifest", "a", "a.json.gz", "x.ipynb"]
)
def test_no_name_is_typed_as_json(name):
    assert media_type(name) == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.csv", "text/csv"), ("a.txt", "text/plain"), ("a.png", "image/png"), ("a.zip", "application/zip")],
)
def test_other_files_are_typed_by_their_name(name, kind):
    assert media_type(name) == kind
