"""An HTTP proxy on the loopback that passes requests on, and does to some of them what its schedule says."""

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import IO, Final, NamedTuple, Self
from urllib.parse import urlsplit

from brant.transfer.disk.spans import Spans
from tests.faults.heads import Head, read_head
from tests.faults.schedule import Fault, Schedule
from tests.faults.twists import (
    CONTENT_RANGE,
    MARKER,
    Answer,
    error_body,
    flipped,
    lying_308,
    refused,
    twist_answer,
    twist_request,
)

__all__ = ["MARKER", "Proxy"]

_PIECE: Final = 64 * 1024
_RESET: Final = struct.pack("ii", 1, 0)


class _Upstream(NamedTuple):
    sock: socket.socket
    reader: IO[bytes]


class Proxy:
    """A forward proxy for plain http: the client is told of it as by the variable http_proxy.

    `observe` is called just before a fault is done. `pause` is the time between two bytes of a trickle.
    `rate` is what one connection carries down, in bytes per second.
    """

    def __init__(
        self,
        schedule: Schedule,
        *,
        observe: Callable[[Fault], None] | None = None,
        pause: float = 0.03,
        rate: float | None = None,
    ) -> None:
        self.schedule = schedule
        self.down = 0
        """Bytes of bodies that were sent to the client."""
        self.spans: dict[str, Spans] = {}
        """By path, what of an object the answers began to bring, whether it was taken or not."""
        self.up = 0
        """Bytes of bodies that were sent to an origin."""
        self.abandoned = 0
        """Answers that the client did not want to their end, among others whose line broke."""
        self.errors: list[BaseException] = []
        """What `observe` raised: the run's own findings, to be looked at when it has ended."""
        self._observe = observe
        self._pause = pause
        self._rate = rate
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address: Final = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._left: int | None = None
        self._then: Callable[[], None] | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)

    def when_carried(self, count: int, then: Callable[[], None]) -> None:
        """Call `then`, once, when so many bytes of bodies have gone through, in either direction."""
        with self._lock:
            self._left, self._then = count, then

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _keep(self, sock: socket.socket) -> socket.socket:
        with self._lock:
            self._open.add(sock)
        if self._closed.is_set():
            sock.close()
        return sock

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # What lies in buffers when a client hangs up was not wanted, and is counted all the same.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PIECE)
            self._start(_Line(self, self._keep(sock)).serve)

    def observed(self, fault: Fault) -> None:
        self.schedule.note(fault)
        if self._observe is None:
            return
        try:
            self._observe(fault)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the run is judged
            self.errors.append(error)

    def carried(self, count: int) -> None:
        """So many bytes more have gone through one connection: it rests for as long as they take."""
        if self._rate:
            self._closed.wait(count / self._rate)
        with self._lock:
            if self._left is None:
                return
            self._left -= count
            if self._left > 0:
                return
            self._left, then = None, self._then
        if then:
            then()

    def sent_down(self, count: int) -> None:
        with self._lock:
            self.down += count
        self.carried(count)

    def brings(self, path: str, head: Head) -> None:
        """The head of an answer goes down."""
        found = CONTENT_RANGE.fullmatch(head.get("content-range") or "")
        start, stop = (int(found[1]), int(found[2]) + 1) if found else (0, head.length)
        if head.status in (200, 206):
            with self._lock:
                self.spans.setdefault(path, Spans()).add(start, stop)

    def sent_up(self, count: int) -> None:
        with self._lock:
            self.up += count
        self.carried(count)

    def given_up(self) -> None:
        with self._lock:
            self.abandoned += 1

    def pause(self, client: socket.socket) -> bool:
        """Wait for the next byte of a trickle; False when the client has gone."""
        return not select.select([client], [], [], self._pause)[0]

    def dial(self, authority: str) -> _Upstream:
        parts = urlsplit(f"//{authority}")
        sock = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # An origin that is sending hears of our end at once, though its bytes find no more room.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._keep(sock)
        return _Upstream(sock, sock.makefile("rb"))


