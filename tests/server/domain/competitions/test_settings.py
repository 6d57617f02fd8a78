"""Settings: by mask, those with a column and those that are only kept."""

import math
from datetime import timedelta
from typing import Any

import pytest

from brant.contract.codec import FieldMask, Timestamp, decode, encode
from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.competition_messages import HostSegment
from brant.contract.hosting_messages import (
    ApiDeleteCompetitionPageRequest,
    ApiGetCompetitionSettingsRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
    PubliclyCloneable,
)
from brant.errors import Conflict, InvalidInput, PermissionDenied
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players

NEXT_YEAR = Timestamp.parse("2027-01-31T12:00:00.000Z")
EVERYTHING: dict[str, Any] = {
    "title": "Which penguin is it?",
    "brief_description": "Tell three species apart.",
    "competition_name": "penguin-species",
    "host_segment": HostSegment.HOST_SEGMENT_PLAYGROUND,
    "organization_id": 0,
    "rules_required": False,
    "publicly_cloneable": PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PUBLIC_SOLUTION_FILE,
    "has_scripts": True,
    "requires_identity_verification": True,
    "enable_team_files": True,
    "team_file_deadline": NEXT_YEAR,
    "deadline": NEXT_YEAR,
    "team_merger_explicit_deadline": NEXT_YEAR,
    "prohibit_new_entrants_explicit_deadline": NEXT_YEAR,
    "kernels_publishing_disabled_deadline": NEXT_YEAR,
    "disable_submissions": True,
    "public_leaderboard_disclaimer_message": "On 30% of the rows.",
    "has_leaderboard": False,
    "disable_leaderboard_prize_indicator": True,
    "withold_final_leaderboard_until_it_has_been_verified": True,
    "final_leaderboard_has_been_verified": True,
    "final_leaderboard_disclaimer_message": "Subject to review.",
    "only_allow_kernel_submissions": True,
    "uses_synchronous_reruns": True,
    "max_cpu_runtime_minutes": 60,
    "max_gpu_runtime_minutes": 30,
    "rerun_override_kernel_id": 5,
    "gateway_kernel_id": 6,
    "rerun_max_stagger_minutes": 1.5,
    "directly_responsible_user_id": 1,
}


def shown(contest: Contest, actor: Actor | None = None) -> CompetitionSettings:
    request = ApiGetCompetitionSettingsRequest(competition_name=contest.slug)
    return contest.calls.settings.get(contest.context(actor), request)


def test_a_new_competition_has_settings_that_it_can_be_held_with(unlaunched: Contest) -> None:
    settings = shown(unlaunched)
    assert settings.title == "Title of penguin-species"
    assert settings.competition_name == "penguin-species"
    assert settings.host_segment is HostSegment.HOST_SEGMENT_COMMUNITY
    assert settings.rules_required
    assert settings.has_leaderboard
    assert settings.deadline is None


def test_every_setting_is_kept_and_given_back(contest: Contest) -> None:
    assert set(EVERYTHING) == set(CompetitionSettings.__struct_fields__)
    expected = CompetitionSettings(**EVERYTHING)
    assert contest.settings(**EVERYTHING) == expected
    assert shown(contest) == expected
    assert decode(encode(shown(contest)), CompetitionSettings) == expected


def test_only_what_the_mask_names_changes(contest: Contest) -> None:
    before = shown(contest)
    contest.calls.settings.update(
        contest.context(),
        ApiUpdateCompetitionSettingsRequest(
            competition_name=contest.slug,
            settings=CompetitionSettings(title="Another title", max_cpu_runtime_minutes=9),
            update_mask=FieldMask("maxCpuRuntimeMinutes"),
        ),
    )
    after = shown(contest)
    assert after.max_cpu_runtime_minutes == 9
    assert after.title == before.title
    assert after.rules_required


def test_without_a_mask_what_is_set_changes(contest: Contest) -> None:
    contest.calls.settings.update(
        contest.context(),
        ApiUpdateCompetitionSettingsRequest(
            competition_name=contest.slug, settings=CompetitionSettings(title="Another title")
        ),
    )
    assert shown(contest).title == "Another title"
    assert shown(contest).rules_required


def test_a_date_in_the_mask_that_is_not_given_is_taken_away(contest: Contest) -> None:
    contest.settings(deadline=NEXT_YEAR, team_file_deadline=NEXT_YEAR)
    contest.settings(deadline=None, team_file_deadline=None)
    assert shown(contest).deadline is None
    assert shown(contest).team_file_deadline is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "x"}, "title must be"),
        ({"brief_description": ""}, "brief description must be"),
        ({"competition_name": "another"}, "keeps its name"),
        ({"organization_id": 99}, "no organization"),
        ({"max_cpu_runtime_minutes": -1}, "max_cpu_runtime_minutes must be from 0"),
        ({"gateway_kernel_id": 2**64}, "gateway_kernel_id must be from 0"),
        ({"rerun_max_stagger_minutes": math.nan}, "rerun_max_stagger_minutes must be a number"),
        ({"rerun_max_stagger_minutes": math.inf}, "rerun_max_stagger_minutes must be a number"),
        ({"publicly_cloneable": PubliclyCloneable.PUBLICLY_CLONEABLE_ENABLE_HACKATHON_CLONING}, "hackathons"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    contest: Contest, fields: dict[str, Any], words: str
) -> None:
    before = shown(contest)
    with pytest.raises(InvalidInput, match=words):
        contest.settings(disable_submissions=True, **fields)
    assert shown(contest) == before


def test_an_unknown_setting_is_named(contest: Contest) -> None:
    request = ApiUpdateCompetitionSettingsRequest(
        competition_name=contest.slug, settings=CompetitionSettings(), update_mask=FieldMask("titel")
    )
    with pytest.raises(InvalidInput, match="no setting 'titel'"):
        contest.calls.settings.update(contest.context(), request)


def test_settings_are_for_hosts(contest: Contest, ada: Actor) -> None:
    with pytest.raises(PermissionDenied, match="ada may not see the settings"):
        shown(contest, ada)
    with pytest.raises(PermissionDenied, match="ada may not change the settings"):
        Contest(contest.world, ada, contest.slug).settings(title="Mine now")


def test_rules_are_required_only_where_they_can_be_read(contest: Contest) -> None:
    contest.settings(rules_required=False)
    contest.calls.pages.delete(
        contest.context(),
        ApiDeleteCompetitionPageRequest(competition_name=contest.slug, page_name="rules"),
    )
    with pytest.raises(Conflict, match="publish a page named rules first"):
        contest.settings(rules_required=True)


def test_another_deadline_tells_anew_what_was_late(contest: Contest, ada: Actor) -> None:
    players = Players(contest)
    players.join(ada)
    players.scored(ada, 0.5)
    assert players.board() == [("ada", "0.50000")]
    contest.deadline(contest.world.now - timedelta(hours=1))
    assert players.board() == []
    contest.deadline(None)
    assert players.board() == [("ada", "0.50000")]


def test_the_team_of_who_joins_sees_none_of_them(contest: Contest, ada: Actor) -> None:
    Players(contest).join(ada)
    with pytest.raises(PermissionDenied):
        contest.calls.setup.get(contest.context(ada), CompetitionRequest(competition_name=contest.slug))
