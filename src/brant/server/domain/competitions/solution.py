"""Solution: the file that submissions are compared with, and the sample submission."""

from brant.contract.hosting_messages import (
    ApiCompetitionSolutionStatus,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiGetCompetitionSolutionStatusRequest,
)
from brant.contract.method import Empty
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Solution:
    """The file that submissions are compared with, and the sample submission."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, context: Context, request: ApiCreateCompetitionSolutionRequest) -> Empty:
        """Answers CreateCompetitionSolution."""
        raise NotImplementedError

    def create_sample(self, context: Context, request: ApiCreateCompetitionSampleSubmissionRequest) -> Empty:
        """Answers CreateCompetitionSampleSubmission."""
        raise NotImplementedError

    def status(
        self, context: Context, request: ApiGetCompetitionSolutionStatusRequest
    ) -> ApiCompetitionSolutionStatus:
        """Answers GetCompetitionSolutionStatus."""
        raise NotImplementedError
