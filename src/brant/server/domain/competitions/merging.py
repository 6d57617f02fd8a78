"""Merging: two teams become one, where the rules of their competition allow it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import PermissionDenied
from brant.server.domain.competitions import limits, selection, standings
from brant.server.store.tables import competitions, submissions, team_members, teams


def require_mergeable(
    connection: Connection, competition: Any, team_id: int, other_id: int, now: datetime
) -> None:
    """Raises PermissionDenied where the two may not become one: too late, too many people or submissions."""
    if standings.ended(competition, now):
        raise PermissionDenied(f"{competition.slug} has ended: its teams stay as they are")
    last = competition.merger_deadline
    if last is not None and now > last:
        raise PermissionDenied(
            f"teams of {competition.slug} could merge until {last:%Y-%m-%d %H:%M} UTC: "
            "its hosts can move that date"
        )
    people = _members(connection, team_id, other_id)
    if people > competition.max_team_size:
        raise PermissionDenied(
            f"together you would be {people}: a team of {competition.slug} has at most "
            f"{competition.max_team_size} members"
        )
    made = limits.made(connection, team_id, other_id, now=now).total
    allowed = limits.allowed_since_launch(competition, now)
    if made > allowed:
        raise PermissionDenied(
            f"together you have made {made} submissions, and one team could have made {allowed} by now: "
            "submit no more, and try again on another day"
        )


def merge(connection: Connection, competition: Any, team_id: int, dissolved_id: int) -> None:
    """Members and submissions of the dissolved team become the other's, which keeps its name and leader.

    Where both together have chosen more submissions than count, none is chosen any more.
    """
    for table in (submissions, team_members):
        connection.execute(sa.update(table).where(table.c.team_id == dissolved_id).values(team_id=team_id))
    connection.execute(sa.delete(teams).where(teams.c.id == dissolved_id))
    connection.execute(
        sa.update(competitions)
        .where(competitions.c.id == competition.id)
        .values(team_count=competitions.c.team_count - 1)
    )
    selection.leave_surplus(connection, submissions.c.team_id == team_id, competition.max_selected)
    standings.recompute(connection, competition, team_id)


def _members(connection: Connection, *team_ids: int) -> int:
    count = sa.select(sa.func.count()).select_from(team_members).where(team_members.c.team_id.in_(team_ids))
    return connection.scalar(count) or 0
