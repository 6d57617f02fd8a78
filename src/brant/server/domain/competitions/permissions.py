"""Who may do what with a competition: declared here, once."""

from datetime import datetime
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.store.tables import competition_people, competitions, submissions, team_members, users


class Role(IntEnum):
    """What an actor is to a competition; each sees what those before it see.

    GUEST was let in to a private one, ENTRANT is in a team, JUDGE sees every submission, HOST sets
    everything up. An admin of the server counts as a host everywhere.
    """

    NOBODY = 0
    GUEST = 1
    ENTRANT = 2
    JUDGE = 3
    HOST = 4


def visible_to(actor: Actor | None, now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which `actor` sees a row of `competitions`: launched, and not private to others."""
    if actor is not None and actor.is_admin:
        return sa.true()
    launched = sa.and_(competitions.c.launched.is_not(None), competitions.c.launched <= now)
    if actor is None:
        return sa.and_(launched, competitions.c.privacy != "PRIVATE")
    within = sa.or_(competitions.c.privacy != "PRIVATE", is_one_of(actor.user_id), has_entered(actor.user_id))
    return sa.or_(is_one_of(actor.user_id, "host", "judge"), sa.and_(launched, within))


def data_open_to_user(user_id: int | None) -> sa.ColumnElement[bool]:
    """The condition under which a user may have the data of a row of `competitions`.

    Nobody without an account may. Hosts and judges may always, others once it is launched: who accepted the
    rules, and everybody who sees it where none are to be accepted. It is for addresses too, which were
    given out when the competition was visible.
    """
    if user_id is None:
        return sa.false()
    is_admin = sa.exists().where(users.c.id == user_id, users.c.is_admin)
    within = sa.or_(competitions.c.privacy != "PRIVATE", has_entered(user_id), is_one_of(user_id, "guest"))
    allowed = sa.or_(_has_accepted(user_id), sa.and_(competitions.c.rules_required.is_(False), within))
    return sa.or_(
        is_admin,
        is_one_of(user_id, "host", "judge"),
        sa.and_(competitions.c.launched.is_not(None), allowed),
    )


def submission_open_to_user(user_id: int | None) -> sa.ColumnElement[bool]:
    """The condition under which a user may have the file of a submission, a row with its competition."""
    if user_id is None:
        return sa.false()
    is_admin = sa.exists().where(users.c.id == user_id, users.c.is_admin)
    in_team = sa.exists().where(
        team_members.c.team_id == submissions.c.team_id, team_members.c.user_id == user_id
    )
    return sa.or_(is_admin, in_team, is_one_of(user_id, "host", "judge"))


def is_one_of(user_id: int, *roles: str) -> sa.ColumnElement[bool]:
    """The condition that a user is host, judge or guest of a row of `competitions`; by default any."""
    wanted = [competition_people.c.role.in_(roles)] if roles else []
    return sa.exists().where(
        competition_people.c.competition_id == competitions.c.id,
        competition_people.c.user_id == user_id,
        *wanted,
    )


def has_entered(user_id: int) -> sa.ColumnElement[bool]:
    """The condition that a user is in a team of a row of `competitions`."""
    return sa.exists().where(
        team_members.c.competition_id == competitions.c.id, team_members.c.user_id == user_id
    )


def _has_accepted(user_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        team_members.c.competition_id == competitions.c.id,
        team_members.c.user_id == user_id,
        team_members.c.accepted.is_not(None),
    )


def find_competition(connection: Connection, actor: Actor | None, name: str | None, now: datetime) -> Any:
    """The competition of that slug, or address. Raises NotFound when it is not there for this actor."""
    slug = (name or "").rstrip("/").rpartition("/")[2].lower()
    row = connection.execute(
        sa.select(competitions).where(competitions.c.slug == slug, visible_to(actor, now))
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"there is no competition {slug[:60]!r} that you may see: check its name, "
            "and sign in if it is private"
        )
    return row


def find_competition_by_id(connection: Connection, actor: Actor | None, number: int, now: datetime) -> Any:
    """As `find_competition`, by number."""
    row = connection.execute(
        sa.select(competitions).where(competitions.c.id == number, visible_to(actor, now))
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no competition number {number} that you may see: check the number")
    return row


def role_of(connection: Connection, actor: Actor | None, competition: Any) -> Role:
    """What `actor` is to a competition that it sees."""
    if actor is None:
        return Role.NOBODY
    if actor.is_admin:
        return Role.HOST
    roles = set(
        connection.scalars(
            sa.select(competition_people.c.role).where(
                competition_people.c.competition_id == competition.id,
                competition_people.c.user_id == actor.user_id,
            )
        )
    )
    if "host" in roles:
        return Role.HOST
    if "judge" in roles:
        return Role.JUDGE
    entered = connection.scalar(
        sa.select(team_members.c.team_id).where(
            team_members.c.competition_id == competition.id, team_members.c.user_id == actor.user_id
        )
    )
    if entered is not None:
        return Role.ENTRANT
    return Role.GUEST if "guest" in roles else Role.NOBODY


def require_host(connection: Connection, actor: Actor, competition: Any, deed: str) -> None:
    """Raises PermissionDenied unless `actor` hosts the competition; `deed` says what was tried."""
    if role_of(connection, actor, competition) < Role.HOST:
        raise PermissionDenied(f"{actor.name} may not {deed} {competition.slug}: only its hosts may")


def require_data(connection: Connection, actor: Actor, competition: Any) -> None:
    """Raises PermissionDenied unless `actor` may have the data; it says what to do."""
    allowed = connection.scalar(
        sa.select(competitions.c.id).where(
            competitions.c.id == competition.id, data_open_to_user(actor.user_id)
        )
    )
    if allowed is None:
        raise PermissionDenied(
            f"{actor.name} has not accepted the rules of {competition.slug}: read them at "
            f"/competitions/{competition.slug}/rules, then run: brant competitions join {competition.slug}"
        )
