"""Notices: what a page says after a form was taken. Addresses carry their names, never their words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from brant.server.web.visit import Visit

_NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "signed-out": "You are signed out.",
        "password-changed": "Your password is changed. Every other session of yours has ended.",
        "revoked": "It is revoked: it opens nothing any more.",
        "grant-ended": "The application has no access any more.",
        "promoted": "They are an administrator now.",
        "demoted": "They are an administrator no more.",
        "created": "The organization is created.",
        "member-added": "They are in the organization now.",
        "role-changed": "Their role is changed.",
        "member-removed": "They are in the organization no more.",
        "redirects-saved": "The redirect addresses are saved.",
    }
)


def notice(visit: Visit) -> str:
    """The sentence that the address names; "" where there is none, or a form was sent from there since."""
    return "" if visit.method == "POST" else _NOTICES.get(visit.query["done"], "")
