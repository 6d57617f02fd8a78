"""The page of everybody's submissions, for hosts and judges: with what holds one up, and its traceback."""

from typing import Final

from starlette.responses import Response

from brant.contract.competition_extensions import HostSubmissionState, ListHostSubmissionsRequest
from brant.server.web.competitions.desk import PATH, Desk, Tab, address, slug
from brant.server.web.site import Page
from brant.server.web.visit import Visit

_STATES: Final = {
    "": ("All", HostSubmissionState.HOST_SUBMISSION_STATE_ALL),
    "held": ("Held", HostSubmissionState.HOST_SUBMISSION_STATE_HELD),
    "pending": ("Pending", HostSubmissionState.HOST_SUBMISSION_STATE_PENDING),
    "error": ("Failed", HostSubmissionState.HOST_SUBMISSION_STATE_ERROR),
    "complete": ("Scored", HostSubmissionState.HOST_SUBMISSION_STATE_COMPLETE),
}
_A_PAGE: Final = 30


class AllSubmissions:
    """`/competitions/{slug}/host/submissions`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH + "/{slug}/host/submissions", self._show),)

    def _show(self, visit: Visit) -> Response:
        chosen = visit.query["state"] if visit.query["state"] in _STATES else ""
        answer = self._desk.services.submissions.list_for_host(
            self._desk.context(visit),
            ListHostSubmissionsRequest(
                competition_name=slug(visit),
                state=_STATES[chosen][1],
                page_size=_A_PAGE,
                page_token=visit.query["page_token"],
            ),
        )
        here = address(visit, "host", "submissions")
        return self._desk.page(
            visit,
            "all_submissions.html",
            entries=answer.submissions,
            trials=self._desk.services.submissions.trials(
                [entry.submission.ref for entry in answer.submissions if entry.submission is not None]
            ),
            next_token=answer.next_page_token,
            is_later_page=bool(visit.query["page_token"]),
            state=chosen,
            states=[
                Tab(here + (f"?state={key}" if key else ""), words, key == chosen)
                for key, (words, _) in _STATES.items()
            ],
        )
