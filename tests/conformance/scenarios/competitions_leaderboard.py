"""Leaderboards: the best of every team in order, the private one after the end, as a list and as a file."""

import csv
import io
import zipfile

from tests.conformance.contest import Contest, answers
from tests.conformance.drivers.base import Can
from tests.conformance.place import User
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused


def _played(stage: Stage, **rights: int) -> tuple[Contest, dict[str, User]]:
    """A competition in which each of these users has submitted that many right answers, in this order."""
    contest = stage.contest().opened()
    users = {}
    for word, right in rights.items():
        users[word] = contest.join(stage.another_user(word))
        contest.submit(users[word], answers(right))
    return contest, users


@scenario(Can.LEADERBOARD, features="C4 X3")
def the_best_team_comes_first(stage: Stage) -> None:
    contest, users = _played(stage, ada=1, ben=3, cy=2)
    ranks, _ = stage.client().leaderboard(contest.slug)
    assert [(rank.team, float(rank.score)) for rank in ranks] == [
        (users["ben"].name, 0.75),
        (users["cy"].name, 0.5),
        (users["ada"].name, 0.25),
    ]


@scenario(Can.LEADERBOARD, features="C4 X3")
def of_equal_scores_the_earlier_one_comes_first(stage: Stage) -> None:
    contest, users = _played(stage, late=1, ada=2, ben=2)
    contest.submit(users["late"], answers(2))
    ranks, _ = stage.client().leaderboard(contest.slug)
    assert [rank.team for rank in ranks] == [users[word].name for word in ("ada", "ben", "late")]


@scenario(Can.LEADERBOARD, features="C4 X3")
def the_best_submission_of_a_team_counts(stage: Stage) -> None:
    contest, users = _played(stage, ada=3)
    contest.submit(users["ada"], answers(1))
    ranks, _ = stage.client().leaderboard(contest.slug)
    assert [float(rank.score) for rank in ranks] == [0.75]


@scenario(Can.LEADERBOARD, features="C4 X3")
def a_leaderboard_on_which_nobody_is_has_no_places(stage: Stage) -> None:
    contest = stage.contest().opened()
    assert stage.client().leaderboard(contest.slug) == ([], "")


@scenario(Can.LEADERBOARD, Can.LEADERBOARD_PAGES, features="C4")
def a_leaderboard_is_read_page_by_page(stage: Stage) -> None:
    contest, users = _played(stage, ada=1, ben=3, cy=2)
    client, found, token = stage.client(), list[str](), ""
    while True:
        ranks, token = client.leaderboard(contest.slug, page_size=2, page_token=token)
        found += [rank.team for rank in ranks]
        if not token:
            break
    assert found == [users[word].name for word in ("ben", "cy", "ada")]


@scenario(Can.LEADERBOARD, features="C4 X3")
def after_the_end_the_private_scores_decide(stage: Stage) -> None:
    contest, users = _played(stage, ada=4, ben=8)
    contest.submit(users["ada"], answers(5))
    client = stage.client()
    before, _ = client.leaderboard(contest.slug)
    assert [(rank.team, float(rank.score)) for rank in before] == [
        (users["ada"].name, 1.0),
        (users["ben"].name, 1.0),
    ]
    contest.end()
    after, _ = client.leaderboard(contest.slug)
    assert [(rank.team, float(rank.score)) for rank in after] == [
        (users["ben"].name, 1.0),
        (users["ada"].name, 0.25),
    ]


@scenario(Can.LEADERBOARD, features="C4 X3")
def a_final_leaderboard_that_is_not_verified_yet_is_withheld(stage: Stage) -> None:
    contest, users = _played(stage, ada=8, ben=4)
    contest.settle(withold_final_leaderboard_until_it_has_been_verified=True)
    contest.end()
    ranks, _ = stage.client().leaderboard(contest.slug)
    assert [(rank.team, float(rank.score)) for rank in ranks] == [
        (users["ada"].name, 1.0),
        (users["ben"].name, 1.0),
    ]
    contest.settle(final_leaderboard_has_been_verified=True)
    ranks, _ = stage.client().leaderboard(contest.slug)
    assert [float(rank.score) for rank in ranks] == [1.0, 0.0]


@scenario(Can.SUBMISSIONS, features="C4 X3")
def private_scores_are_told_after_the_end(stage: Stage) -> None:
    contest = stage.contest().opened()
    contest.submit(contest.join(stage.user), answers(6))
    client = stage.client()
    assert [one.private for one in client.submissions(contest.slug)] == [""]
    contest.end()
    assert [float(one.private) for one in client.submissions(contest.slug)] == [0.5]


@scenario(Can.SELECT, Can.SUBMISSIONS, features="C4")
def the_chosen_submission_counts_in_the_end(stage: Stage) -> None:
    contest = stage.contest().opened(max_selected=1)
    contest.join(stage.user)
    worse = contest.submit(stage.user, answers(2))
    contest.submit(stage.user, answers(6))
    stage.client().select(contest.slug, str(worse.ref))
    contest.end()
    assert [(team, float(score)) for team, score in contest.ranks()] == [(stage.user.name, 0.0)]


@scenario(Can.LEADERBOARD_ZIP, features="C4 X3")
def a_leaderboard_is_downloaded(stage: Stage) -> None:
    contest, users = _played(stage, ada=1, ben=3)
    path = stage.client().leaderboard_zip(contest.slug)
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode("utf-8-sig")
    assert name.endswith(".csv")
    rows = list(csv.reader(io.StringIO(text)))
    assert [users["ben"].name in row for row in rows[1:]] == [True, False]
    assert [users["ada"].name in row for row in rows[1:]] == [False, True]


@scenario(Can.LEADERBOARD, Can.TEAM_SUBMISSIONS, features="C4")
def what_everybody_may_see_of_a_team_is_its_place(stage: Stage) -> None:
    contest, users = _played(stage, ada=1)
    contest.submit(users["ada"], answers(3))
    client = stage.client()
    (rank,), _ = client.leaderboard(contest.slug)
    assert [float(score) for score in client.team_submissions(rank.team_id)] == [0.75]


@scenario(Can.LEADERBOARD, features="C4 S3 X3")
def the_leaderboard_of_a_competition_that_is_not_there_is_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().leaderboard, "no-such-penguins")
