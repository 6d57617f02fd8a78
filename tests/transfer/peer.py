"""An HTTP peer on the loopback whose every answer is scripted: cut, stalled, trickled, wrong, or right."""

import hashlib
import re
import socket
import ssl
import struct
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Key and certificate, for localhost and 127.0.0.1, signed by itself; made for these tests alone."""


@dataclass
class Request:
    """What the peer was asked. `connection` counts from 0, so that reuse can be seen."""

    method: str
    target: str
    headers: dict[str, str]
    connection: int
    body: bytes = b""


class Exchange:
    """One request, and the connection to answer it on."""

    def __init__(self, sock: socket.socket, reader: "socket.SocketIO", request: Request) -> None:
        self.sock = sock
        self.request = request
        self.keep = True
        self._reader = reader
        self._read = False

    def read_body(self, at_most: int | None = None) -> bytes:
        """Take in the request's body, or the first `at_most` bytes of it."""
        if not self._read:
            self._read = True
            if at_most is not None:
                self.request.body = self._exactly(at_most)
            elif self.request.headers.get("transfer-encoding") == "chunked":
                self.request.body = self._chunks()
            else:
                self.request.body = self._exactly(int(self.request.headers.get("content-length", 0)))
        return self.request.body

    def _exactly(self, length: int) -> bytes:
        body = self._reader.read(length)
        if len(body or b"") < length:
            self.keep = False
        return body or b""

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._reader.readline(), 16):
            body += self._exactly(size)
            self._reader.readline()
        self._reader.readline()
        return body

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """A whole answer, with the length of its body."""
        self.read_body()
        self.head(status, {"Content-Length": str(len(body)), **(headers or {})})
        if self.request.method != "HEAD":
            self.send(body)

    def head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def hang_up(self) -> None:
        self.keep = False

    def reset(self) -> None:
        """End the connection by RST."""
        self.keep = False
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def stall(self) -> None:
        """Say nothing more, until the client has gone."""
        self.keep = False
        with suppress(OSError):
            while self.sock.recv(64 * 1024):
                pass


Step = Callable[[Exchange], None]


@dataclass
class Peer:
    """Answers the n-th request by the n-th step; the last step goes on for ever."""

    steps: list[Step]
    tls: bool = False
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._connections = 0
        self._context: ssl.SSLContext | None = None
        if self.tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATE)
        self._run(self._accept)

    def url(self, path: str = "/data/penguins.csv") -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            # Head and body leave apart: the second would wait until the other side acknowledges the first.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number, self._connections = self._connections, self._connections + 1
            with self._lock:
                self._open.add(sock)
            self._run(lambda sock=sock, number=number: self._serve(sock, number))

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError):
            if self._context:
                plain, sock = sock, self._context.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._open.discard(plain)
                    self._open.add(sock)
            with sock.makefile("rb") as reader:
                while self._one(sock, reader, number):
                    pass
        with self._lock:
            self._open.discard(sock)
        sock.close()

    def _one(self, sock: socket.socket, reader: "socket.SocketIO", number: int) -> bool:
        line = reader.readline().decode("latin-1").split()
        if len(line) < 3:
            return False
        headers: dict[str, str] = {}
        while (field_line := reader.readline().decode("latin-1").strip()) != "":
            name, _, value = field_line.partition(":")
            headers[name.strip().lower()] = value.strip()
        request = Request(line[0], line[1], headers, number)
        with self._lock:
            step = self.steps[min(len(self.requests), len(self.steps) - 1)]
            self.requests.append(request)
        exchange = Exchange(sock, reader, request)
        step(exchange)
        return exchange.keep

    def close(self) -> None:
        # accept() is not woken by close() alone.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)


@contextmanager
def peer(*steps: Step, tls: bool = False) -> Iterator[Peer]:
    """A running peer that follows the script."""
    running = Peer(list(steps), tls=tls)
    try:
        yield running
    finally:
        running.close()


def status(code: int, body: bytes = b"an error page", **headers: str) -> Step:
    """A whole answer; header names are given with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.answer(code, body, named)


@dataclass(frozen=True)
class Blob:
    """An object that is served as a good store serves it: ranges, If-Range, ETag, dates, hashes."""

    data: bytes
    etag: str | None = '"one"'
    last_modified: str | None = "Wed, 21 Oct 2015 07:28:00 GMT"
    with_md5: bool = True
    ranges: bool = True

    def headers(self) -> dict[str, str]:
        found = {}
        if self.etag:
            found["ETag"] = self.etag
        if self.last_modified:
            found["Last-Modified"] = self.last_modified
        if self.with_md5:
            digest = b64encode(hashlib.md5(self.data).digest()).decode()
            found["x-goog-hash"] = f"crc32c=AAAAAA==, md5={digest}"
        return found

    def plan(self, request: Request) -> tuple[int, int, int, dict[str, str]]:
        """Status, first byte, the byte after the last, and headers of the right answer."""
        size = len(self.data)
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
        condition = request.headers.get("if-range")
        if not (self.ranges and asked) or condition not in (None, self.etag, self.last_modified):
            return 200, 0, size, {**self.headers(), "Content-Length": str(size)}
        start = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
        stop = min(size, int(asked[2]) + 1) if asked[1] and asked[2] else size
        if start >= size:
            return 416, size, size, {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
        span = {"Content-Range": f"bytes {start}-{stop - 1}/{size}", "Content-Length": str(stop - start)}
        return 206, start, stop, {**self.headers(), **span}

    def __call__(self, exchange: Exchange) -> None:
        self.up_to(None)(exchange)

    def up_to(self, count: int | None, *, then: Callable[[Exchange], None] | None = None) -> Step:
        """The right answer, but only `count` bytes of its body; then hang up, or what else is asked for."""

        def step(exchange: Exchange) -> None:
            exchange.read_body()
            code, start, stop, headers = self.plan(exchange.request)
            exchange.head(code, headers)
            exchange.send(self.data[start : stop if count is None else min(stop, start + count)])
            if count is not None:
                (then or Exchange.hang_up)(exchange)

        return step
