"""Episodes: games of agents, which no competition here is played in yet."""

from brant.contract.competition_messages import (
    ApiGetEpisodeAgentLogsRequest,
    ApiGetEpisodeReplayRequest,
    ApiListSubmissionEpisodesRequest,
    ApiListSubmissionEpisodesResponse,
)
from brant.server.domain.actor import Context, File
from brant.server.store.database import Database


class Episodes:
    """Games of agents, which no competition here is played in yet."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_episodes(
        self, context: Context, request: ApiListSubmissionEpisodesRequest
    ) -> ApiListSubmissionEpisodesResponse:
        """Answers ListSubmissionEpisodes."""
        raise NotImplementedError

    def replay(self, context: Context, request: ApiGetEpisodeReplayRequest) -> File:
        """Answers GetEpisodeReplay."""
        raise NotImplementedError

    def logs(self, context: Context, request: ApiGetEpisodeAgentLogsRequest) -> File:
        """Answers GetEpisodeAgentLogs."""
        raise NotImplementedError
