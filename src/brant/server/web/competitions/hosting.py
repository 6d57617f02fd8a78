"""The first page for hosts: how far the competition is, what stops it, and who hosts it."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from brant.contract.codec import Timestamp
from brant.contract.competition_extensions import AdmitUserRequest, CompetitionRequest
from brant.contract.hosting_messages import (
    ApiAddCompetitionHostRequest,
    ApiAddCompetitionJudgeRequest,
    ApiGetCompetitionSolutionStatusRequest,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionJudgesRequest,
)
from brant.errors import InvalidInput
from brant.server.web.actions import chosen_action
from brant.server.web.competitions.desk import PATH, Desk, address, attempt, moment, slug
from brant.server.web.site import Page
from brant.server.web.visit import Visit


class HostPage:
    """`/competitions/{slug}/host`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._actions = {"launch": self._launch, "rescore": self._rescore, "person": self._add_person}

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        path = PATH + "/{slug}/host"
        return (Page(path, self._show, lambda visit: chosen_action(self._actions, visit)(visit)),)

    def _show(self, visit: Visit) -> Response:
        return self._desk.page(visit, "host.html", **self._details(visit))

    def _details(self, visit: Visit) -> dict[str, Any]:
        context, services, name = self._desk.context(visit), self._desk.services, slug(visit)
        return {
            "setup": services.setup.get(context, CompetitionRequest(competition_name=name)),
            "solution": services.solution.status(
                context, ApiGetCompetitionSolutionStatusRequest(competition_name=name)
            ),
            "hosts": services.hosting.list_hosts(
                context, ApiListCompetitionHostsRequest(competition_name=name)
            ).hosts,
            "judges": services.hosting.list_judges(
                context, ApiListCompetitionJudgesRequest(competition_name=name)
            ).judges,
        }

    def _launch(self, visit: Visit) -> Response:
        def launch() -> None:
            when = moment(visit.form["when"], "the time of the launch")
            request = ApiLaunchCompetitionRequest(
                competition_name=slug(visit), future_time=None if when is None else Timestamp.of(when)
            )
            self._desk.services.hosting.launch(self._desk.context(visit), request)

        return self._do(visit, launch, "when", "launch-set" if visit.form["when"] else "launched")

    def _rescore(self, visit: Visit) -> Response:
        def rescore() -> None:
            request = CompetitionRequest(competition_name=slug(visit))
            self._desk.services.setup.rescore(self._desk.context(visit), request)

        return self._do(visit, rescore, "rescore", "rescored")

    def _add_person(self, visit: Visit) -> Response:
        def add() -> None:
            context, hosting, user = (
                self._desk.context(visit),
                self._desk.services.hosting,
                visit.form["user"],
            )
            if visit.form["role"] == "host":
                hosting.add_host(
                    context, ApiAddCompetitionHostRequest(competition_name=slug(visit), user_name=user)
                )
            elif visit.form["role"] == "judge":
                hosting.add_judge(
                    context, ApiAddCompetitionJudgeRequest(competition_name=slug(visit), user_name=user)
                )
            elif visit.form["role"] == "guest":
                hosting.admit(context, AdmitUserRequest(competition_name=slug(visit), user_name=user))
            else:
                raise InvalidInput("choose whether they host, judge or are let in")

        return self._do(visit, add, "user", "person-added")

    def _do(self, visit: Visit, deed: Callable[[], None], field: str, done: str) -> Response:
        def done_then() -> str:
            deed()
            return f"{address(visit, 'host')}?done={done}"

        return attempt(
            visit,
            done_then,
            lambda error: self._desk.again(visit, "host.html", error, field, **self._details(visit)),
        )
