"""What a team has submitted: listed, looked at, waited for, chosen; and how much more it may submit."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from brant.client.competitions import offered
from brant.client.paging import every
from brant.client.session import Session
from brant.client.words import word
from brant.contract import competition_extensions as ours
from brant.contract import competitions as wire
from brant.contract.competition_messages import (
    ApiGetSubmissionLimitsRequest,
    ApiGetSubmissionRequest,
    ApiListSubmissionsRequest,
    ApiListSubmissionsResponse,
    ApiListTeamPublicSubmissionsRequest,
    ApiPublicSubmission,
    ApiSubmission,
    ApiSubmissionLimits,
    SubmissionGroup,
    SubmissionSortBy,
    SubmissionStatus,
)
from brant.errors import Unreachable

_PAGE: Final = 200
# Scores are mostly there within a second; who waits for long need not ask often.
_FIRST_LOOK: Final = 0.1
_LAST_LOOK: Final = 5.0
_SLOWER: Final = 1.5


def submissions(
    session: Session,
    competition: str,
    *,
    sort_by: str | None = None,
    group: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> ApiListSubmissionsResponse:
    """One page of the caller's team's submissions.

    `sort_by` is date, name, publicScore or privateScore; `group` all, successful or selected. Raises
    NotFound, InvalidInput for other words.
    """
    request = ApiListSubmissionsRequest(
        competition_name=competition,
        sort_by=word("--sort-by", SubmissionSortBy, sort_by) or SubmissionSortBy.SUBMISSION_SORT_BY_DATE,
        group=word("--group", SubmissionGroup, group) or SubmissionGroup.SUBMISSION_GROUP_ALL,
        page=None if page_token else 1,
        page_token=page_token or "",
        page_size=page_size,
    )
    return session.call(wire.LIST_SUBMISSIONS, request)


def all_submissions(
    session: Session, competition: str, *, sort_by: str | None = None, group: str | None = None
) -> Iterator[ApiSubmission]:
    """Every submission of the caller's team, page by page."""

    def page(token: str) -> tuple[list[ApiSubmission], str]:
        found = submissions(
            session, competition, sort_by=sort_by, group=group, page_size=_PAGE, page_token=token
        )
        return found.submissions, found.next_page_token

    return every(session, page, f"the submissions to {competition}")


def submission(session: Session, ref: int) -> ApiSubmission:
    """One submission by its number. Raises NotFound for one that is not the caller's to see."""
    return session.call(wire.GET_SUBMISSION, ApiGetSubmissionRequest(ref=ref), repeatable=True)


def wait_for(
    session: Session, ref: int, seconds: float, *, clock: Callable[[], float] = time.monotonic
) -> ApiSubmission:
    """The submission in its final state, complete or in error. Raises Unreachable when `seconds` are over."""
    end, pause = clock() + seconds, _FIRST_LOOK
    while True:
        found = submission(session, ref)
        if found.status is not SubmissionStatus.PENDING:
            return found
        left = end - clock()
        if left <= 0:
            raise Unreachable(
                f"submission {ref} is not scored after {seconds:g} s: nothing is lost, "
                f"see 'brant competitions submission show {ref}' later"
            )
        session.sleep(min(pause, left))
        pause = min(pause * _SLOWER, _LAST_LOOK)


def limits(session: Session, competition: str) -> ApiSubmissionLimits:
    """How many submissions the caller's team has made, and has left."""
    request = ApiGetSubmissionLimitsRequest(competition_name=competition)
    return session.call(wire.GET_SUBMISSION_LIMITS, request)


def team_submissions(session: Session, team: int) -> list[ApiPublicSubmission]:
    """What everybody may see of one team's submissions. Raises NotFound."""
    request = ApiListTeamPublicSubmissionsRequest(team_id=team)
    return session.call(wire.LIST_TEAM_PUBLIC_SUBMISSIONS, request).submissions


def select(session: Session, competition: str, refs: Sequence[int]) -> ours.SelectedSubmissions:
    """Choose the submissions that count in the end: exactly these, none to leave it to the best public ones.

    Raises InvalidInput for too many, NotFound for one that is not the team's.
    """
    request = ours.SelectSubmissionsRequest(competition_name=competition, submission_ids=list(refs))
    return offered.call(session, ours.SELECT_SUBMISSIONS, request, repeatable=True)
