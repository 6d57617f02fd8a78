"""The page of a leaderboard, with a plot of how its first teams got there."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.competition_messages import (
    ApiCompetition,
    ApiDownloadLeaderboardRequest,
    ApiGetLeaderboardRequest,
    ApiLeaderboardSubmission,
)
from brant.errors import NotFound, PermissionDenied
from brant.server.web.competitions import plot
from brant.server.web.competitions.desk import PATH, Desk, slug, whole
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_A_PAGE: Final = 50
_DRAWN: Final = 5


class LeaderboardPage:
    """`/competitions/{slug}/leaderboard`; once there is a final one, the public one with `?board=public`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH + "/{slug}/leaderboard", self._show, who=Who.ANYONE),)

    def _show(self, visit: Visit) -> Response:
        if visit.query["download"]:
            return self._download(visit)
        found = self._desk.find(visit)
        is_over = found.deadline is not None and found.deadline <= visit.now
        is_public = not is_over or visit.query["board"] == "public"
        try:
            places, next_token = self._places(visit, is_public=is_public)
        except PermissionDenied as error:
            return self._desk.page(visit, "leaderboard.html", closed=error.message)
        before = whole(visit.query["after"], "the place")
        return self._desk.page(
            visit,
            "leaderboard.html",
            closed="",
            places=list(enumerate(places, before + 1)),
            next_token=next_token,
            after=before + len(places),
            is_later_page=bool(visit.query["page_token"]),
            is_over=is_over,
            is_public=is_public,
            own_id=self._own_team(visit, found),
            plot=None if visit.query["page_token"] else self._plot(visit, found, places),
        )

    def _places(self, visit: Visit, *, is_public: bool) -> tuple[list[ApiLeaderboardSubmission], str]:
        request = ApiGetLeaderboardRequest(
            competition_name=slug(visit),
            override_public=is_public,
            page_size=_A_PAGE,
            page_token=visit.query["page_token"],
        )
        answer = self._desk.services.leaderboard.view(self._desk.context(visit), request)
        return answer.submissions, answer.next_page_token

    def _own_team(self, visit: Visit, found: ApiCompetition) -> int:
        if not found.user_has_entered:
            return 0
        request = CompetitionRequest(competition_name=slug(visit))
        try:
            return self._desk.services.teams.get(self._desk.context(visit), request).id
        except NotFound:
            return 0

    def _plot(self, visit: Visit, found: ApiCompetition, places: Sequence[Any]) -> plot.Plot | None:
        team_ids = [place.team_id for place in places[:_DRAWN]]
        race = self._desk.services.progress.of(self._desk.context(visit), slug(visit), team_ids)
        end = visit.now if found.deadline is None else min(visit.now, found.deadline)
        return plot.plot(race, end)

    def _download(self, visit: Visit) -> Response:
        request = ApiDownloadLeaderboardRequest(competition_name=slug(visit))
        file = self._desk.services.leaderboard.download(self._desk.context(visit), request)
        return visit.file(file.name, file.content_type, file.content)
