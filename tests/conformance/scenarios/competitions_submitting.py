"""Files are submitted and scored, within limits; who sent them learns what became of them, nobody else."""

import gzip
from typing import Any

from tests.conformance.contents import zipped
from tests.conformance.contest import COLUMNS, Contest, answers
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused


def _entered(stage: Stage, **setup: Any) -> Contest:
    contest = stage.contest().opened(**setup)
    contest.join(stage.user)
    return contest


@scenario(Can.SUBMIT, Can.SUBMISSIONS, features="C3 X3")
def a_submission_is_scored(stage: Stage) -> None:
    contest = _entered(stage)
    client = stage.client()
    client.submit(contest.slug, stage.written(answers(3)), "three right")
    contest.wait(stage.user)
    (found,) = client.submissions(contest.slug)
    assert found.file == "submission.csv"
    assert found.description == "three right"
    assert found.status == "complete"
    assert float(found.public) == 0.75
    assert found.private == ""


@scenario(Can.SUBMIT, features="C3 X3")
def a_submission_arrives_byte_for_byte(stage: Stage) -> None:
    contest = _entered(stage)
    data = answers(5)
    stage.client().submit(contest.slug, stage.written(data), "five right")
    (found,) = contest.wait(stage.user)
    assert found.total_bytes == len(data)
    assert contest.handed_in(stage.user, found.ref) == data


@scenario(Can.SUBMIT, features="C3 X3")
def a_submission_has_the_name_and_the_words_of_its_sender(stage: Stage) -> None:
    contest = _entered(stage)
    file = stage.written(answers(), "Höhen & more 企鹅.csv")
    stage.client().submit(contest.slug, file, "ein Versuch: 100 % & “企鹅”")
    (found,) = contest.wait(stage.user)
    assert found.file_name == file.name
    assert found.description == "ein Versuch: 100 % & “企鹅”"


@scenario(Can.SUBMIT, Can.SUBMISSIONS, features="C3 X3")
def submissions_in_a_zip_or_in_gz_are_scored(stage: Stage) -> None:
    contest = _entered(stage)
    client = stage.client()
    packed = {"answers.zip": zipped({"answers.csv": answers(4)}), "answers.csv.gz": gzip.compress(answers(2))}
    for name, data in packed.items():
        client.submit(contest.slug, stage.written(data, name), name)
    contest.wait(stage.user)
    found = {one.file: float(one.public) for one in client.submissions(contest.slug)}
    assert found == {"answers.zip": 1.0, "answers.csv.gz": 0.5}


@scenario(Can.SUBMIT, Can.SUBMISSIONS, features="C3 X3")
def the_newest_submission_is_listed_first(stage: Stage) -> None:
    contest = _entered(stage)
    for right in (1, 2, 3):
        contest.submit(stage.user, answers(right), words=f"{right} right")
    found = [one.description for one in stage.client().submissions(contest.slug)]
    assert found == ["3 right", "2 right", "1 right"]


@scenario(Can.SUBMISSIONS, Can.SUBMISSION_PAGES, features="C3")
def submissions_are_listed_by_pages(stage: Stage) -> None:
    contest = _entered(stage)
    for right in (1, 2, 3):
        contest.submit(stage.user, answers(right), words=f"{right} right")
    found = [one.description for one in stage.client().submissions(contest.slug, page_size=2)]
    assert found == ["3 right", "2 right"]


@scenario(Can.SUBMISSIONS, features="C3 X3")
def who_has_submitted_nothing_has_no_submissions(stage: Stage) -> None:
    contest = _entered(stage)
    assert stage.client().submissions(contest.slug) == []


@scenario(Can.SUBMISSIONS, features="C3 X3")
def the_submissions_of_others_are_not_listed(stage: Stage) -> None:
    contest = _entered(stage)
    other = contest.join(stage.another_user())
    contest.submit(other, answers(), words="theirs")
    assert stage.client().submissions(contest.slug) == []


@scenario(Can.SUBMIT, Can.SUBMISSIONS, features="C3 X3")
def a_file_that_cannot_be_scored_is_an_error(stage: Stage) -> None:
    contest = _entered(stage)
    client = stage.client()
    client.submit(contest.slug, stage.written(f"{COLUMNS}\n1,adelie\n".encode()), "one row alone")
    contest.wait(stage.user)
    (found,) = client.submissions(contest.slug)
    assert (found.status, found.public, found.private) == ("error", "", "")


@scenario(Can.SUBMIT, Can.SUBMISSION_ERRORS, features="C3")
def the_reason_why_a_file_cannot_be_scored_is_told(stage: Stage) -> None:
    contest = _entered(stage)
    client = stage.client()
    client.submit(contest.slug, stage.written(b"id,colour\n1,blue\n"), "another column")
    contest.wait(stage.user)
    (said,) = client.submission_errors(contest.slug)
    assert "species" in said


@scenario(Can.SUBMIT, features="C3 C6 X3")
def a_submission_is_refused_before_the_rules_are_accepted(stage: Stage) -> None:
    contest = stage.contest().opened()
    refused(Because.RULES, stage.client().submit, contest.slug, stage.written(answers()), "too early")
    assert list(contest.ranks()) == []


