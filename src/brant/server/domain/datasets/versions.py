"""Versions: finding the one that is asked for."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import NotFound
from brant.server.store.tables import versions


def find_version(connection: Connection, dataset: Any, number: int | None) -> Any:
    """Version `number` of a dataset, the newest when it is None or not positive. Raises NotFound."""
    wanted = number if number is not None and number > 0 else dataset.current_number
    row = connection.execute(
        sa.select(versions).where(versions.c.dataset_id == dataset.id, versions.c.number == wanted)
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"{dataset.owner}/{dataset.slug} has no version {wanted}: the newest is {dataset.current_number}"
        )
    return row
