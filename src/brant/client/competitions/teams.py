"""Enters a competition, and changes the caller's team: its name, and with whom it is one."""

from brant.client.competitions import offered
from brant.client.session import Session
from brant.contract import competition_extensions as wire


def join(session: Session, competition: str) -> wire.CompetitionTeam:
    """Accept the rules and enter, as a team of one; who has entered already stays what they are.

    Raises NotFound, PermissionDenied where it is too late or not for the caller.
    """
    request = wire.CompetitionRequest(competition_name=competition)
    return offered.call(session, wire.JOIN_COMPETITION, request, repeatable=True)


def team(session: Session, competition: str) -> wire.CompetitionTeam:
    """The caller's team. Raises NotFound for one who has not entered."""
    request = wire.CompetitionRequest(competition_name=competition)
    return offered.call(session, wire.GET_TEAM, request, repeatable=True)


def rename(session: Session, competition: str, name: str) -> wire.CompetitionTeam:
    """Give the caller's team another name. Raises Conflict for one that is taken."""
    request = wire.RenameTeamRequest(competition_name=competition, team_name=name)
    return offered.call(session, wire.RENAME_TEAM, request, repeatable=True)


def invite(session: Session, competition: str, user: str) -> wire.CompetitionTeam:
    """Ask the team of `user` to become one with the caller's. Raises InvalidInput for one too many."""
    request = wire.InviteTeamRequest(competition_name=competition, user_name=user)
    return offered.call(session, wire.INVITE_TEAM, request, repeatable=True)


def answer(session: Session, competition: str, team_id: int, *, accept: bool) -> wire.CompetitionTeam:
    """Accept or decline the invitation of the team `team_id`. Raises NotFound where there is none."""
    request = wire.AnswerInvitationRequest(competition_name=competition, team_id=team_id, accept=accept)
    return offered.call(session, wire.ANSWER_INVITATION, request)
