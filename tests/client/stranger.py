"""A server of another make on the loopback: it speaks the official wire alone, and fails as a test asks."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from brant.client.credentials import AccessToken
from brant.client.endpoints import Endpoint
from brant.client.session import Session
from brant.transfer.http.pool import Pool
from brant.transfer.http.retry import RetryPolicy
from tests.transfer.peer import Exchange, Peer, Step, peer

_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")


class Stranger:
    """Takes uploads and publishes them.

    `on` holds what is to happen instead, by the name of a method, of a file whose bytes come, or `ask ` and
    the name of a file whose state is asked for.
    """

    def __init__(self) -> None:
        self.on: dict[str, Step] = {}
        self.exists = False
        self.started: list[str] = []
        self.held: dict[str, bytearray] = {}
        self.published: list[dict[str, Any]] = []
        self._lock = threading.Condition()
        self._sessions: list[Session] = []
        self.peer: Peer

    def __call__(self, exchange: Exchange) -> None:
        name = exchange.request.target.rsplit("/", 1)[-1].split("?")[0]
        if exchange.request.target.startswith("/upload/"):
            self._take(exchange, name)
            return
        body = exchange.read_body()
        step = self.on.get(name)
        if step is not None:
            step(exchange)
            return
        answer: Callable[[dict[str, Any]], tuple[int, object]] = getattr(self, f"_{name}")
        code, said = answer(json.loads(body or b"{}"))
        exchange.answer(code, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def _take(self, exchange: Exchange, token: str) -> None:
        """Resumable upload, as behaviour.md §7 tells it; the token is number and file name."""
        file = token.partition("-")[2]
        span = _RANGE.fullmatch(exchange.request.headers.get("content-range", ""))
        asking = span is not None and span[1] is None
        step = self.on.get(f"ask {file}" if asking else file)
        if step is not None:
            step(exchange)
            return
        body = exchange.read_body()
        with self._lock:
            held = self.held.setdefault(token, bytearray())
            if span is not None and span[1] is not None:
                del held[int(span[1]) :]
            elif not asking:
                held.clear()
            held += body
            whole = span is None or len(held) == int(span[2])
            self._lock.notify_all()
        if whole:
            exchange.answer(200)
        else:
            exchange.answer(308, b"", {"Range": f"bytes=0-{len(held) - 1}"} if held else {})

    def _Hello(self, _: dict[str, Any]) -> tuple[int, object]:  # noqa: N802 - named by the wire
        return 200, {"userName": "ada"}

    def _GetDatasetStatus(self, _: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        return (200, {"status": "READY"}) if self.exists else (404, {"code": 404, "message": "none"})

    def _ListDatasets(self, _: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        return 200, {"datasets": [{"ref": "ada/geese", "title": "Geese"}]}

    def _GetDataset(self, _: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        return 200, {"ref": "ada/palmer-penguins", "currentVersionNumber": 3}

    def _GetDatasetMetadata(self, _: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        return 200, {"info": {"licenses": [{"name": "CC0-1.0"}]}}

    def _StartBlobUpload(self, asked: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        with self._lock:
            name = asked.get("name") or asked["fileName"]
            self.started.append(name)
            token = f"{len(self.started)}-{name}"
        return 200, {"token": token, "createUrl": self.peer.url(f"/upload/{token}")}

    _StartSubmissionUpload = _StartBlobUpload

    def _CreateDataset(self, asked: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        self.published.append(asked)
        return 200, {"status": "ok", "url": "http://stranger/ada/palmer-penguins"}

    _CreateDatasetVersion = _CreateDataset
    _CreateDatasetVersionById = _CreateDataset

    def _CreateSubmission(self, asked: dict[str, Any]) -> tuple[int, object]:  # noqa: N802
        self.published.append(asked)
        return 200, {"ref": 7, "message": "taken"}

    _CreateCompetitionSolution = _CreateSubmission
    _CreateCompetitionSampleSubmission = _CreateSubmission

    def await_bytes_of(self, *files: str) -> None:
        """Wait until bytes of each of `files` have come, so that its client has noted that it began them."""
        with self._lock:
            assert self._lock.wait_for(
                lambda: set(files) <= {token.partition("-")[2] for token in self.held}, timeout=20
            )

    def session(self, state: Path | None, warn: Callable[[str], None] | None = None) -> Session:
        """A session with this server that remembers uploads in `state`."""
        session = Session(
            Endpoint.of(f"http://127.0.0.1:{self.peer.port}"),
            AccessToken("KGAT_stranger", "a test"),
            Pool(),
            retry=RetryPolicy(attempts=2),
            sleep=lambda _: None,
            warn=warn,
            state=state,
        )
        self._sessions.append(session)
        return session

    def close(self) -> None:
        for session in self._sessions:
            session.close()


@contextmanager
def stranger() -> Iterator[Stranger]:
    """A running stranger."""
    server = Stranger()
    with peer(server) as running:
        server.peer = running
        yield server
        server.close()
