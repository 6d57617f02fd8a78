"""The queue: what workers are to do, leased to one of them at a time, until its outcome is recorded."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.store.database import Database
from brant.server.store.tables import jobs

# How often a job is begun before it counts as the cause of the workers' deaths.
MOST_ATTEMPTS: Final = 5


class Lease(NamedTuple):
    """One attempt at a job, which nobody else makes until the lease runs out."""

    job_id: int
    kind: str
    subject_id: int
    attempt: int


def enqueue(
    connection: Connection, kind: str, subject_id: int, now: datetime, *, due: datetime | None = None
) -> None:
    """Puts a job in line, from `due` on; to be called in the transaction that makes it necessary.

    There is one for each kind and subject. One that is there is replaced and keeps its place in line; whoever
    works at it finds at the end that the work was lost, since what it began with is out of date.
    """
    of_subject = sa.and_(jobs.c.kind == kind, jobs.c.subject_id == subject_id)
    wanted = due or now
    before = connection.scalar(sa.delete(jobs).where(of_subject).returning(jobs.c.due))
    connection.execute(
        sa.insert(jobs).values(
            kind=kind,
            subject_id=subject_id,
            created=now,
            due=min(before or wanted, wanted),
            attempt=0,
            worker="",
        )
    )


def enqueue_all(connection: Connection, kind: str, subjects: sa.Select[tuple[int]], now: datetime) -> int:
    """The same for all numbers that a query gives, in its order and in one go; answers how many."""
    of_subjects = sa.and_(jobs.c.kind == kind, jobs.c.subject_id.in_(subjects.order_by(None)))
    connection.execute(sa.delete(jobs).where(of_subjects))
    moment = sa.literal(now, jobs.c.due.type)
    (number,) = subjects.selected_columns
    rows = subjects.with_only_columns(
        sa.literal(kind), number, moment, moment, sa.literal(0), sa.literal(""), maintain_column_froms=True
    )
    names = ["kind", "subject_id", "created", "due", "attempt", "worker"]
    return connection.execute(sa.insert(jobs).from_select(names, rows)).rowcount


def finish(connection: Connection, lease: Lease) -> bool:
    """Takes the job out of line; to be called first in the transaction that records what came of it.

    False means that the lease is not the job's any more: nothing may be recorded. A lease that ran out, but
    whose job nobody else has begun, still counts.
    """
    return connection.execute(sa.delete(jobs).where(_held(lease))).rowcount == 1


def attempts_over(lease: Lease) -> bool:
    """Whether the job ended its workers so often that it is not to be begun again."""
    return lease.attempt > MOST_ATTEMPTS


class Queue:
    """The line of jobs, as a worker sees it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def lease(self, kinds: Collection[str], worker: str, now: datetime, seconds: float) -> Lease | None:
        """The next job of these kinds for that many seconds; None when there is none to do now.

        All workers lease for as long, and by the clock of one machine. It may have been set back: what was
        put in line, or leased, by the later time does not wait until it is that late again.
        """
        until = now + timedelta(seconds=seconds)
        leased = jobs.c.leased_until
        free = sa.or_(leased.is_(None), leased <= now, leased > until)
        due = sa.or_(jobs.c.due <= now, jobs.c.created > now)
        # An index of the kinds would lead over all jobs, and each be put in order; this leaves that of `due`.
        kind = sa.func.coalesce(jobs.c.kind, sa.null())
        first = (
            sa.select(jobs.c.id).where(kind.in_(kinds), due, free).order_by(jobs.c.due, jobs.c.id).limit(1)
        )
        with self._db.read() as connection:  # who has nothing to do stands in nobody's way
            if connection.scalar(first) is None:
                return None
        taken = (
            sa.update(jobs)
            .where(jobs.c.id == first.scalar_subquery())
            .values(attempt=jobs.c.attempt + 1, leased_until=until, worker=worker)
            .returning(jobs.c.id, jobs.c.kind, jobs.c.subject_id, jobs.c.attempt)
        )
        with self._db.write() as connection:
            row = connection.execute(taken).first()
        return None if row is None else Lease(row.id, row.kind, row.subject_id, row.attempt)

    def renew(self, lease: Lease, now: datetime, seconds: float) -> bool:
        """Makes the lease last that many seconds from now; False when the job is another's, or gone."""
        return self._change(lease, leased_until=now + timedelta(seconds=seconds))

    def postpone(self, lease: Lease, until: datetime, *, failed: bool = False) -> bool:
        """Gives the job back, to be begun again from `until` on; False when it is another's, or gone.

        The attempt counts only where it `failed`: a worker that is told to stop is not the job's doing.
        """
        attempt = lease.attempt if failed else lease.attempt - 1
        return self._change(lease, leased_until=None, worker="", due=until, attempt=attempt)

    def release(self, worker: str) -> int:
        """Gives back all that a worker, which is dead, had leased; answers how many. The attempts count."""
        dead = (jobs.c.worker == worker, jobs.c.leased_until.is_not(None))
        with self._db.read() as connection:
            if connection.scalar(sa.select(jobs.c.id).where(*dead).limit(1)) is None:
                return 0
        with self._db.write() as connection:
            return connection.execute(
                sa.update(jobs).where(*dead).values(leased_until=None, worker="")
            ).rowcount

    def _change(self, lease: Lease, **values: object) -> bool:
        with self._db.write() as connection:
            return connection.execute(sa.update(jobs).where(_held(lease)).values(**values)).rowcount == 1


def _held(lease: Lease) -> sa.ColumnElement[bool]:
    """The condition that a job is still in the hands of whoever has the lease."""
    return sa.and_(
        jobs.c.id == lease.job_id, jobs.c.attempt == lease.attempt, jobs.c.leased_until.is_not(None)
    )
