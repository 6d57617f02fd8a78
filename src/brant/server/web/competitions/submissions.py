"""The page of a team's own submissions: handed in, how they scored, why one failed, which ones count."""

from typing import Any, Final

from starlette.responses import Response

from brant.contract.competition_extensions import SelectSubmissionsRequest
from brant.contract.competition_messages import (
    ApiCreateSubmissionRequest,
    ApiDownloadSubmissionRequest,
    ApiGetSubmissionLimitsRequest,
    ApiListSubmissionsRequest,
    ApiStartSubmissionUploadRequest,
    ApiSubmission,
    SubmissionGroup,
)
from brant.errors import BrantError, InvalidInput
from brant.server.domain.competitions.submissions import LONGEST_DESCRIPTION
from brant.server.web.actions import chosen_action, number
from brant.server.web.competitions.desk import PATH, Desk, Tab, address, attempt, slug
from brant.server.web.multipart import File
from brant.server.web.once import Once
from brant.server.web.site import FileTaker, Page
from brant.server.web.visit import Visit

_GROUPS: Final = {
    "": ("All", SubmissionGroup.SUBMISSION_GROUP_ALL),
    "successful": ("Successful", SubmissionGroup.SUBMISSION_GROUP_SUCCESSFUL),
    "selected": ("Final", SubmissionGroup.SUBMISSION_GROUP_SELECTED),
}
_A_PAGE: Final = 20


class SubmissionsPage:
    """`/competitions/{slug}/submissions`; with `?file=` it leads to the bytes of one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._once = Once()
        self._actions = {"submit": self._submit, "choose": self._choose, "leave": self._leave}

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        path = PATH + "/{slug}/submissions"
        return (
            Page(
                path,
                self._show,
                lambda visit: chosen_action(self._actions, visit)(visit),
                file=FileTaker(self._begin, self._refuse),
            ),
        )

    def _show(self, visit: Visit) -> Response:
        if visit.query["file"]:
            asked = ApiDownloadSubmissionRequest(submission_id=number(visit.query["file"]))
            return visit.go(self._desk.services.submissions.download(self._desk.context(visit), asked).url)
        return self._desk.page(visit, "submissions.html", **self._listed(visit))

    def _listed(self, visit: Visit) -> dict[str, Any]:
        chosen = visit.query["group"] if visit.query["group"] in _GROUPS else ""
        context, submissions = self._desk.context(visit), self._desk.services.submissions
        answer = submissions.list_submissions(
            context,
            ApiListSubmissionsRequest(
                competition_name=slug(visit),
                group=_GROUPS[chosen][1],
                page_token=visit.query["page_token"],
                page_size=_A_PAGE,
            ),
        )
        here = address(visit, "submissions")
        return {
            "submissions": answer.submissions,
            "next_token": answer.next_page_token,
            "group": chosen,
            "groups": [
                Tab(here + (f"?group={key}" if key else ""), words, key == chosen)
                for key, (words, _) in _GROUPS.items()
            ],
            "is_later_page": bool(visit.query["page_token"]),
            "sent": next((one for one in answer.submissions if str(one.ref) == visit.query["sent"]), None),
            "trials": submissions.trials([one.ref for one in answer.submissions]),
            "must_accept": self._desk.services.roles.must_accept(context, slug(visit)),
            "longest_description": LONGEST_DESCRIPTION,
            "selected": {one.ref for one in self._selected(visit)},
            "limits": submissions.limits(
                context, ApiGetSubmissionLimitsRequest(competition_name=slug(visit))
            ),
        }

    def _begin(self, visit: Visit, file: File) -> str:
        if not file.name:
            raise InvalidInput("choose the file to submit")
        request = ApiStartSubmissionUploadRequest(
            competition_name=slug(visit), content_length=file.size, file_name=file.name
        )
        return self._desk.services.submissions.start_upload(self._desk.context(visit), request).token

    def _submit(self, visit: Visit) -> Response:
        def submit() -> str:
            self._once.take(visit)
            request = ApiCreateSubmissionRequest(
                competition_name=slug(visit),
                blob_file_tokens=visit.upload,
                submission_description=visit.form["description"],
                sandbox=visit.form["trial"] == "yes",
            )
            made = self._desk.services.submissions.create(self._desk.context(visit), request).ref
            return f"{address(visit, 'submissions')}?sent={made}"

        return attempt(visit, submit, lambda error: self._refuse(visit, error))

    def _refuse(self, visit: Visit, error: BrantError) -> Response:
        return self._desk.again(visit, "submissions.html", error, "file", **self._listed(visit))

    def _selected(self, visit: Visit) -> list[ApiSubmission]:
        request = ApiListSubmissionsRequest(
            competition_name=slug(visit), group=SubmissionGroup.SUBMISSION_GROUP_SELECTED, page_size=100
        )
        return self._desk.services.submissions.list_submissions(
            self._desk.context(visit), request
        ).submissions

    def _choose(self, visit: Visit) -> Response:
        return self._select(visit, {one.ref for one in self._selected(visit)} | {_wanted(visit)}, "chosen")

    def _leave(self, visit: Visit) -> Response:
        return self._select(visit, {one.ref for one in self._selected(visit)} - {_wanted(visit)}, "unchosen")

    def _select(self, visit: Visit, wanted: set[int], done: str) -> Response:
        def select() -> str:
            request = SelectSubmissionsRequest(competition_name=slug(visit), submission_ids=sorted(wanted))
            self._desk.services.submissions.select(self._desk.context(visit), request)
            return f"{address(visit, 'submissions')}?done={done}"

        return attempt(
            visit,
            select,
            lambda error: self._desk.again(visit, "submissions.html", error, "list", **self._listed(visit)),
        )


def _wanted(visit: Visit) -> int:
    return number(visit.form["submission"])
