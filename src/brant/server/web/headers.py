"""Headers of every page: what a browser may load, frame, keep and tell others."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_FIXED: Final = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def page_headers(*, form_targets: Iterable[str] = (), secret_address: bool = False) -> dict[str, str]:
    """The headers of one page, none of which is ever kept by a cache.

    `form_targets` are sources (CSP 3 §2.3.1) where answers to its forms may lead beside this origin.
    `secret_address`: the page's own address must reach nobody, not even this server's log as a referrer.
    """
    actions = " ".join(["'self'", *form_targets])
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"form-action {actions}; frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        **_FIXED,
        "Content-Security-Policy": policy,
        # With no-referrer a browser sends `Origin: null` with a form, and nothing could be checked by it.
        "Referrer-Policy": "no-referrer" if secret_address else "same-origin",
        "Cache-Control": "no-store",
    }


def asset_headers() -> dict[str, str]:
    """The headers of a style sheet, whose address changes with its bytes."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "public, max-age=31536000, immutable",
    }


def redirect_sources(uri: str) -> tuple[str, ...]:
    """Where a browser may be led by a form whose answer redirects to `uri`.

    Chromium holds form-action against every redirect that follows a form, so a client's own page must be
    able to lead on to another https page. CSP 3 §2.3.1 has no way to write an IPv6 address.
    """
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return ("https:",)
    return ("https:", "http:" if ":" in (parts.hostname or "") else f"{parts.scheme}://{parts.netloc}")
