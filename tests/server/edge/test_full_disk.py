"""A full disk: clients hear what is wrong, the server lives on, and goes on when there is space again."""

import io
import os
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import RunningServer
from tests.server.edge.calls import Answer, address_of, bearer, publish, rpc, send, start_upload

CREATE = "datasets.DatasetApiService/CreateDataset"
CONTENT = os.urandom(3 << 20)


@contextmanager
def full_beyond(server: RunningServer, size: int) -> Iterator[None]:
    """No file of the server's can grow beyond `size` bytes: to a process that is as if the disk were full."""
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


def creation(owner: str, token: str) -> dict[str, Any]:
    return {"ownerSlug": owner, "slug": "large-one", "title": "Large One", "files": [{"token": token}]}


def is_full(answer: Answer) -> bool:
    said = {"code": 500, "message": "the server's disk is full: make room there, then continue"}
    return answer.status == 500 and answer.json == said


def test_an_upload_stops_at_a_full_disk_and_goes_on_where_it_was(new_server: Any) -> None:
    server: RunningServer = new_server()
    user = server.new_user()
    token, address = start_upload(server, user, "large.bin", len(CONTENT))
    with full_beyond(server, 1_500_000):
        assert is_full(send(server, "PUT", address, CONTENT))
        where = send(server, "PUT", address, b"", {"Content-Range": f"bytes */{len(CONTENT)}"})
        assert (where.status, where.headers["Range"]) == (308, "bytes=0-1499999")
    rest = {"Content-Range": f"bytes 1500000-{len(CONTENT) - 1}/{len(CONTENT)}"}
    assert send(server, "PUT", address, CONTENT[1_500_000:], rest).status == 200
    assert rpc(server, CREATE, creation(user.name, token), bearer(user)).json["status"] == "ok"
    assert send(server, "GET", address_of(server, f"{user.name}/large-one", "large.bin")).body == CONTENT
    assert "Traceback" not in server.log.read_text()


def test_on_a_full_disk_reading_works_and_publishing_says_why_not(new_server: Any) -> None:
    server: RunningServer = new_server()
    user, late = server.new_user(), server.new_user()  # `late` has never been seen: that is noted, or not
    handle = publish(server, user, "was-there", {"a.csv": b"x\n1\n"})
    token, address = start_upload(server, user, "small.csv", 4)
    assert send(server, "PUT", address, b"x\n2\n").status == 200
    asked = {"name": "b.csv", "contentLength": 1, "type": "DATASET"}
    with full_beyond(server, 1):
        assert is_full(rpc(server, "blobs.BlobApiService/StartBlobUpload", asked, bearer(user)))
        assert is_full(rpc(server, CREATE, creation(user.name, token), bearer(user)))
        view = {"ownerSlug": user.name, "datasetSlug": "was-there"}
        assert rpc(server, "datasets.DatasetApiService/GetDataset", view, bearer(late)).status == 200
        assert send(server, "GET", address_of(server, handle, "a.csv")).body == b"x\n1\n"
    assert rpc(server, CREATE, creation(user.name, token), bearer(user)).json["status"] == "ok"
    assert "Traceback" not in server.log.read_text()


def test_an_archive_that_does_not_fit_publishes_nothing_and_later_everything(new_server: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/small.csv", b"x\n1\n")
        archive.writestr("folder/large.bin", bytes(4 << 20))
    server: RunningServer = new_server()
    user = server.new_user()
    token, address = start_upload(server, user, "archive.zip", len(packed.getvalue()))
    assert send(server, "PUT", address, packed.getvalue()).status == 200
    with full_beyond(server, 2_000_000):
        assert is_full(rpc(server, CREATE, creation(user.name, token), bearer(user)))
    assert rpc(server, CREATE, creation(user.name, token), bearer(user)).json["status"] == "ok"
    whole = send(server, "GET", address_of(server, f"{user.name}/large-one", "folder/large.bin")).body
    assert whole == bytes(4 << 20)
    assert list((server.data / "staging").iterdir()) == []
