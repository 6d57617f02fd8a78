"""Lists of submissions: whole over all pages, in every order and group, for the team and for hosts."""

import base64
from typing import Any

import pytest

from brant.contract.competition_extensions import (
    HostSubmissionState,
    ListHostSubmissionsRequest,
    ListHostSubmissionsResponse,
)
from brant.contract.competition_messages import (
    ApiListSubmissionsRequest,
    ApiListSubmissionsResponse,
    SubmissionGroup,
    SubmissionSortBy,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players


@pytest.fixture
def players(contest: Contest) -> Players:
    contest.setup(max_daily_submissions=100)
    return Players(contest)


@pytest.fixture
def ann(contest: Contest, players: Players) -> Actor:
    """A participant."""
    actor = contest.world.user("ann")
    players.join(actor)
    return actor


def page(players: Players, actor: Actor, **fields: Any) -> ApiListSubmissionsResponse:
    request = ApiListSubmissionsRequest(competition_name=players.contest.slug, **fields)
    return players.contest.calls.submissions.list_submissions(players.contest.context(actor), request)


def every(players: Players, actor: Actor, **fields: Any) -> list[int]:
    """The numbers over all pages, by token."""
    answer = page(players, actor, **fields)
    found = [one.ref for one in answer.submissions]
    while answer.next_page_token:
        answer = page(players, actor, **{**fields, "page_token": answer.next_page_token})
        assert answer.submissions[0].ref not in found
        found += [one.ref for one in answer.submissions]
    return found


def host_page(players: Players, actor: Actor, **fields: Any) -> ListHostSubmissionsResponse:
    request = ListHostSubmissionsRequest(competition_name=players.contest.slug, **fields)
    return players.contest.calls.submissions.list_for_host(players.contest.context(actor), request)


@pytest.mark.parametrize("size", [1, 2, 5, 6, 20])
def test_pages_by_token_hold_every_submission_once_the_newest_first(
    players: Players, ann: Actor, size: int
) -> None:
    numbers = [players.submit(ann) for _ in range(5)]
    assert every(players, ann, page_size=size) == numbers[::-1]


def test_pages_by_number_begin_where_the_last_one_ended(players: Players, ann: Actor) -> None:
    numbers = [players.submit(ann) for _ in range(5)][::-1]
    pages = [
        [one.ref for one in page(players, ann, page=count, page_size=2).submissions] for count in (1, 2, 3, 4)
    ]
    assert pages == [numbers[:2], numbers[2:4], numbers[4:], []]
    assert page(players, ann, page=-1, page_size=2) == page(players, ann, page=1, page_size=2)


def test_a_token_wins_over_a_number_and_goes_on_whatever_came_since(players: Players, ann: Actor) -> None:
    numbers = [players.submit(ann) for _ in range(4)][::-1]
    token = page(players, ann, page_size=2).next_page_token
    players.submit(ann)
    answer = page(players, ann, page_size=2, page=7, page_token=token)
    assert [one.ref for one in answer.submissions] == numbers[2:]


@pytest.mark.parametrize("size", [1, 2, 20])
def test_by_score_the_best_come_first_and_those_without_one_last(
    players: Players, ann: Actor, size: int
) -> None:
    low, high, equal = (players.scored(ann, score) for score in (0.25, 0.75, 0.25))
    pending = players.submit(ann)
    by_score = SubmissionSortBy.SUBMISSION_SORT_BY_PUBLIC_SCORE
    assert every(players, ann, sort_by=by_score, page_size=size) == [high, equal, low, pending]


def test_no_token_tells_more_digits_of_a_score_than_its_sender_reads(players: Players, ann: Actor) -> None:
    for _ in range(2):
        players.scored(ann, 0.123456789)
    by_score = SubmissionSortBy.SUBMISSION_SORT_BY_PUBLIC_SCORE
    token = page(players, ann, sort_by=by_score, page_size=1).next_page_token or ""
    assert b"1234567" not in base64.urlsafe_b64decode(token + "==")


def test_by_score_the_lowest_come_first_where_lower_is_better(
    contest: Contest, players: Players, ann: Actor
) -> None:
    contest.setup(metric="mae")
    low, high = (players.scored(ann, score) for score in (-0.25, 0.75))
    assert every(players, ann, sort_by=SubmissionSortBy.SUBMISSION_SORT_BY_PUBLIC_SCORE) == [low, high]


def test_by_name(players: Players, ann: Actor) -> None:
    b, a, c = (players.submit(ann, name) for name in ("b.csv", "a.csv", "c.csv"))
    by_name = SubmissionSortBy.SUBMISSION_SORT_BY_NAME
    assert every(players, ann, sort_by=by_name, page_size=1) == [a, b, c]


def test_no_order_tells_what_is_not_shown_yet(contest: Contest, players: Players, ann: Actor) -> None:
    first, second = players.scored(ann, 0.5, 0.9), players.scored(ann, 0.6, 0.1)
    by_private = SubmissionSortBy.SUBMISSION_SORT_BY_PRIVATE_SCORE
    with pytest.raises(InvalidInput, match="not shown yet"):
        page(players, ann, sort_by=by_private)
    contest.deadline(contest.world.now)
    contest.world.later(seconds=1)
    assert every(players, ann, sort_by=by_private, page_size=1) == [first, second]


def test_groups(players: Players, ann: Actor) -> None:
    chosen, scored, failed = players.scored(ann, 0.5), players.scored(ann, 0.5), players.submit(ann)
    players.fail(failed)
    players.select(ann, chosen)
    assert every(players, ann, group=SubmissionGroup.SUBMISSION_GROUP_SUCCESSFUL) == [scored, chosen]
    assert every(players, ann, group=SubmissionGroup.SUBMISSION_GROUP_SELECTED) == [chosen]


def test_a_team_lists_its_own(contest: Contest, players: Players, ann: Actor) -> None:
    bo = contest.world.user("bo")
    players.join(bo)
    ours, theirs = players.submit(ann), players.submit(bo)
    assert (every(players, ann), every(players, bo)) == ([ours], [theirs])


def test_who_is_in_no_team_has_no_submissions_and_sees_none(
    contest: Contest, players: Players, ann: Actor
) -> None:
    players.submit(ann)
    assert every(players, contest.world.user("cy")) == []
    assert every(players, contest.host) == []


def test_a_token_of_another_list_is_refused(contest: Contest, players: Players, ann: Actor) -> None:
    for _ in range(2):
        players.submit(ann)
    token = page(players, ann, page_size=1).next_page_token
    with pytest.raises(InvalidInput, match="another order"):
        page(players, ann, sort_by=SubmissionSortBy.SUBMISSION_SORT_BY_NAME, page_token=token)
    for strange in ("nonsense", "WzFd", host_page(players, contest.host, page_size=1).next_page_token):
        with pytest.raises(InvalidInput, match="no page token"):
            page(players, ann, page_token=strange)


@pytest.mark.parametrize("size", [1, 2, 3, 20])
def test_hosts_page_through_everybodys(contest: Contest, players: Players, ann: Actor, size: int) -> None:
    bo = contest.world.user("bo")
    players.join(bo)
    numbers = [players.submit(actor) for actor in (ann, bo, ann)]
    players.score(numbers[1], 0.5, 0.25)
    players.fail(numbers[2])
    found, token = [], None
    while token != "":
        answer = host_page(players, contest.host, page_size=size, page_token=token or "")
        shown = [one.submission.ref for one in answer.submissions if one.submission]
        assert shown[0] not in found
        found += shown
        token = answer.next_page_token
    assert found == numbers[::-1]


def test_hosts_list_one_state_and_read_what_holds_it(contest: Contest, players: Players, ann: Actor) -> None:
    pending, held, complete, failed = (players.submit(ann) for _ in range(4))
    now = contest.world.now
    assert contest.calls.results.record_held(*players.task(held), "Traceback: no column", now)
    players.score(complete, 0.5, 0.25)
    players.fail(failed)

    def listed(state: str) -> list[int]:
        answer = host_page(players, contest.host, state=HostSubmissionState(state))
        return [one.submission.ref for one in answer.submissions if one.submission]

    assert listed("HOST_SUBMISSION_STATE_PENDING") == [held, pending]
    assert listed("HOST_SUBMISSION_STATE_COMPLETE") == [complete]
    assert listed("HOST_SUBMISSION_STATE_ERROR") == [failed]
    (one,) = host_page(
        players, contest.host, state=HostSubmissionState("HOST_SUBMISSION_STATE_HELD")
    ).submissions
    assert (one.submission and one.submission.ref, one.held) == (held, "Traceback: no column")
    assert "Traceback" not in (players.get(ann, held).error_description or "")


def test_nobody_else_lists_everybodys(contest: Contest, players: Players, ann: Actor) -> None:
    with pytest.raises(PermissionDenied, match="only its hosts and judges"):
        host_page(players, ann)
    with pytest.raises(NotFound):
        contest.calls.submissions.list_for_host(
            contest.context(ann), ListHostSubmissionsRequest(competition_name="nothing")
        )
