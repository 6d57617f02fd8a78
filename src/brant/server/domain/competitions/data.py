"""Data: the files of a competition, published by hosts and fetched by who may."""

from brant.contract.competition_messages import (
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiGetCompetitionDataFilesSummaryRequest,
    ApiListDataFilesRequest,
    ApiListDataFilesResponse,
    ApiListDataTreeFilesRequest,
)
from brant.contract.dataset_messages import ApiDirectoryContent, ApiFilesSummary
from brant.contract.hosting_messages import ApiCreateCompetitionDataRequest, ApiCreateCompetitionDataResponse
from brant.contract.method import HttpRedirect
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Data:
    """The files of a competition, published by hosts and fetched by who may."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(
        self, context: Context, request: ApiCreateCompetitionDataRequest
    ) -> ApiCreateCompetitionDataResponse:
        """Answers CreateCompetitionData."""
        raise NotImplementedError

    def list_files(self, context: Context, request: ApiListDataFilesRequest) -> ApiListDataFilesResponse:
        """Answers ListDataFiles."""
        raise NotImplementedError

    def list_tree(self, context: Context, request: ApiListDataTreeFilesRequest) -> ApiDirectoryContent:
        """Answers ListDataTreeFiles."""
        raise NotImplementedError

    def summary(self, context: Context, request: ApiGetCompetitionDataFilesSummaryRequest) -> ApiFilesSummary:
        """Answers GetCompetitionDataFilesSummary."""
        raise NotImplementedError

    def download_file(self, context: Context, request: ApiDownloadDataFileRequest) -> HttpRedirect:
        """Answers DownloadDataFile."""
        raise NotImplementedError

    def download_all(self, context: Context, request: ApiDownloadDataFilesRequest) -> HttpRedirect:
        """Answers DownloadDataFiles."""
        raise NotImplementedError
