"""Discussion: topics and messages of a competition."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.competition_extensions import PostMessageRequest, PostMessageResponse
from brant.contract.topic_messages import (
    ApiCompetitionTopic,
    ApiListCompetitionTopicsRequest,
    ApiListCompetitionTopicsResponse,
    ApiListTopicMessagesRequest,
    ApiListTopicMessagesResponse,
    ApiTopicMessage,
    CommentListSortBy,
    TopicListSortBy,
)
from brant.errors import InvalidInput, NotFound
from brant.server.domain import paging
from brant.server.domain.actor import Context
from brant.server.domain.competitions.permissions import find_competition
from brant.server.domain.datasets import rules
from brant.server.store.database import Database
from brant.server.store.tables import topic_messages, topics, users

LONGEST_TITLE: Final = 150
"""In characters."""
LONGEST_MESSAGE: Final = 20_000
"""In characters."""
TOPICS_A_PAGE: Final = 20

# The wire has no page tokens here, so this is all that a topic shows.
_MOST_MESSAGES: Final = 1000
_MOST_REPLIES: Final = 5000
_LAST_PAGE: Final = 1 << 31
_NEW: Final = (topics.c.created.desc(), topics.c.id.desc())
_LAST: Final = (topics.c.last_comment.desc(), topics.c.id.desc())
_LONG: Final = (topics.c.comment_count.desc(), *_LAST)
# Nobody votes here: what would be by votes is by how much was said. The others are by the last word.
_ORDERS: Final[Mapping[TopicListSortBy, tuple[sa.ColumnElement[Any], ...]]] = MappingProxyType(
    {
        TopicListSortBy.TOPIC_LIST_SORT_BY_NEW: _NEW,
        TopicListSortBy.TOPIC_LIST_SORT_BY_TOP: _LONG,
    }
)


class Discussion:
    """Topics and messages: whoever sees the competition reads them, and writes when signed in."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_topics(
        self, context: Context, request: ApiListCompetitionTopicsRequest
    ) -> ApiListCompetitionTopicsResponse:
        """A page of twenty; those that stay on top first. Raises NotFound, InvalidInput."""
        number = request.page or 1
        if not 1 <= number < _LAST_PAGE:
            raise InvalidInput(f"there is no page {number}: pages count from 1")
        order = _ORDERS.get(request.sort_by or TopicListSortBy.TOPIC_LIST_SORT_BY_ACTIVE, _LAST)
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, request.competition_name, context.now)
            within = topics.c.competition_id == found.id
            rows = connection.execute(
                _topics_with_authors()
                .where(within)
                .order_by(topics.c.is_sticky.desc(), *order)
                .limit(TOPICS_A_PAGE)
                .offset((number - 1) * TOPICS_A_PAGE)
            ).all()
            total = connection.scalar(sa.select(sa.func.count()).select_from(topics).where(within)) or 0
        return ApiListCompetitionTopicsResponse(
            topics=[_topic(context, found.slug, row) for row in rows], total_count=total
        )

    def title(self, context: Context, slug: str, topic_id: int) -> str:
        """The title of a topic. Raises NotFound."""
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, slug, context.now)
            return str(_find_topic(connection, found, topic_id).title)

    def list_messages(
        self, context: Context, request: ApiListTopicMessagesRequest
    ) -> ApiListTopicMessagesResponse:
        """The first message, then its comments, each with the replies to it. Raises NotFound."""
        most = paging.size(request.page_size, default=_MOST_MESSAGES, most=_MOST_MESSAGES)
        newest_first = request.sort_by == CommentListSortBy.COMMENT_LIST_SORT_BY_NEW
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, request.competition_name, context.now)
            topic = _find_topic(connection, found, request.topic_id)
            comments = _messages(
                connection,
                topic_messages.c.topic_id == topic.id,
                topic_messages.c.parent_id.is_(None),
                newest_first=newest_first,
                most=most,
            )
            replies = _messages(
                connection,
                topic_messages.c.parent_id.in_([row.id for row in comments]),
                most=_MOST_REPLIES,
            )
        answers = {
            parent: [_message(row, []) for row in rows]
            for parent, rows in groupby(
                sorted(replies, key=lambda row: (row.parent_id, row.id)), lambda row: row.parent_id
            )
        }
        return ApiListTopicMessagesResponse(
            messages=[_message(row, answers.get(row.id, [])) for row in comments]
        )

    def post(self, context: Context, request: PostMessageRequest) -> PostMessageResponse:
        """A new topic, a comment, or a reply to one. Raises InvalidInput, NotFound, Unauthenticated."""
        caller = context.caller
        title = _checked_title(request.title) if request.title or not request.topic_id else ""
        content = _checked_content(request.content)
        with self._db.write() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            if title:
                topic_id, parent_id = _begin_topic(connection, found.id, title, context), None
            else:
                topic_id = _find_topic(connection, found, request.topic_id).id
                parent_id = _thread(connection, topic_id, request.parent_id)
                _count_comment(connection, topic_id, context)
            message_id = _insert_message(connection, topic_id, parent_id, content, context)
        return PostMessageResponse(topic_id=topic_id, message_id=message_id)


