"""Dispatch: credentials, forms, limits and errors of API calls."""

import gzip
import json
import socket
import threading
from contextlib import ExitStack

import pytest

from tests.server.edge.calls import basic, bearer, publish, raw, rpc, send

HELLO = "api.v1.DiagnosticsService/Hello"
INTROSPECT = "security.OAuthService/IntrospectToken"
DATASETS = "datasets.DatasetApiService"


@pytest.fixture(scope="module")
def user(server):
    return server.new_user()


def test_a_token_tells_who_is_calling(server, user):
    answer = rpc(server, HELLO, {}, bearer(user))
    assert (answer.status, answer.json) == (200, {"userName": user.name})
    assert answer.headers["X-Brant-Extensions"] == "claim-blobs, competitions"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Encoding"] is None


def test_a_user_name_and_key_do_too(server, user):
    assert rpc(server, HELLO, {}, basic(user.name, user.key)).json == {"userName": user.name}


def test_a_token_may_stand_in_the_place_of_the_key(server, user):
    assert rpc(server, HELLO, {}, basic(user.name, user.token)).json == {"userName": user.name}


def test_a_token_of_somebody_else_does_not(server, user):
    other = server.new_user()
    assert rpc(server, HELLO, {}, basic(other.name, user.token)).status == 401


@pytest.mark.parametrize(
    "header",
    [
        "Bearer KGAT_of_nobody",
        "Bearer ",
        "Bearer",
        "Basic",
        "Basic not-base64!",
        "Basic bm9jb2xvbg==",
        "Basic OmtleQ==",
        "Basic dXNlcjo=",
        "Basic /////w==",
        "Digest username=x",
        "KGAT_bare",
        "",
    ],
)
def test_credentials_that_do_not_hold_are_refused_with_words_and_challenges(server, header):
    answer = rpc(server, HELLO, {}, {"Authorization": header})
    assert answer.status == 401
    assert answer.json["code"] == 401
    assert answer.json["message"]
    assert 'Bearer realm="brant"' in answer.headers["WWW-Authenticate"]
    assert "Basic" in answer.headers["WWW-Authenticate"]


def test_wrong_credentials_do_not_count_as_none_where_anybody_may_call(server):
    assert rpc(server, f"{DATASETS}/ListDatasets", {}).status == 200
    assert rpc(server, f"{DATASETS}/ListDatasets", {}, {"Authorization": "Bearer KGAT_x"}).status == 401


def test_a_token_and_a_key_at_once_are_bad_input(server, user):
    both = "\r\n".join(f"Authorization: {bearer(user)['Authorization']}" for _ in range(2))
    answer = raw(server, f"POST /api/v1/{HELLO} HTTP/1.1\r\nHost: localhost\r\n{both}\r\n\r\n".encode())
    assert answer.startswith(b"400 ")
    assert b"more than one Authorization" in answer


def test_no_secret_comes_back_in_an_error(server):
    answer = rpc(server, HELLO, {}, {"Authorization": "Bearer KGAT_verysecret"})
    assert b"verysecret" not in answer.body


def test_introspection_never_answers_401(server, user):
    assert rpc(server, INTROSPECT, {"token": user.token}, bearer(user)).json["active"] is True
    wrong = rpc(server, INTROSPECT, {"token": "KGAT_x"}, {"Authorization": "Bearer KGAT_x"})
    assert (wrong.status, wrong.json.get("active", False)) == (200, False)
    assert rpc(server, INTROSPECT, {"token": "x"}, {"Authorization": "nonsense"}).status == 200


def test_a_method_that_is_not_served_says_its_name(server):
    answer = rpc(server, "models.ModelApiService/ListModels", {})
    assert answer.status == 501
    assert "models.ModelApiService/ListModels" in answer.json["message"]
    assert send(server, "GET", "/api/v1/models/list").status == 501


def test_an_unknown_path_is_a_json_404(server):
    for path in ("/api/v1/no.Such/Method", "/api/v1/nothing", "/nothing", "/api", "/storage/x"):
        answer = send(server, "POST", path)
        assert (answer.status, answer.json["code"]) == (404, 404)
        assert answer.headers["Content-Type"] == "application/json"


