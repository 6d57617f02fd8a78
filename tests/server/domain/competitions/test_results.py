"""Results: recorded once, by whoever has the job, and with the rules that count."""

import math
from typing import Any

import pytest
import sqlalchemy as sa

from brant.contract.competition_messages import SubmissionStatus
from brant.server.domain.actor import Actor
from brant.server.domain.competitions.results import SOLUTION
from brant.server.domain.competitions.shapes import score_text
from brant.server.store.queue import Lease, Queue
from brant.server.store.tables import competitions, jobs, submissions
from tests.server.domain.competitions.conftest import SOLUTION as ROWS
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import FILE, Players


@pytest.fixture
def players(contest: Contest) -> Players:
    return Players(contest)


@pytest.fixture
def ann(contest: Contest, players: Players) -> Actor:
    """A participant."""
    actor = contest.world.user("ann")
    players.join(actor)
    return actor


def stored(contest: Contest, number: int) -> Any:
    with contest.world.services.db.read() as connection:
        return connection.execute(sa.select(submissions).where(submissions.c.id == number)).one()


def waiting(contest: Contest, kind: str = "score") -> list[int]:
    """The subjects of the jobs that are in line."""
    with contest.world.services.db.read() as connection:
        found = connection.scalars(
            sa.select(jobs.c.subject_id).where(jobs.c.kind == kind).order_by(jobs.c.id)
        )
        return list(found)


def test_a_task_holds_all_that_scores_depend_on(contest: Contest, players: Players, ann: Actor) -> None:
    contest.setup(metric="f_beta", metric_parameters={"beta": "2"})
    number = players.submit(ann, "mine.csv")
    _, task = players.task(number)
    assert task.submission.read_bytes() == FILE
    assert task.solution.read_bytes() == ROWS
    assert (task.metric, task.parameters, task.metric_code) == ("f_beta", {"beta": "2"}, None)
    assert task.higher_is_better
    assert task.file_name == "mine.csv"
    assert (task.submission_id, task.competition_id, task.revision) == (
        number,
        contest.id,
        contest.row().revision,
    )


def test_a_metric_of_the_host_comes_with_its_code(contest: Contest, players: Players, ann: Actor) -> None:
    code = b"def score(solution, submission, row_id_column_name):\n    return 0.5\n"
    token = contest.world.upload(contest.host, "metric.py", code)
    contest.setup(metric="custom", metric_token=token, higher_is_better=False)
    _, task = players.task(players.submit(ann))
    assert task.metric_code is not None
    assert task.metric_code.read_bytes() == code
    assert (task.metric, task.higher_is_better) == ("custom", False)


def test_scores_end_the_job_and_are_recorded_once(contest: Contest, players: Players, ann: Actor) -> None:
    lease, task = players.task(players.submit(ann))
    record = contest.calls.results.record_scores
    assert record(lease, task, 0.5, 0.25, contest.world.now)
    assert waiting(contest) == []
    assert not record(lease, task, 0.75, 0.75, contest.world.now)
    row = stored(contest, task.submission_id)
    assert (row.state, row.public_score, row.private_score, row.scored) == (
        "complete",
        0.5,
        0.25,
        contest.world.now,
    )
    assert players.board() == [("ann", "0.50000")]


def test_who_lost_the_job_to_another_worker_records_nothing(
    contest: Contest, players: Players, ann: Actor
) -> None:
    lost, task = players.task(players.submit(ann))
    contest.world.later(hours=2)
    taken, _ = players.task(task.submission_id)
    results, now = contest.calls.results, contest.world.now
    assert not results.record_scores(lost, task, 0.9, 0.9, now)
    assert not results.record_error(lost, task, "bad", now)
    assert not results.record_held(lost, task, "bad", now)
    assert stored(contest, task.submission_id).state == "pending"
    assert results.record_scores(taken, task, 0.5, None, now)


def test_a_score_by_older_rules_is_not_recorded_and_made_anew(
    contest: Contest, players: Players, ann: Actor
) -> None:
    lease, task = players.task(players.submit(ann))
    contest.solution()
    assert not contest.calls.results.record_scores(lease, task, 0.9, 0.9, contest.world.now)
    assert waiting(contest) == [task.submission_id]
    players.score(task.submission_id, 0.5)
    assert players.board() == [("ann", "0.50000")]
    assert stored(contest, task.submission_id).revision == contest.row().revision


def test_even_with_its_job_a_score_by_older_rules_goes_back_in_line(
    contest: Contest, players: Players, ann: Actor
) -> None:
    lease, task = players.task(players.submit(ann))
    with contest.world.services.db.write() as connection:
        connection.execute(sa.update(competitions).values(revision=competitions.c.revision + 1))
    results, now = contest.calls.results, contest.world.now
    assert not results.record_scores(lease, task, 0.9, 0.9, now)
    assert waiting(contest) == [task.submission_id]
    assert stored(contest, task.submission_id).state == "pending"


