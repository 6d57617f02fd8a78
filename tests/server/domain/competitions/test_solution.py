"""Solution: uploaded, checked by a worker, told to hosts alone."""

import pytest

from brant.contract.hosting_messages import (
    ApiCompetitionSolutionStatus,
    ApiCreateCompetitionSolutionRequest,
    ApiGetCompetitionSolutionStatusRequest,
)
from brant.errors import InvalidInput, PermissionDenied
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import SOLUTION, Contest
from tests.server.domain.competitions.playing import Players

FACTS = {
    "row_id_column": "id",
    "columns": ["id", "species", "Usage"],
    "total_rows": 4,
    "public_rows": 2,
    "private_rows": 2,
    "required": [["species", "text"]],
}


def status(contest: Contest, actor: Actor | None = None) -> ApiCompetitionSolutionStatus:
    request = ApiGetCompetitionSolutionStatusRequest(competition_name=contest.slug)
    return contest.calls.solution.status(contest.context(actor), request)


def test_without_one_the_status_says_what_to_do(unlaunched: Contest) -> None:
    shown = status(unlaunched)
    assert not shown.ready
    assert shown.setup_error == "penguin-species has no solution yet: upload one"
    assert shown.solution_info is None


def test_one_without_a_metric_waits_for_it(unlaunched: Contest) -> None:
    unlaunched.solution()
    shown = status(unlaunched)
    assert shown.setup_error is not None
    assert "no metric yet" in shown.setup_error
    assert unlaunched.jobs() == []
    unlaunched.setup(metric="accuracy")
    assert unlaunched.jobs() == [("solution", unlaunched.id)]


def test_one_that_was_not_checked_yet_is_neither_ready_nor_wrong(contest: Contest) -> None:
    shown = status(contest)
    assert (shown.ready, shown.setup_error) == (False, None)
    assert contest.jobs() == [("solution", contest.id)]


def test_one_that_was_checked_is_told_in_numbers(contest: Contest) -> None:
    contest.check_solution(FACTS)
    shown = status(contest)
    assert (shown.ready, shown.setup_error, shown.kernels_metric) == (True, None, False)
    assert shown.row_id_column_name == "id"
    assert [(column.name, column.data_type) for column in shown.required_metric_columns] == [
        ("species", "text")
    ]
    info = shown.solution_info
    assert info is not None
    assert (info.file_name, info.file_size_bytes) == ("solution.csv", len(SOLUTION))
    assert info.upload_date == contest.world.now
    assert (info.total_rows, info.public_rows, info.private_rows) == (4, 2, 2)


def test_one_that_is_wrong_says_so(contest: Contest) -> None:
    contest.check_solution(error="it has no column species")
    shown = status(contest)
    assert (shown.ready, shown.setup_error) == (False, "it has no column species")


def test_another_one_scores_everything_again(contest: Contest, ada: Actor) -> None:
    players = Players(contest)
    players.join(ada)
    contest.check_solution(FACTS)
    number, revision = players.scored(ada, 0.5), contest.row().revision
    contest.solution(b"id,species\n1,gentoo\n")
    assert contest.row().revision == revision + 1
    assert contest.jobs() == [("solution", contest.id), ("score", number)]
    assert not status(contest).ready


def test_an_empty_file_is_no_solution(unlaunched: Contest) -> None:
    with pytest.raises(InvalidInput, match=r"'solution\.csv' is empty"):
        unlaunched.solution(b"")


def test_an_upload_is_used_once(unlaunched: Contest) -> None:
    token = unlaunched.world.upload(unlaunched.host, "solution.csv", SOLUTION)
    request = ApiCreateCompetitionSolutionRequest(competition_name=unlaunched.slug, blob_token=token)
    unlaunched.calls.solution.create(unlaunched.context(), request)
    with pytest.raises(InvalidInput, match="published already"):
        unlaunched.calls.solution.create(unlaunched.context(), request)


def test_a_solution_outlives_a_collection(contest: Contest) -> None:
    contest.world.later(days=30)
    contest.world.services.collect(contest.world.now)
    assert contest.row().solution_sha256 in contest.world.blobs()
    assert contest.row().sample_sha256 in contest.world.blobs()


def test_all_of_it_is_for_hosts(contest: Contest, ada: Actor) -> None:
    Players(contest).join(ada)
    stranger = Contest(contest.world, ada, contest.slug)
    for call in (lambda: status(contest, ada), stranger.solution, stranger.sample):
        with pytest.raises(PermissionDenied, match="only its hosts may"):
            call()


def test_a_refused_upload_is_not_used_up(contest: Contest, ada: Actor) -> None:
    token = contest.world.upload(ada, "solution.csv", SOLUTION)
    theirs = ApiCreateCompetitionSolutionRequest(competition_name=contest.slug, blob_token=token)
    with pytest.raises(PermissionDenied):
        contest.calls.solution.create(contest.context(ada), theirs)
    own = Contest(contest.world, ada, "seals").create()
    mine = ApiCreateCompetitionSolutionRequest(competition_name=own.slug, blob_token=token)
    own.calls.solution.create(own.context(), mine)
