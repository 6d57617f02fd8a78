"""The page of all competitions, where one is also begun."""

from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

from brant.contract.competition_messages import (
    ApiCompetition,
    ApiListCompetitionsRequest,
    CompetitionListTab,
    CompetitionSortBy,
)
from brant.contract.hosting_messages import ApiCreateCompetitionRequest, CompetitionPrivacy
from brant.errors import InvalidInput
from brant.server.web.competitions.desk import PATH, Desk, Tab, attempt, for_users, short_name
from brant.server.web.notices import notice
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_TABS: Final = {
    "": ("All", CompetitionListTab.COMPETITION_LIST_TAB_GENERAL),
    "entered": ("Entered", CompetitionListTab.COMPETITION_LIST_TAB_ENTERED),
    "hosted": ("Hosted", CompetitionListTab.COMPETITION_LIST_TAB_HOSTED),
}
_PRIVACY: Final = (
    ("PUBLIC", "Everybody: it is listed"),
    ("LIMITED", "Whoever has its address: it is not listed"),
    ("PRIVATE", "Only those whom a host lets in"),
)
_A_PAGE: Final = 20


class CompetitionList:
    """`/competitions`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH, self._show, for_users(self._create), who=Who.ANYONE),)

    def _show(self, visit: Visit) -> Response:
        return visit.page("competitions/list.html", **self._listed(visit))

    def _listed(self, visit: Visit) -> dict[str, Any]:
        chosen = visit.query["tab"] if visit.user is not None and visit.query["tab"] in _TABS else ""
        search = visit.query["search"][:200]
        answer = self._desk.services.listing.list_competitions(
            self._desk.context(visit),
            ApiListCompetitionsRequest(
                group=_TABS[chosen][1],
                sort_by=CompetitionSortBy.COMPETITION_SORT_BY_RECENTLY_CREATED,
                search=search,
                page_token=visit.query["page_token"],
                page_size=_A_PAGE,
            ),
        )
        return {
            "competitions": [_entry(found, visit) for found in answer.competitions],
            "next_token": answer.next_page_token,
            "tab": chosen,
            "tabs": [
                Tab(PATH + (f"?tab={key}" if key else ""), words, key == chosen)
                for key, (words, _) in _TABS.items()
            ],
            "search": search,
            "is_later_page": bool(visit.query["page_token"]),
            "privacy": _PRIVACY,
            "notice_words": notice(visit),
        }

    def _create(self, visit: Visit) -> Response:
        def create() -> str:
            form = visit.form
            if form["privacy"] not in dict(_PRIVACY):
                raise InvalidInput("choose who may see it")
            request = ApiCreateCompetitionRequest(
                title=form["title"],
                slug=form["slug"],
                brief_description=form["brief"],
                privacy=CompetitionPrivacy(form["privacy"]),
            )
            self._desk.services.hosting.create(self._desk.context(visit), request)
            return f"{PATH}/{quote(form['slug'].lower())}/host?done=competition-created"

        return attempt(
            visit,
            create,
            lambda error: visit.again("competitions/list.html", error, "title", **self._listed(visit)),
        )


def _entry(found: ApiCompetition, visit: Visit) -> dict[str, Any]:
    return {
        "competition": found,
        "slug": short_name(found),
        "is_open": found.enabled_date is not None and found.enabled_date <= visit.now,
        "is_over": found.deadline is not None and found.deadline <= visit.now,
    }
