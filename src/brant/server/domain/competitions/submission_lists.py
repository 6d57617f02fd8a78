"""Lists of submissions: pages of a team's own, in any order, and of everybody's for hosts."""

import heapq
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.competition_extensions import (
    HostSubmission,
    HostSubmissionState,
    ListHostSubmissionsRequest,
)
from brant.contract.competition_messages import (
    ApiListSubmissionsRequest,
    SubmissionGroup,
    SubmissionSortBy,
)
from brant.errors import InvalidInput
from brant.server.domain import paging
from brant.server.domain.actor import Context
from brant.server.domain.competitions import shapes
from brant.server.domain.competitions.permissions import Role
from brant.server.store.tables import submissions

_A_PAGE: Final = 20
_FOR_HOSTS: Final = "its metric fails on it: its hosts can read why"
_LARGEST_PAGE: Final = 1000

_GROUPS: Final = {
    SubmissionGroup.SUBMISSION_GROUP_ALL: sa.true(),
    SubmissionGroup.SUBMISSION_GROUP_SUCCESSFUL: submissions.c.state == "complete",
    SubmissionGroup.SUBMISSION_GROUP_SELECTED: submissions.c.is_selected.is_(True),
}
_STATES: Final = {
    HostSubmissionState.HOST_SUBMISSION_STATE_ALL: ("pending", "complete", "error"),
    HostSubmissionState.HOST_SUBMISSION_STATE_PENDING: ("pending",),
    HostSubmissionState.HOST_SUBMISSION_STATE_HELD: ("pending", "complete", "error"),
    HostSubmissionState.HOST_SUBMISSION_STATE_ERROR: ("error",),
    HostSubmissionState.HOST_SUBMISSION_STATE_COMPLETE: ("complete",),
}


class _Place(NamedTuple):
    """Where a page ended: in which order, and behind which submission.

    What that order compares is not told: scores have more digits than their senders may read.
    """

    sort: str
    number: int


def team_page(
    connection: Connection,
    competition: Any,
    team_id: int,
    request: ApiListSubmissionsRequest,
    *,
    private: bool,
) -> tuple[Sequence[Any], str]:
    """A page of a team's submissions and the token of the next one, empty where there is none.

    A token goes on where the last page ended, whatever came since; without one, `page` counts from 1. The
    newest come first, or the best, or in the order of their names. Raises InvalidInput for a token of
    another list, and for an order that would tell what is not shown yet.
    """
    size = paging.size(request.page_size, default=_A_PAGE, most=_LARGEST_PAGE)
    order = _order(request.sort_by, competition, private=private)
    query = (
        shapes.submissions_with_names()
        .where(submissions.c.team_id == team_id, _GROUPS[request.group])
        .order_by(*order)
        .limit(size + 1)
    )
    if request.page_token:
        place = paging.decode(request.page_token, _Place)
        if place.sort != request.sort_by.value:
            raise InvalidInput("that page token is of another order: begin at the first page")
        last = connection.execute(
            sa.select(*order).where(submissions.c.team_id == team_id, submissions.c.id == place.number)
        ).one_or_none()
        if last is None:
            raise InvalidInput("that page token is of another list: begin at the first page")
        query = query.where(sa.tuple_(*order) > sa.tuple_(*last))
    elif request.page is not None and request.page > 1:
        query = query.offset((request.page - 1) * size)
    rows = connection.execute(query).all()
    if len(rows) <= size:
        return rows, ""
    return rows[:size], paging.encode(_Place(request.sort_by.value, rows[size - 1].id))


def host_page(
    connection: Connection, competition: Any, request: ListHostSubmissionsRequest
) -> tuple[Sequence[Any], str]:
    """A page of everybody's submissions, the newest first, at a cost that does not grow with their number."""
    size = paging.size(request.page_size, default=_A_PAGE, most=_LARGEST_PAGE)
    before = paging.decode(request.page_token, int) if request.page_token else None
    is_held = request.state is HostSubmissionState.HOST_SUBMISSION_STATE_HELD
    by_state = []
    for state in _STATES[request.state]:
        query = (
            shapes.submissions_with_names()
            .where(submissions.c.competition_id == competition.id, submissions.c.state == state)
            .order_by(submissions.c.id.desc())
            .limit(size + 1)
        )
        if is_held:
            query = query.where(submissions.c.held != "")
        if before is not None:
            query = query.where(submissions.c.id < before)
        by_state.append(connection.execute(query).all())
    rows = list(islice(heapq.merge(*by_state, key=lambda row: -row.id), size + 1))
    return rows[:size], paging.encode(rows[size - 1].id) if len(rows) > size else ""


def host_submission(context: Context, competition: Any, row: Any, role: Role) -> HostSubmission:
    """One submission with what only hosts and judges see.

    A traceback holds lines of the metric, which is for hosts alone.
    """
    return HostSubmission(
        submission=shapes.submission(context, competition, row, private=True),
        team_id=row.team_id,
        is_late=row.is_late,
        is_selected=row.is_selected,
        held=row.held if role >= Role.HOST or not row.held else _FOR_HOSTS,
    )


def _order(sort: SubmissionSortBy, competition: Any, *, private: bool) -> list[sa.ColumnElement[Any]]:
    """Three ascending columns: whether there is no score, what is compared, and the newest first."""
    newest = -submissions.c.id
    if sort is SubmissionSortBy.SUBMISSION_SORT_BY_DATE:
        return [sa.literal(0), sa.literal(""), newest]
    if sort is SubmissionSortBy.SUBMISSION_SORT_BY_NAME:
        return [sa.literal(0), submissions.c.file_name, newest]
    if sort is SubmissionSortBy.SUBMISSION_SORT_BY_PRIVATE_SCORE:
        if not private:
            raise InvalidInput(
                f"private scores of {competition.slug} are not shown yet: sort by something else"
            )
        score = submissions.c.private_score
    else:
        score = submissions.c.public_score
    sign = -1 if competition.higher_is_better else 1
    return [sa.case((score.is_(None), 1), else_=0), sa.func.coalesce(score * sign, 0.0), newest]
