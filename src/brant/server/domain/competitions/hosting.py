"""Hosting: a competition is made, launched, and shared among hosts and judges."""

from brant.contract.competition_extensions import AdmitUserRequest
from brant.contract.hosting_messages import (
    ApiAddCompetitionHostRequest,
    ApiAddCompetitionJudgeRequest,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionResponse,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionHostsResponse,
    ApiListCompetitionJudgesRequest,
    ApiListCompetitionJudgesResponse,
)
from brant.contract.method import Empty
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Hosting:
    """A competition is made, launched, and shared among hosts and judges."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, context: Context, request: ApiCreateCompetitionRequest) -> ApiCreateCompetitionResponse:
        """Answers CreateCompetition."""
        raise NotImplementedError

    def launch(self, context: Context, request: ApiLaunchCompetitionRequest) -> Empty:
        """Answers LaunchCompetition."""
        raise NotImplementedError

    def add_host(self, context: Context, request: ApiAddCompetitionHostRequest) -> Empty:
        """Answers AddCompetitionHost."""
        raise NotImplementedError

    def add_judge(self, context: Context, request: ApiAddCompetitionJudgeRequest) -> Empty:
        """Answers AddCompetitionJudge."""
        raise NotImplementedError

    def list_hosts(
        self, context: Context, request: ApiListCompetitionHostsRequest
    ) -> ApiListCompetitionHostsResponse:
        """Answers ListCompetitionHosts."""
        raise NotImplementedError

    def list_judges(
        self, context: Context, request: ApiListCompetitionJudgesRequest
    ) -> ApiListCompetitionJudgesResponse:
        """Answers ListCompetitionJudges."""
        raise NotImplementedError

    def admit(self, context: Context, request: AdmitUserRequest) -> Empty:
        """Answers AdmitUser."""
        raise NotImplementedError
