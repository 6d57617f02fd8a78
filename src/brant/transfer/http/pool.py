"""A thin pool over the standard library's `http.client`: keep-alive, proxies, TLS, deadlines."""

from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from msgspec import Struct

from brant.errors import InvalidInput, LocalFailure, ServerFailure, Unreachable
from brant.transfer.http.address import Address, parse_address, redirected
from brant.transfer.http.body import Body, Content
from brant.transfer.http.response import Headers, Response
from brant.transfer.http.settings import Proxy, TransportSettings
from brant.transfer.http.wire import AnsweredEarly, Stalled, Wire, connect

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["Headers", "Pool", "Response", "TransportSettings"]

_MAX_IDLE_SECONDS: Final = 60.0
_MAX_IDLE_PER_PEER: Final = 16
_MAX_REDIRECTS: Final = 5
_PACKET: Final = 64 * 1024
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_OWN_HEADERS: Final = ("host", "content-length", "transfer-encoding", "connection")
# What belongs to one origin and must not follow a redirect to another (RFC 9110 §15.4).
_CREDENTIALS: Final = ("authorization", "cookie", "proxy-authorization")

_Peer = tuple[str, str, int, Proxy | None]


class _Call(Struct):
    """One request, ready to be sent. `timeout`: seconds for its answer."""

    method: str
    address: Address
    peer: _Peer
    head: bytes
    body: Body
    timeout: float


