"""Rescoring: where scores are made otherwise than before, all of them are made again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.domain.competitions.results import SCORE, SOLUTION
from brant.server.store import queue
from brant.server.store.tables import competitions, submissions


def begin_revision(connection: Connection, competition_id: int, now: datetime) -> int:
    """A new revision: all scores are out of date from now on; answers how many submissions are put in line.

    To be called in the transaction that makes the change, once that is written. Submissions that ended in an
    error stay there: they were at fault themselves, or are named by a host who rescores.
    """
    return _begin(connection, competition_id, now, states=("pending", "complete"))


def rescore_all(connection: Connection, competition_id: int, now: datetime) -> int:
    """The same for every submission, those that ended in an error as well."""
    return _begin(connection, competition_id, now, states=("pending", "complete", "error"))


def retry_held(connection: Connection, competition_id: int, now: datetime) -> None:
    """Those alone that are held: when something was mended that no score depends on."""
    _put_in_line(connection, competition_id, submissions.c.held != "", now)


def _begin(connection: Connection, competition_id: int, now: datetime, *, states: tuple[str, ...]) -> int:
    row = connection.execute(
        sa.update(competitions)
        .where(competitions.c.id == competition_id)
        .values(revision=competitions.c.revision + 1, solution_facts="", solution_error="")
        .returning(competitions.c.metric, competitions.c.solution_sha256)
    ).one()
    if not row.metric or row.solution_sha256 is None:
        return 0
    queue.enqueue(connection, SOLUTION, competition_id, now)
    return _put_in_line(connection, competition_id, submissions.c.state.in_(states), now)


def _put_in_line(
    connection: Connection, competition_id: int, which: sa.ColumnElement[bool], now: datetime
) -> int:
    mine = sa.and_(submissions.c.competition_id == competition_id, which)
    numbers = sa.select(submissions.c.id).where(mine).order_by(submissions.c.id)
    count = queue.enqueue_all(connection, SCORE, numbers, now)
    connection.execute(sa.update(submissions).where(mine, submissions.c.held != "").values(held=""))
    return count
