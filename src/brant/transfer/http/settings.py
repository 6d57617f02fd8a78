"""How to reach the network: deadlines, trusted certificates, and which proxy serves which host."""

import ipaddress
from base64 import b64encode
from collections.abc import Mapping
from typing import Self
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from brant.errors import InvalidInput
from brant.transfer.http.address import Address, host_and_port


class Proxy(Struct, frozen=True):
    """An http proxy: where it listens, and its Proxy-Authorization if the address carried credentials."""

    host: str
    port: int
    authorization: str | None

    @property
    def peer(self) -> str:
        return host_and_port(self.host, self.port)


class TransportSettings(Struct, frozen=True):
    """Deadlines in seconds, rates in bytes per second. Proxies are addresses, `no_proxy` a list with commas.

    A peer that sends or takes less than `min_rate` bytes per second, measured over `rate_window` seconds of
    waiting, counts as stalled; 0 turns that watch off.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    min_rate: float = 512.0
    rate_window: float = 30.0
    ca_file: str | None = None
    http_proxy: str | None = None
    https_proxy: str | None = None
    no_proxy: str = ""
    user_agent: str = "brant"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings that the usual variables ask for; the lower-case spelling wins, as in curl.

        HTTP_PROXY in capitals is ignored under CGI, where any visitor can set it by a `Proxy` header.
        """

        def first(*names: str) -> str | None:
            return next((environ[name] for name in names if environ.get(name)), None)

        every = first("all_proxy", "ALL_PROXY")
        plain = first("http_proxy") if "REQUEST_METHOD" in environ else first("http_proxy", "HTTP_PROXY")
        return cls(
            ca_file=first("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
            http_proxy=plain or every,
            https_proxy=first("https_proxy", "HTTPS_PROXY") or every,
            no_proxy=first("no_proxy", "NO_PROXY") or "",
        )

    def proxy_for(self, address: Address) -> Proxy | None:
        """The proxy that a request to `address` goes through. InvalidInput for one that is not plain http."""
        chosen = self.https_proxy if address.scheme == "https" else self.http_proxy
        if not chosen or _is_exempt(address.host, self.no_proxy):
            return None
        return _parse_proxy(chosen)


def _is_exempt(host: str, no_proxy: str) -> bool:
    """Whether `no_proxy` names the host as curl reads it: exactly, by parent domain, by network, or `*`.

    Loopback is no exception of its own: who wants one, names it.
    """
    for entry in no_proxy.replace(",", " ").lower().split():
        if entry == "*" or _same_network(host, entry.strip("[]")):
            return True
        name = entry.strip(".")
        if name and (host.rstrip(".") == name or host.rstrip(".").endswith("." + name)):
            return True
    return False


def _same_network(host: str, entry: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _parse_proxy(text: str) -> Proxy:
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme != "http":
        raise InvalidInput(
            f"A proxy of the kind {parts.scheme}:// is not supported; name an http:// one, or none."
        )
    try:
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if not host:
        raise InvalidInput("The proxy variable holds no valid address; write it as http://host:port.")
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + b64encode(pair.encode()).decode()
    return Proxy(host, port, authorization)
