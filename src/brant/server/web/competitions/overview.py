"""The first page of a competition, and the page of its rules, where people enter."""

from typing import Final

from starlette.responses import Response

from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionPagesRequest,
)
from brant.server.web.competitions.desk import PATH, Desk, address, attempt, for_users, slug
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_RULES: Final = "rules"
_OF_DATA: Final = "data-description"


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
        texts = [page for page in texts_of(self._desk, visit) if _key(page) not in (_RULES, _OF_DATA)]
        return self._desk.page(visit, "overview.html", texts=texts, hosts=hosts)

    def _show_rules(self, visit: Visit) -> Response:
        return self._desk.page(visit, "rules.html", texts=text_called(self._desk, visit, _RULES))

    def _join(self, visit: Visit) -> Response:
        def join() -> str:
            request = CompetitionRequest(competition_name=slug(visit))
            self._desk.services.teams.join(self._desk.context(visit), request)
            return address(visit, "submissions") + "?done=joined"

        texts = text_called(self._desk, visit, _RULES)
        return attempt(
            visit, join, lambda error: self._desk.again(visit, "rules.html", error, "join", texts=texts)
        )


def texts_of(desk: Desk, visit: Visit) -> list[ApiCompetitionPage]:
    """The texts of the competition that the visitor may read."""
    request = ApiListCompetitionPagesRequest(competition_name=slug(visit))
    return desk.services.pages.list_pages(desk.context(visit), request).pages


def text_called(desk: Desk, visit: Visit, name: str) -> list[ApiCompetitionPage]:
    """Those of them with that name."""
    return [page for page in texts_of(desk, visit) if _key(page) == name]


def _key(page: ApiCompetitionPage) -> str:
    return page.name.lower().replace(" ", "-")
