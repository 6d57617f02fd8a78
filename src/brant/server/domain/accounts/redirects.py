"""Redirects: where a browser may be sent with an authorization code (RFC 6749 §3.1.2)."""

import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from brant.errors import InvalidInput

_MOST: Final = 10
_LONGEST: Final = 2000
# Anybody may register a client, so theirs are shorter.
_LONGEST_OF_PUBLIC: Final = 500
# RFC 3986 §2: what an address is written with. Browsers read a backslash as a slash, so it may not come.
_WRITTEN: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
# RFC 8252 §8.3 advises against `localhost`, but the official client is not the only one that uses it.
_LOOPBACK: Final = re.compile(
    r"(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?((?:[/?][A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?)"
)


class BadRedirect(InvalidInput):
    """A redirect URI cannot be registered."""


def of_organization(uris: Sequence[str]) -> list[str]:
    """What an organization may register, each once: https alone. Raises BadRedirect."""
    return _each([uri.strip() for uri in uris], _https)


def of_public(uris: Sequence[str]) -> list[str]:
    """What a public client may register: https, or http to its user's machine. Raises BadRedirect."""
    if not uris:
        raise BadRedirect("redirect_uris: expected one or more (RFC 7591 §2)")
    return _each(uris, _https_or_loopback)


def matches(registered: str, asked: str) -> bool:
    """Whether `asked` is the registered one, letter by letter (RFC 9700 §2.1).

    The port of a loopback address is free: a program on a user's machine takes what it gets (RFC 8252 §7.3).
    """
    if registered == asked:
        return True
    mine, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(asked)
    return mine is not None and theirs is not None and mine.groups() == theirs.groups()


def _each(uris: Sequence[str], check: Callable[[str], None]) -> list[str]:
    if len(uris) > _MOST:
        raise BadRedirect(f"redirect URIs: at most {_MOST} can be registered, not {len(uris)}")
    for uri in uris:
        check(uri)
    return list(dict.fromkeys(uris))


def _https_or_loopback(uri: str) -> None:
    if len(uri) > _LONGEST_OF_PUBLIC:
        raise BadRedirect(f"a redirect URI has at most {_LONGEST_OF_PUBLIC} characters")
    if not _LOOPBACK.fullmatch(uri):
        _https(uri)


def _https(uri: str) -> None:
    """It is kept as it is written: a request names it letter by letter (RFC 9700 §4.1.3)."""
    parts = _parts(uri)
    if parts is None or parts.scheme != "https" or not parts.hostname:
        raise BadRedirect(
            f"redirect URI {uri[:200]!r}: expected an absolute https address such as https://app.example.org/done"
        )
    if "#" in uri:
        raise BadRedirect(f"redirect URI {uri[:200]!r} has a fragment, which RFC 6749 §3.1.2 forbids")
    if "@" in parts.netloc:
        raise BadRedirect("redirect URI: leave out the user name and password before the host")


def _parts(text: str) -> SplitResult | None:
    if len(text) > _LONGEST or not _WRITTEN.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    return parts
