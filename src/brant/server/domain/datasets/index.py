"""What must follow every change of a dataset: its tags, its rating, the search."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.domain.datasets import usability
from brant.server.store import search
from brant.server.store.tables import datasets, tags, users


def set_tags(connection: Connection, dataset_id: int, words: Iterable[str]) -> None:
    """Replaces the tags of a dataset."""
    connection.execute(sa.delete(tags).where(tags.c.dataset_id == dataset_id))
    rows = [{"dataset_id": dataset_id, "tag": word} for word in words]
    if rows:
        connection.execute(sa.insert(tags), rows)


def refresh(connection: Connection, dataset_id: int) -> None:
    """Brings rating and search up to date; the last step of every transaction that changes a dataset."""
    rating = usability.rate(connection, dataset_id)
    connection.execute(sa.update(datasets).where(datasets.c.id == dataset_id).values(usability=rating))
    row = connection.execute(
        sa.select(datasets, users.c.name.label("owner"))
        .join(users, users.c.id == datasets.c.owner_id)
        .where(datasets.c.id == dataset_id)
    ).one()
    search.index(
        connection,
        dataset_id,
        owner=row.owner,
        title=row.title,
        subtitle=row.subtitle,
        description=row.description,
        slug=row.slug,
        tags=connection.scalars(sa.select(tags.c.tag).where(tags.c.dataset_id == dataset_id)),
    )
