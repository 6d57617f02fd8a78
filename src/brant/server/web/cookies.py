"""Cookies: how the session's, and that of a visitor who has none yet, are named and set."""

from typing import Final, Literal
from urllib.parse import urlsplit

Kind = Literal["session", "visitor"]
KINDS: Final[tuple[Kind, ...]] = ("session", "visitor")


def cookie_name(kind: Kind, origin: str) -> str:
    """With https the prefix that lets no other host set it (RFC 6265bis §4.1.3.2).

    Cookies know no ports (RFC 6265 §8.5), so servers side by side on one machine are kept apart by name.
    """
    parts = urlsplit(origin)
    return f"__Host-brant-{kind}" if parts.scheme == "https" else f"brant-{kind}-{parts.port or 80}"


def set_cookie(kind: Kind, origin: str, value: str) -> str:
    """A Set-Cookie header for a cookie that no script reads and that ends with the browser."""
    return f"{cookie_name(kind, origin)}={value}; Path=/; HttpOnly; SameSite=Lax{_secure(origin)}"


def drop_cookie(kind: Kind, origin: str) -> str:
    """A Set-Cookie header that ends it."""
    return f"{cookie_name(kind, origin)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{_secure(origin)}"


def _secure(origin: str) -> str:
    return "; Secure" if origin.startswith("https:") else ""
