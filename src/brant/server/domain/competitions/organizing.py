"""Organizing: the organization in whose name a competition is held."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import InvalidInput, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.store.tables import members, organizations


def require_organization(connection: Connection, actor: Actor, number: int) -> int:
    """The number, where the actor may act for it. Raises InvalidInput, or PermissionDenied."""
    found = connection.scalar(sa.select(organizations.c.slug).where(organizations.c.id == number))
    if found is None:
        raise InvalidInput("there is no organization of that number: change `organizationId`")
    is_member = sa.select(members.c.user_id).where(
        members.c.organization_id == number, members.c.user_id == actor.user_id
    )
    if not actor.is_admin and connection.scalar(is_member) is None:
        raise PermissionDenied(f"{actor.name} is no member of {found}: change `organizationId`")
    return number
