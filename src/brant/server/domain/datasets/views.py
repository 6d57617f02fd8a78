"""Looking at one dataset: itself, its state, its metadata, its files as a list, as a tree and in numbers."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.dataset_messages import (
    ApiColumnSummaryInfo,
    ApiColumnTypeSummaryInfo,
    ApiDataset,
    ApiDirectory,
    ApiDirectoryContent,
    ApiFile,
    ApiFileExtensionSummaryInfo,
    ApiFilesSummary,
    ApiFileSummaryInfo,
    ApiGetDatasetFilesSummaryRequest,
    ApiGetDatasetRequest,
    ApiGetDatasetStatusRequest,
    ApiGetDatasetStatusResponse,
    ApiListDatasetFilesRequest,
    ApiListDatasetFilesResponse,
    ApiListTreeDatasetFilesRequest,
    DatabundleVersionStatus,
)
from brant.errors import InvalidInput, NotFound
from brant.server.domain import paging
from brant.server.domain.actor import Context
from brant.server.domain.datasets import rules, shapes
from brant.server.domain.datasets.permissions import find_dataset
from brant.server.domain.datasets.versions import find_version
from brant.server.store.database import Database
from brant.server.store.tables import datasets, extensions, files, folders, views

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
            first = _files_from(connection, version.id, 0, _SHOWN_FILES)
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
            rows = _files_from(connection, version.id, start, length)
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
            if start < 0:
                raise InvalidInput("this is no page token of this list: begin at the first page")
        path = unicodedata.normalize("NFC", request.path or "").strip("/")
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, number)
            folder_count, file_count = _counts(connection, version, path)
            inner = _folders_in(connection, version.id, path, start, length)
            rest = length - len(inner)
            lying = _files_in(connection, version.id, path, max(0, start - folder_count), rest)
        end = start + len(inner) + len(lying)
        total = folder_count + file_count
        return ApiDirectoryContent(
            directories=[_directory(row) for row in inner],
            files=[_file(version, row) for row in lying],
            total_children=total,
            total_directories=folder_count,
            total_files=file_count,
            next_page_token=paging.encode((version.number, end)) if end < total else "",
        )

    def summary(self, context: Context, request: ApiGetDatasetFilesSummaryRequest) -> ApiFilesSummary:
        """How many files have which extension, and how many columns which type."""
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, request.dataset_version_number)
            kinds = connection.execute(
                sa.select(extensions)
                .where(extensions.c.version_id == version.id)
                .order_by(extensions.c.file_count.desc(), extensions.c.extension)
            ).all()
            described = connection.scalars(
                sa.select(files.c.columns).where(
                    files.c.version_id == version.id, files.c.columns.is_not(None)
                )
            )
            types = Counter(column.type or "" for kept in described for column in rules.stored_columns(kept))
        return ApiFilesSummary(
            file_summary_info=ApiFileSummaryInfo(
                total_file_count=version.file_count,
                file_types=[
                    ApiFileExtensionSummaryInfo(
                        extension=row.extension, file_count=row.file_count, total_size=row.total_bytes
                    )
                    for row in kinds
                ],
            ),
            column_summary_info=ApiColumnSummaryInfo(
                total_column_count=types.total(),
                column_types=[
                    ApiColumnTypeSummaryInfo(column_type=kind, column_count=count)
                    for kind, count in sorted(types.items())
                ],
            ),
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


def _files_from(connection: Connection, version_id: int, position: int, length: int) -> Sequence[Any]:
    return connection.execute(
        sa.select(files)
        .where(files.c.version_id == version_id, files.c.position >= position)
        .order_by(files.c.position)
        .limit(length)
    ).all()


def _counts(connection: Connection, version: Any, path: str) -> tuple[int, int]:
    """How many folders and files lie directly in a folder. Raises NotFound when there is none."""
    if path:
        row = connection.execute(
            sa.select(folders.c.folder_count, folders.c.file_count).where(
                folders.c.version_id == version.id, folders.c.path == path
            )
        ).one_or_none()
        if row is None:
            raise NotFound(f"version {version.number} has no folder {path[:200]!r}: list the one above it")
        return row.folder_count, row.file_count
    inner = sa.select(sa.func.count()).where(folders.c.version_id == version.id, folders.c.parent == "")
    lying = sa.select(sa.func.count()).where(files.c.version_id == version.id, files.c.folder == "")
    return connection.scalar(inner) or 0, connection.scalar(lying) or 0


def _folders_in(connection: Connection, version_id: int, path: str, start: int, length: int) -> Sequence[Any]:
    return connection.execute(
        sa.select(folders)
        .where(folders.c.version_id == version_id, folders.c.parent == path)
        .order_by(folders.c.path)
        .offset(start)
        .limit(length)
    ).all()


def _files_in(connection: Connection, version_id: int, path: str, start: int, length: int) -> Sequence[Any]:
    if not length:
        return []
    return connection.execute(
        sa.select(files)
        .where(files.c.version_id == version_id, files.c.folder == path)
        .order_by(files.c.position)
        .offset(start)
        .limit(length)
    ).all()


def _directory(row: Any) -> ApiDirectory:
    return ApiDirectory(
        name=row.path.rpartition("/")[2],
        relative_url=row.path,
        total_directories=row.folder_count,
        total_files=row.file_count,
        total_children=row.folder_count + row.file_count,
    )


def _file(version: Any, row: Any) -> ApiFile:
    return ApiFile(
        name=row.path.rpartition("/")[2],
        creation_date=Timestamp.of(version.created),
        total_bytes=row.size,
        relative_url=row.path,
        description=row.description,
    )
