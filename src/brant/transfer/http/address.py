"""Takes an http or https address apart, and says when two of them are the same origin."""

from contextlib import suppress
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from brant.errors import InvalidInput
from brant.redact import redact

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Everything that RFC 3986 allows in a path or query, and "%" for what is encoded already.
_KEPT: Final = "/?%:@!$&'()*+,;=~[]|"


class Address(Struct, frozen=True):
    """An absolute http or https address. `target` is path and query, as they go on the request line."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """Host and port as the Host header wants them: without the scheme's own port (RFC 9110 §7.2)."""
        return self.peer.removesuffix(f":{DEFAULT_PORTS[self.scheme]}")

    @property
    def peer(self) -> str:
        """Host and port as messages name them: always with the port."""
        return host_and_port(self.host, self.port)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def host_and_port(host: str, port: int) -> str:
    """Both in one text; an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_address(text: str) -> Address:
    """The parts of `text`. Spaces and letters beyond ASCII in its path are percent-encoded.

    Raises InvalidInput for control characters, other schemes, a missing host, and credentials in the address.
    """
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise InvalidInput(f"The address {_shown(text)} holds control characters; give it as one plain line.")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(
            f"{_shown(text)} is not an address ({error}); write it as https://host/path."
        ) from None
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise InvalidInput(f"{_shown(text)} is not an http or https address; write it as https://host/path.")
    if "@" in parts.netloc:
        raise InvalidInput(f"The address of {host} holds credentials; leave them out of the address.")
    if port is None:
        port = DEFAULT_PORTS[parts.scheme]
    target = quote(parts.path or "/", safe=_KEPT)
    if parts.query:
        target += "?" + quote(parts.query, safe=_KEPT)
    return Address(parts.scheme, _ascii_host(host, text), port, target)


def redirected(base: Address, location: str) -> Address:
    """The address that a Location header names, resolved against the one that sent it (RFC 9110 §10.2.2)."""
    # http.client reads headers as Latin-1; some servers send UTF-8 there.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    return parse_address(urljoin(str(base), location))


def _shown(text: str) -> str:
    """As messages give it. What finds secrets is slow to begin with, hence only where there is a message."""
    return repr(redact(text)[:200])


def _ascii_host(host: str, text: str) -> str:
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise InvalidInput(f"{_shown(text)} has no valid host name; check its spelling.") from None
    if any(letter in name for letter in ' "<>\\^`{|}'):
        raise InvalidInput(f"{_shown(text)} has no valid host name; check its spelling.")
    return name.lower().split("%")[0]
