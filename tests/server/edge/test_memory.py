"""Memory: large uploads and downloads in constant space."""

import hashlib
import http.client
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import RunningServer
from tests.server.edge.calls import address_of, bearer, rpc, send, start_upload

PIECE = bytes(1 << 20)
PIECES = 300
LIMIT_KIB = 150 * 1024


def peak(server: RunningServer) -> int:
    """The most resident memory the server has ever had, in KiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    assert found is not None
    return int(found[1])


def zeros() -> Iterator[bytes]:
    yield from (PIECE for _ in range(PIECES))


def test_300_megabytes_go_up_and_come_down_in_constant_memory(new_server):
    server: RunningServer = new_server()
    user = server.new_user()
    size = len(PIECE) * PIECES
    token, address = start_upload(server, user, "zeros.bin", size)
    assert send(server, "PUT", address, zeros(), {"Content-Length": str(size)}).status == 200
    request = {
        "ownerSlug": user.name,
        "slug": "many-zeros",
        "title": "Many Zeros",
        "licenseName": "CC0-1.0",
        "files": [{"token": token}],
    }
    assert (
        rpc(server, "datasets.DatasetApiService/CreateDataset", request, bearer(user)).json["status"] == "ok"
    )

    expected = hashlib.sha256()
    for piece in zeros():
        expected.update(piece)
    for file in ("zeros.bin", None):
        parts = address_of(server, f"{user.name}/many-zeros", file).partition(f":{server.port}")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", parts[2])
        response = connection.getresponse()
        digest, received = hashlib.sha256(), 0
        while piece := response.read(1 << 20):
            digest.update(piece)
            received += len(piece)
        connection.close()
        assert received == int(response.headers["Content-Length"])
        if file:
            assert digest.digest() == expected.digest()
    assert peak(server) < LIMIT_KIB
