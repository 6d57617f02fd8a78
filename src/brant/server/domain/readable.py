"""Readable: the condition under which an address still gives a version's files, whatever they belong to."""

import sqlalchemy as sa

from brant.server.domain.competitions.permissions import data_open_to_user
from brant.server.domain.datasets.permissions import visible_to_user
from brant.server.store.tables import competitions, datasets, versions

OWNED: sa.FromClause = versions.outerjoin(datasets, datasets.c.id == versions.c.dataset_id).outerjoin(
    competitions, competitions.c.id == versions.c.competition_id
)
"""Versions with the row that each belongs to."""


def readable_by(user_id: int | None) -> sa.ColumnElement[bool]:
    """The condition on a row of `OWNED` for the user of that number, or for anybody."""
    return sa.or_(
        sa.and_(datasets.c.id.is_not(None), visible_to_user(user_id)),
        sa.and_(competitions.c.id.is_not(None), data_open_to_user(user_id)),
    )
