"""One connection: opened, encrypted, written and read under deadlines that no peer can stretch."""

import io
import selectors
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from brant.errors import Unreachable
from brant.transfer.http.address import Address
from brant.transfer.http.settings import Proxy, TransportSettings

if TYPE_CHECKING:
    from ssl import SSLContext

_SEND_PIECE: Final = 256 * 1024
_Info = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""Family, kind, protocol, canonical name and address, as `getaddrinfo` gives them."""
_Selector: Final = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Stalled(TimeoutError):
    """The peer is silent, or too slow. Its text completes "127.0.0.1:80 …"."""


class AnsweredEarly(Exception):
    """The peer has answered while the request was still being sent."""


class Wire:
    """A connected socket whose reads and writes are bounded in time; `http.client` reads its `makefile`."""

    def __init__(self, sock: socket.socket, settings: TransportSettings) -> None:
        self._sock = sock
        self._settings = settings
        self._patience = settings.read_timeout
        self._head_by: float | None = None
        self._waited = 0.0
        self._moved = 0
        self._early = b""
        self._selector: selectors.BaseSelector | None = None
        self.received = 0
        self.idle_since = 0.0
        self.broken_off = False

    def begin_request(self) -> None:
        """A new exchange starts: what is sent now is watched."""
        self.received = 0
        self._await(self._settings.read_timeout, head_by=None)

    def begin_head(self, timeout: float) -> None:
        """The request is out: the answer's head must be there, whole, within `timeout` seconds."""
        self._await(timeout, head_by=monotonic() + timeout)

    def begin_body(self, timeout: float) -> None:
        """The head is read: from now on every single read has `timeout` seconds."""
        self._await(timeout, head_by=None)

    def _await(self, timeout: float, head_by: float | None) -> None:
        self._patience, self._head_by = timeout, head_by
        self._waited, self._moved = 0.0, 0

    def send(self, data: bytes | memoryview) -> None:
        """Send all of `data`. Raises AnsweredEarly, Stalled, or the socket's own OSError."""
        view = memoryview(data).cast("B")
        self._sock.settimeout(0)
        while view:
            if self._is_answered():
                raise AnsweredEarly
            try:
                sent = self._sock.send(view[:_SEND_PIECE])
            except OSError as error:
                if not _would_block(error):
                    raise
                sent = 0
            waited = 0.0 if sent else self._await_room()
            self._watch(sent, waited, "took")
            view = view[sent:]

    def _await_room(self) -> float:
        """Wait until the socket takes bytes, or brings some: an answer read late may be lost to a reset."""
        if self._selector is None:
            self._selector = _Selector()
        events = selectors.EVENT_WRITE if self._early else selectors.EVENT_WRITE | selectors.EVENT_READ
        key = self._selector.register(self._sock, events)
        started = monotonic()
        try:
            if not self._selector.select(self._patience):
                raise Stalled(f"took no byte for {self._patience:g} s")
        finally:
            self._selector.unregister(key.fileobj)
        return monotonic() - started

    def sendall(self, data: bytes) -> None:
        self.send(data)

    def receive_into(self, view: memoryview) -> int:
        """One read from the socket; 0 when the peer has closed."""
        if self._early:
            count = min(len(view), len(self._early))
            view[:count], self._early = self._early[:count], self._early[count:]
            return count
        started, allowed = monotonic(), self._patience
        if self._head_by is not None:
            allowed = min(allowed, self._head_by - started)
        try:
            # A timeout of 0 would mean "do not block" to the socket.
            self._sock.settimeout(max(allowed, 0.001))
            count = self._sock.recv_into(view)
        except TimeoutError:
            what = "did not answer within" if self._head_by is not None else "sent no byte for"
            raise Stalled(f"{what} {self._patience:g} s") from None
        self.received += count
        if self._head_by is not None and not count:
            # http.client would take the headers that came for all of them.
            raise ConnectionResetError("hung up before its answer was whole")
        if self._head_by is None and count:
            self._watch(count, monotonic() - started, "sent")
        return count

    def makefile(self, _mode: str = "rb", _buffering: int = -1) -> io.BufferedReader:
        """What `http.client.HTTPResponse` reads from."""
        return io.BufferedReader(_Reader(self), 16 * 1024)

    def is_alive(self) -> bool:
        """Whether an idle connection can be used again: nothing to read, and not closed."""
        self._sock.settimeout(0)
        try:
            self._sock.recv(1)
        except OSError as error:
            return _would_block(error)
        return False

    def abort(self) -> None:
        """Wake whoever waits in a read of this connection, by ending it."""
        with suppress(OSError):
            # That of TLS would take its state away under the reader.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self._sock.close()

    def _is_answered(self) -> bool:
        """Look, without waiting, whether the peer speaks or hangs up while we are sending (RFC 9112 §9.6)."""
        if not self._early:
            try:
                self._early = self._sock.recv(64 * 1024)
            except OSError as error:
                if _would_block(error):
                    return False
                raise
            self.received += len(self._early)
        # An interim answer (1xx) does not end the request.
        return not self._early.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1"))

    def _watch(self, count: int, seconds: float, verb: str) -> None:
        """Only time spent waiting counts, so that a slow disk on our side is not held against the peer."""
        self._moved += count
        self._waited += seconds
        if self._waited < self._settings.rate_window:
            return
        if self._moved < self._settings.min_rate * self._waited:
            raise Stalled(f"{verb} only {self._moved} bytes in {self._waited:.0f} s")
        self._waited, self._moved = 0.0, 0


