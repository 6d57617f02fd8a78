"""User: what is told of one."""

from datetime import datetime
from typing import Final, NamedTuple

from brant.server.store.tables import users


class User(NamedTuple):
    """One user; without a password they cannot sign in to the pages."""

    id: int
    name: str
    is_admin: bool
    created: datetime
    has_password: bool = False


COLUMNS: Final = (
    users.c.id,
    users.c.name,
    users.c.is_admin,
    users.c.created,
    users.c.password_hash.is_not(None),
)
"""What a User is made of."""
