"""Notices: what a page says after a form was taken. Addresses carry their names, never their words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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


def notice(name: str) -> str:
    """The sentence of that name, "" for any other."""
    return _NOTICES.get(name, "")
