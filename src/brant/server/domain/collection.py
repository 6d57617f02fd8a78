"""Collection of what nothing holds any more, and backup of what there is; both beside a running server."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa

from brant.errors import Conflict, LocalFailure
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database
from brant.server.store.tables import blobs, datasets, files, uploads

# A staged file that no upload owns is of a publish that runs now, unless it has not changed for so long.
_GRACE: Final = timedelta(days=1)
_BATCH: Final = 500


class Collected(NamedTuple):
    """What one collection removed; bytes are those freed on the disk."""

    uploads: int
    blobs: int
    staged: int
    bytes: int


def collect(db: Database, store: BlobStore, now: datetime) -> Collected:
    """Removes expired uploads, blobs that no version, cover or upload holds, and stray files.

    Safe while others publish: a file becomes a blob, and a blob's file is removed, only inside the writing
    transaction, of which there is one at a time. First rows go, then files without a row: a crash in between
    leaves files that the next collection finds, never a row without its file.
    """
    with _alone(store):
        with db.write() as connection:
            expired = connection.execute(sa.delete(uploads).where(uploads.c.deadline <= now)).rowcount
            connection.execute(sa.delete(blobs).where(*_unheld()))
        removed, freed = _sweep_blobs(db, store)
        staged, freed_too = _sweep_staging(db, store, now)
    return Collected(expired, removed, staged, freed + freed_too)


def preview(db: Database, store: BlobStore, now: datetime) -> Collected:
    """What `collect` would remove now; nothing is changed, and nobody waits."""
    live = uploads.c.deadline > now
    holders = (
        sa.exists().where(files.c.sha256 == blobs.c.sha256),
        sa.exists().where(datasets.c.cover_sha256 == blobs.c.sha256),
        sa.exists().where(uploads.c.sha256 == blobs.c.sha256, live),
    )
    with db.read() as connection:
        expired = connection.scalar(sa.select(sa.func.count()).select_from(uploads).where(~live)) or 0
    unheld: list[str] = []
    for batch in _batches(store.names()):
        query = sa.select(blobs.c.sha256).where(blobs.c.sha256.in_(batch), sa.or_(*holders))
        with db.read() as connection:
            held = set(connection.scalars(query))
        unheld += [name for name in batch if name not in held]
    old = (now - _GRACE).timestamp()
    with db.read() as connection:
        query = sa.select(uploads.c.token_hash).where(uploads.c.state == "open", live)
        open_ones = set(connection.scalars(query))
    staged = [name for name, changed in store.staging() if changed < old and name not in open_ones]
    freed = sum(path.stat().st_size for path in map(store.path, unheld))
    return Collected(expired, len(unheld), len(staged), freed + sum(map(store.staged_size, staged)))


def backup(db: Database, store: BlobStore, to: Path) -> None:
    """Writes a folder that `--data` can serve: the database of one moment, and every blob that it names.

    Blobs are linked where the file system can, since they never change, else copied. `to` must be new or
    empty; it appears under its name when it is whole. Collections wait meanwhile.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Conflict(f"{to} is there already and is not empty: name a new folder")
    passing = to.with_name(f"{to.name}.partial-{os.getpid()}")
    try:
        with _alone(store):
            target = BlobStore(passing)
            db.backup(passing / db.path.name)
            for sha256 in _named_by(passing / db.path.name):
                _link_or_copy(store.path(sha256), target.path(sha256))
        passing.chmod(0o700)
        passing.replace(to)
    except OSError as error:
        raise LocalFailure(f"cannot write the backup {to}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(passing, ignore_errors=True)


def _unheld() -> Iterator[sa.ColumnElement[bool]]:
    for column in (files.c.sha256, datasets.c.cover_sha256, uploads.c.sha256):
        yield ~sa.exists().where(column == blobs.c.sha256)


def _sweep_blobs(db: Database, store: BlobStore) -> tuple[int, int]:
    count = freed = 0
    for batch in _batches(store.names()):
        with db.write() as connection:
            known = set(connection.scalars(sa.select(blobs.c.sha256).where(blobs.c.sha256.in_(batch))))
            for name in batch:
                if name not in known:
                    freed += store.remove(name)
                    count += 1
    return count, freed


def _sweep_staging(db: Database, store: BlobStore, now: datetime) -> tuple[int, int]:
    count = freed = 0
    old = (now - _GRACE).timestamp()
    for batch in _batches(name for name, changed in store.staging() if changed < old):
        with db.read() as connection:
            open_ones = set(
                connection.scalars(
                    sa.select(uploads.c.token_hash).where(
                        uploads.c.token_hash.in_(batch), uploads.c.state == "open"
                    )
                )
            )
        for name in batch:
            if name not in open_ones:
                freed += store.discard(name)
                count += 1
    return count, freed


@contextmanager
def _alone(store: BlobStore) -> Iterator[None]:
    """Only one collection or backup at a time, in all processes."""
    with store.lock_path.open("a") as file:
        with contextlib.suppress(ImportError):  # Windows: one process is what there is
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _named_by(database: Path) -> Iterator[str]:
    copy = Database(database)
    try:
        with copy.read() as connection:
            yield from connection.scalars(sa.select(blobs.c.sha256).order_by(blobs.c.sha256))
    finally:
        copy.close()


def _link_or_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _BATCH)):
        yield batch
