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
        "competition-created": "It is created. Nobody but its hosts sees it until it is launched.",
        "joined": "You are in. Submissions are taken from now on.",
        "chosen": "It is one of your final submissions now.",
        "unchosen": "It is no final submission any more.",
        "team-renamed": "The team has its new name.",
        "invited": "The invitation is sent: their leader finds it on this page.",
        "merged": "You are one team now.",
        "declined": "The invitation is declined.",
        "launched": "The competition is launched.",
        "launch-set": "It opens at the time that you set.",
        "rescored": "All submissions are in line to be scored again.",
        "person-added": "They are in now.",
        "saved": "It is saved.",
        "file-taken": "The file is taken.",
        "text-deleted": "The page is deleted.",
        "redirects-saved": "The redirect addresses are saved.",
    }
)


def notice(visit: Visit) -> str:
    """The sentence that the address names; "" where there is none, or a form was sent from there since."""
    return "" if visit.method == "POST" else _NOTICES.get(visit.query["done"], "")
