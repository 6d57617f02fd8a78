"""Redirects: where a browser may be sent with an authorization code (RFC 6749 §3.1.2)."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from brant.errors import InvalidInput

MOST: Final = 10
_LONGEST: Final = 2000
# RFC 3986 §2: what an address is written with. Browsers read a backslash as a slash, so it may not come.
_WRITTEN: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def https_redirect(text: str) -> str:
    """`text`, if it is an address that an organization may register: https, absolute, nothing hidden in it.

    Raises InvalidInput. It is kept as it is written: a request names it letter by letter (RFC 9700 §4.1.3).
    """
    parts = _parts(text)
    if parts is None or parts.scheme != "https" or not parts.hostname:
        raise InvalidInput(
            f"redirect URI {text[:200]!r}: expected an absolute https address such as https://app.example.org/done"
        )
    if "#" in text:
        raise InvalidInput(f"redirect URI {text[:200]!r} has a fragment, which RFC 6749 §3.1.2 forbids")
    if "@" in parts.netloc:
        raise InvalidInput("redirect URI: leave out the user name and password before the host")
    return text


def https_redirects(texts: Sequence[str]) -> list[str]:
    """At most ten of them, each once. Raises InvalidInput."""
    checked = list(dict.fromkeys(https_redirect(text.strip()) for text in texts))
    if len(checked) > MOST:
        raise InvalidInput(f"redirect URIs: at most {MOST} can be registered, not {len(checked)}")
    return checked


def _parts(text: str) -> SplitResult | None:
    if len(text) > _LONGEST or not _WRITTEN.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    return parts
