"""The games of a simulation: listed, their replays, and what agents wrote."""

from pathlib import Path

from brant.client.session import Session
from brant.contract import competitions as wire
from brant.contract.competition_messages import (
    ApiEpisode,
    ApiGetEpisodeAgentLogsRequest,
    ApiGetEpisodeReplayRequest,
    ApiListSubmissionEpisodesRequest,
)


def episodes(session: Session, submission: int) -> list[ApiEpisode]:
    """The episodes that a submission played in. Raises NotFound."""
    request = ApiListSubmissionEpisodesRequest(submission_id=submission)
    return session.call(wire.LIST_SUBMISSION_EPISODES, request).episodes


def download_replay(session: Session, episode: int, into: Path) -> Path:
    """Put the replay of an episode into the folder `into`; where it lies. Raises NotFound, LocalFailure."""
    destination = into / f"episode-{episode}-replay.json"
    session.save(wire.GET_EPISODE_REPLAY, ApiGetEpisodeReplayRequest(episode_id=episode), destination)
    return destination


def download_logs(session: Session, episode: int, agent: int, into: Path) -> Path:
    """Put what an agent, counted from 0, wrote in an episode into the folder `into`; where it lies."""
    destination = into / f"episode-{episode}-agent-{agent}-logs.json"
    request = ApiGetEpisodeAgentLogsRequest(episode_id=episode, agent_index=agent)
    session.save(wire.GET_EPISODE_AGENT_LOGS, request, destination)
    return destination
