"""Settings: what hosts set by the official calls."""

from brant.contract.hosting_messages import (
    ApiGetCompetitionSettingsRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
)
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Settings:
    """What hosts set by the official calls."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, context: Context, request: ApiGetCompetitionSettingsRequest) -> CompetitionSettings:
        """Answers GetCompetitionSettings."""
        raise NotImplementedError

    def update(self, context: Context, request: ApiUpdateCompetitionSettingsRequest) -> CompetitionSettings:
        """Answers UpdateCompetitionSettings."""
        raise NotImplementedError
