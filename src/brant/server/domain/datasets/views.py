"""Looking at one dataset: itself, its state, its metadata, its files as a list, as a tree and in numbers."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from brant.contract.dataset_messages import (
    ApiDataset,
    ApiDirectoryContent,
    ApiFilesSummary,
    ApiGetDatasetFilesSummaryRequest,
    ApiGetDatasetRequest,
    ApiGetDatasetStatusRequest,
    ApiGetDatasetStatusResponse,
    ApiListDatasetFilesRequest,
    ApiListDatasetFilesResponse,
    ApiListTreeDatasetFilesRequest,
    DatabundleVersionStatus,
)
from brant.server.domain import paging
from brant.server.domain.actor import Context
from brant.server.domain.datasets import rules, shapes
from brant.server.domain.datasets.permissions import find_dataset
from brant.server.domain.datasets.versions import find_version
from brant.server.domain.versions import contents
from brant.server.store.database import Database
from brant.server.store.tables import datasets, views

_PAGE: Final = 20
_LONGEST_PAGE: Final = 1000
# How much of a dataset its own view shows; the rest is in the lists.
_SHOWN_FILES: Final = 200
_SHOWN_VERSIONS: Final = 200
_ONE_VIEW: Final = timedelta(hours=1)


class Views:
    """Answers every question about one dataset. Raises NotFound for one that the caller may not see."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def view(self, context: Context, request: ApiGetDatasetRequest) -> ApiDataset:
        """Everything about a dataset, with its newest versions and the first of its files."""
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, None)
            shown = shapes.dataset(context, dataset, shapes.tags_of(connection, [dataset.id])[dataset.id])
            shown.versions = shapes.all_versions(connection, dataset.id, _SHOWN_VERSIONS)
            first = contents.files_from(connection, version.id, 0, _SHOWN_FILES)
            shown.files = [shapes.file(context, dataset, version, row) for row in first]
            if dataset.cover_sha256 is not None:
                shown.thumbnail_image_url = context.links.blob(
                    dataset.cover_sha256, dataset.cover_name, version_id=version.id
                )
            seen = _last_seen(connection, context, dataset.id)
        if context.actor is not None and (seen is None or context.now - seen >= _ONE_VIEW):
            self._count_view(context, dataset.id)
        return shown

    def status(self, context: Context, request: ApiGetDatasetStatusRequest) -> ApiGetDatasetStatusResponse:
        """READY: a version is published whole or not at all, so there is no other state to be seen in."""
        with self._db.read() as connection:
            find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
        return ApiGetDatasetStatusResponse(status=DatabundleVersionStatus.READY)

    def list_files(
        self, context: Context, request: ApiListDatasetFilesRequest
    ) -> ApiListDatasetFilesResponse:
        """A page of a version's files in path order. Later pages are of the same version as the first."""
        length = paging.size(request.page_size, default=_PAGE, most=_LONGEST_PAGE)
        number, start = request.dataset_version_number, 0
        if request.page_token:
            number, start = paging.decode(request.page_token, tuple[int, int])
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, number)
            rows = contents.files_from(connection, version.id, start, length)
        behind = rows[-1].position + 1 if rows else version.file_count
        return ApiListDatasetFilesResponse(
            dataset_files=[shapes.file(context, dataset, version, row) for row in rows],
            next_page_token=paging.encode((version.number, behind)) if behind < version.file_count else "",
        )

    def list_tree(self, context: Context, request: ApiListTreeDatasetFilesRequest) -> ApiDirectoryContent:
        """A page of what lies directly in a folder: its folders first, then its files, each in path order."""
        length = paging.size(request.page_size, default=_PAGE, most=_LONGEST_PAGE)
        number, start = request.dataset_version_number, 0
        if request.page_token:
            number, start = paging.decode(request.page_token, tuple[int, int])
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, number)
            return contents.tree(connection, version, request.path, start, length)

    def summary(self, context: Context, request: ApiGetDatasetFilesSummaryRequest) -> ApiFilesSummary:
        """How many files have which extension, and how many columns which type."""
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, request.dataset_version_number)
            return contents.summary(
                connection,
                version,
                lambda kept: (column.type or "" for each in kept for column in rules.stored_columns(each)),
            )

    def _count_view(self, context: Context, dataset_id: int) -> None:
        seen = datasets.c.id == dataset_id  # none, where it has been deleted meanwhile
        mark = upsert(views).from_select(
            ["dataset_id", "user_id", "last_viewed"],
            sa.select(
                datasets.c.id,
                sa.literal(context.caller.user_id),
                sa.literal(context.now, views.c.last_viewed.type),
            ).where(seen),
        )
        self._db.note(
            sa.update(datasets).where(seen).values(view_count=datasets.c.view_count + 1),
            mark.on_conflict_do_update(
                index_elements=[views.c.dataset_id, views.c.user_id], set_={"last_viewed": context.now}
            ),
        )


def _last_seen(connection: Connection, context: Context, dataset_id: int) -> Any:
    if context.actor is None:
        return None
    return connection.scalar(
        sa.select(views.c.last_viewed).where(
            views.c.dataset_id == dataset_id, views.c.user_id == context.actor.user_id
        )
    )
