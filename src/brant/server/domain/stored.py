"""Stored: opens what signed addresses name, for as long as its reader may have it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from brant.errors import NotFound
from brant.server.domain.competitions.permissions import submission_open_to_user
from brant.server.domain.readable import OWNED, readable_by
from brant.server.domain.versions.bundles import Bundle, bundle_of
from brant.server.domain.versions.layouts import Layouts
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database
from brant.server.store.tables import blobs, competitions, datasets, files, submissions, versions


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


class Stored:
    """Opens files and bundles of versions, and files of submissions."""

    def __init__(self, db: Database, store: BlobStore, layouts: Layouts | None = None) -> None:
        self._db = db
        self._store = store
        self._layouts = layouts or Layouts(db)

    def blob(self, sha256: str, version_id: int, reader: int | None) -> BlobFile:
        """A file of a version, or its dataset's cover image, for the user `reader` or for anybody.

        Raises NotFound once the version is deleted, or the reader may not have it any more.
        """
        held = sa.or_(
            sa.exists().where(files.c.sha256 == blobs.c.sha256, files.c.version_id == version_id),
            datasets.c.cover_sha256 == blobs.c.sha256,
        )
        with self._db.read() as connection:
            row = connection.execute(
                sa.select(blobs, versions.c.created.label("published"))
                .select_from(OWNED)
                .join(blobs, sa.and_(blobs.c.sha256 == sha256.lower(), held))
                .where(versions.c.id == version_id, readable_by(reader))
            ).one_or_none()
        if row is None:
            raise NotFound("this file is not there any more: ask for it again")
        return BlobFile(row.sha256, row.md5, row.crc32, row.size, row.published, self._store)

    def bundle(self, version_id: int, reader: int | None) -> Bundle:
        """A whole version as a zip, under the same conditions."""
        with self._db.read() as connection:
            row = connection.execute(
                sa.select(versions).select_from(OWNED).where(versions.c.id == version_id, readable_by(reader))
            ).one_or_none()
        if row is None:
            raise NotFound("this version is not there any more: ask for it again")
        return bundle_of(row, self._layouts, self._store)

    def submission(self, submission_id: int, reader: int | None) -> BlobFile:
        """The file of a submission, for a member of its team or a host."""
        with self._db.read() as connection:
            row = connection.execute(
                sa.select(blobs, submissions.c.created.label("published"))
                .join(blobs, blobs.c.sha256 == submissions.c.sha256)
                .join(competitions, competitions.c.id == submissions.c.competition_id)
                .where(submissions.c.id == submission_id, submission_open_to_user(reader))
            ).one_or_none()
        if row is None:
            raise NotFound("this submission is not there any more: ask for it again")
        return BlobFile(row.sha256, row.md5, row.crc32, row.size, row.published, self._store)
