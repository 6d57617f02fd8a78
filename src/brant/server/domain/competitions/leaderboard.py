"""Leaderboard: the best of every team, in order."""

from brant.contract.competition_messages import (
    ApiDownloadLeaderboardRequest,
    ApiGetLeaderboardRequest,
    ApiGetLeaderboardResponse,
    ApiListTeamPublicSubmissionsRequest,
    ApiListTeamPublicSubmissionsResponse,
)
from brant.server.domain.actor import Context, File
from brant.server.store.database import Database


class Leaderboard:
    """The best of every team, in order."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def view(self, context: Context, request: ApiGetLeaderboardRequest) -> ApiGetLeaderboardResponse:
        """Answers GetLeaderboard."""
        raise NotImplementedError

    def download(self, context: Context, request: ApiDownloadLeaderboardRequest) -> File:
        """Answers DownloadLeaderboard."""
        raise NotImplementedError

    def team_submissions(
        self, context: Context, request: ApiListTeamPublicSubmissionsRequest
    ) -> ApiListTeamPublicSubmissionsResponse:
        """Answers ListTeamPublicSubmissions."""
        raise NotImplementedError