@scenario(Can.SUBMIT, features="C3 S3 X3")
def a_submission_to_a_competition_that_is_not_there_is_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().submit, "no-such-penguins", stage.written(answers()), "to nobody")


@scenario(Can.SUBMIT, features="C3 X3")
def no_more_submissions_are_taken_than_a_day_allows(stage: Stage) -> None:
    contest = _entered(stage, max_daily_submissions=1)
    client = stage.client()
    client.submit(contest.slug, stage.written(answers(1)), "the first")
    contest.wait(stage.user)
    refused(Because.TOO_MANY, client.submit, contest.slug, stage.written(answers(2)), "the second")
    assert [one.description for one in contest.submissions(stage.user)] == ["the first"]


@scenario(Can.SUBMIT, Can.SUBMISSION_LIMITS, features="C3")
def what_is_left_of_the_day_is_told(stage: Stage) -> None:
    contest = _entered(stage, max_daily_submissions=3)
    client = stage.client()
    assert client.submission_limits(contest.slug)["numAllowedNow"] == 3
    client.submit(contest.slug, stage.written(answers(1)), "the first")
    contest.wait(stage.user)
    left = client.submission_limits(contest.slug)
    assert (left["numToday"], left["numTotal"], left["numAllowedNow"]) == (1, 1, 2)


@scenario(Can.SUBMIT, Can.SUBMISSIONS, features="C3 C4 X3")
def a_late_submission_is_scored_and_has_no_place(stage: Stage) -> None:
    contest = _entered(stage)
    contest.submit(stage.user, answers(1))
    contest.end()
    client = stage.client()
    client.submit(contest.slug, stage.written(answers()), "after the end")
    contest.wait(stage.user)
    newest = client.submissions(contest.slug)[0]
    assert (newest.description, newest.status) == ("after the end", "complete")
    assert float(newest.public) == float(newest.private) == 1.0
    assert [(team, float(score)) for team, score in contest.ranks()] == [(stage.user.name, 0.0)]


@scenario(Can.SUBMIT, Can.SUBMIT_SANDBOX, features="C3 C5")
def a_host_tries_the_scoring_and_gets_no_place(stage: Stage) -> None:
    contest = stage.contest(stage.user).opened()
    stage.client().submit(contest.slug, stage.written(answers(4)), "a trial", sandbox=True)
    (found,) = contest.wait(stage.user)
    assert float(found.public_score or "nan") == 1.0
    assert list(contest.ranks()) == []


@scenario(Can.SUBMIT, Can.SUBMIT_SANDBOX, features="C3 C5")
def trials_are_for_hosts(stage: Stage) -> None:
    contest = _entered(stage)
    refused(
        Because.FORBIDDEN, stage.client().submit, contest.slug, stage.written(answers()), "mine", sandbox=True
    )
    assert contest.submissions(stage.user) == []


@scenario(Can.SUBMIT, Can.RESUME_UPLOAD, features="C3 B1 X3")
def a_submission_outlives_a_cut_connection(stage: Stage) -> None:
    contest = _entered(stage)
    data = answers(4) + b"".join(b"%d,duck\n" % number for number in range(100, 200_000))
    with stage.client_on_a_bad_line() as (client, line):
        line.cut_once(up=len(data) // 2)
        client.submit(contest.slug, stage.written(data), "over a bad line")
    (found,) = contest.wait(stage.user)
    assert contest.handed_in(stage.user, found.ref) == data


@scenario(Can.SUBMIT, Can.SUBMIT_AND_WAIT, features="C3")
def a_score_is_waited_for(stage: Stage) -> None:
    contest = _entered(stage)
    said = stage.client().submit_and_wait(contest.slug, stage.written(answers(3)), "three right")
    assert "0.75" in said


@scenario(Can.SUBMIT, Can.SUBMIT_AND_WAIT, features="C3")
def a_file_that_cannot_be_scored_ends_the_wait_with_the_reason(stage: Stage) -> None:
    contest = _entered(stage)
    file = stage.written(b"id,colour\n1,blue\n")
    said = refused(Because.INVALID, stage.client().submit_and_wait, contest.slug, file, "another column")
    assert "species" in said


@scenario(Can.SUBMIT, Can.SCOPES, features="C3 O6 X3")
def a_token_that_may_only_read_submits_nothing(stage: Stage) -> None:
    contest = _entered(stage)
    reader = stage.client(stage.limited("competitions.get:*"))
    refused(Because.FORBIDDEN, reader.submit, contest.slug, stage.written(answers()), "not allowed")
    assert contest.submissions(stage.user) == []


@scenario(Can.SUBMIT, Can.SCOPES, features="C3 O6 X3")
def a_token_bound_to_a_competition_submits_to_it_and_to_no_other(stage: Stage) -> None:
    contest, other = _entered(stage), _entered(stage)
    bound = stage.limited(f"competitions.submit:{contest.slug}")
    stage.client(bound).submit(contest.slug, stage.written(answers(2)), "by a bound token")
    assert [one.description for one in contest.wait(stage.user)] == ["by a bound token"]
    refused(Because.FORBIDDEN, stage.client(bound).submit, other.slug, stage.written(answers()), "elsewhere")
    assert other.submissions(stage.user) == []
