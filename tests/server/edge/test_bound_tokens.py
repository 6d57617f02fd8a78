"""Tokens bound to one dataset: they work on it alone, whatever a request tries to make two readings of."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from brant.contract import datasets
from brant.contract.method import Method
from tests.server.edge.calls import Answer, basic, bearer, limited, publish, rpc, send, start_upload, upload

DATASETS = "datasets.DatasetApiService"
OWN, OTHER = "bound-to-this", "not-to-this"
FILES = {"a.csv": b"x\n1\n"}
SECRET = b"name,salary\n" + b"ada,1\n" * 5234
# Those that name one dataset by its handle, and the reader's half of them.
BY_HANDLE = [m for m in datasets.METHODS if m.resource == ("owner_slug", "dataset_slug")]
READING = [m for m in BY_HANDLE if m.scope == "datasets.get"]


class Bound(NamedTuple):
    """An owner of two private datasets, and tokens of theirs that are bound to the first."""

    owner: Any
    editor: Any
    reader: Any
    stranger: Any

    def number(self, server: Any, slug: str) -> int:
        request = {"ownerSlug": self.owner.name, "datasetSlug": slug}
        return int(rpc(server, f"{DATASETS}/GetDataset", request, bearer(self.owner)).json["id"])


def _make_private(server, owner, slug):
    settings = {"title": slug.title(), "isPrivate": True, "licenses": [{"name": "CC0-1.0"}]}
    request = {"ownerSlug": owner.name, "datasetSlug": slug, "settings": settings}
    answer = rpc(server, f"{DATASETS}/UpdateDatasetMetadata", request, bearer(owner))
    assert answer.json.get("errors", []) == [], answer.body


@pytest.fixture(scope="module")
def bound(server):
    """For tests that change nothing."""
    return _arranged(server)


@pytest.fixture
def changing(server):
    """For tests that do."""
    return _arranged(server)


def _arranged(server) -> Bound:
    owner, stranger = server.new_user("bound"), server.new_user("stranger")
    publish(server, owner, OWN, FILES)
    publish(server, owner, OTHER, {"secret.csv": SECRET})
    publish(server, stranger, OTHER, FILES)
    _make_private(server, owner, OTHER)
    _make_private(server, stranger, OTHER)
    handle = f"{owner.name}/{OWN}"
    return Bound(
        owner,
        limited(server, owner, f"datasets.editor:{handle}"),
        limited(server, owner, f"datasets.get:{handle}"),
        stranger,
    )


def ask(server, method: Method[Any, Any], user, fields: Mapping[str, Any]) -> Answer:
    return rpc(server, f"{method.service}/{method.name}", fields, bearer(user))


def by_rest(server, method: Method[Any, Any], user, owner: str, slug: str) -> Answer:
    path = method.paths[-1].replace("{owner_slug}", quote(owner, safe="")).replace("{file_name}", "a.csv")
    path = path.replace("{dataset_slug}", quote(slug, safe=""))
    return send(server, method.verb, path, None if method.verb == "GET" else b"{}", bearer(user))


def lacks(answer: Answer) -> bool:
    """Whether it is the refusal of the scope check, not one of the handler."""
    return answer.status == 403 and 'error="insufficient_scope"' in answer.headers.get("WWW-Authenticate", "")


@pytest.mark.parametrize("method", BY_HANDLE, ids=repr)
def test_a_bound_token_is_refused_on_every_other_dataset(server, bound, method):
    for owner, slug in (
        (bound.owner.name, OTHER),
        (bound.stranger.name, OTHER),
        (bound.stranger.name, OWN),
        (bound.owner.name, "no-such-dataset"),
        (bound.owner.name, ""),
        ("", OWN),
        ("", ""),
    ):
        assert lacks(ask(server, method, bound.editor, {"ownerSlug": owner, "datasetSlug": slug})), (
            owner,
            slug,
        )
        if owner and slug:
            assert lacks(by_rest(server, method, bound.editor, owner, slug)), (owner, slug)


@pytest.mark.parametrize("method", BY_HANDLE, ids=repr)
def test_a_bound_token_works_on_its_dataset_in_any_case_of_letters(server, changing, method):
    if method is datasets.DELETE_DATASET:
        spellings = [(changing.owner.name.upper(), OWN.title())]
    else:
        spellings = [(changing.owner.name, OWN), (changing.owner.name.upper(), OWN.title())]
    for owner, slug in spellings:
        request = {"ownerSlug": owner, "datasetSlug": slug, "fileName": "a.csv"}
        answer = ask(server, method, changing.editor, request)
        # Nothing is sent that could be published or set.
        assert answer.status in (200, 302, 400), answer.body
        if method.verb == "GET":
            assert by_rest(server, method, changing.editor, owner, slug).status == answer.status


@pytest.mark.parametrize("method", BY_HANDLE, ids=repr)
def test_a_bound_token_for_reading_reads_alone(server, bound, method):
    request = {"ownerSlug": bound.owner.name, "datasetSlug": OWN, "fileName": "a.csv"}
    assert lacks(ask(server, method, bound.reader, request)) == (method not in READING)


@pytest.mark.parametrize("method", BY_HANDLE, ids=repr)
def test_a_refusal_does_not_tell_whether_there_is_such_a_dataset(server, bound, method):
    said = [
        ask(server, method, bound.editor, {"ownerSlug": owner, "datasetSlug": slug})
        for owner, slug in ((bound.stranger.name, OTHER), (bound.stranger.name, "nothing-here"))
    ]
    there, not_there = (
        (a.status, a.body.replace(b"nothing-here", OTHER.encode()), len(a.headers)) for a in said
    )
    assert there == not_there


def test_a_new_version_by_number_is_held_against_the_handle_behind_it(server, changing):
    own, other = changing.number(server, OWN), changing.number(server, OTHER)
    method = datasets.CREATE_DATASET_VERSION_BY_ID
    token = upload(server, changing.editor, "b.csv", b"y\n2\n")
    body = {"versionNotes": "By number.", "files": [{"token": token}]}
    refused = ask(server, method, changing.editor, {"id": other, "body": body})
    assert lacks(refused)
    absent = ask(server, method, changing.editor, {"id": 10**9, "body": body})
    assert (absent.status, absent.body) == (refused.status, refused.body)
    assert OTHER not in refused.body.decode() + str(refused.headers)
    for number in (0, -1, own + (1 << 64), 1 << 63):
        assert ask(server, method, changing.editor, {"id": number}).status in (400, 403)
    done = ask(server, method, changing.editor, {"id": own, "body": body})
    assert (done.status, done.json.get("status")) == (200, "ok"), done.body


def test_a_number_in_the_path_wins_over_one_in_the_query_and_the_body(server, bound):
    own, other = bound.number(server, OWN), bound.number(server, OTHER)
    path = f"/api/v1/datasets/create/version/{other}?id={own}&Id={own}&ID={own}&i_d={own}"
    answer = send(server, "POST", path, json.dumps({"id": own}).encode(), bearer(bound.editor))
    assert lacks(answer)


def test_a_new_dataset_is_made_under_the_bound_handle_alone(server, changing):
    handle = f"{changing.owner.name}/made-here"
    maker = limited(server, changing.owner, f"datasets.update:{handle}")
    request = {"title": "Made Here", "licenseName": "CC0-1.0"}
    method = datasets.CREATE_DATASET

    def files() -> list[dict[str, str]]:
        return [{"token": upload(server, maker, "a.csv", b"x\n1\n")}]

    for wrong in (
        {"ownerSlug": changing.owner.name, "slug": "made-there"},
        {"slug": "made-there"},
        {"title": "Made There"},
        {"ownerSlug": changing.stranger.name, "slug": "made-here"},
        {"ownerSlug": changing.stranger.name},
        {"ownerSlug": f"{changing.owner.name}/made-here", "slug": "made-here"},
    ):
        assert lacks(ask(server, method, maker, {**request, **wrong})), wrong
    # Without owner and slug it is the caller's own, and named by the title.
    made = ask(server, method, maker, {**request, "files": files()})
    assert (made.json.get("status"), made.json.get("ref")) == ("ok", handle), made.body
    # To look at it takes another permission.
    assert lacks(by_rest(server, datasets.GET_DATASET, maker, changing.owner.name, "made-here"))


def test_the_query_of_a_new_dataset_names_nothing(server, bound):
    maker = limited(server, bound.owner, f"datasets.update:{bound.owner.name}/made-so")
    path, own, other = "/api/v1/datasets/create/new", {"slug": "made-so"}, {"slug": "made-else"}
    for query in ("", "?slug=made-else", "?Slug=made-else", f"?owner_slug={bound.stranger.name}"):
        body = json.dumps({**own, "title": "Made So"}).encode()
        answer = send(server, "POST", path + query, body, bearer(maker))
        assert (answer.status, b"at least one file" in answer.body) == (400, True), query
    for query in ("", "?slug=made-so", "?SLUG=made-so"):
        body = json.dumps({**other, "title": "Made Else"}).encode()
        assert lacks(send(server, "POST", path + query, body, bearer(maker))), query


def test_a_list_takes_a_token_for_all_datasets(server, bound):
    answer = ask(server, datasets.LIST_DATASETS, bound.editor, {"user": bound.owner.name})
    assert lacks(answer)
    assert "this token lacks datasets.get:*," in answer.json["message"]


def test_a_bound_token_starts_uploads_and_what_they_become_is_asked_for_then(server, bound):
    start_upload(server, bound.editor, "a.csv", 4)
    request = {"type": "DATASET", "name": "a.csv", "contentLength": 4}
    assert lacks(rpc(server, "blobs.BlobApiService/StartBlobUpload", request, bearer(bound.reader)))
    path = "/api/v1/datasets/upload/file/4/1?fileName=a.csv"
    assert send(server, "POST", path, b"", bearer(bound.editor)).status == 200
    assert lacks(send(server, "POST", path, b"", bearer(bound.reader)))


def test_a_bound_token_claims_what_it_may_read_and_not_all_that_its_owner_may(server, bound):
    claims = [
        {"sha256": sha256(content).hexdigest(), "size": len(content), "name": "a.csv"}
        for content in (FILES["a.csv"], SECRET)
    ]

    def claimed(user) -> list[bool]:
        answer = rpc(server, "brant.BlobService/ClaimBlobs", {"blobs": claims}, bearer(user))
        assert answer.status == 200, answer.body
        return [bool(token) for token in answer.json["tokens"]]

    assert claimed(bound.owner) == [True, True]
    assert claimed(bound.editor) == [True, False]
    writer = limited(server, bound.owner, f"datasets.update:{bound.owner.name}/{OWN}")
    assert claimed(writer) == [False, False]


def test_an_address_that_a_bound_token_got_leads_to_its_dataset_alone(server, bound):
    answer = by_rest(server, datasets.DOWNLOAD_DATASET, bound.reader, bound.owner.name, OWN)
    assert answer.status == 302
    assert send(server, "GET", answer.location).status == 200
    other = by_rest(server, datasets.DOWNLOAD_DATASET, bound.owner, bound.owner.name, OTHER).location
    mixed = answer.location.partition("?")[0] + "?" + other.partition("?")[2]
    assert send(server, "GET", mixed).status == 403


def test_a_bound_token_shows_a_private_dataset_to_whom_it_is_shared_with_and_to_nobody_else(server, bound):
    handle = f"{bound.stranger.name}/{OTHER}"
    nosy = limited(server, bound.owner, f"datasets.editor:{handle}")
    answer = by_rest(server, datasets.GET_DATASET, nosy, bound.stranger.name, OTHER)
    assert (answer.status, lacks(answer)) == (404, False)
    assert by_rest(server, datasets.GET_DATASET, bound.stranger, bound.stranger.name, OTHER).status == 200


def test_a_token_in_the_place_of_a_key_is_bound_as_well(server, bound):
    fields = {"ownerSlug": bound.owner.name, "datasetSlug": OTHER}
    headers = basic(bound.owner.name, bound.editor.token)
    assert lacks(rpc(server, f"{DATASETS}/GetDataset", fields, headers))
    assert rpc(server, f"{DATASETS}/GetDataset", {**fields, "datasetSlug": OWN}, headers).status == 200


# What tries to show the check one dataset, and its handler another. `{own}` and `{other}` are slugs.
TWO_READINGS = [
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s","datasetSlug":"%(other)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(other)s","datasetSlug":"%(own)s"}',
    '{"datasetSlug":"%(other)s","ownerSlug":"%(owner)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s","dataset_slug":"%(other)s","DatasetSlug":"%(other)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s/../%(other)s"}',
    '{"ownerSlug":"%(owner)s/%(own)s","datasetSlug":"../%(other)s"}',
    '{"ownerSlug":"%(owner)s/%(own)s","datasetSlug":"%(other)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s/%(other)s"}',
    '{"ownerSlug":"%(owner)s/","datasetSlug":"%(own)s"}',
    '{"ownerSlug":"","datasetSlug":"%(owner)s/%(own)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s\\u0000%(other)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s\\n%(other)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":" %(own)s "}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"\\u2028%(own)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(own)s:*"}',
    '{"ownerSlug":"*","datasetSlug":"*"}',
    '{"ownerSlug":"*","datasetSlug":"%(own)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"bound-to-th\\u0131s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"bound-to-thi\\u017f"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"\\uff42ound-to-this"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(other)s","hashLink":"%(own)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":"%(other)s","id":1,"resource":"%(owner)s/%(own)s"}',
    '{"ownerSlug":null,"datasetSlug":"%(own)s"}',
    '{"ownerSlug":["%(owner)s"],"datasetSlug":"%(own)s"}',
    '{"ownerSlug":"%(owner)s","datasetSlug":7}',
]


@pytest.mark.parametrize("template", TWO_READINGS)
@pytest.mark.parametrize("method", READING, ids=repr)
def test_no_message_reads_one_way_to_the_check_and_another_to_the_handler(server, bound, method, template):
    body = template % {"owner": bound.owner.name, "own": OWN, "other": OTHER}
    answer = send(server, "POST", f"/api{method.rpc_path}", body.encode(), bearer(bound.editor))
    assert b"secret.csv" not in answer.body
    assert str(len(SECRET)).encode() not in answer.body
    if answer.status == 302:
        assert OTHER not in answer.location
        assert SECRET not in send(server, "GET", answer.location).body
    else:
        assert answer.status in (200, 400, 403, 404), answer.body
        assert OTHER.encode() not in answer.body or answer.status in (400, 403)


REST_READINGS = [
    "/api/v1/datasets/view/{owner}/{other}?ownerSlug={owner}&datasetSlug={own}",
    "/api/v1/datasets/view/{owner}/{other}?owner_slug={owner}&dataset_slug={own}&datasetSlug={own}",
    "/api/v1/datasets/view/{owner}/{other}?dataset_slug=x&DATASETSLUG={own}",
    "/api/v1/datasets/view/{owner}/{own}%2F..%2F{other}",
    "/api/v1/datasets/view/{owner}%2F{own}/{other}",
    "/api/v1/datasets/view/{owner}/{own}/../{other}",
    "/api/v1/datasets/view/{owner}/{own}%00{other}",
    "/api/v1/datasets/view/{owner}/{own};{other}",
    "/api/v1/datasets/view/{owner}/{own}%0d%0aX: {other}",
    "/api/v1/datasets/view//{own}?ownerSlug={owner}&datasetSlug={other}",
    "/api/v1/datasets/list/{owner}/{other}?datasetSlug={own}&pageToken=",
    "/api/v1/datasets/download/{owner}/{other}/secret.csv?datasetSlug={own}&hashLink={own}",
    "/api/v1/datasets/download/{owner}/{own}/../{other}/secret.csv",
    "/api/v1/datasets/download/{owner}/{own}/..%2F{other}%2Fsecret.csv",
    "/api/v1/datasets/list-tree/{owner}/{own}?path=../{other}",
]


@pytest.mark.parametrize("template", REST_READINGS)
def test_no_address_reads_one_way_to_the_check_and_another_to_the_handler(server, bound, template):
    target = template.format(owner=bound.owner.name, own=OWN, other=OTHER).replace(" ", "%20")
    answer = send(server, "GET", target, headers=bearer(bound.editor))
    assert answer.status in (400, 403, 404), (answer.status, answer.body, answer.headers.items())
    assert "X" not in answer.headers


@pytest.mark.parametrize(
    "template",
    [
        "/api/v1/datasets/view/{owner}/{own}?ownerSlug=x&datasetSlug={other}",
        "/api/v1/datasets/view/{owner}/{own}?owner_slug=x&ownerSlug={stranger}&dataset_slug=x&datasetSlug={other}",
        "/api/v1/datasets/view/{owner}/{own}?dataset_slug=x&DATASETSLUG={other}",
    ],
)
def test_the_path_wins_over_the_query_in_every_spelling(server, bound, template):
    names = {"owner": bound.owner.name, "own": OWN, "other": OTHER, "stranger": bound.stranger.name}
    answer = send(server, "GET", template.format(**names), headers=bearer(bound.editor))
    assert (answer.status, answer.json.get("ref")) == (200, f"{bound.owner.name}/{OWN}")


def test_a_page_token_of_another_dataset_shows_nothing_of_it(server, bound):
    publish(server, bound.owner, "many-files", {f"hidden-{number}.csv": b"x\n" for number in range(3)})
    fields = {"ownerSlug": bound.owner.name, "datasetSlug": "many-files", "pageSize": 1}
    page = ask(server, datasets.LIST_DATASET_FILES, bound.owner, fields).json["nextPageToken"]
    fields = {"ownerSlug": bound.owner.name, "datasetSlug": OWN, "pageToken": page}
    assert b"hidden" not in ask(server, datasets.LIST_DATASET_FILES, bound.editor, fields).body
    assert b"hidden" not in ask(server, datasets.LIST_TREE_DATASET_FILES, bound.editor, fields).body


def test_a_token_is_ended_by_itself_with_any_scope_and_by_number_with_the_account_alone(server):
    owner = server.new_user()
    small = limited(server, owner, "datasets.get:*")
    expire = "users.AccountService/ExpireApiToken"
    for request in ({"tokenId": 1}, {"tokenId": 1, "token": small.token}, {"tokenId": 0}):
        answer = rpc(server, expire, request, bearer(small))
        assert lacks(answer), request
        assert 'scope="account.update:*"' in answer.headers["WWW-Authenticate"]
    by_rest = ("/api/v1/tokens/revoke?token=x", b'{"tokenId": "1"}')
    assert lacks(send(server, "POST", *by_rest, bearer(small)))
    account = limited(server, owner, "account.update:*")
    assert rpc(server, expire, {"tokenId": 10**9}, bearer(account)).status == 404
    assert rpc(server, expire, {"token": small.token}, bearer(small)).status == 200
    assert rpc(server, "api.v1.DiagnosticsService/Hello", {}, bearer(small)).status == 401