def test_a_wrong_verb_is_told_the_right_one(server):
    answer = send(server, "GET", f"/api/v1/{HELLO}")
    assert (answer.status, answer.headers["Allow"], answer.json["code"]) == (405, "POST", 405)
    assert send(server, "DELETE", "/api/v1/datasets/list").headers["Allow"] == "GET"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b"\x00" * 1000,
        b'{"pageSize":"many"}',
        b"[" * 100_000,
        b"{}{}",
    ],
)
def test_a_body_that_is_no_message_is_bad_input(server, body):
    answer = send(server, "POST", f"/api/v1/{DATASETS}/ListDatasets", body)
    assert (answer.status, answer.json["code"]) == (400, 400)


def test_a_word_that_no_enum_has_is_bad_input(server):
    answer = rpc(server, f"{DATASETS}/ListDatasets", {"sortBy": "DATASET_SORT_BY_MAGIC"})
    assert answer.status == 400
    assert "DATASET_SORT_BY_HOTTEST" in answer.json["message"]


def test_an_empty_body_counts_as_an_empty_message(server):
    assert send(server, "POST", f"/api/v1/{DATASETS}/ListDatasets", b"").status == 200


def test_a_compressed_body_is_refused(server, user):
    headers = {**bearer(user), "Content-Encoding": "gzip"}
    answer = send(server, "POST", f"/api/v1/{HELLO}", gzip.compress(b"{}"), headers)
    assert (answer.status, answer.json["code"]) == (415, 415)


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(server, user):
    head = (
        f"POST /api/v1/{HELLO} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {user.token}\r\nContent-Length: 68000000\r\n\r\n"
    )
    assert raw(server, head.encode()).startswith(b"413 ")


def test_a_body_that_grows_too_large_is_refused(server):
    # Nobody without an account sends more than 1 MiB, announced or not.
    answer = send(server, "POST", f"/api/v1/{DATASETS}/ListDatasets", iter([b" " * 65536] * 32))
    assert (answer.status, answer.json["code"]) == (413, 413)


def test_a_large_body_of_a_known_caller_is_taken(server, user):
    padded = b"{" + b" " * 3_000_000 + b"}"
    assert send(server, "POST", f"/api/v1/{HELLO}", padded, bearer(user)).status == 200


def test_rest_sends_every_field_where_rpc_leaves_defaults_out(server, user):
    handle = publish(server, user, "both-forms", {"a.csv": b"x\n1\n"})
    by_rest = send(server, "GET", f"/api/v1/datasets/view/{handle}").json
    owner, slug = handle.split("/")
    by_rpc = rpc(server, f"{DATASETS}/GetDataset", {"ownerSlug": owner, "datasetSlug": slug}).json
    assert {"isFeatured", "isPrivate", "subtitle"} <= by_rest.keys()
    assert by_rest["subtitle"] == ""
    assert not {"isFeatured", "isPrivate"} & by_rpc.keys()
    assert None not in by_rpc.values()
    assert by_rest["ref"] == by_rpc["ref"] == handle


def test_rest_takes_path_query_and_body(server, user):
    handle = publish(server, user, "query-and-path", {"a.csv": b"x\n1\n", "b.csv": b"x\n2\n"})
    page = send(server, "GET", f"/api/v1/datasets/list/{handle}?pageSize=1&datasetVersionNumber=None").json
    assert [file["name"] for file in page["datasetFiles"]] == ["a.csv"]
    assert page["nextPageToken"]
    settings = json.dumps({"title": "Another Title", "isPrivate": False, "licenses": [{"name": "CC0-1.0"}]})
    updated = send(server, "POST", f"/api/v1/datasets/metadata/{handle}", settings.encode(), bearer(user))
    assert updated.json["errors"] == []
    assert send(server, "GET", f"/api/v1/datasets/view/{handle}").json["title"] == "Another Title"


def test_the_path_wins_over_the_query(server, user):
    handle = publish(server, user, "path-wins", {"a.csv": b"x\n1\n"})
    assert send(server, "GET", f"/api/v1/datasets/view/{handle}?ownerSlug=someone-else").json["ref"] == handle


