"""Bundles: the zip of a version, computed from its manifest as it is read; nothing of it is ever stored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from brant.errors import NotFound
from brant.server.domain.datasets import zip_layout
from brant.server.domain.datasets.permissions import visible_to_user
from brant.server.store.blobs import CHUNK, BlobStore
from brant.server.store.database import Database
from brant.server.store.tables import blobs, datasets, files, versions

# A range mostly asks for little; who reads on gets more at once.
_FIRST_BATCH: Final = 20
_BATCH: Final = 1000


@dataclass(frozen=True)
class Bundle:
    """One version as a zip with its members stored. Every byte follows from the manifest and its time."""

    version_id: int
    file_count: int
    size: int
    """In bytes, exactly."""
    etag: str
    """A strong validator, without quotes."""
    last_modified: datetime
    _directory_start: int
    _directory_size: int
    _db: Database
    _store: BlobStore

    def read(self, first: int, stop: int) -> Iterator[bytes]:
        """The bytes from `first` up to, not including, `stop`, in pieces of at most 1 MiB.

        Memory stays constant. Raises NotFound when the version is deleted meanwhile.
        """
        return _in_larger_pieces(self._pieces(max(0, first), min(stop, self.size)))

    def _pieces(self, first: int, stop: int) -> Iterator[bytes]:
        directory_stop = self._directory_start + self._directory_size
        if first < min(stop, self._directory_start):
            yield from self._members(first, min(stop, self._directory_start))
        low, high = max(first, self._directory_start), min(stop, directory_stop)
        if low < high:
            yield from self._entries(low - self._directory_start, high - self._directory_start)
        if directory_stop < stop:
            end = zip_layout.end(self.file_count, self._directory_start, self._directory_size)
            yield end[max(0, first - directory_stop) : stop - directory_stop]

    def _members(self, first: int, stop: int) -> Iterator[bytes]:
        for row in self._rows(files.c.member_start, first):
            if row.member_start >= stop:
                return
            header = zip_layout.local_header(row.path.encode(), row.size, row.crc32, self.last_modified)
            low, high = max(0, first - row.member_start), stop - row.member_start
            yield header[low:high]
            low, high = max(0, low - len(header)), min(row.size, high - len(header))
            if low < high:
                yield from self._store.read(row.sha256, low, high)

    def _entries(self, first: int, stop: int) -> Iterator[bytes]:
        for row in self._rows(files.c.entry_start, first):
            if row.entry_start >= stop:
                return
            entry = zip_layout.entry(
                row.path.encode(), row.size, row.crc32, self.last_modified, row.member_start
            )
            yield entry[max(0, first - row.entry_start) : stop - row.entry_start]

    def _rows(self, start: sa.Column[Any], first: int) -> Iterator[Any]:
        """The files from the one that holds offset `first` of its kind, in order, a batch a transaction."""
        ours = files.c.version_id == self.version_id
        holder = sa.select(files.c.position).where(ours, start <= first).order_by(start.desc()).limit(1)
        query = (
            sa.select(
                files.c.position,
                files.c.path,
                files.c.size,
                files.c.sha256,
                files.c.member_start,
                files.c.entry_start,
                blobs.c.crc32,
            )
            .join(blobs, blobs.c.sha256 == files.c.sha256)
            .order_by(files.c.position)
        )
        with self._db.read() as connection:
            position = connection.scalar(holder)
        length = _FIRST_BATCH
        while position is not None and position < self.file_count:
            with self._db.read() as connection:
                batch = connection.execute(
                    query.where(ours, files.c.position >= position).limit(length)
                ).all()
            if not batch:
                break
            yield from batch
            position, length = batch[-1].position + 1, _BATCH
        if position is None or position < self.file_count:
            raise NotFound("this version has been deleted while it was read")


def find_bundle(db: Database, store: BlobStore, version_id: int, reader: int | None) -> Bundle:
    """The bundle of a version, for the user `reader` or for anybody.

    Raises NotFound when the version is not there any more, or the reader may not see its dataset.
    """
    with db.read() as connection:
        row = connection.execute(
            sa.select(versions)
            .join(datasets, datasets.c.id == versions.c.dataset_id)
            .where(versions.c.id == version_id, visible_to_user(reader))
        ).one_or_none()
    if row is None:
        raise NotFound("this version is not there any more: ask for the dataset again")
    directory_stop = row.directory_start + row.directory_size
    return Bundle(
        version_id=version_id,
        file_count=row.file_count,
        size=directory_stop + zip_layout.end_size(row.file_count, row.directory_start, row.directory_size),
        etag=row.fingerprint,
        last_modified=row.created,
        _directory_start=row.directory_start,
        _directory_size=row.directory_size,
        _db=db,
        _store=store,
    )


def _in_larger_pieces(pieces: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """The same bytes, with small pieces put together: a version of many small files is many small pieces."""
    waiting: list[bytes] = []
    length = 0
    for piece in pieces:
        if length + len(piece) > size and waiting:
            yield b"".join(waiting)
            waiting, length = [], 0
        waiting.append(piece)
        length += len(piece)
    if length:
        yield b"".join(waiting)
