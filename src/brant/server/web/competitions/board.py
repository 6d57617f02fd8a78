"""The page of a leaderboard, with a plot of how its first teams got there."""

from typing import Final

from starlette.responses import Response

from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.competition_messages import (
    ApiCompetition,
    ApiDownloadLeaderboardRequest,
)
from brant.errors import NotFound, PermissionDenied
from brant.server.web.competitions import plot
from brant.server.web.competitions.desk import PATH, Desk, slug
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit, sentence

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
        context, token = self._desk.context(visit), visit.query["page_token"]
        wants_public = visit.query["board"] == "public"
        try:
            shown = self._desk.services.leaderboard.page(
                context, slug(visit), override_public=wants_public, size=_A_PAGE, token=token
            )
        except PermissionDenied as error:
            return self._desk.page(visit, "leaderboard.html", closed=sentence(error.message))
        team_ids = [] if token else [place.team_id for place in shown.places[:_DRAWN]]
        race = self._desk.services.progress.of(context, slug(visit), team_ids)
        found = self._desk.find(visit)
        return self._desk.page(
            visit,
            "leaderboard.html",
            closed="",
            shown=shown,
            is_later_page=bool(token),
            has_final=race.board == "private",
            own_id=self._own_team(visit, found),
            plot=plot.plot(race, visit.now if found.deadline is None else min(visit.now, found.deadline)),
        )

    def _own_team(self, visit: Visit, found: ApiCompetition) -> int:
        if not found.user_has_entered:
            return 0
        request = CompetitionRequest(competition_name=slug(visit))
        try:
            return self._desk.services.teams.get(self._desk.context(visit), request).id
        except NotFound:
            return 0

    def _download(self, visit: Visit) -> Response:
        request = ApiDownloadLeaderboardRequest(competition_name=slug(visit))
        file = self._desk.services.leaderboard.download(self._desk.context(visit), request)
        return visit.file(file.name, file.content_type, file.content)