def _topics_with_authors() -> sa.Select[Any]:
    return sa.select(topics, users.c.name.label("author")).join(
        users, users.c.id == topics.c.author_id, isouter=True
    )


def _find_topic(connection: Connection, competition: Any, number: int) -> Any:
    row = connection.execute(
        sa.select(topics).where(topics.c.id == number, topics.c.competition_id == competition.id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"{competition.slug} has no topic number {number}: list its topics")
    return row


def _messages(
    connection: Connection,
    *conditions: sa.ColumnElement[bool],
    newest_first: bool = False,
    most: int,
) -> list[Any]:
    rows = connection.execute(
        sa.select(topic_messages, users.c.name.label("author"))
        .join(users, users.c.id == topic_messages.c.author_id, isouter=True)
        .where(*conditions)
        .order_by(topic_messages.c.id.desc() if newest_first else topic_messages.c.id)
        .limit(most)
    )
    return list(rows)


def _begin_topic(connection: Connection, competition_id: int, title: str, context: Context) -> int:
    made = connection.scalar(
        sa.insert(topics)
        .values(
            competition_id=competition_id,
            author_id=context.caller.user_id,
            title=title,
            created=context.now,
            last_comment=context.now,
            comment_count=0,
            is_sticky=False,
        )
        .returning(topics.c.id)
    )
    assert made is not None
    return int(made)


def _count_comment(connection: Connection, topic_id: int, context: Context) -> None:
    connection.execute(
        sa.update(topics)
        .where(topics.c.id == topic_id)
        .values(comment_count=topics.c.comment_count + 1, last_comment=context.now)
    )


def _thread(connection: Connection, topic_id: int, answered: int) -> int | None:
    """The comment under which a reply to `answered` stands: one step deep, whatever it replies to."""
    if not answered:
        return None
    row = connection.execute(
        sa.select(topic_messages.c.id, topic_messages.c.parent_id).where(
            topic_messages.c.id == answered, topic_messages.c.topic_id == topic_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"this topic has no message number {answered}: list its messages")
    return int(row.parent_id or row.id)


def _insert_message(
    connection: Connection, topic_id: int, parent_id: int | None, content: str, context: Context
) -> int:
    made = connection.scalar(
        sa.insert(topic_messages)
        .values(
            topic_id=topic_id,
            parent_id=parent_id,
            author_id=context.caller.user_id,
            created=context.now,
            content=content,
            is_deleted=False,
        )
        .returning(topic_messages.c.id)
    )
    assert made is not None
    return int(made)


def _checked_title(text: str) -> str:
    kept = " ".join(rules.text("the title", text).split())
    if not 1 <= len(kept) <= LONGEST_TITLE:
        raise InvalidInput(
            f"the title of a topic has 1 to {LONGEST_TITLE} characters, not {len(kept)}: change it"
        )
    return kept


def _checked_content(text: str) -> str:
    kept = rules.text("the message", text).replace("\r\n", "\n").strip()
    if not 1 <= len(kept) <= LONGEST_MESSAGE:
        raise InvalidInput(f"a message has 1 to {LONGEST_MESSAGE:,} characters, not {len(kept):,}: change it")
    return kept


def _topic(context: Context, slug: str, row: Any) -> ApiCompetitionTopic:
    return ApiCompetitionTopic(
        id=row.id,
        title=row.title,
        topic_url=context.links.page(f"/competitions/{slug}/discussion/{row.id}"),
        author_name=row.author,
        comment_count=row.comment_count,
        post_date=Timestamp.of(row.created),
        last_comment_post_date=Timestamp.of(row.last_comment),
        is_sticky=row.is_sticky,
    )


def _message(row: Any, replies: Iterable[ApiTopicMessage]) -> ApiTopicMessage:
    content = None if row.is_deleted else row.content
    return ApiTopicMessage(
        id=row.id,
        post_date=Timestamp.of(row.created),
        content=content,
        raw_markdown=content,
        author_name=row.author,
        is_deleted=row.is_deleted,
        replies=list(replies),
    )