class Pool:
    """Connections to many hosts, shared by many threads. Close it, or use it as a context manager."""

    def __init__(self, settings: TransportSettings | None = None) -> None:
        self.settings: Final = settings or TransportSettings()
        self._lock = Lock()
        self._idle: dict[_Peer, list[Wire]] = {}
        self._context: SSLContext | None = None
        self._closed = False

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Content | None = None,
        timeout: float | None = None,
        once: bool = False,
    ) -> Response:
        """Send one request and read the head of its answer; redirects are not followed.

        A request that meets a connection which the peer has just given up goes out again on a fresh one,
        since no answer came; with `once` it uses a fresh one from the start, and is never sent twice.

        `timeout`, in seconds, is what the peer has for the head of its answer once the request is out, and
        then for each piece of its body; it defaults to the settings' `read_timeout`. A body in pieces needs a
        Content-Length. Whatever the peer answers, even while the body is still being sent, is the result;
        Unreachable stands for no answer.
        """
        address = parse_address(url)
        proxy = self.settings.proxy_for(address)
        content = Body(body, headers or {}, method)
        call = _Call(
            method,
            address,
            _peer(address, proxy),
            self._head(method, address, proxy, headers or {}, content),
            content,
            self.settings.read_timeout if timeout is None else timeout,
        )
        wire = None if once else self._take(call.peer)
        if wire:
            try:
                return self._exchange(call, wire)
            except Unreachable:
                # The peer gave up an idle connection just as we used it: nothing of an answer came.
                if not (wire.broken_off and content.replayable):
                    raise
        return self._exchange(call, connect(address, proxy, self.settings, self._trust))

    def open(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """GET `url`, following redirects; credentials stay with the origin that they were given for.

        Raises ServerFailure for too many redirects, one without Location, and one from https down to http.
        """
        fields = dict(headers or {})
        address = parse_address(url)
        for _ in range(_MAX_REDIRECTS + 1):
            response = self.request("GET", str(address), headers=fields)
            if response.status not in _REDIRECTS:
                return response
            response.close()
            following = _follow(address, response.headers.get("location"))
            if following.origin != address.origin:
                fields = {name: value for name, value in fields.items() if name.lower() not in _CREDENTIALS}
            address = following
        raise ServerFailure(f"{address.peer} redirects more than {_MAX_REDIRECTS} times; check the address.")

    def close(self) -> None:
        """Close what is idle; a connection in use is closed when its answer is."""
        with self._lock:
            self._closed = True
            wires = [wire for idle in self._idle.values() for wire in idle]
            self._idle.clear()
        for wire in wires:
            wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(self, call: "_Call", wire: Wire) -> Response:
        peer = call.address.peer
        try:
            whole = _send(wire, call.head, call.body)
            wire.begin_head(call.timeout)
            raw = HTTPResponse(wire, method=call.method)  # type: ignore[arg-type]
            raw.begin()
        except BaseException as error:
            wire.close()
            if isinstance(error, Stalled):
                raise Unreachable(f"{peer} {error}; try again.") from error
            if isinstance(error, OSError):
                wire.broken_off = wire.received == 0
                raise Unreachable(f"{peer} broke the connection ({_reason(error)}); try again.") from error
            if isinstance(error, HTTPException):
                raise Unreachable(f"{peer} answers with what is not HTTP; check the address.") from error
            raise

        def give_back(used: Wire) -> None:
            self._give_back(call.peer, used)

        return Response(raw, wire, call.address, timeout=call.timeout, give_back=give_back if whole else None)

    def _head(
        self, method: str, address: Address, proxy: Proxy | None, fields: Mapping[str, str], body: Body
    ) -> bytes:
        """The request line and header fields (RFC 9112 §3)."""
        if not method.isalpha():
            raise InvalidInput(f"{method[:40]!r} is not an HTTP method.")
        # A proxy for plain http gets the whole address (RFC 9112 §3.2.2).
        through = proxy if address.scheme == "http" else None
        lines = [f"{method} {address if through else address.target} HTTP/1.1", f"Host: {address.authority}"]
        if through and through.authorization:
            lines.append(f"Proxy-Authorization: {through.authorization}")
        framing = body.framing()
        if framing:
            lines.append(framing)
        given = {name.lower() for name in fields}
        if "accept-encoding" not in given:
            lines.append("Accept-Encoding: identity")
        if "user-agent" not in given:
            lines.append(f"User-Agent: {self.settings.user_agent}")
        lines += [_line(name, value) for name, value in fields.items() if name.lower() not in _OWN_HEADERS]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _take(self, peer: _Peer) -> Wire | None:
        """The connection last used, if one is still alive."""
        while True:
            with self._lock:
                idle = self._idle.get(peer)
                if not idle:
                    return None
                wire = idle.pop()
            if monotonic() - wire.idle_since < _MAX_IDLE_SECONDS and wire.is_alive():
                return wire
            wire.close()

    def _give_back(self, peer: _Peer, wire: Wire) -> None:
        wire.idle_since = monotonic()
        with self._lock:
            idle = self._idle.setdefault(peer, [])
            if not self._closed and len(idle) < _MAX_IDLE_PER_PEER:
                idle.append(wire)
                return
        wire.close()

    def _trust(self) -> "SSLContext":
        """The TLS context: made once, when https is first spoken."""
        with self._lock:
            if self._context is None:
                self._context = _tls_context(self.settings.ca_file)
            return self._context


def _peer(address: Address, proxy: Proxy | None) -> _Peer:
    """What makes two requests share connections: through a proxy for plain http, the proxy alone."""
    if proxy and address.scheme == "http":
        return ("http", proxy.host, proxy.port, proxy)
    return (*address.origin, proxy)


def _tls_context(ca_file: str | None) -> "SSLContext":
    import ssl
    from pathlib import Path

    try:
        if ca_file and Path(ca_file).is_dir():
            context = ssl.create_default_context(capath=ca_file)
        else:
            context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise LocalFailure(
            f"The certificates in {ca_file} cannot be read ({_reason(error)}); mend SSL_CERT_FILE or "
            "REQUESTS_CA_BUNDLE."
        ) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _send(wire: Wire, head: bytes, body: Body) -> bool:
    """Send the request; False when the peer answered, or closed, before it had all of it."""
    wire.begin_request()
    # A short body leaves together with the head, in one packet.
    waiting = bytearray(head)
    try:
        for piece in body.pieces():
            if len(waiting) + len(piece) > _PACKET:
                wire.send(bytes(waiting))
                waiting.clear()
            if len(piece) > _PACKET:
                wire.send(piece)
            else:
                waiting += piece
        wire.send(bytes(waiting))
    except AnsweredEarly:
        return False
    except Stalled:
        raise
    except OSError:
        # An error answer may lie there to be read, though the peer has stopped listening.
        return False
    return True


def _follow(address: Address, location: str | None) -> Address:
    if not location:
        raise ServerFailure(f"{address.peer} redirects without saying where to; check the address.")
    try:
        following = redirected(address, location)
    except InvalidInput as error:
        raise ServerFailure(f"{address.peer} redirects to what is no http address. {error.message}") from None
    if address.scheme == "https" and following.scheme == "http":
        raise ServerFailure(
            f"{address.peer} redirects from https to plain http ({following.peer}); that is refused."
        )
    return following


def _line(name: str, value: str) -> str:
    """One header field. InvalidInput for anything that could start a second one."""
    if not name or not all(33 <= ord(letter) < 127 and letter != ":" for letter in name):
        raise InvalidInput(f"{name[:40]!r} is not a header name.")
    if any(letter in value for letter in "\r\n\0"):
        raise InvalidInput(f"The value of the header {name} holds a line break; give it as one line.")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise InvalidInput(f"The value of the header {name} holds letters that HTTP cannot carry.") from None
    return f"{name}: {value.strip()}"


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
