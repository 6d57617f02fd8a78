"""Collection of what nothing holds any more, and backup of what there is; both beside a running server."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import Conflict, LocalFailure
from brant.server.store.batches import batches
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database
from brant.server.store.tables import blobs, competitions, datasets, files, submissions, uploads

# A staged file that no upload owns is of a publish that runs now, unless it has not changed for so long.
_GRACE: Final = timedelta(days=1)


class Collected(NamedTuple):
    """What one collection removed; bytes are those freed on the disk."""

    uploads: int
    blobs: int
    staged: int
    bytes: int


NOTHING: Final = Collected(0, 0, 0, 0)


def collect(
    db: Database,
    store: BlobStore,
    now: datetime,
    *,
    wait: bool = True,
    stopped: Callable[[], bool] = lambda: False,
) -> Collected:
    """Removes expired uploads, blobs that no version, cover or upload holds, and stray files.

    Safe while others publish: a file becomes a blob, and a blob's file is removed, only inside the writing
    transaction, of which there is one at a time. First rows go, then files without a row: a crash in between
    leaves files that the next collection finds, never a row without its file. Nobody is kept waiting for
    longer than a batch takes; between two it may be `stopped`. Without `wait` it leaves the work to a
    collection or backup that is under way.
    """
    with _alone(store, wait=wait) as alone:
        if not alone:
            return NOTHING
        expired = _drop_rows(db, now, stopped)
        count = freed = 0
        for batch in batches(store.names()):
            if stopped():
                break
            with db.read() as connection:
                candidates = _without_row(connection, batch)
            if not candidates:
                continue
            with db.write() as connection:
                for name in _without_row(connection, candidates):
                    freed += store.remove(name)
                    count += 1
        strays = [store.discard(name) for name in _strays(db, store, now) if not stopped()]
    return Collected(expired, count, len(strays), freed + sum(strays))


def _drop_rows(db: Database, now: datetime, stopped: Callable[[], bool]) -> int:
    """Forgets expired uploads, which it counts, and blobs that nothing holds; for good, before files go."""
    with db.read() as connection:
        unheld = connection.scalars(sa.select(blobs.c.sha256).where(~_held(now))).all()
    expired = 0
    for batch in [*batches(unheld)] or [[]]:
        if stopped():
            break
        with db.write(durable=True) as connection:
            expired += connection.execute(sa.delete(uploads).where(uploads.c.deadline <= now)).rowcount
            connection.execute(sa.delete(blobs).where(blobs.c.sha256.in_(batch), ~_held(now)))
    return expired


def preview(db: Database, store: BlobStore, now: datetime) -> Collected:
    """What `collect` would remove; nothing is touched."""
    with db.read() as connection:
        expired = connection.scalar(sa.select(sa.func.count()).where(uploads.c.deadline <= now)) or 0
        sizes = [
            store.size(name)
            for batch in batches(store.names())
            for name in _without_row(connection, batch, _held(now))
        ]
    strays = [store.staged_size(name) for name in _strays(db, store, now)]
    return Collected(expired, len(sizes), len(strays), sum(sizes) + sum(strays))


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


def _held(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that anything holds a row of `blobs`: a version, a cover, a live upload …"""
    return sa.or_(
        sa.exists().where(files.c.sha256 == blobs.c.sha256),
        sa.exists().where(datasets.c.cover_sha256 == blobs.c.sha256),
        *(
            sa.exists().where(column == blobs.c.sha256)
            for column in (
                competitions.c.metric_sha256,
                competitions.c.solution_sha256,
                competitions.c.sample_sha256,
                submissions.c.sha256,
            )
        ),
        sa.exists().where(uploads.c.sha256 == blobs.c.sha256, uploads.c.deadline > now),
    )


def _without_row(
    connection: Connection, names: Sequence[str], *conditions: sa.ColumnElement[bool]
) -> list[str]:
    """Those blobs on the disk of which the database has no row, or none of which the conditions hold."""
    query = sa.select(blobs.c.sha256).where(blobs.c.sha256.in_(names), *conditions)
    known = set(connection.scalars(query))
    return [name for name in names if name not in known]


def _strays(db: Database, store: BlobStore, now: datetime) -> Iterator[str]:
    """What is staged, but belongs to no open upload and to no publish that can still be running."""
    old = (now - _GRACE).timestamp()
    for batch in batches(name for name, changed in store.staging() if changed < old):
        query = sa.select(uploads.c.token_hash).where(
            uploads.c.token_hash.in_(batch), uploads.c.state == "open", uploads.c.deadline > now
        )
        with db.read() as connection:
            owned = set(connection.scalars(query))
        yield from (name for name in batch if name not in owned)


@contextmanager
def _alone(store: BlobStore, *, wait: bool = True) -> Iterator[bool]:
    """Only one collection or backup at a time, in all processes; False where another runs."""
    with store.lock_path.open("a") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows: one process is what there is
            pass
        except BlockingIOError:
            yield False
            return
        yield True


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
