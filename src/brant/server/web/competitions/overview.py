"""The first page of a competition, and the page of its rules, where people enter."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionPagesRequest,
)
from brant.server.web.competitions.desk import PATH, Desk, address, attempt, for_users, slug
from brant.server.web.competitions.words import words
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

RULES: Final = "rules"
"""The text of this name stands on the page of rules."""
OF_DATA: Final = "data-description"
"""The text of this name stands on the page of data."""


class Text(NamedTuple):
    """A text to read; a draft is read by hosts alone."""

    title: str
    words: str
    is_markdown: bool
    is_draft: bool


class Overview:
    """`/competitions/{slug}` and `/competitions/{slug}/rules`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its addresses."""
        stem = PATH + "/{slug}"
        return (
            Page(stem, self._show, who=Who.ANYONE),
            Page(stem + "/rules", self._show_rules, for_users(self._join), who=Who.ANYONE),
        )

    def _show(self, visit: Visit) -> Response:
        asked = ApiListCompetitionHostsRequest(competition_name=slug(visit))
        hosts = self._desk.services.hosting.list_hosts(self._desk.context(visit), asked).hosts
        texts = texts_called(self._desk, visit, lambda name: name not in (RULES, OF_DATA))
        return self._desk.page(visit, "overview.html", texts=texts, hosts=hosts)

    def _show_rules(self, visit: Visit) -> Response:
        return self._desk.page(visit, "rules.html", **self._rules(visit))

    def _rules(self, visit: Visit) -> dict[str, Any]:
        has_accepted = self._desk.services.roles.has_accepted(self._desk.context(visit), slug(visit))
        return {
            "texts": texts_called(self._desk, visit, RULES.__eq__),
            "has_accepted": has_accepted,
        }

    def _join(self, visit: Visit) -> Response:
        def join() -> str:
            request = CompetitionRequest(competition_name=slug(visit))
            self._desk.services.teams.join(self._desk.context(visit), request)
            return address(visit, "submissions") + "?done=joined"

        return attempt(
            visit,
            join,
            lambda error: self._desk.again(visit, "rules.html", error, "join", **self._rules(visit)),
        )


def texts_of(desk: Desk, visit: Visit) -> list[ApiCompetitionPage]:
    """The texts of the competition that the visitor may read, as they were written."""
    request = ApiListCompetitionPagesRequest(competition_name=slug(visit))
    return desk.services.pages.list_pages(desk.context(visit), request).pages


def texts_called(desk: Desk, visit: Visit, is_wanted: Callable[[str], bool]) -> list[Text]:
    """Those of them that have such a name, and words."""
    found = [page for page in texts_of(desk, visit) if is_wanted(page.name.lower().replace(" ", "-"))]
    return [
        Text(
            page.post_title or page.name,
            words(page.content) if page.mime_type == "text/html" else page.content,
            is_markdown=page.mime_type not in ("text/html", "text/plain"),
            is_draft=page.is_published is False,
        )
        for page in found
        if page.content.strip()
    ]
