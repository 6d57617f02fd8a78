"""How datasets, their versions and their files are shown on the wire."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.dataset_messages import ApiCategory, ApiDataset, ApiDatasetFile, ApiDatasetVersion
from brant.server.domain.actor import Context
from brant.server.domain.datasets import rules
from brant.server.domain.versions.manifests import extension
from brant.server.store.tables import tags, users, versions


def dataset(context: Context, row: Any, words: Iterable[str]) -> ApiDataset:
    """A row of `datasets` with its `owner`, and its tags."""
    ref = f"{row.owner}/{row.slug}"
    return ApiDataset(
        id=row.id,
        ref=ref,
        subtitle=row.subtitle,
        creator_name=row.owner,
        creator_url=row.owner,
        total_bytes=row.total_bytes,
        url=context.links.page(f"/datasets/{ref}"),
        last_updated=Timestamp.of(row.updated),
        download_count=row.download_count,
        is_private=row.is_private,
        license_name=row.license,
        description=row.description,
        owner_name=row.owner,
        owner_ref=row.owner,
        title=row.title,
        view_count=row.view_count,
        current_version_number=row.current_number,
        usability_rating=row.usability,
        tags=[ApiCategory(ref=word, name=word, full_path=word) for word in words],
    )


def file(context: Context, of: Any, version: Any, row: Any) -> ApiDatasetFile:
    """A row of `files`; `name` is its whole path, as downloads take it."""
    ref = f"{of.owner}/{of.slug}"
    return ApiDatasetFile(
        ref=row.path,
        dataset_ref=ref,
        owner_ref=of.owner,
        name=row.path,
        creation_date=Timestamp.of(version.created),
        description=row.description,
        file_type=extension(row.path),
        url=context.links.page(f"/datasets/{ref}"),
        total_bytes=row.size,
        columns=rules.stored_columns(row.columns),
    )


def all_versions(connection: Connection, dataset_id: int, most: int) -> list[ApiDatasetVersion]:
    """The newest versions first, at most `most`."""
    rows = connection.execute(
        sa.select(versions.c.number, versions.c.created, versions.c.notes, users.c.name)
        .join(users, users.c.id == versions.c.creator_id, isouter=True)
        .where(versions.c.dataset_id == dataset_id)
        .order_by(versions.c.number.desc())
        .limit(most)
    )
    return [
        ApiDatasetVersion(
            version_number=row.number,
            creation_date=Timestamp.of(row.created),
            creator_name=row.name,
            creator_ref=row.name,
            version_notes=row.notes,
            status="Ready",
        )
        for row in rows
    ]


def tags_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of several datasets, in one query."""
    found: dict[int, list[str]] = {dataset_id: [] for dataset_id in ids}
    for row in connection.execute(sa.select(tags).where(tags.c.dataset_id.in_(ids)).order_by(tags.c.tag)):
        found[row.dataset_id].append(row.tag)
    return found
