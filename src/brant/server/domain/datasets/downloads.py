"""Downloads: where the bytes of a version are, and what the edge needs to serve them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.dataset_messages import ApiDownloadDatasetRawRequest, ApiDownloadDatasetRequest
from brant.contract.method import HttpRedirect
from brant.errors import NotFound
from brant.server.domain.actor import Context
from brant.server.domain.datasets.bundles import Bundle, find_bundle
from brant.server.domain.datasets.layouts import Layouts
from brant.server.domain.datasets.permissions import find_dataset, visible_to_user
from brant.server.domain.datasets.versions import find_version
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database
from brant.server.store.tables import blobs, datasets, files, folders, versions


@dataclass(frozen=True)
class BlobFile:
    """One file of a version: its hashes in hexadecimal, its size in bytes."""

    sha256: str
    md5: str
    crc32: int
    size: int
    last_modified: datetime
    """When the version was published: a file that goes back to older bytes must not look older."""
    _store: BlobStore

    def read(self, first: int, stop: int) -> bytes:
        """The bytes from `first` up to, not including, `stop`, all in memory."""
        return self._store.read(self.sha256, first, stop)


class Downloads:
    """Answers downloads with addresses, and opens what those addresses name."""

    def __init__(self, db: Database, store: BlobStore) -> None:
        self._db = db
        self._store = store
        self._layouts = Layouts(db)

    def download(self, context: Context, request: ApiDownloadDatasetRequest) -> HttpRedirect:
        """The address of one file, or without a file name of the whole version as a zip."""
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, request.dataset_version_number)
            if request.file_name:
                file = _find_file(connection, version, request.file_name)
                url = context.links.blob(file.sha256, file.path.rsplit("/", 1)[-1], version_id=version.id)
            else:
                url = context.links.bundle(version.id, f"{dataset.slug}.zip")
        counted = sa.update(datasets).values(download_count=datasets.c.download_count + 1)
        self._db.note(counted.where(datasets.c.id == dataset.id))
        return HttpRedirect(url=url)

    def download_raw(self, context: Context, request: ApiDownloadDatasetRawRequest) -> HttpRedirect:
        """The same: nothing is ever converted here."""
        return self.download(
            context,
            ApiDownloadDatasetRequest(
                owner_slug=request.owner_slug,
                dataset_slug=request.dataset_slug,
                file_name=request.file_name,
                dataset_version_number=request.dataset_version_number,
            ),
        )

    def blob(self, sha256: str, version_id: int, reader: int | None) -> BlobFile:
        """A file of a version, or its dataset's cover image, for the user `reader` or for anybody.

        Raises NotFound once the version is deleted, or the reader may not see its dataset any more.
        """
        held = sa.or_(
            sa.exists().where(files.c.sha256 == blobs.c.sha256, files.c.version_id == version_id),
            datasets.c.cover_sha256 == blobs.c.sha256,
        )
        with self._db.read() as connection:
            row = connection.execute(
                sa.select(blobs, versions.c.created.label("published"))
                .select_from(versions.join(datasets, datasets.c.id == versions.c.dataset_id))
                .join(blobs, sa.and_(blobs.c.sha256 == sha256.lower(), held))
                .where(versions.c.id == version_id, visible_to_user(reader))
            ).one_or_none()
        if row is None:
            raise NotFound("this file is not there any more: ask for the dataset again")
        return BlobFile(row.sha256, row.md5, row.crc32, row.size, row.published, self._store)

    def bundle(self, version_id: int, reader: int | None) -> Bundle:
        """A whole version as a zip, under the same conditions."""
        return find_bundle(self._db, self._layouts, self._store, version_id, reader)


def _find_file(connection: Connection, version: Any, name: str) -> Any:
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