class _Line:
    """One connection of a client."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._upstreams: dict[str, _Upstream] = {}

    def serve(self) -> None:
        try:
            with self._client.makefile("rb") as reader:
                while (head := read_head(reader)) is not None and self._one(head, reader):
                    pass
        except OSError:
            # Also who closes with bytes unread is heard of so: as a reset.
            self._proxy.given_up()
        finally:
            self._client.close()
            for upstream in self._upstreams.values():
                upstream.reader.close()
                upstream.sock.close()

    def _one(self, head: Head, reader: IO[bytes]) -> bool:
        """Pass on one request; False when the connection is over."""
        fault = self._proxy.schedule.next()
        if fault:
            self._proxy.observed(fault)
            if fault.kind == "refuse":
                return False
            if fault.kind.startswith("status"):
                return self._refuse(head, reader, fault, refused(fault, error_body(fault, head)))
            if fault.kind == "lie":
                return self._refuse(head, reader, fault, lying_308(fault, head))
        authority, asked = _to_origin_form(head), head.get("range")
        if fault:
            twist_request(fault, head)
        if not self._send_up(authority, head, reader, fault):
            return False
        answer = self._answer(authority, head)
        if fault:
            if fault.kind == "lost answer":
                return False
            answer = twist_answer(fault, answer, asked or "")
        if not fault:
            self._proxy.brings(head.target.partition("?")[0], answer.head)
        return self._send_down(answer, fault)

    def _refuse(self, head: Head, reader: IO[bytes], fault: Fault, answer: bytes) -> bool:
        """Give this answer, and let the origin know nothing; sometimes before the request is whole."""
        early = bool(head.length) and fault.pick % 2 == 0
        left = 0 if early else head.length
        while left and (piece := reader.read(min(left, _PIECE))):
            left -= len(piece)
        self._client.sendall(answer)
        return not early

    def _send_up(self, authority: str, head: Head, reader: IO[bytes], fault: Fault | None) -> bool:
        """The request; False when the client's body was cut, or the line is over."""
        if authority not in self._upstreams:
            self._upstreams[authority] = self._proxy.dial(authority)
        up = self._upstreams[authority].sock
        up.sendall(head.raw())
        left = head.length
        stop_at = None
        flip_at = -1
        if fault and fault.kind.endswith(" up") and left:
            at = min(int(fault.where * left), left - 1)
            if fault.kind == "flip up":
                flip_at = at
            else:
                stop_at = left - at
        while left:
            if stop_at is not None and left <= stop_at:
                return self._end_up(fault)
            room = min(left, _PIECE) if stop_at is None else min(left - stop_at, _PIECE)
            piece = reader.read1(room)  # type: ignore[attr-defined]
            if not piece:
                return False
            left -= len(piece)
            up.sendall(flipped(piece, flip_at))
            flip_at -= len(piece)
            self._proxy.sent_up(len(piece))
        return True

    def _end_up(self, fault: Fault | None) -> bool:
        assert fault is not None
        if fault.kind == "reset up":
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        elif fault.kind == "stall up":
            self._proxy._closed.wait(1.0)
        return False

    def _answer(self, authority: str, request: Head) -> Answer:
        reader = self._upstreams[authority].reader
        head = read_head(reader)
        if head is None:
            raise ConnectionResetError("the origin has gone")
        if (head.get("transfer-encoding") or "").lower() == "chunked":
            return Answer(head, None, _chunks(reader))
        length = 0 if request.method == "HEAD" or head.status in (204, 304) else head.length
        return Answer(head, length, _exactly(reader, length))

    def _send_down(self, answer: Answer, fault: Fault | None) -> bool:
        raw = answer.head.raw()
        left: int | None = None
        if fault and fault.kind in ("cut", "reset", "stall", "trickle"):
            left = _end_of(fault, len(raw), answer.length)
        for piece in chain((raw,), answer.body):
            if left is not None and len(piece) >= left:
                self._client.sendall(piece[:left])
                return self._end_down(str(fault and fault.kind), piece[left:])
            self._client.sendall(piece)
            left = None if left is None else left - len(piece)
            if piece is not raw:
                self._proxy.sent_down(len(piece))
        return not answer.ends

    def _end_down(self, kind: str, rest: bytes) -> bool:
        if kind == "reset":
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        elif kind == "stall":
            with suppress(OSError):
                while self._client.recv(_PIECE):
                    pass
        elif kind == "trickle":
            for at in range(len(rest)):
                self._client.sendall(rest[at : at + 1])
                if not self._proxy.pause(self._client):
                    break
        return False


def _to_origin_form(head: Head) -> str:
    """Turn the absolute form of the request's target into the usual one; the authority (RFC 9112 §3.2)."""
    method, target, version = head.line.split(" ", 2)
    parts = urlsplit(target)
    if parts.netloc:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head.line = f"{method} {path} {version}"
    return parts.netloc or head.get("host") or ""


def _end_of(fault: Fault, head: int, length: int | None) -> int:
    """After how many bytes of the answer it ends: never at its own end; now and then within the head."""
    if fault.pick % 8 == 0:
        return fault.pick // 8 % head
    body = length if length is not None else _PIECE
    if fault.where == 0.0:
        return head if fault.pick % 2 else 0
    return head + min(int(fault.where * body), body - 1) if body else head - 1


def _exactly(reader: IO[bytes], length: int) -> Iterator[bytes]:
    while length:
        piece = reader.read1(min(length, _PIECE))  # type: ignore[attr-defined]
        if not piece:
            raise ConnectionResetError("the origin has gone")
        length -= len(piece)
        yield piece


def _chunks(reader: IO[bytes]) -> Iterator[bytes]:
    """A chunked body as it stands on the wire (RFC 9112 §7.1)."""
    while True:
        line = reader.readline()
        size = int(line.split(b";")[0], 16)
        yield line + reader.read(size) + reader.readline()
        if size == 0:
            return
