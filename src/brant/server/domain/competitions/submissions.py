"""Submissions: handed in, counted, listed, chosen."""

from brant.contract.competition_extensions import (
    ListHostSubmissionsRequest,
    ListHostSubmissionsResponse,
    SelectedSubmissions,
    SelectSubmissionsRequest,
)
from brant.contract.competition_messages import (
    ApiCreateCodeSubmissionRequest,
    ApiCreateCodeSubmissionResponse,
    ApiCreateSubmissionRequest,
    ApiCreateSubmissionResponse,
    ApiDownloadSubmissionRequest,
    ApiGetSubmissionLimitsRequest,
    ApiGetSubmissionRequest,
    ApiListSubmissionsRequest,
    ApiListSubmissionsResponse,
    ApiStartSubmissionUploadRequest,
    ApiStartSubmissionUploadResponse,
    ApiSubmission,
    ApiSubmissionLimits,
)
from brant.contract.method import HttpRedirect
from brant.server.domain.actor import Context
from brant.server.domain.blobs.uploads import Uploads
from brant.server.store.database import Database


class Submissions:
    """Handed in, counted, listed, chosen."""

    def __init__(self, db: Database, uploads: Uploads) -> None:
        self._db = db
        self._uploads = uploads

    def start_upload(
        self, context: Context, request: ApiStartSubmissionUploadRequest
    ) -> ApiStartSubmissionUploadResponse:
        """Answers StartSubmissionUpload."""
        raise NotImplementedError

    def create(self, context: Context, request: ApiCreateSubmissionRequest) -> ApiCreateSubmissionResponse:
        """Answers CreateSubmission."""
        raise NotImplementedError

    def create_code(
        self, context: Context, request: ApiCreateCodeSubmissionRequest
    ) -> ApiCreateCodeSubmissionResponse:
        """Answers CreateCodeSubmission."""
        raise NotImplementedError

    def list_submissions(
        self, context: Context, request: ApiListSubmissionsRequest
    ) -> ApiListSubmissionsResponse:
        """Answers ListSubmissions."""
        raise NotImplementedError

    def get(self, context: Context, request: ApiGetSubmissionRequest) -> ApiSubmission:
        """Answers GetSubmission."""
        raise NotImplementedError

    def download(self, context: Context, request: ApiDownloadSubmissionRequest) -> HttpRedirect:
        """Answers DownloadSubmission."""
        raise NotImplementedError

    def limits(self, context: Context, request: ApiGetSubmissionLimitsRequest) -> ApiSubmissionLimits:
        """Answers GetSubmissionLimits."""
        raise NotImplementedError

    def select(self, context: Context, request: SelectSubmissionsRequest) -> SelectedSubmissions:
        """Answers SelectSubmissions."""
        raise NotImplementedError

    def list_for_host(
        self, context: Context, request: ListHostSubmissionsRequest
    ) -> ListHostSubmissionsResponse:
        """Answers ListHostSubmissions."""
        raise NotImplementedError
