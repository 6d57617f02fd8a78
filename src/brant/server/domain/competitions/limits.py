"""Limits: how many submissions a team has made, and how many it may still make."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import InvalidInput
from brant.server.store.tables import submissions

# Submissions that end in an error cost nothing, but not without end: so many times the daily limit of them.
_ERRORS_FOR_ONE: Final = 10


class Made(NamedTuple):
    """The submissions of a team, or of two: today, today with an error, in all; errors nowhere else."""

    today: int
    failed_today: int
    total: int


class Left(NamedTuple):
    """How many more are allowed now, and whether it is the limit of all that says so."""

    now: int
    limited_by_total: bool


def made(connection: Connection, *team_ids: int, now: datetime) -> Made:
    """What the teams have made; a day is one of UTC. A host's trials do not count."""
    failed = submissions.c.state == "error"
    today = submissions.c.created >= _midnight(now)
    row = connection.execute(
        sa.select(
            _count(today & ~failed).label("today"),
            _count(today & failed).label("failed_today"),
            _count(~failed).label("total"),
        ).where(submissions.c.team_id.in_(team_ids), submissions.c.is_trial.is_(False))
    ).one()
    return Made(row.today or 0, row.failed_today or 0, row.total or 0)


def left(competition: Any, made: Made) -> Left:
    """What the limits leave."""
    daily = competition.max_daily_submissions
    today = 0 if made.failed_today >= _ERRORS_FOR_ONE * daily else max(0, daily - made.today)
    if not competition.max_total_submissions:
        return Left(today, limited_by_total=False)
    in_all = max(0, competition.max_total_submissions - made.total)
    return Left(min(today, in_all), limited_by_total=in_all < today)


def require_left(connection: Connection, competition: Any, team_id: int, now: datetime) -> None:
    """Raises InvalidInput when the team may not submit now; to be called where the submission is recorded."""
    so_far = made(connection, team_id, now=now)
    if left(competition, so_far).now:
        return
    total = competition.max_total_submissions
    if total and so_far.total >= total:
        raise InvalidInput(
            f"your team has made all {total} submissions that {competition.slug} allows: no more can come"
        )
    wait = _midnight(now) + timedelta(days=1) - now
    hours, minutes = divmod(int(wait.total_seconds()) // 60 + 1, 60)
    daily = competition.max_daily_submissions
    counted = (
        f"its {daily} submissions" if so_far.today >= daily else f"{so_far.failed_today} failed submissions"
    )
    raise InvalidInput(
        f"your team has made {counted} of today in {competition.slug}: "
        f"try again in {hours} h {minutes:02} min, when a new day begins (UTC)"
    )


def allowed_since_launch(competition: Any, now: datetime) -> int:
    """How many submissions one team could have made by now, which two that merge may have made together."""
    begun = competition.launched or now
    days = max(0, (_midnight(now) - _midnight(begun)).days) + 1
    most: int = days * competition.max_daily_submissions
    return min(most, competition.max_total_submissions or most)


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
