"""A line to a server on which something happens while bytes go over it: it is cut, or a file changes."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

_PIECE = 65_536


class Line:
    """Listens on loopback before one server, and passes bytes on.

    Each time `up` more bytes have gone to the server, or `down` more have come from it, it calls `then`, and
    then goes on, unless that has `cut` it.
    """

    def __init__(
        self,
        server: str,
        then: "Callable[[Line], None]",
        *,
        up: int | None = None,
        down: int | None = None,
    ) -> None:
        parts = urlsplit(server)
        self._server = (str(parts.hostname), int(parts.port or 80))
        self._then = then
        self._every = {"up": up, "down": down}
        self._left = dict(self._every)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._is_cut = False
        self.passed = bytearray()
        """All that went over the line, in both directions."""
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(timeout=10)

    def cut(self) -> None:
        """Breaks every connection, and from now on each new one as soon as it is made."""
        with self._guard:
            self._is_cut = True
        self.break_off()

    def break_off(self) -> None:
        """Breaks every connection that there is."""
        with self._guard:
            for end in self._open:
                _hang_up(end)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._server) as server:
            with self._guard:
                if self._is_cut:
                    return
                ends = {client, server}
                self._open |= ends
            upward = threading.Thread(target=self._pass_on, args=(client, server, "up"))
            upward.start()
            self._pass_on(server, client, "down")
            upward.join()
            with self._guard:
                self._open -= ends

    def _pass_on(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                with self._guard:
                    self.passed += piece
                if self._is_due(way, len(piece)):
                    self._then(self)
                sink.sendall(piece)
        for end in (source, sink):
            _hang_up(end)

    def _is_due(self, way: str, count: int) -> bool:
        with self._guard:
            left = self._left[way]
            if left is None:
                return False
            is_due = count >= left
            self._left[way] = self._every[way] if is_due else left - count
            return is_due


def _hang_up(end: socket.socket) -> None:
    # Who has gone already cannot be hung up on.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
