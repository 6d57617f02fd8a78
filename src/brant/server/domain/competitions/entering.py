"""Entering: who may be a participant, and how they become one, in a team of their own."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.domain.competitions.permissions import Role, role_of
from brant.server.domain.competitions.standings import ended
from brant.server.domain.competitions.team_names import free_name, key
from brant.server.store.tables import competitions, team_members, teams


def membership(connection: Connection, competition: Any, user_id: int) -> Any:
    """The row of a participant; None for whoever has not entered."""
    return connection.execute(
        sa.select(team_members).where(
            team_members.c.competition_id == competition.id, team_members.c.user_id == user_id
        )
    ).one_or_none()


def own_team(connection: Connection, competition: Any, user_id: int) -> Any:
    """The row of a participant's team. Raises NotFound for whoever has not entered."""
    member = membership(connection, competition, user_id)
    if member is None:
        raise NotFound(
            f"you are in no team of {competition.slug}: run brant competitions join {competition.slug}"
        )
    return connection.execute(sa.select(teams).where(teams.c.id == member.team_id)).one()


def accept(connection: Connection, competition: Any, actor: Actor, now: datetime) -> int:
    """The team of an actor who accepts the rules, made if need be. Raises PermissionDenied."""
    member = membership(connection, competition, actor.user_id)
    if member is None:
        return _enter(connection, competition, actor, now, accepted=now)
    if member.accepted is None:
        connection.execute(
            sa.update(team_members)
            .where(team_members.c.competition_id == competition.id, team_members.c.user_id == actor.user_id)
            .values(accepted=now)
        )
    return int(member.team_id)


def require_entered(connection: Connection, competition: Any, actor: Actor, now: datetime) -> int | None:
    """The team in which an actor may submit; None where the first submission is yet to make it.

    Raises PermissionDenied where the rules are to be accepted first, or nobody may enter any more.
    """
    member = membership(connection, competition, actor.user_id)
    if competition.rules_required and (member is None or member.accepted is None):
        raise PermissionDenied(
            f"{actor.name} has not accepted the rules of {competition.slug}: read them at "
            f"/competitions/{competition.slug}/rules, then run: brant competitions join {competition.slug}"
        )
    if member is not None:
        return int(member.team_id)
    _require_open(connection, competition, actor, now)
    return None


def enter_by_submitting(connection: Connection, competition: Any, actor: Actor, now: datetime) -> int:
    """The team of an actor who submits, made if need be, without a word about the rules."""
    member = membership(connection, competition, actor.user_id)
    if member is not None:
        return int(member.team_id)
    return _enter(connection, competition, actor, now, accepted=None)


def _enter(
    connection: Connection, competition: Any, actor: Actor, now: datetime, *, accepted: datetime | None
) -> int:
    _require_open(connection, competition, actor, now)
    name = free_name(connection, competition.id, actor.name)
    team_id = connection.scalar(
        sa.insert(teams)
        .values(
            competition_id=competition.id,
            name=name,
            name_key=key(name),
            leader_id=actor.user_id,
            created=now,
        )
        .returning(teams.c.id)
    )
    assert team_id is not None
    connection.execute(
        sa.insert(team_members).values(
            competition_id=competition.id, user_id=actor.user_id, team_id=team_id, accepted=accepted
        )
    )
    connection.execute(
        sa.update(competitions)
        .where(competitions.c.id == competition.id)
        .values(team_count=competitions.c.team_count + 1)
    )
    return int(team_id)


def _require_open(connection: Connection, competition: Any, actor: Actor, now: datetime) -> None:
    """Raises PermissionDenied for a judge, and unless it is time: after the end it is, to submit late."""
    role = role_of(connection, actor, competition)
    if role is Role.HOST:
        return
    if role is Role.JUDGE:
        raise PermissionDenied(
            f"{actor.name} is a judge of {competition.slug} and sees every submission: "
            "a judge cannot compete, enter another competition"
        )
    if competition.launched is None or competition.launched > now:
        raise PermissionDenied(f"{competition.slug} is not open yet: enter it once it is launched")
    last = competition.entrant_deadline
    if last is not None and now > last and not ended(competition, now):
        raise PermissionDenied(
            f"{competition.slug} took new participants until {last:%Y-%m-%d %H:%M} UTC: "
            "its hosts can move that date"
        )
