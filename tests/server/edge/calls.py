"""A plain HTTP client for the tests: http.client, and nothing that is ours."""

import http.client
import json
import socket
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.conftest import RunningServer, User
from tests.ledger import LEDGER


class Answer(NamedTuple):
    """Status, headers and body of one answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers["Location"]


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {user.token}"}


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{secret}".encode()).decode()}


def send(
    server: RunningServer,
    verb: str,
    target: str,
    body: bytes | Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request on a connection of its own; `target` is a path, or an absolute address of the server."""
    parts = urlsplit(target)
    path = target if not parts.scheme else parts._replace(scheme="", netloc="").geturl()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(verb, path, body, dict(headers or {}))
        response = connection.getresponse()
        said = response.read()
        LEDGER.answered(response.getheaders(), said)
        return Answer(response.status, response.headers, said)
    finally:
        connection.close()


def rpc(
    server: RunningServer, method: str, request: object, headers: Mapping[str, str] | None = None
) -> Answer:
    """Calls `service/Name` with a JSON body."""
    described = {"Content-Type": "application/json", **(headers or {})}
    return send(server, "POST", f"/api/v1/{method}", json.dumps(request).encode(), described)


def raw(server: RunningServer, data: bytes, *, finish: bool = False) -> bytes:
    """Sends bytes as they are; returns the status and the body of the first answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(data)
        if finish:
            line.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return b"%d " % answer.status + answer.read()


def start_upload(server: RunningServer, user: User, name: str, size: int) -> tuple[str, str]:
    """An upload token, and the address that takes the bytes."""
    request = {"type": "DATASET", "name": name, "contentLength": size, "lastModifiedEpochSeconds": 1}
    answer = rpc(server, "blobs.BlobApiService/StartBlobUpload", request, bearer(user))
    assert answer.status == 200, answer.body
    return answer.json["token"], answer.json["createUrl"]


def upload(server: RunningServer, user: User, name: str, content: bytes) -> str:
    """The token of an uploaded file."""
    token, address = start_upload(server, user, name, len(content))
    assert send(server, "PUT", address, content).status == 200
    return token


def publish(server: RunningServer, user: User, slug: str, files: Mapping[str, bytes]) -> str:
    """Makes a public dataset of files in its root; returns `owner/slug`."""
    request = {
        "ownerSlug": user.name,
        "slug": slug,
        "title": slug.replace("-", " ").title(),
        "licenseName": "CC0-1.0",
        "files": [{"token": upload(server, user, name, content)} for name, content in files.items()],
    }
    answer = rpc(server, "datasets.DatasetApiService/CreateDataset", request, bearer(user))
    assert answer.status == 200, answer.body
    assert answer.json.get("status") == "ok", answer.json
    return f"{user.name}/{slug}"


def address_of(server: RunningServer, handle: str, file: str | None = None) -> str:
    """The signed address of a file, or of the whole version."""
    owner, slug = handle.split("/")
    request = {"ownerSlug": owner, "datasetSlug": slug, **({"fileName": file} if file else {})}
    answer = rpc(server, "datasets.DatasetApiService/DownloadDataset", request)
    assert answer.status == 302, answer.body
    return answer.location


def limited(server: RunningServer, user: User, *scopes: str) -> User:
    """The same user with a token that allows `scopes` alone; the key stays as it is."""
    return replace(user, token=server.token(user.name, *scopes))
