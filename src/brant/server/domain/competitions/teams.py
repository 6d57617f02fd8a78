"""Teams: made on joining, invited and merged until the date."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.competition_extensions import (
    AnswerInvitationRequest,
    CompetitionRequest,
    CompetitionTeam,
    InviteTeamRequest,
    RenameTeamRequest,
    TeamInvitation,
    TeamMember,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.accounts import names
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions import entering, merging, standings, team_names
from brant.server.domain.competitions.permissions import Role, find_competition, role_of
from brant.server.domain.competitions.shapes import score_text
from brant.server.store.database import Database
from brant.server.store.tables import team_invitations, team_members, teams, users

# Each is a line on the page of another team.
_MOST_INVITATIONS: Final = 100


class Teams:
    """Made on joining, invited and merged until the date."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def join(self, context: Context, request: CompetitionRequest) -> CompetitionTeam:
        """Accepts the rules for the caller, whose team of one is made if need be. Raises PermissionDenied."""
        caller = context.caller
        with self._db.write(durable=True) as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            team_id = entering.accept(connection, found, caller, context.now)
            return _shape(connection, context, found, team_id)

    def get(self, context: Context, request: CompetitionRequest) -> CompetitionTeam:
        """The caller's team. Raises NotFound for whoever is in none."""
        caller = context.caller
        with self._db.read() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            team = entering.own_team(connection, found, caller.user_id)
            return _shape(connection, context, found, team.id)

    def rename(self, context: Context, request: RenameTeamRequest) -> CompetitionTeam:
        """Another name for the caller's team. Raises PermissionDenied, Conflict, InvalidInput."""
        caller, name = context.caller, team_names.checked(request.team_name)
        with self._db.write() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            team = _led_team(connection, found, caller, "rename")
            team_names.require_free(connection, found.id, name, team.id)
            connection.execute(
                sa.update(teams).where(teams.c.id == team.id).values(name=name, name_key=team_names.key(name))
            )
            return _shape(connection, context, found, team.id)

    def invite(self, context: Context, request: InviteTeamRequest) -> CompetitionTeam:
        """Asks a participant's team to become one with the caller's; once is as good as often."""
        caller = context.caller
        with self._db.write() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            team = _led_team(connection, found, caller, "invite others to")
            invited_id = _team_of(connection, found, request.user_name)
            if invited_id == team.id:
                raise InvalidInput(f"{request.user_name} is in your team already: invite somebody else")
            merging.require_mergeable(connection, found, team.id, invited_id, context.now)
            _require_few_invitations(connection, team.id)
            connection.execute(
                upsert(team_invitations)
                .values(team_id=team.id, invited_id=invited_id, created=context.now)
                .on_conflict_do_nothing()
            )
            return _shape(connection, context, found, team.id)

    def answer(self, context: Context, request: AnswerInvitationRequest) -> CompetitionTeam:
        """Becomes one with the team that asked, under its name and leader, or declines.

        All conditions are looked at again: others may have joined that team since it asked.
        """
        caller = context.caller
        with self._db.write(durable=True) as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            team = _led_team(connection, found, caller, "answer for")
            invitation = sa.and_(
                team_invitations.c.team_id == request.team_id, team_invitations.c.invited_id == team.id
            )
            if connection.scalar(sa.select(team_invitations.c.team_id).where(invitation)) is None:
                raise NotFound(f"team number {request.team_id} has not invited yours: ask it to")
            kept_id = team.id
            if request.accept:
                kept_id = request.team_id
                merging.require_mergeable(connection, found, kept_id, team.id, context.now)
                merging.merge(connection, found, kept_id, team.id)
            else:
                connection.execute(sa.delete(team_invitations).where(invitation))
            return _shape(connection, context, found, kept_id)


def _led_team(connection: Connection, competition: Any, actor: Actor, deed: str) -> Any:
    team = entering.own_team(connection, competition, actor.user_id)
    if team.leader_id != actor.user_id:
        leader = connection.scalar(sa.select(users.c.name).where(users.c.id == team.leader_id))
        raise PermissionDenied(f"only the leader may {deed} the team {team.name!r}: ask {leader}")
    return team


def _team_of(connection: Connection, competition: Any, user_name: str) -> int:
    team_id: int | None = connection.scalar(
        sa.select(team_members.c.team_id)
        .join(users, users.c.id == team_members.c.user_id)
        .where(team_members.c.competition_id == competition.id, users.c.name == names.key(user_name))
    )
    if team_id is None:
        raise NotFound(
            f"no participant of {competition.slug} is called {user_name[:60]!r}: "
            f"they must first run brant competitions join {competition.slug}"
        )
    return team_id


def _require_few_invitations(connection: Connection, team_id: int) -> None:
    sent = (
        sa.select(sa.func.count()).select_from(team_invitations).where(team_invitations.c.team_id == team_id)
    )
    if (connection.scalar(sent) or 0) >= _MOST_INVITATIONS:
        raise InvalidInput(
            f"your team has sent {_MOST_INVITATIONS} invitations: wait until some are answered"
        )


def _shape(connection: Connection, context: Context, competition: Any, team_id: int) -> CompetitionTeam:
    team = connection.execute(sa.select(teams).where(teams.c.id == team_id)).one()
    members = connection.execute(
        sa.select(users.c.name, users.c.id)
        .join(team_members, team_members.c.user_id == users.c.id)
        .where(team_members.c.team_id == team_id)
        .order_by(users.c.id != team.leader_id, users.c.name)
    )
    answer = CompetitionTeam(
        id=team.id,
        name=team.name,
        members=[TeamMember(user_name=one.name, is_leader=one.id == team.leader_id) for one in members],
        sent=_invitations(connection, team_invitations.c.team_id == team_id),
        received=_invitations(connection, team_invitations.c.invited_id == team_id),
    )
    hidden = not competition.has_leaderboard and role_of(connection, context.actor, competition) < Role.JUDGE
    board = standings.shown_board(connection, competition, context.now)
    place = None if hidden else standings.place_of(connection, competition.id, board, team_id)
    if place is not None:
        rank, row = place
        answer.rank, answer.score = rank, score_text(standings.score_on(board, row))
    return answer


def _invitations(connection: Connection, condition: sa.ColumnElement[bool]) -> list[TeamInvitation]:
    asking, asked = teams.alias("asking"), teams.alias("asked")
    rows = connection.execute(
        sa.select(team_invitations, asking.c.name.label("team_name"), asked.c.name.label("invited_name"))
        .join(asking, asking.c.id == team_invitations.c.team_id)
        .join(asked, asked.c.id == team_invitations.c.invited_id)
        .where(condition)
        .order_by(team_invitations.c.created, team_invitations.c.team_id, team_invitations.c.invited_id)
    )
    return [
        TeamInvitation(
            team_id=row.team_id,
            team_name=row.team_name,
            invited_id=row.invited_id,
            invited_name=row.invited_name,
            created=Timestamp.of(row.created),
        )
        for row in rows
    ]
