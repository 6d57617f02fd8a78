"""Redirect URIs of public clients: what they may register, and which requests name it (RFC 8252 §7.3)."""

import re
from collections.abc import Sequence
from typing import Final

from brant.errors import InvalidInput
from brant.server.domain.accounts.redirects import MOST, https_redirect

LONGEST: Final = 500
"""Characters of one that a client registers by itself."""

# RFC 8252 §8.3 advises against `localhost`, but the official client is not the only one that uses it.
_LOOPBACK: Final = re.compile(
    r"(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?((?:[/?][A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?)"
)


def check(uri: str) -> str:
    """`uri` as a public client may register it: https, or http to its user's machine. Raises InvalidInput."""
    if len(uri) <= LONGEST and _LOOPBACK.fullmatch(uri):
        return uri
    if len(uri) > LONGEST:
        raise InvalidInput(f"a redirect URI has at most {LONGEST} characters")
    return https_redirect(uri)


def check_all(uris: Sequence[str]) -> tuple[str, ...]:
    """What a client may register, each once. Raises InvalidInput."""
    if not 0 < len(uris) <= MOST:
        raise InvalidInput(f"redirect_uris: expected 1 to {MOST} of them (RFC 7591 §2)")
    return tuple(dict.fromkeys(check(uri) for uri in uris))


def matches(registered: str, asked: str) -> bool:
    """Whether `asked` is the registered one, letter by letter (RFC 9700 §2.1).

    The port of a loopback address is free: a program on a user's machine takes one that it gets.
    """
    if registered == asked:
        return True
    mine, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(asked)
    return mine is not None and theirs is not None and mine.groups() == theirs.groups()
