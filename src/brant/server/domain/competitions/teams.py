"""Teams: made on joining, invited and merged until the date."""

from brant.contract.competition_extensions import (
    AnswerInvitationRequest,
    CompetitionRequest,
    CompetitionTeam,
    InviteTeamRequest,
    RenameTeamRequest,
)
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Teams:
    """Made on joining, invited and merged until the date."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def join(self, context: Context, request: CompetitionRequest) -> CompetitionTeam:
        """Answers JoinCompetition."""
        raise NotImplementedError

    def get(self, context: Context, request: CompetitionRequest) -> CompetitionTeam:
        """Answers GetTeam."""
        raise NotImplementedError

    def rename(self, context: Context, request: RenameTeamRequest) -> CompetitionTeam:
        """Answers RenameTeam."""
        raise NotImplementedError

    def invite(self, context: Context, request: InviteTeamRequest) -> CompetitionTeam:
        """Answers InviteTeam."""
        raise NotImplementedError

    def answer(self, context: Context, request: AnswerInvitationRequest) -> CompetitionTeam:
        """Answers AnswerInvitation."""
        raise NotImplementedError
