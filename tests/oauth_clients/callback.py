"""Where an application on this machine waits for the browser to come back (RFC 8252 §7.3)."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Self


class Callback:
    """A listener on a free loopback port. A context manager: it stops with the block."""

    def __init__(self) -> None:
        self._came: Queue[str] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def address(self) -> str:
        """The redirect address."""
        return f"http://127.0.0.1:{self._server.server_port}/back"

    def came(self) -> str:
        """The whole address that the browser asked for."""
        return self._came.get(timeout=30)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        came, callback = self._came, self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                came.put(callback.address.removesuffix("/back") + self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Its lines would hold codes."""

        return Handler
