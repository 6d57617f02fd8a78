"""Our own server for the runs in which the API takes part: no limits on its rate, one user."""

import json
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from brant.client import endpoints
from brant.client.credentials import find
from brant.client.session import Session
from brant.contract.blobs import START_BLOB_UPLOAD, ApiBlobType, ApiStartBlobUploadRequest
from brant.server.store.blobs import BlobStore
from brant.transfer.http.pool import Pool, TransportSettings
from tests.conftest import start_server


class Api:
    """A running server and a session of its user. Close it."""

    def __init__(self) -> None:
        self._room = TemporaryDirectory(prefix="faults-server-")
        home = Path(self._room.name)
        self.server = start_server(home / "data", "--rate-limit", "0")
        self.user = self.server.new_user()
        self.environ = {"BRANT_ENDPOINT": self.server.address, "KAGGLE_API_TOKEN": self.user.token}
        self.session = self.open(TransportSettings())
        self._blobs = BlobStore(self.server.data)

    def open(self, settings: TransportSettings) -> Session:
        """A session whose connections are made so."""
        home = Path(self._room.name)
        endpoint = endpoints.choose(self.environ)
        return Session(endpoint, find(self.environ, home, endpoint=endpoint), Pool(settings))

    def publish(self, files: dict[str, bytes]) -> str:
        """A dataset with these files; its handle."""
        from brant.client.datasets import create

        folder = Path(self._room.name) / "geese"
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        handle = f"{self.user.name}/many-geese"
        metadata = {"id": handle, "title": "Many geese", "licenses": [{"name": "CC0-1.0"}]}
        (folder / "dataset-metadata.json").write_text(json.dumps(metadata))
        create(self.session, folder)
        return handle

    def start_upload(self, size: int) -> str:
        """The address of a new upload."""
        request = ApiStartBlobUploadRequest(
            type=ApiBlobType.DATASET, name="penguins.csv", content_length=size
        )
        answer = self.session.call(START_BLOB_UPLOAD, request, repeatable=True)
        assert answer.create_url
        return answer.create_url

    def received(self, url: str, size: int) -> int:
        """How many bytes of an upload the server has, by its own word."""
        with self.session.pool.request("PUT", url, headers={"Content-Range": f"bytes */{size}"}) as response:
            if response.status == 200:
                return size
            assert response.status == 308, response.status
            found = response.headers.get("range", "bytes=0--1")
        return int(found.removeprefix("bytes=0-")) + 1

    def stores(self, data: bytes) -> bool:
        """Whether these bytes lie whole on the server's disk."""
        path = self._blobs.path(sha256(data).hexdigest())
        return path.exists() and path.read_bytes() == data

    def close(self) -> None:
        self.session.pool.close()
        self.server.stop()
        assert self.server.process.stdout is not None
        self.server.process.stdout.close()
        self._room.cleanup()
