"""The page of one's own team: its members, its name, and invitations."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from brant.contract.competition_extensions import (
    AnswerInvitationRequest,
    CompetitionRequest,
    InviteTeamRequest,
    RenameTeamRequest,
)
from brant.server.web.actions import chosen_action, number
from brant.server.web.competitions.desk import PATH, Desk, address, attempt, slug
from brant.server.web.site import Page
from brant.server.web.visit import Visit


class TeamPage:
    """`/competitions/{slug}/team`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._actions = {"rename": self._rename, "invite": self._invite, "answer": self._answer}

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        path = PATH + "/{slug}/team"
        return (Page(path, self._show, lambda visit: chosen_action(self._actions, visit)(visit)),)

    def _show(self, visit: Visit) -> Response:
        if not self._desk.find(visit).user_has_entered:
            return visit.go(address(visit, "rules"))
        return self._desk.page(visit, "team.html", **self._details(visit))

    def _details(self, visit: Visit) -> dict[str, Any]:
        request = CompetitionRequest(competition_name=slug(visit))
        team = self._desk.services.teams.get(self._desk.context(visit), request)
        leads = any(member.is_leader and member.user_name == visit.who.name for member in team.members)
        return {"team": team, "leads": leads}

    def _rename(self, visit: Visit) -> Response:
        request = RenameTeamRequest(competition_name=slug(visit), team_name=visit.form["name"])
        return self._do(visit, self._desk.services.teams.rename, request, "name", "team-renamed")

    def _invite(self, visit: Visit) -> Response:
        request = InviteTeamRequest(competition_name=slug(visit), user_name=visit.form["user"])
        return self._do(visit, self._desk.services.teams.invite, request, "user", "invited")

    def _answer(self, visit: Visit) -> Response:
        accept = visit.form["answer"] == "accept"
        request = AnswerInvitationRequest(
            competition_name=slug(visit), team_id=number(visit.form["team"]), accept=accept
        )
        done = "merged" if accept else "declined"
        return self._do(visit, self._desk.services.teams.answer, request, "received", done)

    def _do(self, visit: Visit, call: Callable[..., Any], request: Any, field: str, done: str) -> Response:
        def deed() -> str:
            call(self._desk.context(visit), request)
            return f"{address(visit, 'team')}?done={done}"

        return attempt(
            visit,
            deed,
            lambda error: self._desk.again(visit, "team.html", error, field, **self._details(visit)),
        )
