"""Serving: runs the application until it is told to stop."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import uvicorn
from starlette.applications import Starlette

from brant.errors import LocalFailure
from brant.server import data_folder
from brant.server.app import build
from brant.server.edge.protocol import EdgeProtocol
from brant.server.jobs.supervision import supervising
from brant.server.logs import start_logging
from brant.server.settings import Settings, address

# Idle connections cost little; a client whose connection closes under it must guess what came of it.
KEEP_ALIVE_SECONDS: Final = 65
# How long a stop waits for answers that are under way.
GRACE_SECONDS: Final = 5
_OPEN_FILES: Final = 65_536


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C; `announce` is told the address once connections are accepted.

    Raises LocalFailure where the data folder is served by another process, or the port is taken.
    """
    start_logging(verbose=settings.verbose)
    _allow_many_files()
    data_folder.prepare(settings.data)
    with data_folder.held(settings.lock), _listening(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        app = build(replace(settings, port=port))
        config = uvicorn.Config(
            app,
            http=EdgeProtocol,
            ws="none",
            lifespan="off",  # run below, so that its errors come out as they are
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = _Server(config, lambda: announce(address(settings.host, port)))
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(app, server, listener, settings))


async def _run(app: Starlette, server: "_Server", listener: socket.socket, settings: Settings) -> None:
    async with app.router.lifespan_context(app):  # it brings the database up to date, which workers need
        with supervising(settings):
            await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and ends by a signal without dying of it."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Announces readiness."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but what was caught is not raised again: to be stopped is no failure."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _allow_many_files() -> None:
    """Each connection is a file, and each download another: takes as many as the system lets us have."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listening(host: str, port: int) -> socket.socket:
    bare = host.strip("[]")
    listener = socket.socket(socket.AF_INET6 if ":" in bare else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((bare, port))
    except OSError as error:
        listener.close()
        raise LocalFailure(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --port"
        ) from None
    return listener
