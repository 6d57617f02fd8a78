"""Origins: the addresses that this server answers for; a request that names another host is misdirected."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from brant.errors import InvalidInput, Misdirected, UsageError
from brant.server.edge.errors import error_answer

# RFC 9110 §7.2: uri-host [ ":" port ]; an IPv6 address stands in brackets.
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_EVERY_INTERFACE: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# A health check comes by whatever name or address its prober uses, and learns nothing.
_OPEN_PATHS: Final = frozenset({"/healthz"})


class Origins:
    """The allow-list: the loopback names and `host` at any port, and each public origin exactly as given."""

    def __init__(self, host: str, public: Iterable[str] = ()) -> None:
        bare = host.lower().strip("[]")
        named = set() if bare in _EVERY_INTERFACE else {f"[{bare}]" if ":" in bare else bare}
        self._names = _LOOPBACK | named
        self._public = {place: origin for origin in public for place in _places(origin)}

    def of(self, host: str) -> str:
        """The origin that a Host header means, without a trailing slash. Raises InvalidInput, Misdirected."""
        found = _HOST.fullmatch(host.strip().lower())
        if found is None or int(found[2] or 80) > 65535:
            raise InvalidInput("the Host header is not a host: send host or host:port (RFC 9110 §7.2)")
        name, port = found.groups()
        public = self._public.get(found[0])
        if public is not None:
            return public
        if name in self._names:
            return f"http://{name}" if port in (None, "80") else f"http://{name}:{int(port)}"
        raise Misdirected(
            f"this server does not answer for {found[0]}: use the address it printed, "
            f"or start it with --origin http://{found[0]}"
        )

    def include(self, origin: str) -> bool:
        """Whether `origin` is one of them, as `of` writes it."""
        try:
            return self.of(urlsplit(origin).netloc) == origin
        except (ValueError, Misdirected):
            return False


def parse_origin(text: str) -> str:
    """An origin as RFC 6454 §6.2 writes it: scheme, host and port only. Raises UsageError."""
    parts = urlsplit(text.strip())
    place = _HOST.fullmatch(parts.netloc.lower())
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in _DEFAULT_PORTS or place is None or not bare or not 0 < int(place[2] or 80) < 65536:
        raise UsageError(f"{text!r} is not an origin: expected http://HOST[:PORT] or https://HOST[:PORT]")
    return f"{parts.scheme}://{place[0]}"


class OriginGuard:
    """ASGI middleware: puts the origin that the caller used into the scope's state, or refuses it."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets through what is not HTTP, and the paths that are open to any name."""
        if scope["type"] == "http" and scope["method"] == "CONNECT":
            words = "this server is no proxy for https: it stands behind http_proxy for itself alone"
            await error_answer(405, words, {"Allow": "GET, HEAD, POST, PUT"})(scope, receive, send)
            return
        if scope["type"] == "http" and scope["path"] not in _OPEN_PATHS:
            hosts = Headers(scope=scope).getlist("host")
            if len(hosts) != 1:
                raise InvalidInput("a request needs exactly one Host header (RFC 9112 §3.2)")
            scope.setdefault("state", {})["origin"] = self._origins.of(hosts[0])
        await self._app(scope, receive, send)


def _places(origin: str) -> list[str]:
    """The Host values that mean `origin`: with its port, and without where it is the scheme's own."""
    parts = urlsplit(origin)
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    return [f"{name}:{port}", name] if port == _DEFAULT_PORTS[parts.scheme] else [f"{name}:{port}"]
