"""The pages of a competition's discussion: its topics, and one of them."""

from typing import Any, Final

from starlette.responses import Response

from brant.contract.competition_extensions import PostMessageRequest
from brant.contract.topic_messages import (
    ApiListCompetitionTopicsRequest,
    ApiListTopicMessagesRequest,
    TopicListSortBy,
)
from brant.errors import NotFound
from brant.server.domain.competitions.discussion import LONGEST_MESSAGE, LONGEST_TITLE, TOPICS_A_PAGE
from brant.server.web.actions import number
from brant.server.web.competitions.desk import (
    LARGEST_MESSAGE,
    PATH,
    Desk,
    Tab,
    address,
    attempt,
    for_users,
    page_number,
    slug,
)
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_ORDERS: Final = {
    "": ("Last written", TopicListSortBy.TOPIC_LIST_SORT_BY_ACTIVE),
    "new": ("Newest", TopicListSortBy.TOPIC_LIST_SORT_BY_NEW),
    "top": ("Longest", TopicListSortBy.TOPIC_LIST_SORT_BY_TOP),
}


class DiscussionPages:
    """`/competitions/{slug}/discussion` and `/competitions/{slug}/discussion/{topic}`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its addresses."""
        stem = PATH + "/{slug}/discussion"
        return (
            Page(stem, self._show_topics, for_users(self._begin), Who.ANYONE, LARGEST_MESSAGE),
            Page(stem + "/{topic}", self._show_topic, for_users(self._write), Who.ANYONE, LARGEST_MESSAGE),
        )

    def _show_topics(self, visit: Visit) -> Response:
        return self._desk.page(visit, "discussion.html", **self._topics(visit))

    def _topics(self, visit: Visit) -> dict[str, Any]:
        order = visit.query["sort"] if visit.query["sort"] in _ORDERS else ""
        page = page_number(visit)
        request = ApiListCompetitionTopicsRequest(
            competition_name=slug(visit), sort_by=_ORDERS[order][1], page=page
        )
        answer = self._desk.services.discussion.list_topics(self._desk.context(visit), request)
        here = address(visit, "discussion")
        return {
            "topics": answer.topics,
            "page": page,
            "has_more": page * TOPICS_A_PAGE < answer.total_count,
            "order": order,
            "orders": [
                Tab(here + (f"?sort={key}" if key else ""), words, key == order)
                for key, (words, _) in _ORDERS.items()
            ],
            "longest_title": LONGEST_TITLE,
            "longest": LONGEST_MESSAGE,
        }

    def _begin(self, visit: Visit) -> Response:
        def begin() -> str:
            request = PostMessageRequest(
                competition_name=slug(visit), title=visit.form["title"], content=visit.form["content"]
            )
            made = self._desk.services.discussion.post(self._desk.context(visit), request)
            return address(visit, "discussion", str(made.topic_id))

        return attempt(
            visit,
            begin,
            lambda error: self._desk.again(
                visit,
                "discussion.html",
                error,
                "title" if "title" in error.message else "content",
                **self._topics(visit),
            ),
        )

    def _show_topic(self, visit: Visit) -> Response:
        return self._desk.page(visit, "topic.html", **self._topic(visit))

    def _topic(self, visit: Visit) -> dict[str, Any]:
        topic = _number(visit)
        context, discussion = self._desk.context(visit), self._desk.services.discussion
        request = ApiListTopicMessagesRequest(competition_name=slug(visit), topic_id=topic)
        answer = discussion.list_messages(context, request)
        return {
            "title": discussion.title(context, slug(visit), topic),
            "messages": answer.messages,
            "longest": LONGEST_MESSAGE,
            "answered": next((one for one in answer.messages if str(one.id) == visit.query["reply"]), None),
        }

    def _write(self, visit: Visit) -> Response:
        def write() -> str:
            request = PostMessageRequest(
                competition_name=slug(visit),
                topic_id=_number(visit),
                parent_id=number(visit.form["parent"] or "0"),
                content=visit.form["content"],
            )
            made = self._desk.services.discussion.post(self._desk.context(visit), request)
            return f"{address(visit, 'discussion', str(made.topic_id))}#message-{made.message_id}"

        return attempt(
            visit,
            write,
            lambda error: self._desk.again(visit, "topic.html", error, "content", **self._topic(visit)),
        )


def _number(visit: Visit) -> int:
    text = visit.params["topic"]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound("there is no such topic: look at the discussion")
    return int(text)
