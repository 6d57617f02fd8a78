"""Search among datasets: one full-text index, behind functions that no text can break (SQLite FTS5)."""

import re
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_MOST_WORDS: Final = 16
# Owner, title, subtitle, description, slug, tags: what a hit in each is worth.
_WEIGHTS: Final = "2.0, 8.0, 4.0, 1.0, 6.0, 4.0"

_INSERT: Final = sa.text(
    "INSERT INTO dataset_search (rowid, owner, title, subtitle, description, slug, tags) "
    "VALUES (:id, :owner, :title, :subtitle, :description, :slug, :tags)"
)
_DELETE: Final = sa.text("DELETE FROM dataset_search WHERE rowid = :id")


def index(
    connection: Connection,
    dataset_id: int,
    *,
    owner: str,
    title: str,
    subtitle: str,
    description: str,
    slug: str,
    tags: Iterable[str],
) -> None:
    """Makes a dataset findable by these texts and by no others."""
    remove(connection, dataset_id)
    connection.execute(
        _INSERT,
        {
            "id": dataset_id,
            "owner": owner,
            "title": title,
            "subtitle": subtitle,
            "description": description,
            "slug": slug,
            "tags": " ".join(tags),
        },
    )


def remove(connection: Connection, dataset_id: int) -> None:
    """Makes a dataset not findable any more."""
    connection.execute(_DELETE, {"id": dataset_id})


def matches(text: str) -> sa.Subquery:
    """The datasets with every word of `text` or one that begins so: `id`, and `relevance`, high for good.

    Text without any word finds nothing.
    """
    words = re.findall(r"[^\W_]+", text)[:_MOST_WORDS]
    phrase = " ".join(f'"{word}"*' for word in words) or '""'
    return (
        sa.text(
            f"SELECT rowid AS id, -bm25(dataset_search, {_WEIGHTS}) AS relevance "  # noqa: S608, no foreign text
            "FROM dataset_search WHERE dataset_search MATCH :phrase"
        )
        .bindparams(phrase=phrase)
        .columns(sa.column("id", sa.Integer), sa.column("relevance", sa.Float))
        .subquery("found")
    )
