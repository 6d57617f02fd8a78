"""A proxy that cuts: passes bytes on, counts them, and breaks a connection off once when told to."""

import select
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

_PIECE = 65_536


class CuttingProxy:
    """Listens on loopback in front of one server. Knows nothing of HTTP: it sees connections and bytes."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._guard = threading.Lock()
        self._cut_down: int | None = None
        self._cut_up: int | None = None
        self._cuts = 0
        self._up = 0
        self._down = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def sent(self) -> int:
        """Bytes that went to the server."""
        with self._guard:
            return self._up

    @property
    def received(self) -> int:
        """Bytes that came from the server."""
        with self._guard:
            return self._down

    @property
    def cuts(self) -> int:
        """How many connections were cut."""
        with self._guard:
            return self._cuts

    def cut_once(self, *, down: int | None = None, up: int | None = None) -> None:
        """Cuts the connection that carries the last of so many bytes more, down or up, over all of them."""
        with self._guard:
            self._cut_down = None if down is None else self._down + down
            self._cut_up = None if up is None else self._up + up

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._pass_on, client)

    def _start(self, work: object, *arguments: object) -> None:
        assert callable(work)
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _pass_on(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        with client, server:
            while True:
                readable, _, _ = select.select([client, server], [], [], 60)
                if not readable:
                    return
                for source in readable:
                    try:
                        piece = source.recv(_PIECE)
                        (server if source is client else client).sendall(piece)
                    except OSError:
                        return
                    if not piece:
                        return
                    if self._count(len(piece), up=source is client):
                        return

    def _count(self, size: int, *, up: bool) -> bool:
        """Adds to the counts; whether this connection is to be cut now."""
        with self._guard:
            if up:
                self._up += size
            else:
                self._down += size
            limit, carried = (self._cut_up, self._up) if up else (self._cut_down, self._down)
            if limit is None or carried < limit:
                return False
            self._cut_down = self._cut_up = None
            self._cuts += 1
            return True
