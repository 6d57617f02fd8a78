"""Discussion: who may read and write it, what is kept, and in which order it is shown."""

import pytest

from brant.contract.competition_extensions import PostMessageRequest, PostMessageResponse
from brant.contract.hosting_messages import CompetitionPrivacy
from brant.contract.topic_messages import (
    ApiCompetitionTopic,
    ApiListCompetitionTopicsRequest,
    ApiListTopicMessagesRequest,
    ApiTopicMessage,
    CommentListSortBy,
    TopicListSortBy,
)
from brant.errors import InvalidInput, NotFound, Unauthenticated
from brant.server.domain.actor import Actor
from brant.server.domain.competitions.discussion import LONGEST_MESSAGE, LONGEST_TITLE
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.conftest import World


@pytest.fixture
def ada(world: World) -> Actor:
    return world.user("ada")


def _post(
    contest: Contest, actor: Actor, content: str = "Look here.", **where: object
) -> PostMessageResponse:
    request = PostMessageRequest(competition_name=contest.slug, content=content, **where)  # type: ignore[arg-type]
    return contest.calls.discussion.post(contest.context(actor), request)


def _topics(contest: Contest, actor: Actor | None = None, **asked: object) -> list[ApiCompetitionTopic]:
    request = ApiListCompetitionTopicsRequest(competition_name=contest.slug, **asked)  # type: ignore[arg-type]
    return contest.calls.discussion.list_topics(contest.world.context(actor), request).topics


def _messages(contest: Contest, topic: int, **asked: object) -> list[ApiTopicMessage]:
    request = ApiListTopicMessagesRequest(competition_name=contest.slug, topic_id=topic, **asked)  # type: ignore[arg-type]
    return contest.calls.discussion.list_messages(contest.world.context(None), request).messages


def test_a_topic_holds_its_first_message_comments_and_replies(contest: Contest, ada: Actor) -> None:
    topic = _post(contest, ada, "Which features help?", title="Features").topic_id
    contest.world.later(hours=1)
    comment = _post(contest, contest.host, "The flipper.", topic_id=topic).message_id
    _post(contest, ada, "Thanks.", topic_id=topic, parent_id=comment)
    first, second = _messages(contest, topic)
    assert (first.content, first.author_name, first.replies) == ("Which features help?", "ada", [])
    assert (second.content, second.author_name) == ("The flipper.", "hope")
    assert [reply.content for reply in second.replies] == ["Thanks."]
    (shown,) = _topics(contest)
    assert (shown.title, shown.author_name, shown.comment_count) == ("Features", "ada", 2)
    assert shown.last_comment_post_date == contest.world.now
    assert shown.topic_url == f"http://test/competitions/{contest.slug}/discussion/{topic}"


def test_a_reply_to_a_reply_stands_beside_it(contest: Contest, ada: Actor) -> None:
    topic = _post(contest, ada, title="Features").topic_id
    comment = _post(contest, ada, "One.", topic_id=topic).message_id
    reply = _post(contest, ada, "Two.", topic_id=topic, parent_id=comment).message_id
    _post(contest, ada, "Three.", topic_id=topic, parent_id=reply)
    assert [each.content for each in _messages(contest, topic)[1].replies] == ["Two.", "Three."]


def test_topics_come_by_the_last_word_by_age_or_by_length(contest: Contest, ada: Actor) -> None:
    numbers = {}
    for title in ("old", "middle", "new"):
        numbers[title] = _post(contest, ada, title=title).topic_id
        contest.world.later(minutes=1)
    _post(contest, ada, topic_id=numbers["middle"])
    _post(contest, ada, topic_id=numbers["middle"])
    contest.world.later(minutes=1)
    _post(contest, ada, topic_id=numbers["old"])

    def order(sort_by: TopicListSortBy | None) -> list[str]:
        return [topic.title for topic in _topics(contest, sort_by=sort_by)]

    assert order(None) == order(TopicListSortBy.TOPIC_LIST_SORT_BY_ACTIVE) == ["old", "middle", "new"]
    assert order(TopicListSortBy.TOPIC_LIST_SORT_BY_NEW) == ["new", "middle", "old"]
    assert order(TopicListSortBy.TOPIC_LIST_SORT_BY_TOP) == ["middle", "old", "new"]


