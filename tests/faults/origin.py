"""A plain origin that is not ours: serves objects by range, as a good store does."""

import hashlib
import re
import secrets
import socket
import threading
from base64 import b64encode
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from tests.faults.heads import Head, read_head

_PIECE: Final = 64 * 1024
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Thing:
    """One object. Without `ranges` the origin answers with all of it, whatever is asked."""

    data: bytes
    etag: str | None = '"one"'
    last_modified: str | None = "Wed, 21 Oct 2015 07:28:00 GMT"
    with_md5: bool = False
    ranges: bool = True

    def headers(self) -> list[tuple[str, str]]:
        named = [("ETag", self.etag), ("Last-Modified", self.last_modified)]
        if self.with_md5:
            digest = hashlib.md5(self.data, usedforsecurity=False).digest()
            named.append(("x-goog-hash", f"md5={b64encode(digest).decode()}"))
        return [(name, value) for name, value in named if value is not None]

    def span(self, asked: str, condition: str | None) -> tuple[int, int] | None:
        """The bytes to answer with (RFC 9110 §14.1.2), None for all; start == stop cannot be satisfied."""
        found = _RANGE.fullmatch(asked)
        size = len(self.data)
        if not (self.ranges and found and (found[1] or found[2])):
            return None
        if condition not in (None, self.etag, self.last_modified):
            return None
        if not found[1]:
            return max(0, size - int(found[2])), size
        start = int(found[1])
        return (start, min(int(found[2]) + 1, size) if found[2] else size) if start < size else (size, size)


class Origin:
    """Listens on a loopback port; `put` an object and get its address. Used as a context manager."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address: Final = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._things: dict[str, list[Thing]] = {}
        self._change_at: dict[str, int] = {}
        self._uses: dict[str, list[int]] = {}
        self._served: dict[str, Thing] = {}
        self._asked: Counter[str] = Counter()
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def put(self, name: str, thing: Thing, *, then: Thing | None = None, after: int = 0) -> str:
        """Serve `thing` under a path of its own that ends in `name`; from request `after` on, `then`."""
        path = f"/{secrets.token_hex(8)}/{name}"
        with self._lock:
            self._things[path] = [thing] if then is None else [thing, then]
            self._change_at[path] = after
        return self.address + path

    def sign(self, url: str, uses: int, status: int) -> str:
        """An address of the object at `url` that answers with `status` once it has been used so often."""
        ticket = secrets.token_hex(8)
        with self._lock:
            self._uses[ticket] = [uses, status]
        return f"{url}?ticket={ticket}"

    def drop(self, url: str) -> None:
        """Forget an object."""
        with self._lock:
            self._things.pop(url.removeprefix(self.address), None)
            self._served.pop(url.removeprefix(self.address), None)

    def served(self, url: str) -> Thing | None:
        """The object as it was when it was last asked for."""
        with self._lock:
            return self._served.get(url.removeprefix(self.address))

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock, sock.makefile("rb") as reader:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (head := read_head(reader)) is not None:
                self._answer(sock, head)
        with self._lock:
            self._open.discard(sock)

    def _answer(self, sock: socket.socket, head: Head) -> None:
        path, _, query = head.target.partition("?")
        thing, refused = self._find(path, query.removeprefix("ticket="))
        if thing is None:
            sock.sendall(Head(f"HTTP/1.1 {refused} No", [("Content-Length", "0")]).raw())
            return
        span = thing.span(head.get("range") or "", head.get("if-range"))
        size = len(thing.data)
        start, stop = span or (0, size)
        headers = [*thing.headers(), ("Content-Length", str(stop - start))]
        line = "HTTP/1.1 200 OK"
        if span and start == stop:
            line, headers = (
                "HTTP/1.1 416 No",
                [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")],
            )
        elif span:
            line = "HTTP/1.1 206 Partial"
            headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{size}"))
        sock.sendall(Head(line, headers).raw())
        view = memoryview(thing.data)[start:stop]
        while view and head.method != "HEAD":
            view = view[sock.send(view[:_PIECE]) :]

    def _find(self, path: str, ticket: str) -> tuple[Thing | None, int]:
        with self._lock:
            things = self._things.get(path)
            if things is None:
                return None, 404
            if ticket:
                uses = self._uses[ticket]
                if uses[0] <= 0:
                    return None, uses[1]
                uses[0] -= 1
            number = self._asked[path]
            self._asked[path] += 1
            self._served[path] = things[-1 if number >= self._change_at[path] else 0]
            return self._served[path], 0
