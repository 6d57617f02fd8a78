"""Names: what users and organizations may be called. Both own things, so their names are one namespace."""

import re
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import Conflict, InvalidInput
from brant.server.store.tables import organizations, users

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?")
# Words that stand first in an address of ours, or that official clients treat as something else.
_RESERVED: Final = frozenset(
    {
        *(
            "account",
            "api",
            "competitions",
            "datasets",
            "healthz",
            "kernels",
            "me",
            "models",
            "organizations",
        ),
        *("settings", "setup", "signin", "signout", "static", "storage", "users", "versions", "welcome"),
    }
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def checked(name: str, what: str, reserved: Collection[str] = ()) -> str:
    """`name` in lower case. Raises InvalidInput; `what` says what it would be the name of.

    `reserved` are words that no address could reach as the name of an owner.
    """
    lower = name.lower()
    if not _NAME.fullmatch(lower) or lower in _RESERVED or lower in reserved:
        raise InvalidInput(
            f"{name[:60]!r} cannot be {what}: use 1 to 50 of a-z, 0-9, - and _, "
            "a letter or digit first and last, and no reserved word"
        )
    return lower


def key(name: str) -> str:
    """What to look a name up by: any case of it, and of any text something that a database can compare."""
    return name.lower().encode("ascii", "replace").decode()


def claim(connection: Connection, name: str) -> None:
    """Makes sure that a checked `name` is free. Raises Conflict.

    To be called inside the writing transaction that then takes it: there is one at a time.
    """
    if connection.scalar(sa.select(users.c.id).where(users.c.name == name)) is not None:
        raise Conflict(f"there is a user {name!r} already: choose another name")
    if connection.scalar(sa.select(organizations.c.id).where(organizations.c.slug == name)) is not None:
        raise Conflict(f"there is an organization {name!r} already: choose another name")


def label(text: str, what: str, *, longest: int = 100) -> str:
    """A text of one line for people to read. Raises InvalidInput for a longer one, or one that pretends."""
    stripped = text.strip()
    if len(stripped) > longest or _CONTROL.search(stripped):
        raise InvalidInput(f"{what}: expected one line of at most {longest} characters")
    return stripped