def test_topics_come_in_pages_of_twenty_with_their_number(contest: Contest, ada: Actor) -> None:
    for number in range(21):
        _post(contest, ada, title=f"topic {number}")
        contest.world.later(minutes=1)
    assert [topic.title for topic in _topics(contest)][::19] == ["topic 20", "topic 1"]
    assert [topic.title for topic in _topics(contest, page=2)] == ["topic 0"]
    request = ApiListCompetitionTopicsRequest(competition_name=contest.slug, page=3)
    answer = contest.calls.discussion.list_topics(contest.context(), request)
    assert (answer.topics, answer.total_count) == ([], 21)


@pytest.mark.parametrize("page", [-1, 1 << 40])
def test_there_is_no_such_page(page: int, contest: Contest) -> None:
    with pytest.raises(InvalidInput, match="pages count from 1"):
        _topics(contest, page=page)


def test_messages_come_newest_first_and_as_many_as_asked(contest: Contest, ada: Actor) -> None:
    topic = _post(contest, ada, "one", title="Features").topic_id
    for words in ("two", "three"):
        _post(contest, ada, words, topic_id=topic)
    newest = _messages(contest, topic, sort_by=CommentListSortBy.COMMENT_LIST_SORT_BY_NEW)
    assert [message.content for message in newest] == ["three", "two", "one"]
    assert [message.content for message in _messages(contest, topic, page_size=2)] == ["one", "two"]


def test_everybody_who_sees_the_competition_reads_and_only_users_write(contest: Contest, ada: Actor) -> None:
    _post(contest, ada, title="Features")
    assert len(_topics(contest, None)) == 1
    request = PostMessageRequest(competition_name=contest.slug, title="Hello", content="I am nobody.")
    with pytest.raises(Unauthenticated):
        contest.calls.discussion.post(contest.world.context(None), request)


def test_who_does_not_see_the_competition_neither_reads_nor_writes(world: World, ada: Actor) -> None:
    host = world.user("hugo")
    private = Contest(world, host, "private-one").create(privacy=CompetitionPrivacy.PRIVATE)
    topic = _post(private, host, title="Among us").topic_id
    private.ready().launch()
    reading = ApiListTopicMessagesRequest(competition_name=private.slug, topic_id=topic)
    with pytest.raises(NotFound):
        _topics(private, ada)
    with pytest.raises(NotFound):
        private.calls.discussion.list_messages(private.context(ada), reading)
    with pytest.raises(NotFound):
        _post(private, ada, title="Let me in")
    private.admit(ada)
    assert _post(private, ada, topic_id=topic).topic_id == topic


def test_a_topic_is_found_in_its_own_competition_alone(contest: Contest, ada: Actor) -> None:
    topic = _post(contest, ada, title="Features").topic_id
    other = Contest(contest.world, contest.host, "another-one").create().ready()
    other.launch()
    elsewhere = _post(other, ada, title="Elsewhere").message_id
    with pytest.raises(NotFound, match="has no topic number"):
        _messages(other, topic)
    with pytest.raises(NotFound, match="has no topic number"):
        _post(other, ada, topic_id=topic)
    with pytest.raises(NotFound, match="has no message number"):
        _post(contest, ada, topic_id=topic, parent_id=elsewhere)


@pytest.mark.parametrize(
    ("title", "content", "words"),
    [
        ("x" * (LONGEST_TITLE + 1), "Words.", "title of a topic has 1 to"),
        ("\t \n", "Words.", "title of a topic has 1 to"),
        ("", "Words.", "title of a topic has 1 to"),
        ("Features", "", "message has 1 to"),
        ("Features", " \r\n\x1b \n", "message has 1 to"),
        ("Features", "x" * (LONGEST_MESSAGE + 1), "message has 1 to"),
    ],
)
def test_titles_and_messages_are_neither_empty_nor_beyond_measure(
    title: str, content: str, words: str, contest: Contest, ada: Actor
) -> None:
    with pytest.raises(InvalidInput, match=words):
        _post(contest, ada, content, title=title)
    assert _topics(contest) == []


def test_what_is_just_not_too_long_is_kept_without_what_a_terminal_obeys(
    contest: Contest, ada: Actor
) -> None:
    title, content = "t" * LONGEST_TITLE, "m" * LONGEST_MESSAGE
    topic = _post(contest, ada, f"{content}\x1b", title=f" {title} ").topic_id
    assert [topic.title for topic in _topics(contest)] == [title]
    assert _messages(contest, topic)[0].content == content
    _post(contest, ada, "one\r\ntwo\x9b31m", topic_id=topic)
    assert _messages(contest, topic)[1].content == "one\ntwo31m"