def test_an_error_takes_the_scores_and_the_place(contest: Contest, players: Players, ann: Actor) -> None:
    number = players.scored(ann, 0.5, 0.5)
    contest.solution()
    players.fail(number, "row 2: unknown id")
    row = stored(contest, number)
    assert (row.state, row.error, row.public_score, row.private_score) == (
        "error",
        "row 2: unknown id",
        None,
        None,
    )
    assert players.board() == []


def test_what_the_host_must_mend_waits_until_it_is(contest: Contest, players: Players, ann: Actor) -> None:
    lease, task = players.task(players.submit(ann))
    assert contest.calls.results.record_held(lease, task, "Traceback …", contest.world.now)
    assert waiting(contest) == []
    shown = players.get(ann, task.submission_id)
    assert shown.status is SubmissionStatus.PENDING
    assert "hosts have mended" in (shown.error_description or "")
    assert contest.shown_setup().held_submissions == 1
    assert contest.shown_setup().host_error == "Traceback …"
    contest.solution()
    assert contest.shown_setup().held_submissions == 0
    players.score(task.submission_id, 0.5)
    assert stored(contest, task.submission_id).held == ""


def test_what_is_held_is_tried_again_when_it_may_take_longer(
    contest: Contest, players: Players, ann: Actor
) -> None:
    contest.setup(max_daily_submissions=10)
    held, scored = players.submit(ann), players.scored(ann, 0.5)
    assert contest.calls.results.record_held(
        *players.task(held), "longer than 600 seconds", contest.world.now
    )
    contest.setup(scoring_seconds=300)
    assert waiting(contest) == []
    contest.setup(scoring_seconds=900)
    assert waiting(contest) == [held]
    assert contest.shown_setup().held_submissions == 0
    assert stored(contest, scored).state == "complete"


def test_a_broken_metric_leaves_the_scores_that_are_there(
    contest: Contest, players: Players, ann: Actor
) -> None:
    number = players.scored(ann, 0.5)
    contest.solution()
    assert contest.calls.results.record_held(*players.task(number), "Traceback …", contest.world.now)
    assert players.board() == [("ann", "0.50000")]
    assert contest.shown_setup().held_submissions == 1


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_the_hosts_error(
    contest: Contest, players: Players, ann: Actor, score: float
) -> None:
    number = players.submit(ann)
    assert contest.calls.results.record_scores(*players.task(number), 0.5, score, contest.world.now)
    row = stored(contest, number)
    assert (row.state, row.public_score) == ("pending", None)
    assert f"the metric gave 0.5 on the public rows and {score}" in row.held
    assert players.board() == []


def test_without_a_metric_a_trial_is_held_for_its_host(unlaunched: Contest) -> None:
    players = Players(unlaunched)
    number = players.submit(unlaunched.host, sandbox=True)
    assert unlaunched.calls.results.scoring_task(number) is None
    assert "no metric or no solution yet" in stored(unlaunched, number).held
    unlaunched.ready()
    players.score(number, 0.5)
    assert stored(unlaunched, number).state == "complete"


def test_there_is_no_task_for_what_is_not_there(contest: Contest) -> None:
    assert contest.calls.results.scoring_task(4711) is None
    assert contest.calls.results.solution_task(4711) is None


def solution_lease(contest: Contest) -> Lease:
    lease = Queue(contest.world.services.db).lease({SOLUTION}, "tester", contest.world.now, 60)
    assert lease is not None
    return lease


def test_what_was_found_in_a_solution_is_recorded_once(contest: Contest) -> None:
    results, now = contest.calls.results, contest.world.now
    lease, task = solution_lease(contest), results.solution_task(contest.id)
    assert task is not None
    assert task.solution.read_bytes() == ROWS
    assert results.record_solution(lease, task, {"total_rows": 4}, "", now)
    assert contest.row().solution_facts == '{"total_rows": 4}'
    assert not results.record_solution(lease, task, None, "no column species", now)
    assert contest.row().solution_error == ""


def test_what_was_found_in_a_solution_that_was_replaced_is_forgotten(contest: Contest) -> None:
    results, now = contest.calls.results, contest.world.now
    lease, task = solution_lease(contest), results.solution_task(contest.id)
    assert task is not None
    contest.solution()
    assert not results.record_solution(lease, task, None, "no column species", now)
    assert contest.row().solution_error == ""
    assert waiting(contest, SOLUTION) == [contest.id]


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (None, ""),
        (0.0, "0.00000"),
        (-0.0, "0.00000"),
        (0.5, "0.50000"),
        (0.123456789, "0.12346"),
        (0.001, "0.00100"),
        (0.000123456789, "0.000123457"),
        (-0.000123456789, "-0.000123457"),
        (9_999_999.0, "9999999.00000"),
        (12_345_678.9, "1.23457e+07"),
    ],
)
def test_scores_are_read_with_five_decimals_or_six_digits(score: float | None, text: str) -> None:
    assert score_text(score) == text
