"""The discussion of a competition: its topics, their messages, and new ones."""

from collections.abc import Iterable, Iterator
from typing import Final

from brant.client.competitions import offered
from brant.client.session import Session
from brant.client.words import word
from brant.contract import competitions as wire
from brant.contract.competition_extensions import POST_MESSAGE, PostMessageRequest, PostMessageResponse
from brant.contract.topic_messages import (
    ApiListCompetitionTopicsRequest,
    ApiListCompetitionTopicsResponse,
    ApiListTopicMessagesRequest,
    ApiTopicMessage,
    CommentListSortBy,
    TopicListSortBy,
)

TOPICS_ON_A_PAGE: Final = 20
"""How many topics a page has; the wire has no way to ask for another number."""


def topics(
    session: Session, competition: str, *, sort_by: str | None = None, page: int = 1
) -> ApiListCompetitionTopicsResponse:
    """One page of topics, counted from 1. Raises InvalidInput for a word of `sort_by` that cannot be."""
    request = ApiListCompetitionTopicsRequest(
        competition_name=competition, sort_by=word("--sort-by", TopicListSortBy, sort_by), page=page
    )
    return session.call(wire.LIST_COMPETITION_TOPICS, request)


def messages(
    session: Session,
    competition: str,
    topic: int,
    *,
    sort_by: str | None = None,
    page_size: int | None = None,
) -> list[ApiTopicMessage]:
    """The messages of a topic, replies within them. Raises NotFound."""
    request = ApiListTopicMessagesRequest(
        competition_name=competition,
        topic_id=topic,
        sort_by=word("--sort-by", CommentListSortBy, sort_by),
        page_size=page_size,
    )
    return session.call(wire.LIST_TOPIC_MESSAGES, request).messages


def flattened(found: Iterable[ApiTopicMessage]) -> Iterator[ApiTopicMessage]:
    """Each message, followed by the replies to it."""
    for message in found:
        yield message
        yield from flattened(message.replies)


def post(
    session: Session,
    competition: str,
    content: str,
    *,
    title: str = "",
    topic: int = 0,
    parent: int = 0,
) -> PostMessageResponse:
    """Begin a topic by a `title`, or write to a `topic`, in reply to the message `parent` if any."""
    request = PostMessageRequest(
        competition_name=competition, title=title, topic_id=topic, parent_id=parent, content=content
    )
    return offered.call(session, POST_MESSAGE, request)
