"""Episodes: games of agents, which no competition here is played in yet."""

from brant.contract.competition_messages import (
    ApiGetEpisodeAgentLogsRequest,
    ApiGetEpisodeReplayRequest,
    ApiListSubmissionEpisodesRequest,
    ApiListSubmissionEpisodesResponse,
)
from brant.errors import NotFound
from brant.server.domain.actor import Context, File
from brant.server.domain.competitions.submissions import find_submission
from brant.server.store.database import Database


class Episodes:
    """Games of agents, which no competition here is played in yet."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_episodes(
        self, context: Context, request: ApiListSubmissionEpisodesRequest
    ) -> ApiListSubmissionEpisodesResponse:
        """None, for a submission that the caller may see. Raises NotFound for any other."""
        with self._db.read() as connection:
            find_submission(connection, context.caller, request.submission_id)
        return ApiListSubmissionEpisodesResponse()

    def replay(self, context: Context, request: ApiGetEpisodeReplayRequest) -> File:  # noqa: ARG002
        """Raises NotFound."""
        raise _none(request.episode_id)

    def logs(self, context: Context, request: ApiGetEpisodeAgentLogsRequest) -> File:  # noqa: ARG002
        """Raises NotFound."""
        raise _none(request.episode_id)


def _none(number: int) -> NotFound:
    return NotFound(
        f"there is no episode number {number}: no competition of this server is played in episodes"
    )
