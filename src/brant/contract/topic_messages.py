"""The messages and enums of a competition's discussion; the methods are in `competitions`."""

from enum import auto

from brant.contract.codec import Message, Timestamp, WireEnum


class TopicListSortBy(WireEnum):
    """The order of a list of topics."""

    TOPIC_LIST_SORT_BY_UNSPECIFIED = auto()
    TOPIC_LIST_SORT_BY_HOT = auto()
    TOPIC_LIST_SORT_BY_TOP = auto()
    TOPIC_LIST_SORT_BY_NEW = auto()
    TOPIC_LIST_SORT_BY_RECENT = auto()
    TOPIC_LIST_SORT_BY_ACTIVE = auto()
    TOPIC_LIST_SORT_BY_RELEVANCE = auto()


class CommentListSortBy(WireEnum):
    """The order of a list of messages."""

    COMMENT_LIST_SORT_BY_UNSPECIFIED = auto()
    COMMENT_LIST_SORT_BY_HOT = auto()
    COMMENT_LIST_SORT_BY_NEW = auto()
    COMMENT_LIST_SORT_BY_OLD = auto()
    COMMENT_LIST_SORT_BY_TOP = auto()


class ApiListCompetitionTopicsRequest(Message):
    """A page of twenty topics; `page` counts from 1."""

    competition_name: str = ""
    sort_by: TopicListSortBy | None = None
    page: int | None = None


class ApiCompetitionTopic(Message):
    """One topic of a competition's discussion."""

    id: int = 0
    title: str = ""
    topic_url: str = ""
    author_name: str | None = None
    comment_count: int = 0
    votes: int = 0
    post_date: Timestamp | None = None
    last_comment_post_date: Timestamp | None = None
    is_sticky: bool = False


class ApiListCompetitionTopicsResponse(Message):
    """One page of them, and how many there are in all."""

    topics: list[ApiCompetitionTopic] = []
    total_count: int = 0


class ApiListTopicMessagesRequest(Message):
    """The messages of one topic."""

    competition_name: str = ""
    topic_id: int = 0
    sort_by: CommentListSortBy | None = None
    page_size: int | None = None


class ApiTopicMessage(Message):
    """One message of a topic, with the replies to it."""

    id: int = 0
    post_date: Timestamp | None = None
    content: str | None = None
    raw_markdown: str | None = None
    author_name: str | None = None
    votes: int = 0
    is_deleted: bool = False
    is_pinned: bool = False
    replies: list["ApiTopicMessage"] = []


class ApiListTopicMessagesResponse(Message):
    """These."""

    messages: list[ApiTopicMessage] = []
