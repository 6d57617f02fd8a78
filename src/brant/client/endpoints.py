"""Which server to talk to, and whether credentials can be read on the way there."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from brant.contract.method import Method
from brant.errors import InvalidInput
from brant.redact import redact

_KAGGLE_HOSTS: Final = ("kaggle.com", "www.kaggle.com", "api.kaggle.com")
_KAGGLE_BASE: Final = "https://api.kaggle.com"
_KAGGLE_WEB: Final = "https://www.kaggle.com"

# What KAGGLE_API_ENVIRONMENT may say (behaviour.md §1).
_ENVIRONMENTS: Final = {
    "PROD": _KAGGLE_WEB,
    "LOCALHOST": "http://localhost",
    "TEST": "http://localhost:7777",
    "STAGING": "https://staging.kaggle.com",
    "ADMIN": "https://admin.kaggle.com",
    "QA": "https://qa.kaggle.com",
}


class Endpoint(NamedTuple):
    """A server: RPC paths are put behind `base`, its pages are at `web`. Neither ends in a slash."""

    base: str
    web: str

    @classmethod
    def of(cls, address: str) -> "Endpoint":
        """The endpoint at `address`: kaggle.com in any spelling, or `http(s)://host[:port]`; `/api/v1` may
        follow.

        Raises InvalidInput for an address that is no such thing.
        """
        text = address.strip()
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise InvalidInput(
                f"{_shown(address)} is not an address: write it as https://host[:port]"
            ) from None
        if text.rstrip("/").lower() in _KAGGLE_HOSTS or host in _KAGGLE_HOSTS:
            return cls(_KAGGLE_BASE, _KAGGLE_WEB)
        if parts.scheme not in ("http", "https") or not host:
            raise InvalidInput(
                f"{_shown(address)} is not an address: write it as http://host:port or https://host"
            )
        if "@" in parts.netloc:
            raise InvalidInput(
                "the endpoint holds a user name or password; leave them out, and log in instead"
            )
        if parts.query or parts.fragment or any(letter <= " " or letter == "\x7f" for letter in text):
            raise InvalidInput(
                f"{_shown(address)} is not an endpoint: it ends after host and port, such as https://host:8765"
            )
        path = parts.path.rstrip("/")
        for suffix in ("/api/v1", "/api"):
            path = path.removesuffix(suffix)
        named = f"[{host}]" if ":" in host else host
        web = f"{parts.scheme}://{named}" + (f":{port}" if port else "") + path
        return cls(f"{web}/api", web)

    def rpc_url(self, method: Method[Any, Any]) -> str:
        """Where `method` is called."""
        return self.base + method.rpc_path

    @property
    def is_kaggle(self) -> bool:
        """Whether this is kaggle.com itself."""
        return self.base == _KAGGLE_BASE

    @property
    def is_loopback(self) -> bool:
        """Whether this is this machine, by its name or number alone."""
        return is_loopback(urlsplit(self.base).hostname or "")

    @property
    def exposes_credentials(self) -> bool:
        """Whether what is sent can be read on the way: plain http to a host that is not this machine."""
        return self.base.startswith("http:") and not self.is_loopback

    def __str__(self) -> str:
        return self.web


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its name or number alone; nothing is looked up."""
    if host == "localhost" or host.endswith(".localhost") or host == "::1":
        return True
    octets = host.split(".")
    return len(octets) == 4 and octets[0] == "127" and all(octet.isdigit() for octet in octets)


def _shown(address: str) -> str:
    return repr(redact(address)[:200])


def choose(
    environ: Mapping[str, str],
    *,
    given: str | None = None,
    profile: str | None = None,
    configured: str | None = None,
) -> Endpoint:
    """The endpoint to use: `given` on the command line, else that of the named `profile`, BRANT_ENDPOINT,
    KAGGLE_API_ENDPOINT, KAGGLE_API_ENVIRONMENT, the one `configured` for good, kaggle.com.

    Raises InvalidInput and names the culprit.
    """
    asked = (
        ("--endpoint", given),
        ("the profile's endpoint", profile),
        ("BRANT_ENDPOINT", environ.get("BRANT_ENDPOINT")),
        ("KAGGLE_API_ENDPOINT", environ.get("KAGGLE_API_ENDPOINT")),
        ("KAGGLE_API_ENVIRONMENT", _of_environment(environ.get("KAGGLE_API_ENVIRONMENT"))),
        ("the configured endpoint", configured),
    )
    for source, address in asked:
        if address:
            try:
                return Endpoint.of(address)
            except InvalidInput as error:
                raise InvalidInput(f"{source}: {error.message}") from None
    return Endpoint.of(_KAGGLE_WEB)


def _of_environment(word: str | None) -> str | None:
    if word and word not in _ENVIRONMENTS:
        words = ", ".join(_ENVIRONMENTS)
        raise InvalidInput(
            f"KAGGLE_API_ENVIRONMENT is {redact(word)[:40]!r}: it may be {words}, or set BRANT_ENDPOINT "
            "instead"
        )
    return _ENVIRONMENTS[word] if word else None
