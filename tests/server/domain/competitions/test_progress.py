"""Progress and roles: what the pages of a competition draw, and for whom."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.hosting_messages import (
    ApiAddCompetitionJudgeRequest,
    CompetitionPrivacy,
)
from brant.errors import NotFound
from brant.server.domain.actor import Actor
from brant.server.domain.competitions import standings
from brant.server.domain.competitions.permissions import Role
from brant.server.store.tables import submissions
from tests.server.domain.competitions.conftest import SAMPLE, Contest
from tests.server.domain.conftest import NOON, World


def _entered(contest: Contest, actor: Actor) -> int:
    request = CompetitionRequest(competition_name=contest.slug)
    return contest.calls.teams.join(contest.context(actor), request).id


def _scored(contest: Contest, actor: Actor, team: int, score: float | None, hour: int, **fields: Any) -> None:
    values = {
        "competition_id": contest.row().id,
        "team_id": team,
        "user_id": actor.user_id,
        "created": NOON + timedelta(hours=hour),
        "file_name": "submission.csv",
        "description": "",
        "sha256": hashlib.sha256(SAMPLE).hexdigest(),
        "size": len(SAMPLE),
        "state": "complete",
        "public_score": score,
        "is_selected": False,
        "is_late": False,
        "is_trial": False,
    }
    with contest.world.services.db.write() as connection:
        connection.execute(sa.insert(submissions).values(values | fields))
        standings.recompute(connection, contest.row(), team)


def _steps(contest: Contest, *teams: int) -> list[list[tuple[int, float]]]:
    race = contest.calls.progress.of(contest.context(), contest.slug, teams)
    return [
        [((when - NOON) // timedelta(hours=1), score) for when, score in one.steps] for one in race.courses
    ]


def test_a_course_is_made_of_what_was_better_than_all_before(contest: Contest, world: World) -> None:
    ada = world.user("ada")
    team = _entered(contest, ada)
    for hour, score in enumerate((0.3, 0.2, 0.3, 0.5, 0.4, 0.6)):
        _scored(contest, ada, team, score, hour)
    assert _steps(contest, team) == [[(0, 0.3), (3, 0.5), (5, 0.6)]]
    contest.setup(metric="mae")
    assert _steps(contest, team) == [[(0, 0.3), (1, 0.2)]]


def test_a_course_has_only_what_a_leaderboard_counts(contest: Contest, world: World) -> None:
    ada = world.user("ada")
    team = _entered(contest, ada)
    _scored(contest, ada, team, 0.3, 0, private_score=0.99)
    _scored(contest, ada, team, 0.9, 1, is_late=True)
    _scored(contest, ada, team, 0.9, 2, is_trial=True)
    _scored(contest, ada, team, None, 3, state="error")
    assert _steps(contest, team) == [[(0, 0.3)]]


def test_courses_come_as_they_were_asked_for_and_of_this_competition_alone(
    contest: Contest, world: World
) -> None:
    teams = []
    for name in ("ada", "bob"):
        actor = world.user(name)
        teams.append(_entered(contest, actor))
        _scored(contest, actor, teams[-1], 0.4, len(teams))
    other = Contest(world, contest.host, "another-one").create().ready()
    other.launch()
    assert _steps(contest, *reversed(teams)) == [[(2, 0.4)], [(1, 0.4)]]
    assert _steps(other, *teams) == []


def test_a_hidden_leaderboard_has_no_courses(contest: Contest, world: World) -> None:
    ada = world.user("ada")
    team = _entered(contest, ada)
    _scored(contest, ada, team, 0.4, 0)
    contest.settings(has_leaderboard=False)
    assert _steps(contest, team) == []


def test_roles_are_told_to_pages_as_the_permissions_have_them(contest: Contest, world: World) -> None:
    ada, judge, boss = world.user("ada"), world.user("judith"), world.user("boss", is_admin=True)
    _entered(contest, ada)
    request = ApiAddCompetitionJudgeRequest(competition_name=contest.slug, user_name=judge.name)
    contest.calls.hosting.add_judge(contest.context(), request)
    roles = {
        None: Role.NOBODY,
        ada: Role.ENTRANT,
        judge: Role.JUDGE,
        boss: Role.HOST,
        contest.host: Role.HOST,
    }
    for actor, role in roles.items():
        assert contest.calls.roles.of(world.context(actor), contest.slug) is role


def test_of_what_one_may_not_see_pages_learn_neither_role_nor_courses(world: World) -> None:
    private = Contest(world, world.user("hugo"), "private-one").create(privacy=CompetitionPrivacy.PRIVATE)
    private.ready().launch()
    ada = world.context(world.user("ada"))
    with pytest.raises(NotFound):
        private.calls.roles.of(ada, private.slug)
    with pytest.raises(NotFound):
        private.calls.progress.of(ada, private.slug, [1])
