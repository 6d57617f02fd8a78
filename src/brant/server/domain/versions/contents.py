"""What lies in a version: its files in path order, folder by folder, and in numbers."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.dataset_messages import (
    ApiColumnSummaryInfo,
    ApiColumnTypeSummaryInfo,
    ApiDirectory,
    ApiDirectoryContent,
    ApiFile,
    ApiFileExtensionSummaryInfo,
    ApiFilesSummary,
    ApiFileSummaryInfo,
)
from brant.errors import InvalidInput, NotFound
from brant.server.domain import paging
from brant.server.store.tables import extensions, files, folders


def tree(
    connection: Connection, version: Any, path: str | None, start: int, length: int
) -> ApiDirectoryContent:
    """What lies directly in a folder, from `start` on: folders first, then files, each in path order."""
    if start < 0:
        raise InvalidInput("this is no page token of this list: begin at the first page")
    folder = unicodedata.normalize("NFC", path or "").strip("/")
    folder_count, file_count = _counts(connection, version, folder)
    inner = _folders_in(connection, version.id, folder, start, length)
    rest = length - len(inner)
    lying = _files_in(connection, version.id, folder, max(0, start - folder_count), rest)
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


def summary(
    connection: Connection, version: Any, types_of: Callable[[Iterable[str]], Iterable[str]]
) -> ApiFilesSummary:
    """How many files have which extension, and how many columns which type.

    `types_of` reads the types of columns out of what is kept of them.
    """
    kinds = connection.execute(
        sa.select(extensions)
        .where(extensions.c.version_id == version.id)
        .order_by(extensions.c.file_count.desc(), extensions.c.extension)
    ).all()
    described = connection.scalars(
        sa.select(files.c.columns).where(files.c.version_id == version.id, files.c.columns.is_not(None))
    )
    types = Counter(types_of(described))
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


def find_file(connection: Connection, version: Any, name: str) -> Any:
    """The file of a version that has that path. Raises NotFound."""
    path = unicodedata.normalize("NFC", name)
    file = connection.execute(
        sa.select(files.c.path, files.c.sha256).where(files.c.version_id == version.id, files.c.path == path)
    ).one_or_none()
    if file is not None:
        return file
    folder = path.rstrip("/")
    if connection.scalar(
        sa.select(folders.c.path).where(folders.c.version_id == version.id, folders.c.path == folder)
    ):
        raise NotFound(
            f"{name[:200]!r} is a folder: download the files in it one by one, or the whole version"
        )
    raise NotFound(f"version {version.number} has no file {name[:200]!r}: list its files to see their names")


def files_from(connection: Connection, version_id: int, position: int, length: int) -> Sequence[Any]:
    """So many files from a position on."""
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
