"""A server in this process, over a real port, whose clock and load a test owns."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import uvicorn

from brant.server import data_folder
from brant.server.app import build
from brant.server.edge.protocol import EdgeProtocol
from brant.server.settings import Settings
from tests.conftest import RunningServer


class Clock:
    """Stands still until it is moved, or runs. It begins with a whole minute, as a window of limits does."""

    def __init__(self) -> None:
        self._stood = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
        self._started: float | None = None

    def __call__(self) -> datetime:
        ran = 0.0 if self._started is None else time.monotonic() - self._started
        return self._stood + timedelta(seconds=ran)

    def move(self, seconds: float) -> None:
        self._stood += timedelta(seconds=seconds)

    def run(self) -> None:
        """For a peer that waits in earnest."""
        self._started = time.monotonic()


class Owned(RunningServer):
    """Its `clock`, and its `load` from 0 to 1."""

    clock: Clock
    load: float = 0.0


class _Server(uvicorn.Server):
    """Says when it is ready."""

    ready: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def owned_server(data: Path, *, rate_limit: int) -> Iterator[Owned]:
    """Serves until the end of the block."""
    data_folder.prepare(data)
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        no_process = cast("subprocess.Popen[str]", None)
        owned = Owned(f"http://127.0.0.1:{port}", data, no_process, data.with_name("log"))
        owned.clock = clock
        app = build(Settings(data=data, port=port, rate_limit=rate_limit), clock, lambda: owned.load)
        config = uvicorn.Config(app, http=EdgeProtocol, ws="none", lifespan="on", log_config=None)
        server = _Server(config)
        server.ready = threading.Event()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.ready.wait(timeout=30)
            yield owned
        finally:
            server.should_exit = True
            thread.join(timeout=30)
