"""Versions of a competition's data: which there are, and the next one."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import NotFound
from brant.server.domain.versions import manifests
from brant.server.store.tables import competitions, versions


def find_version(connection: Connection, competition: Any, number: int) -> Any:
    """The version of that number. Raises NotFound, in words of its own where there are no data at all."""
    version = connection.execute(
        sa.select(versions).where(versions.c.competition_id == competition.id, versions.c.number == number)
    ).one_or_none()
    if version is not None:
        return version
    if not competition.data_number:
        raise NotFound(f"{competition.slug} has no data yet: its hosts have to publish them")
    raise NotFound(f"{competition.slug} has no data version {number}: begin at the first page")


def add_version(
    connection: Connection, competition_id: int, manifest: manifests.Manifest, **fields: Any
) -> int:
    """The next version, which everybody gets from now on; answers its id.

    `fields`: creator_id, notes, created.
    """
    number: int = connection.execute(
        sa.update(competitions)
        .where(competitions.c.id == competition_id)
        .values(data_number=competitions.c.data_number + 1)
        .returning(competitions.c.data_number)
    ).scalar_one()
    return manifests.insert(connection, manifest, number=number, competition_id=competition_id, **fields)
