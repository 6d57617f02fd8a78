"""Selection: which submissions of a team count for the final leaderboard."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.competitions import shapes, standings
from brant.server.store.tables import submissions


def choose(
    connection: Connection, competition: Any, team_id: int, numbers: Sequence[int], now: datetime
) -> Sequence[Any]:
    """Makes exactly these the chosen ones, none for the best public ones; answers them, the newest first.

    Raises PermissionDenied after the end, InvalidInput for too many or for what no leaderboard counts,
    NotFound for what is not the team's.
    """
    if standings.ended(competition, now):
        raise PermissionDenied(f"{competition.slug} has ended: what counts was chosen until then")
    wanted = set(numbers)
    if len(wanted) > competition.max_selected:
        raise InvalidInput(
            f"{len(wanted)} submissions are too many: choose at most {competition.max_selected} "
            f"for {competition.slug}"
        )
    rows = connection.execute(
        shapes.submissions_with_names()
        .where(submissions.c.team_id == team_id, submissions.c.id.in_(wanted))
        .order_by(submissions.c.id.desc())
    ).all()
    _require_countable(wanted, rows)
    connection.execute(
        sa.update(submissions)
        .where(submissions.c.team_id == team_id)
        .where(submissions.c.is_selected != submissions.c.id.in_(wanted))
        .values(is_selected=~submissions.c.is_selected)
    )
    standings.recompute(connection, competition, team_id)
    return rows


def leave_surplus(connection: Connection, among: sa.ColumnElement[bool], most: int) -> None:
    """Where a team has chosen more than the `most` that count, none is chosen any more.

    `among` says whose submissions are looked at. To be called before their standings are made anew.
    """
    mine = (among, submissions.c.is_selected)
    teams = (
        sa.select(submissions.c.team_id)
        .where(*mine)
        .group_by(submissions.c.team_id)
        .having(sa.func.count() > most)
    )
    connection.execute(
        sa.update(submissions).where(*mine, submissions.c.team_id.in_(teams)).values(is_selected=False)
    )


def _require_countable(wanted: set[int], rows: Sequence[Any]) -> None:
    missing = wanted - {row.id for row in rows}
    if missing:
        raise NotFound(f"your team has no submission number {min(missing)}: list yours to see their numbers")
    for row in rows:
        if row.is_trial or row.is_late:
            kind = "a trial" if row.is_trial else "late"
            raise InvalidInput(f"submission {row.id} is {kind}, and counts on no leaderboard: choose another")
        if row.state != "complete":
            raise InvalidInput(f"submission {row.id} has no score: choose among those that are complete")
