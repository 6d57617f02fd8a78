"""Setup: what a host sets that no official call can: the metric, the split, the limits."""

from brant.contract.competition_extensions import (
    CompetitionRequest,
    CompetitionSetup,
    ListMetricsRequest,
    ListMetricsResponse,
    RescoreCompetitionResponse,
    UpdateCompetitionSetupRequest,
)
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Setup:
    """What a host sets that no official call can: the metric, the split, the limits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_metrics(self, context: Context, request: ListMetricsRequest) -> ListMetricsResponse:
        """Answers ListMetrics."""
        raise NotImplementedError

    def get(self, context: Context, request: CompetitionRequest) -> CompetitionSetup:
        """Answers GetCompetitionSetup."""
        raise NotImplementedError

    def update(self, context: Context, request: UpdateCompetitionSetupRequest) -> CompetitionSetup:
        """Answers UpdateCompetitionSetup."""
        raise NotImplementedError

    def rescore(self, context: Context, request: CompetitionRequest) -> RescoreCompetitionResponse:
        """Answers RescoreCompetition."""
        raise NotImplementedError
