"""Standings: the best of every team on either board, kept in order so that a page costs the same anywhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.store.tables import competitions, standings, submissions, teams

Board = Literal["public", "private"]

_ORDER: Final = (standings.c.sort_key, standings.c.reached, standings.c.submission_id)
# Where no score is: behind every score, so that who hid nothing is not behind who did.
_NOWHERE: Final = float("inf")


def ended(competition: Any, now: datetime) -> bool:
    """Whether the deadline has passed; what comes from then on is late."""
    return competition.deadline is not None and now > competition.deadline


def final_shown(competition: Any, now: datetime) -> bool:
    """Whether participants may see private scores: after the end, and once a withheld board was verified."""
    return ended(competition, now) and (not competition.final_withheld or competition.final_verified)


def shown_board(
    connection: Connection, competition: Any, now: datetime, *, override_public: bool = False
) -> Board:
    """The board that everybody sees now.

    A solution without private rows makes no private scores: the public board then stays the final one.
    """
    if override_public or not final_shown(competition, now):
        return "public"
    private = sa.select(standings.c.team_id).where(_of(competition.id, "private")).limit(1)
    return "public" if connection.scalar(private) is None else "private"


def recompute(connection: Connection, competition: Any, team_id: int) -> None:
    """Puts a team in its places, by its own submissions alone.

    To be called in the transaction that records a score, a choice, a merge or another rule. Trials and late
    submissions are on no board. Of equal scores the one that was handed in earlier counts.
    """
    rows = connection.execute(
        sa.select(
            submissions.c.id,
            submissions.c.created,
            submissions.c.public_score,
            submissions.c.private_score,
            submissions.c.is_selected,
        ).where(
            submissions.c.team_id == team_id,
            submissions.c.state == "complete",
            submissions.c.is_trial.is_(False),
            submissions.c.is_late.is_(False),
        )
    ).all()
    sign = -1 if competition.higher_is_better else 1
    best = sorted(rows, key=lambda row: (_key(row.public_score, sign), row.created, row.id))
    chosen = [row for row in best if row.is_selected] or best[: competition.max_selected]
    final = sorted(chosen, key=lambda row: (_key(row.private_score, sign), row.created, row.id))
    connection.execute(sa.delete(standings).where(standings.c.team_id == team_id))
    shared = {"competition_id": competition.id, "team_id": team_id, "entries": len(rows)}
    boards: Mapping[Board, Sequence[Any]] = {"public": best, "private": final}
    places = [
        {**shared, "board": board, "reached": row.created, "submission_id": row.id, "sort_key": key}
        for board, ordered in boards.items()
        for row in ordered[:1]
        if (key := _key(score_on(board, row), sign)) != _NOWHERE
    ]
    if places:
        connection.execute(sa.insert(standings), places)


def recompute_all(connection: Connection, competition_id: int) -> None:
    """The same for every team: when a rule changed that is about all of them.

    What was late is told anew by the deadline as it is now. Takes time with the number of submissions.
    """
    competition = connection.execute(sa.select(competitions).where(competitions.c.id == competition_id)).one()
    late = sa.false() if competition.deadline is None else submissions.c.created > competition.deadline
    connection.execute(
        sa.update(submissions)
        .where(submissions.c.competition_id == competition_id, submissions.c.is_trial.is_(False))
        .where(submissions.c.is_late != late)
        .values(is_late=late)
    )
    for team_id in connection.scalars(
        sa.select(teams.c.id).where(teams.c.competition_id == competition_id)
    ).all():
        recompute(connection, competition, team_id)


def place_of(
    connection: Connection, competition_id: int, board: Board, team_id: int
) -> tuple[int, Any] | None:
    """A team's rank, from 1, and its row of the board; None where it has no place."""
    row = connection.execute(
        sa.select(standings, submissions.c.public_score, submissions.c.private_score)
        .join(submissions, submissions.c.id == standings.c.submission_id)
        .where(_of(competition_id, board), standings.c.team_id == team_id)
    ).one_or_none()
    if row is None:
        return None
    before = sa.tuple_(*_ORDER) < sa.tuple_(*_literals(row.sort_key, row.reached, row.submission_id))
    ahead = connection.scalar(
        sa.select(sa.func.count()).select_from(standings).where(_of(competition_id, board), before)
    )
    return (ahead or 0) + 1, row


def places_after(
    connection: Connection,
    competition_id: int,
    board: Board,
    after: tuple[int, int] | None,
    count: int | None,
) -> Sequence[Any]:
    """The next `count` rows of a board, or all, with their teams' names.

    `after` tells the place of the last one: its rank, and the submission that had it.
    """
    query = (
        sa.select(
            standings,
            teams.c.name.label("team_name"),
            submissions.c.public_score,
            submissions.c.private_score,
        )
        .join(teams, teams.c.id == standings.c.team_id)
        .join(submissions, submissions.c.id == standings.c.submission_id)
        .where(_of(competition_id, board))
        .order_by(*_ORDER)
        .limit(count)
    )
    if after is not None:
        place = _place_now(connection, competition_id, board, *after)
        if place is None:
            return []
        query = query.where(sa.tuple_(*_ORDER) > sa.tuple_(*_literals(*place)))
    return connection.execute(query).all()


def _place_now(
    connection: Connection, competition_id: int, board: Board, rank: int, submission_id: int
) -> Any:
    """Where the submission stands; where its team has come up from there meanwhile, who has the rank now."""
    of_submission = connection.execute(
        sa.select(standings.c.competition_id, standings.c.board, *_ORDER).where(
            standings.c.submission_id == submission_id
        )
    ).all()
    for row in of_submission:
        if row[:2] == (competition_id, board):
            return row[2:]
    return connection.execute(
        sa.select(*_ORDER).where(_of(competition_id, board)).order_by(*_ORDER).offset(rank - 1).limit(1)
    ).one_or_none()


def score_on(board: Board, row: Any) -> float | None:
    """The score that has a row its place."""
    score: float | None = row.private_score if board == "private" else row.public_score
    return score


def _of(competition_id: int, board: Board) -> sa.ColumnElement[bool]:
    return sa.and_(standings.c.competition_id == competition_id, standings.c.board == board)


def _literals(sort_key: float, reached: datetime, submission_id: int) -> Sequence[sa.ColumnElement[Any]]:
    """Bound with the columns' types: a moment is compared as it is kept."""
    values = (sort_key, reached, submission_id)
    return [sa.literal(value, column.type) for value, column in zip(values, _ORDER, strict=True)]


def _key(score: float | None, sign: int) -> float:
    return _NOWHERE if score is None else sign * score
