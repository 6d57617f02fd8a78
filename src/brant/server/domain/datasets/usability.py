"""Usability: how well a dataset is described, from 0 to 1, by one small rule."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.store.tables import datasets, files, tags, versions

_LONG_ENOUGH: Final = 100
_NO_LICENSE: Final = frozenset({"unknown", "other"})


def rate(connection: Connection, dataset_id: int) -> float:
    """The share of these nine that hold, to two decimals.

    It has a subtitle; a description of 100 characters or more; a tag; a licence that says something; a cover
    image; sources; an update frequency; half of its files are described; a file's columns are.
    """
    dataset = connection.execute(sa.select(datasets).where(datasets.c.id == dataset_id)).one()
    counts = connection.execute(
        sa.select(
            sa.func.count().label("all"),
            sa.func.count(sa.case((files.c.description != "", 1))).label("described"),
            sa.func.count(files.c.columns).label("with_columns"),
        )
        .join(versions, versions.c.id == files.c.version_id)
        .where(versions.c.dataset_id == dataset_id, versions.c.number == dataset.current_number)
    ).one()
    tagged = connection.scalar(sa.select(sa.exists().where(tags.c.dataset_id == dataset_id)))
    held: tuple[bool, ...] = (
        *_of_itself(dataset),
        bool(tagged),
        0 < counts.all <= 2 * counts.described,
        counts.with_columns > 0,
    )
    return round(sum(held) / len(held), 2)


def _of_itself(dataset: Any) -> tuple[bool, ...]:
    return (
        bool(dataset.subtitle),
        len(dataset.description) >= _LONG_ENOUGH,
        dataset.license.lower() not in _NO_LICENSE,
        dataset.cover_sha256 is not None,
        bool(dataset.sources),
        bool(dataset.update_frequency),
    )