def test_a_download_is_a_302_in_either_form(server, user):
    handle = publish(server, user, "redirected", {"a.csv": b"x\n1\n"})
    owner, slug = handle.split("/")
    request = {"ownerSlug": owner, "datasetSlug": slug, "fileName": "a.csv"}
    for answer in (
        rpc(server, f"{DATASETS}/DownloadDataset", request),
        send(server, "GET", f"/api/v1/datasets/download/{handle}/a.csv"),
        send(server, "HEAD", f"/api/v1/datasets/download/{handle}/a.csv"),
    ):
        assert answer.status == 302
        assert answer.location.startswith(f"http://127.0.0.1:{server.port}/storage/blobs/")
        assert answer.location.partition("?")[0].endswith("/a.csv")
        assert answer.body == b""


def test_another_host_is_misdirected(server):
    answer = send(server, "GET", "/api/v1/datasets/list", headers={"Host": "evil.example"})
    assert (answer.status, answer.json["code"]) == (421, 421)
    assert "evil.example" in answer.json["message"]


def test_the_host_of_an_absolute_target_counts_whatever_the_header_says(server):
    request = "GET http://{}/api/v1/datasets/list HTTP/1.1\r\nHost: {}\r\n\r\n"
    assert raw(server, request.format("localhost", "evil.example").encode()).startswith(b"200 ")
    assert raw(server, request.format("evil.example", "localhost").encode()).startswith(b"421 ")


def test_a_request_needs_one_host(server):
    assert raw(server, b"GET /api/v1/datasets/list HTTP/1.1\r\n\r\n").startswith(b"400 ")
    two = b"GET /api/v1/datasets/list HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"
    assert raw(server, two).startswith(b"400 ")


def test_a_tunnel_is_refused(server):
    answer = raw(server, b"CONNECT www.kaggle.com:443 HTTP/1.1\r\nHost: www.kaggle.com:443\r\n\r\n")
    assert answer.startswith(b"405 ")
    assert b"no proxy" in answer


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01" + b"\x00" * 200,
        b"\x00\xff" * 400 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 50 + b"x\r\n\r\n",
    ],
    ids=["a TLS greeting", "binary", "a strange version", "empty lines"],
)
def test_what_is_no_http_is_refused(server, noise):
    assert raw(server, noise).startswith(b"400 ")
    assert send(server, "GET", "/healthz").status == 200


def test_a_head_without_end_is_cut_off(server):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X-Filler: " + b"a" * 200_000
    assert raw(server, request).startswith(b"431 ")


def test_many_calls_at_once_are_all_answered(server, user):
    publish(server, user, "in-parallel", {"a.csv": b"x\n1\n"})
    ready, statuses = threading.Barrier(50), []

    def call() -> None:
        ready.wait(timeout=30)
        for _ in range(4):
            statuses.append(rpc(server, HELLO, {}, bearer(user)).status)
            statuses.append(send(server, "GET", f"/api/v1/datasets/view/{user.name}/in-parallel").status)

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 400


def test_200_connections_at_once_are_all_answered(server, user):
    one = f"GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.token}\r\n\r\n"
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            for _ in range(200)
        ]
        for line in lines:
            line.sendall(one.encode())
        assert all(line.recv(100).startswith(b"HTTP/1.1 200") for line in lines)


def test_requests_on_one_connection_are_answered_in_order(server, user):
    one = f"GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {user.token}\r\n\r\n"
    last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall((one * 3 + last).encode())
        answers = b"".join(iter(lambda: line.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 200") == 4
    assert answers.rindex(b'"status"') > answers.rindex(user.name.encode())


def test_a_body_that_is_cut_leaves_nothing_behind(server, user):
    head = f"POST /api/v1/{HELLO} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(head.encode() + b"{")
    assert rpc(server, HELLO, {}, bearer(user)).status == 200


def test_an_answer_never_carries_the_version_headers_that_make_official_clients_warn(server, user):
    answer = rpc(server, HELLO, {}, bearer(user))
    assert not [name for name in answer.headers if name.lower().startswith("x-kaggle")]
