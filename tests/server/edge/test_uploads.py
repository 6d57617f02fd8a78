"""Uploads: the resumable PUT of behaviour.md §7, as official clients send it."""

import hashlib
import os
import socket
import threading
from pathlib import Path

import pytest

from brant.errors import InvalidInput
from brant.server.edge.uploads import Part, read_part
from tests.conftest import RunningServer
from tests.server.edge.calls import bearer, publish, raw, rpc, send, start_upload

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def user(server):
    return server.new_user()


@pytest.mark.parametrize(
    ("content_range", "length", "part"),
    [
        (None, 10, Part(0, 10, 10)),
        (None, None, Part(0, None, None)),
        ("bytes 0-9/10", 10, Part(0, 10, 10)),
        ("bytes 4-9/10", None, Part(4, 6, 10)),
        ("bytes 0-3/*", 4, Part(0, 4, None, goes_on=True)),
        ("bytes */10", 0, 10),
        ("bytes */*", None, None),
    ],
)
def test_what_a_put_carries_is_read_from_its_headers(content_range, length, part):
    assert read_part(content_range, length) == part


@pytest.mark.parametrize(
    ("content_range", "length"),
    [
        ("bytes 0-9/10", 9),
        ("bytes 9-0/10", None),
        ("bytes 0-10/10", None),
        ("bytes */10", 4),
        ("bytes 0-9", 10),
        ("items 0-9/10", 10),
        ("bytes 1-2/3, bytes 4-5/6", None),
        ("bytes " + "9" * 30 + "-1/1", None),
    ],
)
def test_a_content_range_that_does_not_fit_is_bad_input(content_range, length):
    with pytest.raises(InvalidInput):
        read_part(content_range, length)


def test_a_whole_file_is_taken_with_its_length_alone(server, user):
    _, address = start_upload(server, user, "a.bin", len(CONTENT))
    answer = send(server, "PUT", address, CONTENT)
    assert (answer.status, answer.json) == (200, {})


