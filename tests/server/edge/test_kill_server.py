"""A server killed at any moment, over HTTP: what clients were told is true, and uploads go on."""

import contextlib
import hashlib
import http.client
import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brant.server.domain.services import Services
from tests.conftest import RunningServer, User
from tests.server.domain.conftest import World
from tests.server.domain.test_kill import check
from tests.server.edge.calls import Answer, address_of, bearer, rpc, send, start_upload, upload

DATASETS = "datasets.DatasetApiService"
TURNS = 10
LARGE = random.Random(1).randbytes(12_000_000)
PART = 400_000


@dataclass
class Client:
    """One who works until the server is gone, and remembers what it was told."""

    user: User
    upload_address: str
    upload_token: str
    chance: random.Random
    kept: dict[str, bytes] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    acknowledged: int = 0
    number: int = 0

    def work(self, server: RunningServer) -> None:
        steps = (self.publish, self.publish, self.add_version, self.delete, self.go_on)
        with contextlib.suppress(ConnectionError, http.client.HTTPException, OSError):
            while True:
                self.chance.choice(steps)(server)

    def publish(self, server: RunningServer) -> None:
        self.number += 1
        slug, content = f"set-{self.number}", b"%d " % self.number * self.chance.randint(1, 50_000)
        token = upload(server, self.user, "a.bin", content)
        request = {"slug": slug, "title": slug, "files": [{"token": token}]}
        assert rpc(server, f"{DATASETS}/CreateDataset", request, bearer(self.user)).json["status"] == "ok"
        self.kept[slug] = content

    def add_version(self, server: RunningServer) -> None:
        slug = self._any(server)
        content = b"again " + self.kept.pop(slug)  # until it is told, either may be the newest
        token = upload(server, self.user, "a.bin", content)
        body = {"files": [{"token": token}], "versionNotes": "x", "deleteOldVersions": True}
        answer = self._of(server, "CreateDatasetVersion", slug, body=body)
        assert answer.json["status"] == "ok"
        self.kept[slug] = content

    def delete(self, server: RunningServer) -> None:
        slug = self._any(server)
        del self.kept[slug]
        assert self._of(server, "DeleteDataset", slug).status == 200
        self.deleted.add(slug)

    def go_on(self, server: RunningServer) -> None:
        """The next part of the large file, from where the server says it is."""
        at = self.received(server)
        assert at >= self.acknowledged
        part = LARGE[at : at + PART]
        if part:
            headers = {"Content-Range": f"bytes {at}-{at + len(part) - 1}/{len(LARGE)}"}
            self.acknowledged = _received(send(server, "PUT", self.upload_address, part, headers))

    def received(self, server: RunningServer) -> int:
        question = {"Content-Range": f"bytes */{len(LARGE)}"}
        return _received(send(server, "PUT", self.upload_address, b"", question))

    def look(self, server: RunningServer) -> None:
        """What it was told is so."""
        for slug, content in self.kept.items():
            assert (
                send(server, "GET", address_of(server, f"{self.user.name}/{slug}", "a.bin")).body == content
            )
        for slug in self.deleted:
            assert self._of(server, "GetDataset", slug).status == 404

    def _of(self, server: RunningServer, method: str, slug: str, **fields: Any) -> Any:
        request = {"ownerSlug": self.user.name, "datasetSlug": slug, **fields}
        return rpc(server, f"{DATASETS}/{method}", request, bearer(self.user))

    def _any(self, server: RunningServer) -> str:
        if not self.kept:
            self.publish(server)
        return self.chance.choice(sorted(self.kept))


def test_what_clients_were_told_holds_though_the_server_is_killed_again_and_again(
    new_server: Any, tmp_path: Path
) -> None:
    chance = random.Random(20260131)
    server: RunningServer = new_server(data=tmp_path / "data")
    clients = []
    for _ in range(3):
        user = server.new_user()
        token, address = start_upload(server, user, "large.bin", len(LARGE))
        clients.append(Client(user, address.partition(f":{server.port}")[2], token, chance))
        clients[-1].publish(server)
    beside: tuple[Callable[[], object], ...] = (
        lambda: server.admin("gc"),
        lambda: server.admin("backup", str(tmp_path / f"backup-{os.urandom(4).hex()}")),
        lambda: None,
    )
    for _ in range(TURNS):
        workers = [threading.Thread(target=client.work, args=(server,)) for client in clients]
        for worker in workers:
            worker.start()
        killer = threading.Timer(chance.uniform(0.02, 0.4), server.process.kill)
        killer.start()
        chance.choice(beside)()
        server.process.wait()
        for worker in workers:
            worker.join()
        server = new_server(data=tmp_path / "data")
        for client in clients:
            client.look(server)
    for client in clients:
        while client.received(server) < len(LARGE):
            client.go_on(server)
        request = {"slug": "large-one", "title": "Large one", "files": [{"token": client.upload_token}]}
        answer = rpc(server, f"{DATASETS}/CreateDataset", request, bearer(client.user))
        assert answer.json["status"] == "ok"
        whole = send(server, "GET", address_of(server, f"{client.user.name}/large-one", "large.bin")).body
        assert hashlib.sha256(whole).digest() == hashlib.sha256(LARGE).digest()
    assert server.stop() == 0
    with contextlib.closing(Services.open(tmp_path / "data")) as services:
        check(World(services, tmp_path / "data"))
    for kept in tmp_path.glob("backup-*"):
        with contextlib.closing(Services.open(kept)) as services:
            check(World(services, kept))


def _received(answer: Answer) -> int:
    """How many bytes of the large file the server says it has."""
    if answer.status == 200:
        return len(LARGE)
    assert answer.status == 308
    return int(answer.headers["Range"].rpartition("-")[2]) + 1 if "Range" in answer.headers else 0
