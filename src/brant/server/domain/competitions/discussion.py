"""Discussion: topics and messages of a competition."""

from brant.contract.competition_extensions import PostMessageRequest, PostMessageResponse
from brant.contract.topic_messages import (
    ApiListCompetitionTopicsRequest,
    ApiListCompetitionTopicsResponse,
    ApiListTopicMessagesRequest,
    ApiListTopicMessagesResponse,
)
from brant.server.domain.actor import Context
from brant.server.store.database import Database


class Discussion:
    """Topics and messages of a competition."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_topics(
        self, context: Context, request: ApiListCompetitionTopicsRequest
    ) -> ApiListCompetitionTopicsResponse:
        """Answers ListCompetitionTopics."""
        raise NotImplementedError

    def list_messages(
        self, context: Context, request: ApiListTopicMessagesRequest
    ) -> ApiListTopicMessagesResponse:
        """Answers ListTopicMessages."""
        raise NotImplementedError

    def post(self, context: Context, request: PostMessageRequest) -> PostMessageResponse:
        """Answers PostMessage."""
        raise NotImplementedError