class _Reader(io.RawIOBase):
    """The raw stream under `Wire.makefile`: one read is one read of the socket."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        return self._wire.receive_into(memoryview(buffer))  # type: ignore[arg-type]


def _would_block(error: OSError) -> bool:
    # The errors of ssl are compared by name, so that plain http need not import it.
    return isinstance(error, BlockingIOError) or type(error).__name__ in (
        "SSLWantReadError",
        "SSLWantWriteError",
    )


def connect(
    address: Address, proxy: Proxy | None, settings: TransportSettings, trust: Callable[[], "SSLContext"]
) -> Wire:
    """A fresh connection for `address`; for https the tunnel is dug and the certificate checked.

    `trust` gives the TLS context, and is called for https alone. Raises Unreachable, always `unsent`.
    """
    deadline = monotonic() + settings.connect_timeout
    host, port, peer = (
        (proxy.host, proxy.port, proxy.peer) if proxy else (address.host, address.port, address.peer)
    )
    sock = _dial(host, port, peer if not proxy else f"The proxy {peer}", settings.connect_timeout, deadline)
    try:
        if address.scheme == "https":
            if proxy:
                _dig_tunnel(sock, address, proxy, settings)
            sock = _encrypt(sock, address, trust(), deadline + settings.connect_timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return Wire(sock, settings)


def _dial(host: str, port: int, peer: str, timeout: float, deadline: float) -> socket.socket:
    try:
        found = _addresses(host, port, deadline)
    except TimeoutError as error:
        raise Unreachable(
            f"{peer} was not found within {timeout:g} s; check the network, and its name server.", unsent=True
        ) from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreachable(
            f"{peer} cannot be found ({reason}); check the name and the network.", unsent=True
        ) from error
    failure: OSError = TimeoutError()
    for left, (family, kind, protocol, _, where) in zip(range(len(found), 0, -1), found, strict=True):
        # What is left of the time is shared out, so that one dead address does not use it up.
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(max((deadline - monotonic()) / left, 0.001))
            sock.connect(where)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    if isinstance(failure, ConnectionRefusedError):
        says = "refused the connection; check the address, and that a server runs there."
    elif isinstance(failure, TimeoutError):
        says = f"took no connection within {timeout:g} s; check the network and the proxy settings."
    else:
        says = f"cannot be reached ({failure.strerror or failure}); check the network."
    raise Unreachable(f"{peer} {says}", unsent=True) from failure


def _addresses(host: str, port: int, deadline: float) -> Sequence[_Info]:
    """Where `host` is. TimeoutError when nobody has said so by the deadline.

    Names are looked up in a thread: until an answer has come, nothing else ends that, not even Ctrl-C.
    """
    found: list[Sequence[_Info]] = []
    failed: list[BaseException] = []

    def look() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except BaseException as error:  # noqa: BLE001 - raised where it was asked for
            failed.append(error)

    if ":" in host or host.replace(".", "").isdecimal():
        look()
    else:
        asking = Thread(target=look, daemon=True)
        try:
            asking.start()
        except RuntimeError:  # there can be no more threads
            look()
        else:
            asking.join(max(deadline - monotonic(), 0.0))
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError
    return found[0]


def _dig_tunnel(sock: socket.socket, address: Address, proxy: Proxy, settings: TransportSettings) -> None:
    """CONNECT through an http proxy (RFC 9110 §9.3.6)."""
    from http.client import HTTPException, HTTPResponse

    where = address.peer
    lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    wire = Wire(sock, settings)
    try:
        wire.send("\r\n".join([*lines, "", ""]).encode("latin-1"))
        wire.begin_head(settings.read_timeout)
        answer = HTTPResponse(wire, method="CONNECT")  # type: ignore[arg-type]
        answer.begin()
    except (OSError, HTTPException, AnsweredEarly) as error:
        says = str(error) if isinstance(error, Stalled) else "broke off the tunnel"
        raise Unreachable(
            f"The proxy {proxy.peer} {says} to {where}; check the proxy.", unsent=True
        ) from error
    if answer.status != 200:
        raise Unreachable(
            f"The proxy {proxy.peer} refused a tunnel to {where} ({answer.status} {answer.reason}); "
            "check the proxy's address and credentials.",
            unsent=True,
        )


def _encrypt(sock: socket.socket, address: Address, trust: "SSLContext", deadline: float) -> socket.socket:
    import ssl

    sock.settimeout(max(deadline - monotonic(), 0.001))
    try:
        return trust.wrap_socket(sock, server_hostname=address.host)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"{address.peer} shows a certificate that is not trusted ({error.verify_message}); "
            "for an authority of your own, name its file in SSL_CERT_FILE.",
            unsent=True,
            final=True,
        ) from error
    except TimeoutError as error:
        raise Unreachable(
            f"{address.peer} did not finish the TLS handshake in time; try again.", unsent=True
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unreachable(
            f"{address.peer} failed the TLS handshake ({reason}); check that it serves https.", unsent=True
        ) from error
