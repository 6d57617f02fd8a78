"""Leaderboards: the best of every team in order, pages by place, and the private one in the end."""

import base64
import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from brant.contract.competition_messages import (
    ApiDownloadLeaderboardRequest,
    ApiGetLeaderboardRequest,
    ApiListTeamPublicSubmissionsRequest,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.domain.competitions.leaderboard import BoardPage
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players


@pytest.fixture
def players(contest: Contest) -> Players:
    return Players(contest)


@pytest.fixture
def teams(contest: Contest, players: Players) -> list[Actor]:
    """Four participants, each in a team of their own."""
    actors = [contest.world.user(name) for name in ("ann", "bo", "cy", "dee")]
    for actor in actors:
        players.join(actor)
    return actors


def end(contest: Contest) -> None:
    contest.deadline(contest.world.now)
    contest.world.later(seconds=1)


def page(contest: Contest, **fields: Any) -> BoardPage:
    return contest.calls.leaderboard.page(contest.world.context(None), contest.slug, **fields)


def test_everybody_sees_the_best_public_score_of_every_team(players: Players, teams: list[Actor]) -> None:
    ann, bo, *_ = teams
    players.scored(ann, 0.5, 0.9)
    players.scored(ann, 0.75, 0.1)
    players.scored(bo, 0.6, 0.6)
    assert players.board() == [("ann", "0.75000"), ("bo", "0.60000")]
    shown = players.contest.calls.leaderboard.view(
        players.contest.world.context(None),
        ApiGetLeaderboardRequest(competition_name=players.contest.slug),
    )
    assert [place.team_id for place in shown.submissions] == [players.team(ann).id, players.team(bo).id]
    assert (players.team(bo).rank, players.team(bo).score) == (2, "0.60000")


def test_the_lowest_score_is_first_where_lower_is_better(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    ann, bo, *_ = teams
    players.scored(ann, 3.5)
    players.scored(bo, 2.5)
    players.scored(bo, 4.5)
    assert [team for team, _ in players.board()] == ["bo", "ann"]
    contest.setup(metric="mae")
    assert players.board() == [("bo", "2.50000"), ("ann", "3.50000")]


def test_of_equal_scores_the_earlier_one_is_ahead_whenever_it_was_scored(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    ann, bo, *_ = teams
    early = players.submit(ann)
    contest.world.later(minutes=1)
    players.scored(bo, 0.5)
    players.score(early, 0.5)
    contest.world.later(minutes=1)
    players.scored(ann, 0.5)
    assert [team for team, _ in players.board()] == ["ann", "bo"]


def test_what_has_no_public_score_has_no_place(players: Players, teams: list[Actor]) -> None:
    players.scored(teams[0], None, 0.5)
    assert players.board() == []


@pytest.mark.parametrize("size", [1, 2, 3, 4, 20])
def test_pages_hold_every_place_once_with_its_rank(
    contest: Contest, players: Players, teams: list[Actor], size: int
) -> None:
    for actor, score in zip(teams, (0.2, 0.4, 0.4, 0.1), strict=True):
        players.scored(actor, score)
    shown = page(contest, size=size)
    places = list(shown.places)
    while shown.next_page_token:
        shown = page(contest, size=size, token=shown.next_page_token)
        assert shown.places[0] not in places
        places += shown.places
    assert [(place.rank, place.team_name) for place in places] == [
        (1, "bo"),
        (2, "cy"),
        (3, "ann"),
        (4, "dee"),
    ]


def test_no_token_tells_more_digits_of_a_score_than_the_board(
    players: Players, contest: Contest, teams: list[Actor]
) -> None:
    for actor in teams:
        players.scored(actor, 0.123456789)
    token = page(contest, size=1).next_page_token
    assert b"1234567" not in base64.urlsafe_b64decode(token + "==")


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_go_on_though_the_last_team_shown_has_come_up_meanwhile(
    contest: Contest, players: Players, teams: list[Actor], size: int
) -> None:
    for actor, score in zip(teams, (0.4, 0.3, 0.2, 0.1), strict=True):
        players.scored(actor, score)
    token = page(contest, size=size).next_page_token
    players.scored(teams[size - 1], 0.5)
    rest = page(contest, size=20, token=token).places
    assert [(place.rank, place.team_name) for place in rest] == [
        (rank, teams[rank - 1].name) for rank in range(size + 1, 5)
    ]


def test_in_the_end_the_best_private_score_of_the_best_public_ones_counts(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    ann, bo, *_ = teams
    for public, private in ((0.9, 0.1), (0.8, 0.3), (0.7, 0.99)):  # two count, so not the last one
        players.scored(ann, public, private)
    players.scored(bo, 0.1, 0.5)
    end(contest)
    assert players.board() == [("bo", "0.50000"), ("ann", "0.30000")]
    assert players.board(override_public=True) == [("ann", "0.90000"), ("bo", "0.10000")]
    assert (players.team(ann).rank, players.team(ann).score) == (2, "0.30000")


def test_what_was_chosen_counts_instead(contest: Contest, players: Players, teams: list[Actor]) -> None:
    contest.deadline(contest.world.now + timedelta(hours=1))
    players.scored(teams[0], 0.9, 0.8)
    chosen = players.scored(teams[0], 0.1, 0.2)
    players.select(teams[0], chosen)
    assert players.board() == [("ann", "0.90000")]
    contest.world.later(hours=2)
    assert players.board() == [("ann", "0.20000")]


def test_another_number_that_counts_moves_the_final_places(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    players.scored(teams[0], 0.9, 0.2)
    players.scored(teams[0], 0.1, 0.8)
    contest.setup(max_selected=1)
    end(contest)
    assert players.board() == [("ann", "0.20000")]


def test_a_final_board_that_is_withheld_is_shown_once_it_is_verified(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    players.scored(teams[0], 0.9, 0.2)
    contest.settings(withold_final_leaderboard_until_it_has_been_verified=True)
    end(contest)
    assert players.board() == [("ann", "0.90000")]
    contest.settings(final_leaderboard_has_been_verified=True)
    assert players.board() == [("ann", "0.20000")]


def test_without_private_rows_the_public_board_is_the_final_one(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    players.scored(teams[0], 0.9)
    end(contest)
    assert players.board() == [("ann", "0.90000")]


def test_no_token_reaches_the_private_board_before_the_end_nor_the_public_one_after_it(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    for actor in teams:
        players.scored(actor, 0.5, 0.5)
    before = page(contest, size=1).next_page_token
    end(contest)
    after = page(contest, size=1).next_page_token
    with pytest.raises(InvalidInput, match="begin at its first page"):
        page(contest, token=before)
    assert len(page(contest, token=before, override_public=True).places) == 3
    contest.deadline(None)
    with pytest.raises(InvalidInput, match="begin at its first page"):
        page(contest, token=after)


@pytest.mark.parametrize("token", ["nonsense", "e30", "WyJwdWJsaWMiLDEsMC4wLCJ4IiwxXQ"])
def test_a_token_that_was_not_given_here_is_refused(contest: Contest, token: str) -> None:
    with pytest.raises(InvalidInput, match="no page token"):
        page(contest, token=token)


def test_a_hidden_board_is_for_hosts(contest: Contest, players: Players, teams: list[Actor]) -> None:
    number = players.scored(teams[0], 0.5)
    contest.settings(has_leaderboard=False)
    asked = ApiListTeamPublicSubmissionsRequest(team_id=players.team(teams[0]).id)
    for hidden in (
        lambda: page(contest),
        lambda: players.board(teams[0]),
        lambda: contest.calls.leaderboard.team_submissions(contest.context(teams[0]), asked),
    ):
        with pytest.raises(PermissionDenied, match="shows no leaderboard"):
            hidden()
    assert players.team(teams[0]).rank is None
    assert players.get(teams[0], number).public_score == "0.50000"
    assert players.board() == [("ann", "0.50000")]


def test_the_download_is_a_zip_with_one_csv_as_the_official_site_gives(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    ann, bo, *_ = teams
    players.scored(ann, 0.5)
    players.scored(ann, 0.25)
    players.invite(ann, bo)
    players.answer(bo, players.team(ann).id)
    file = contest.calls.leaderboard.download(
        contest.context(), ApiDownloadLeaderboardRequest(competition_name=contest.slug)
    )
    assert (file.name, file.content_type) == ("penguin-species.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        (name,) = archive.namelist()
        content = archive.read(name)
    assert name == "penguin-species-publicleaderboard-2026-01-31T12-00-00.csv"
    assert content.startswith(b"\xef\xbb\xbfRank,TeamId,")
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row == {
        "Rank": "1",
        "TeamId": str(players.team(ann).id),
        "TeamName": "ann",
        "LastSubmissionDate": "2026-01-31 12:00:00",
        "Score": "0.50000",
        "SubmissionCount": "2",
        "TeamMemberUserNames": "ann,bo",
    }


def test_of_a_team_everybody_sees_the_submission_that_has_it_its_public_place(
    contest: Contest, players: Players, teams: list[Actor]
) -> None:
    ann, bo, *_ = teams
    best = players.scored(ann, 0.5, 0.1)
    players.scored(ann, 0.25, 0.9)  # which has it its private place
    end(contest)

    def shown(team_id: int) -> list[tuple[int, str]]:
        answer = contest.calls.leaderboard.team_submissions(
            contest.world.context(None), ApiListTeamPublicSubmissionsRequest(team_id=team_id)
        )
        return [(one.id, one.public_score) for one in answer.submissions]

    assert shown(players.team(ann).id) == [(best, "0.50000")]
    assert shown(players.team(bo).id) == []
    with pytest.raises(NotFound, match="no team number 4711"):
        shown(4711)
