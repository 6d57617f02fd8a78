"""Listing: competitions as a list, and one of them."""

from brant.contract.competition_messages import (
    ApiCompetition,
    ApiGetCompetitionRequest,
    ApiListCompetitionsRequest,
    ApiListCompetitionsResponse,
)
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Listing:
    """Competitions as a list, and one of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_competitions(
        self, context: Context, request: ApiListCompetitionsRequest
    ) -> ApiListCompetitionsResponse:
        """Answers ListCompetitions."""
        raise NotImplementedError

    def get(self, context: Context, request: ApiGetCompetitionRequest) -> ApiCompetition:
        """Answers GetCompetition."""
        raise NotImplementedError