def test_a_whole_file_is_taken_with_a_content_range(server, user):
    _, address = start_upload(server, user, "a.bin", len(CONTENT))
    headers = {"Content-Range": f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"}
    assert send(server, "PUT", address, CONTENT, headers).status == 200


def test_a_whole_file_is_taken_in_chunks_without_a_length(server, user):
    _, address = start_upload(server, user, "a.bin", len(CONTENT))
    assert send(server, "PUT", address, iter([CONTENT[:700], CONTENT[700:]])).status == 200


@pytest.mark.parametrize("body", [b"", iter([])], ids=["with a length of 0", "chunked"])
def test_an_empty_file_is_taken(server, user, body):
    _, address = start_upload(server, user, "empty", 0)
    assert send(server, "PUT", address, body).status == 200


def test_a_question_tells_how_far_an_upload_has_come(server, user):
    _, address = start_upload(server, user, "a.bin", 10)
    question = {"Content-Range": "bytes */10", "Content-Length": "0"}

    nothing = send(server, "PUT", address, b"", question)
    assert (nothing.status, nothing.headers["Range"], nothing.headers["Location"]) == (308, None, None)

    part = send(server, "PUT", address, b"0123", {"Content-Range": "bytes 0-3/10"})
    assert (part.status, part.headers["Range"]) == (308, "bytes=0-3")
    assert send(server, "PUT", address, b"", question).headers["Range"] == "bytes=0-3"

    assert send(server, "PUT", address, b"456789", {"Content-Range": "bytes 4-9/10"}).status == 200
    assert send(server, "PUT", address, b"", question).status == 200


def test_bytes_beyond_a_gap_are_not_taken(server, user):
    _, address = start_upload(server, user, "a.bin", 10)
    answer = send(server, "PUT", address, b"6789", {"Content-Range": "bytes 6-9/10"})
    assert (answer.status, answer.headers["Range"]) == (308, None)


def test_a_cut_upload_keeps_what_arrived_and_goes_on_from_there(server, user):
    content = os.urandom(5_000_000)
    _, address = start_upload(server, user, "big.bin", len(content))
    path = address.partition(f":{server.port}")[2]
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
        line.sendall(head.encode() + content[:3_500_000])

    # What arrived before the cut is kept; the server learns of the cut a moment later.
    arrived = _wait_for(server, address, len(content), at_least=3_500_000)
    assert arrived == 3_500_000

    rest = {"Content-Range": f"bytes {arrived}-{len(content) - 1}/{len(content)}"}
    assert send(server, "PUT", address, content[arrived:], rest).status == 200
    assert _stored(server.data, content)


def _wait_for(server: RunningServer, address: str, size: int, *, at_least: int) -> int:
    """Asks until so many bytes are counted; returns how many are."""
    arrived = -1
    for _ in range(2000):
        state = send(server, "PUT", address, b"", {"Content-Range": f"bytes */{size}"})
        arrived = int((state.headers["Range"] or "bytes=0--1").partition("-")[2]) + 1
        if arrived >= at_least:
            break
    return arrived


def test_a_second_connection_takes_over_from_one_that_hangs(server, user):
    content = os.urandom(3_000_000)
    _, address = start_upload(server, user, "big.bin", len(content))
    path = address.partition(f":{server.port}")[2]
    with socket.create_connection(("127.0.0.1", server.port)) as hanging:
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
        hanging.sendall(head.encode() + content[:1_500_000])
        _wait_for(server, address, len(content), at_least=1_000_000)
        assert send(server, "PUT", address, content).status == 200
    assert _stored(server.data, content)


def test_more_bytes_than_declared_are_refused(server, user):
    _, address = start_upload(server, user, "a.bin", 5)
    assert send(server, "PUT", address, b"0123456789").status == 400
    assert send(server, "PUT", address, iter([b"01234", b"56789"])).status == 400


def test_another_size_than_declared_is_refused(server, user):
    _, address = start_upload(server, user, "a.bin", 10)
    answer = send(server, "PUT", address, b"0123", {"Content-Range": "bytes 0-3/4"})
    assert answer.status == 400
    assert "declared" in answer.json["message"]


@pytest.mark.parametrize("end", ["bytes */{size}", "bytes {half}-{last}/{size}"])
def test_parts_of_a_file_of_unknown_size_end_only_where_a_size_is_said(server, user, end):
    _, address = start_upload(server, user, "a.bin", 0)
    half, last = len(CONTENT) // 2, len(CONTENT) - 1
    first = send(server, "PUT", address, CONTENT[:half], {"Content-Range": f"bytes 0-{half - 1}/*"})
    assert (first.status, first.headers["Range"]) == (308, f"bytes=0-{half - 1}")
    if end.startswith("bytes *"):
        rest = send(server, "PUT", address, CONTENT[half:], {"Content-Range": f"bytes {half}-{last}/*"})
        assert (rest.status, rest.headers["Range"]) == (308, f"bytes=0-{last}")
    said = {"Content-Range": end.format(half=half, last=last, size=len(CONTENT))}
    assert send(server, "PUT", address, b"" if "*" in end else CONTENT[half:], said).status == 200


def test_an_encoded_upload_is_refused(server, user):
    _, address = start_upload(server, user, "a.bin", 5)
    answer = send(server, "PUT", address, b"01234", {"Content-Encoding": "gzip"})
    assert answer.status == 415
    assert "Content-Encoding" in answer.json["message"]


def test_an_unknown_token_is_not_found(server):
    answer = send(server, "PUT", "/storage/uploads/nobody-knows-me", b"x")
    assert answer.status == 404
    assert "start it again" in answer.json["message"]


def test_only_put_is_taken(server, user):
    _, address = start_upload(server, user, "a.bin", 5)
    for verb in ("GET", "POST", "DELETE"):
        answer = send(server, verb, address)
        assert (answer.status, answer.headers["Allow"]) == (405, "PUT")


def test_uploads_run_side_by_side(server, user):
    contents = {f"f{number}.bin": os.urandom(300_000) for number in range(12)}
    publish(server, user, "side-by-side", {"first.csv": b"a\n1\n"})
    statuses: list[int] = []

    def put(name: str, content: bytes) -> None:
        _, address = start_upload(server, user, name, len(content))
        statuses.append(send(server, "PUT", address, content).status)

    threads = [threading.Thread(target=put, args=pair) for pair in contents.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 12
    assert all(_stored(server.data, content) for content in contents.values())


def test_the_upload_address_is_in_the_origin_that_the_caller_used(server, user):
    body = b'{"type":"DATASET","name":"a.bin","contentLength":1}'
    head = (
        "POST http://localhost/api/v1/blobs.BlobApiService/StartBlobUpload HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {user.token}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    assert b'"createUrl":"http://localhost/storage/uploads/' in raw(server, head.encode() + body)
    plain = rpc(
        server, "blobs.BlobApiService/StartBlobUpload", {"name": "a", "contentLength": 1}, bearer(user)
    )
    assert plain.json["createUrl"].startswith(f"http://127.0.0.1:{server.port}/storage/uploads/")


def _stored(data: Path, content: bytes) -> bool:
    found = list((data / "blobs").rglob(hashlib.sha256(content).hexdigest()))
    return len(found) == 1 and found[0].read_bytes() == content


def test_a_server_that_is_killed_knows_what_arrived(new_server, tmp_path):
    first: RunningServer = new_server(data=tmp_path / "kept")
    user = first.new_user()
    content = os.urandom(2_000_000)
    _, address = start_upload(first, user, "a.bin", len(content))
    part = {"Content-Range": f"bytes 0-1199999/{len(content)}"}
    assert send(first, "PUT", address, content[:1_200_000], part).status == 308
    first.process.kill()
    first.process.wait()

    second: RunningServer = new_server(data=tmp_path / "kept")
    state = send(second, "PUT", address, b"", {"Content-Range": f"bytes */{len(content)}"})
    assert state.headers["Range"] == "bytes=0-1199999"
    rest = {"Content-Range": f"bytes 1200000-{len(content) - 1}/{len(content)}"}
    assert send(second, "PUT", address, content[1_200_000:], rest).status == 200
    assert _stored(second.data, content)
