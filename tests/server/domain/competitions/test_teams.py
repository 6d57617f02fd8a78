"""Teams: made on joining, named, invited and merged within the rules."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from brant.contract.codec import Timestamp
from brant.contract.competition_extensions import InviteTeamRequest, RenameTeamRequest
from brant.contract.hosting_messages import ApiAddCompetitionJudgeRequest, CompetitionPrivacy
from brant.errors import BrantError, Conflict, InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players


@pytest.fixture
def players(contest: Contest) -> Players:
    return Players(contest)


@pytest.fixture
def ann(contest: Contest, players: Players) -> Actor:
    """A participant."""
    actor = contest.world.user("ann")
    players.join(actor)
    return actor


@pytest.fixture
def bo(contest: Contest, players: Players) -> Actor:
    """Another one."""
    actor = contest.world.user("bo")
    players.join(actor)
    return actor


def rename(players: Players, actor: Actor, name: str) -> str:
    request = RenameTeamRequest(competition_name=players.contest.slug, team_name=name)
    return players.contest.calls.teams.rename(players.contest.context(actor), request).name


def members(players: Players, actor: Actor) -> list[tuple[str, bool]]:
    return [(one.user_name, one.is_leader) for one in players.team(actor).members]


def test_who_joins_leads_a_team_of_one_by_their_own_name(players: Players, ann: Actor) -> None:
    team = players.team(ann)
    assert team.name == "ann"
    assert members(players, ann) == [("ann", True)]
    assert players.contest.row().team_count == 1


def test_to_join_twice_is_to_join_once(players: Players, ann: Actor) -> None:
    before = players.team(ann)
    assert players.join(ann) == before
    assert players.contest.row().team_count == 1


def test_a_name_that_is_taken_gets_a_number(players: Players, ann: Actor) -> None:
    rename(players, ann, "BO")
    assert players.join(players.contest.world.user("bo")).name == "bo 2"


def test_who_has_not_entered_has_no_team_and_reads_how_to_get_one(contest: Contest, players: Players) -> None:
    with pytest.raises(NotFound, match="brant competitions join penguin-species"):
        players.team(contest.world.user("cy"))


def test_nobody_enters_between_the_entrant_deadline_and_the_end(contest: Contest, players: Players) -> None:
    cy, now = contest.world.user("cy"), contest.world.now
    contest.settings(prohibit_new_entrants_explicit_deadline=Timestamp.of(now))
    contest.world.later(hours=1)
    with pytest.raises(PermissionDenied, match="took new participants until"):
        players.join(cy)
    contest.deadline(contest.world.now)
    contest.world.later(seconds=1)
    assert players.join(cy).name == "cy"


def test_an_unlaunched_competition_is_entered_by_its_hosts_alone(unlaunched: Contest) -> None:
    players = Players(unlaunched)
    with pytest.raises(NotFound):
        players.join(unlaunched.world.user("cy"))
    assert players.join(unlaunched.host).name == "hope"


def test_a_judge_who_sees_every_submission_does_not_compete(contest: Contest, players: Players) -> None:
    jo = contest.world.user("jo")
    request = ApiAddCompetitionJudgeRequest(competition_name=contest.slug, user_name="jo")
    contest.calls.hosting.add_judge(contest.context(), request)
    with pytest.raises(PermissionDenied, match="jo is a judge of penguin-species"):
        players.join(jo)
    contest.settings(rules_required=False)
    with pytest.raises(PermissionDenied, match="jo is a judge of penguin-species"):
        players.submit(jo)


def test_a_private_competition_is_entered_by_those_who_were_let_in(contest: Contest) -> None:
    private = Contest(contest.world, contest.host, "penguins-apart").create(CompetitionPrivacy.PRIVATE)
    private.ready().launch()
    cy, dee = contest.world.user("cy"), contest.world.user("dee")
    private.admit(cy)
    assert Players(private).join(cy).name == "cy"
    with pytest.raises(NotFound):
        Players(private).join(dee)


def test_a_leader_renames_the_team(players: Players, ann: Actor) -> None:
    assert rename(players, ann, "  The \t Gentoos ") == "The Gentoos"
    assert rename(players, ann, "THE GENTOOS") == "THE GENTOOS"
    assert rename(players, ann, "\u200b The \u200b Gentoos \u200b") == "The Gentoos"


@pytest.mark.parametrize("name", ["", " \n", "\u3164", "\u2800\ufe0f", "x" * 65, "=1+1", "+1", "-1", "@sum"])
def test_a_name_that_no_team_can_have_is_refused(players: Players, ann: Actor, name: str) -> None:
    with pytest.raises(InvalidInput, match="team's name"):
        rename(players, ann, name)


@pytest.mark.parametrize("look_alike", ["bo", "BO", "\uff42\uff4f", "bo\ufe0f", "b\u034fo", "bo\u3164"])
def test_no_two_teams_look_the_same(players: Players, ann: Actor, bo: Actor, look_alike: str) -> None:
    assert players.team(bo).name == "bo"
    with pytest.raises(Conflict):
        rename(players, ann, look_alike)


def test_an_invitation_shows_on_both_sides_until_it_is_declined(
    players: Players, ann: Actor, bo: Actor
) -> None:
    sent = players.invite(ann, bo).sent
    assert [(one.team_name, one.invited_name) for one in sent] == [("ann", "bo")]
    assert players.team(bo).received == sent
    declined = players.answer(bo, players.team(ann).id, accept=False)
    assert (declined.name, declined.received) == ("bo", [])
    assert players.team(ann).sent == []
    with pytest.raises(NotFound, match="has not invited"):
        players.answer(bo, players.team(ann).id)


def test_who_accepts_becomes_a_member_of_the_team_that_asked(players: Players, ann: Actor, bo: Actor) -> None:
    players.invite(ann, bo)
    merged = players.answer(bo, players.team(ann).id)
    assert merged == players.team(ann) == players.team(bo)
    assert members(players, bo) == [("ann", True), ("bo", False)]
    assert players.contest.row().team_count == 1


def test_only_leaders_rename_invite_and_answer(
    contest: Contest, players: Players, ann: Actor, bo: Actor
) -> None:
    cy = contest.world.user("cy")
    players.join(cy)
    players.invite(ann, bo)
    players.answer(bo, players.team(ann).id)
    players.invite(cy, ann)
    for deed in (
        lambda: rename(players, bo, "ours"),
        lambda: players.invite(bo, cy),
        lambda: players.answer(bo, players.team(cy).id),
    ):
        with pytest.raises(PermissionDenied, match=r"only the leader .* ask ann"):
            deed()


def test_nobody_is_invited_who_is_there_already_or_has_not_entered(
    contest: Contest, players: Players, ann: Actor
) -> None:
    with pytest.raises(InvalidInput, match="in your team already"):
        players.invite(ann, ann)
    for name in (contest.world.user("cy").name, "nobody", "\0"):
        request = InviteTeamRequest(competition_name=contest.slug, user_name=name)
        with pytest.raises(NotFound, match="no participant"):
            contest.calls.teams.invite(contest.context(ann), request)


def test_teams_do_not_outgrow_the_limit(contest: Contest, players: Players, ann: Actor, bo: Actor) -> None:
    contest.setup(max_team_size=1)
    with pytest.raises(PermissionDenied, match=r"together you would be 2: .* at most 1"):
        players.invite(ann, bo)


def test_conditions_hold_when_the_answer_comes(
    contest: Contest, players: Players, ann: Actor, bo: Actor
) -> None:
    players.invite(ann, bo)
    contest.settings(team_merger_explicit_deadline=Timestamp.of(contest.world.now))
    contest.world.later(seconds=1)
    with pytest.raises(PermissionDenied, match="could merge until 2026-01-31 12:00 UTC"):
        players.answer(bo, players.team(ann).id)
    assert members(players, bo) == [("bo", True)]


def test_after_the_end_teams_stay_as_they_are(
    contest: Contest, players: Players, ann: Actor, bo: Actor
) -> None:
    players.invite(ann, bo)
    contest.deadline(contest.world.now)
    contest.world.later(seconds=1)
    with pytest.raises(PermissionDenied, match="has ended"):
        players.answer(bo, players.team(ann).id)


def test_two_teams_merge_once_one_team_could_have_submitted_as_often(
    contest: Contest, players: Players, ann: Actor, bo: Actor
) -> None:
    contest.setup(max_daily_submissions=2)
    for actor in (ann, ann, bo):
        players.submit(actor)
    with pytest.raises(PermissionDenied, match=r"together you have made 3 submissions, .* made 2 by now"):
        players.invite(ann, bo)
    contest.world.later(days=1)
    players.invite(ann, bo)
    players.answer(bo, players.team(ann).id)
    assert players.limits(bo).num_total == 3


def test_a_merged_team_shares_its_limits_and_stands_where_its_best_does(
    contest: Contest, players: Players, ann: Actor, bo: Actor
) -> None:
    contest.setup(max_daily_submissions=3)
    players.scored(ann, 0.5)
    players.scored(bo, 0.75)
    assert players.board() == [("bo", "0.75000"), ("ann", "0.50000")]
    players.invite(ann, bo)
    team = players.answer(bo, players.team(ann).id)
    assert players.board() == [("ann", "0.75000")]
    assert (team.rank, team.score) == (1, "0.75000")
    assert players.limits(ann).num_allowed_now == players.limits(bo).num_allowed_now == 1


def test_a_merged_team_that_chose_more_than_counts_has_chosen_none(
    contest: Contest, players: Players, ann: Actor, bo: Actor
) -> None:
    contest.setup(max_selected=1)
    ours, theirs = players.scored(ann, 0.5, 0.5), players.scored(bo, 0.25, 0.9)
    players.select(ann, ours)
    players.select(bo, theirs)
    players.invite(ann, bo)
    players.answer(bo, players.team(ann).id)
    contest.deadline(contest.world.now)
    contest.world.later(seconds=1)
    assert players.board() == [("ann", "0.50000")]


def test_of_answers_that_come_at_once_only_as_many_join_as_fit(
    contest: Contest, players: Players, ann: Actor
) -> None:
    contest.setup(max_team_size=3)
    others = [contest.world.user(f"guest-{number}") for number in range(6)]
    for other in others:
        players.join(other)
        players.invite(ann, other)
    team_id = players.team(ann).id

    def outcome(actor: Actor) -> Any:
        try:
            return players.answer(actor, team_id).id
        except BrantError as error:
            return type(error)

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(outcome, others))
    assert sorted(map(str, outcomes)) == sorted(map(str, [team_id] * 2 + [PermissionDenied] * 4))
    assert len(members(players, ann)) == 3
    assert contest.row().team_count == 5


def test_two_teams_that_accept_each_other_at_once_become_one(players: Players, ann: Actor, bo: Actor) -> None:
    players.invite(ann, bo)
    players.invite(bo, ann)
    asked = [(bo, players.team(ann).id), (ann, players.team(bo).id)]

    def outcome(one: tuple[Actor, int]) -> bool:
        try:
            players.answer(*one)
        except BrantError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(outcome, asked)) == [False, True]
    assert players.team(ann) == players.team(bo)
    assert players.contest.row().team_count == 1
