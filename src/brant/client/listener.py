"""Waits on a loopback port for the browser to come back from a login (RFC 8252 §7.3)."""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from queue import Empty, SimpleQueue
from random import SystemRandom
from socketserver import ThreadingTCPServer
from threading import Lock, Thread
from typing import Any, Final, Self
from urllib.parse import urlsplit

from brant.errors import BrantError, LocalFailure, Unauthenticated

# The ports that the official client may use, and so every server lets `kagglesdk` use (behaviour.md §3).
PORTS: Final = range(8000, 9001)

_POLL: Final = 0.05  # seconds that closing may have to wait
# Other programs of this machine may connect and say nothing: there is always room for one more.
_MOST_OPEN: Final = 64
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body style="font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem">
<main><h1>{title}</h1><p>{text}</p></main>
</body>
</html>
"""

Judge = Callable[[str], str | None]
"""Reads the query of a request: the code that it brings, None for what is not the answer waited for."""


class Listener:
    """Listens on 127.0.0.1, on a free port of `PORTS`. Close it, or use it as a context manager.

    Requests that are not the answer get a page and change nothing. Raises LocalFailure when no port is free.
    """

    def __init__(self) -> None:
        self._server = _bound()
        self._thread: Thread | None = None
        self.port: Final[int] = self._server.server_address[1]

    def serve(self, judge: Judge) -> None:
        """Answer requests from now on, by threads of its own."""
        self._server.judge = judge
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL,), daemon=True)
        self._thread.start()

    def give_up(self) -> None:
        """End the wait: nobody will come."""
        self._server.outcome.put(None)

    def wait(self, timeout: float) -> str | None:
        """The code that the browser brought, within `timeout` seconds; None when it was given up.

        Raises what the answer stands for, and Unauthenticated when none came in time.
        """
        try:
            outcome = self._server.outcome.get(timeout=timeout)
        except Empty:
            raise Unauthenticated(
                f"nobody logged in within {timeout:.0f} s: run 'brant auth login' again, with "
                "--no-launch-browser where the browser is on another machine"
            ) from None
        if isinstance(outcome, BrantError):
            raise outcome
        return outcome

    def close(self) -> None:
        if self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingTCPServer):
    # On Windows the option would let another program take the port from us.
    allow_reuse_address = sys.platform != "win32"
    daemon_threads = True
    request_queue_size = 128

    judge: Judge

    def __init__(self, port: int) -> None:
        self.outcome: SimpleQueue[str | BrantError | None] = SimpleQueue()
        self._lock = Lock()
        self._open: dict[socket.socket, None] = {}  # the oldest first
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            if len(self._open) >= _MOST_OPEN:
                oldest = next(iter(self._open))
                del self._open[oldest]
                _hang_up(oldest)
            self._open[request] = None
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up in the middle is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "brant"
    sys_version = ""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path not in ("", "/"):
            self._show(404, "Nothing here", "This address only waits for a login to come back.")
            return
        code: str | None = None
        refusal: BrantError | None = None
        try:
            code = self.server.judge(parts.query)
        except BrantError as error:
            refusal = error
        try:
            if code:
                self._show(200, "Back to the terminal", "You can close this page: the login goes on there.")
            elif refusal:
                self._show(400, "Not logged in", "You can close this page: the terminal says more.")
            else:
                self._show(400, "Not this login", "This is not the answer that the terminal is waiting for.")
        finally:
            outcome = code or refusal
            if outcome:
                self.server.outcome.put(outcome)

    def _show(self, status: int, title: str, text: str) -> None:
        page = _PAGE.format(title=title, text=text).encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the library
        """Nothing is logged: the query holds the code."""


def _hang_up(connection: socket.socket) -> None:
    """Ends a connection, which its own thread then closes."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _bound() -> _Server:
    # One that nobody can foresee, so that nobody can wait there for the code.
    for port in SystemRandom().sample(PORTS, len(PORTS)):
        with suppress(OSError):
            return _Server(port)
    raise LocalFailure(
        f"no port from {PORTS[0]} to {PORTS[-1]} is free: end a program that listens there, or log in with "
        "--no-launch-browser"
    )
