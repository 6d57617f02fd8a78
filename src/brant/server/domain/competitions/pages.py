"""Pages: the texts of a competition."""

from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiCreateCompetitionPageRequest,
    ApiDeleteCompetitionPageRequest,
    ApiListCompetitionPagesRequest,
    ApiListCompetitionPagesResponse,
    ApiUpdateCompetitionPageRequest,
)
from brant.contract.method import Empty
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Pages:
    """The texts of a competition."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_pages(
        self, context: Context, request: ApiListCompetitionPagesRequest
    ) -> ApiListCompetitionPagesResponse:
        """Answers ListCompetitionPages."""
        raise NotImplementedError

    def create(self, context: Context, request: ApiCreateCompetitionPageRequest) -> ApiCompetitionPage:
        """Answers CreateCompetitionPage."""
        raise NotImplementedError

    def update(self, context: Context, request: ApiUpdateCompetitionPageRequest) -> ApiCompetitionPage:
        """Answers UpdateCompetitionPage."""
        raise NotImplementedError

    def delete(self, context: Context, request: ApiDeleteCompetitionPageRequest) -> Empty:
        """Answers DeleteCompetitionPage."""
        raise NotImplementedError
