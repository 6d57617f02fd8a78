"""Progress: how the best public scores of teams got better over time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from brant.server.domain.actor import Context
from brant.server.domain.competitions.permissions import find_competition
from brant.server.domain.competitions.standings import Board, shown_board
from brant.server.store.database import Database
from brant.server.store.tables import submissions, teams

MOST_TEAMS: Final = 10
_MOST_STEPS: Final = 2000


class Step(NamedTuple):
    """A public score that was better than all before it, and when it was handed in."""

    when: datetime
    score: float


class Course(NamedTuple):
    """The steps of one team, the first one first."""

    team_id: int
    name: str
    steps: list[Step]


class Race(NamedTuple):
    """The courses of some teams, which way their scores get better, and the board that all see now."""

    higher_is_better: bool
    board: Board
    courses: list[Course]


class Progress:
    """The course of teams, from the public scores that a leaderboard counts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, context: Context, slug: str, team_ids: Sequence[int]) -> Race:
        """The courses of at most ten teams, in the order given; none of another competition.

        Raises NotFound where the caller may not see the competition.
        """
        wanted = list(team_ids)[:MOST_TEAMS]
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, slug, context.now)
            board = shown_board(connection, found, context.now)
            if not found.has_leaderboard:
                return Race(found.higher_is_better, board, [])
            rows = connection.execute(_steps(found.id, wanted, higher=found.higher_is_better)).all()
        courses: dict[int, Course] = {}
        for row in rows:
            course = courses.setdefault(row.team_id, Course(row.team_id, row.name, []))
            course.steps.append(Step(row.created, row.public_score))
        drawn = [courses[team_id] for team_id in wanted if team_id in courses]
        return Race(found.higher_is_better, board, drawn)


def _steps(competition_id: int, team_ids: Sequence[int], *, higher: bool) -> sa.Select[Any]:
    key = -submissions.c.public_score if higher else submissions.c.public_score
    order = (submissions.c.created, submissions.c.id)
    scored = (
        sa.select(
            submissions.c.id,
            submissions.c.team_id,
            submissions.c.created,
            submissions.c.public_score,
            key.label("key"),
            sa.func.min(key)
            .over(partition_by=submissions.c.team_id, order_by=order, rows=(None, -1))
            .label("best"),
        )
        .where(
            # That of the competition would lead over all its submissions; the teams tell it, below.
            submissions.c.team_id.in_(team_ids),
            submissions.c.state == "complete",
            submissions.c.public_score.is_not(None),
            submissions.c.is_late.is_(False),
            submissions.c.is_trial.is_(False),
        )
        .subquery()
    )
    return (
        sa.select(scored.c.team_id, teams.c.name, scored.c.created, scored.c.public_score)
        .join(teams, teams.c.id == scored.c.team_id)
        .where(
            teams.c.competition_id == competition_id,
            sa.or_(scored.c.best.is_(None), scored.c.key < scored.c.best),
        )
        .order_by(scored.c.created, scored.c.id)
        .limit(_MOST_STEPS)
    )
