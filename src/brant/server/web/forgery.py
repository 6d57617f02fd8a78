"""Forgery: whether a form was sent by a page of ours, and not by someone else's (CSRF)."""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from brant.errors import PermissionDenied

FIELD: Final = "csrf"
_PURPOSE: Final = b"brant: the token in a form"
# `none`: the user's own doing, such as a reload; no page can bring that about.
_OWN: Final = frozenset({"same-origin", "none"})


def token_for(cookie: str) -> str:
    """The token in the forms of whoever holds `cookie`, which it does not give away."""
    return hmac.new(cookie.encode("utf-8", "surrogatepass"), _PURPOSE, hashlib.sha256).hexdigest()


def check_source(headers: Headers, origin: str) -> None:
    """Raises PermissionDenied where the browser says that another origin's page sent the form.

    A program that sends none of the three headers has no cookies that a stranger's page could use.
    """
    site, sender, referrer = (headers.get(name) for name in ("sec-fetch-site", "origin", "referer"))
    if site is not None and site not in _OWN:
        raise PermissionDenied("this form was sent by a page of another site; nothing was changed")
    if sender is None and referrer is not None:
        parts = urlsplit(referrer)
        sender = f"{parts.scheme}://{parts.netloc}"
    if sender is not None and sender.lower() != origin:
        raise PermissionDenied("this form was sent by a page of another site; nothing was changed")


def check_token(token: str, cookie: str) -> None:
    """Raises PermissionDenied where `token` is not that of `cookie`."""
    if not cookie or not hmac.compare_digest(token.encode(), token_for(cookie).encode()):
        raise PermissionDenied(
            "this form is no longer valid, or your browser refused the cookie that goes with it; "
            "nothing was changed: load the page again, then send it"
        )
