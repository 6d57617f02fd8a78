"""Setup: the metric, the split and the limits, and what changes of them set off."""

from typing import Any

import pytest

from brant.contract.competition_extensions import (
    CompetitionRequest,
    CompetitionSetup,
    ListMetricsRequest,
    UpdateCompetitionSetupRequest,
)
from brant.errors import Conflict, InvalidInput, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.domain.competitions import rules
from brant.server.scoring.catalogue import METRICS
from tests.server.domain.competitions.conftest import METRIC, Contest
from tests.server.domain.competitions.playing import Players
from tests.server.domain.conftest import World


def rescore(contest: Contest) -> int:
    request = CompetitionRequest(competition_name=contest.slug)
    return contest.calls.setup.rescore(contest.context(), request).submissions


def test_every_metric_is_listed_with_its_direction_and_parameters(world: World) -> None:
    shown = world.services.competitions.setup.list_metrics(world.context(None), ListMetricsRequest())
    assert [metric.name for metric in shown.metrics] == sorted(METRICS)
    f_beta = next(metric for metric in shown.metrics if metric.name == "f_beta")
    assert f_beta.higher_is_better
    assert [parameter.name for parameter in f_beta.parameters][:2] == ["beta", "average"]
    assert all(metric.source and metric.file_format for metric in shown.metrics)


def test_a_new_competition_has_limits_and_no_metric(unlaunched: Contest) -> None:
    setup = unlaunched.shown_setup()
    assert (setup.metric, setup.revision) == ("", 1)
    assert {name: getattr(setup, name) for name in rules.LIMITS} == {
        name: limit.default for name, limit in rules.LIMITS.items()
    }
    assert setup.split_seed > 0


def test_two_competitions_are_split_by_seeds_of_their_own(unlaunched: Contest) -> None:
    other = Contest(unlaunched.world, unlaunched.host, "seals").create()
    assert other.shown_setup().split_seed != unlaunched.shown_setup().split_seed


def test_a_metric_can_be_left_open_until_one_is_chosen(unlaunched: Contest) -> None:
    assert unlaunched.setup(metric="", metric_parameters={}, max_team_size=2).max_team_size == 2
    unlaunched.setup(metric="accuracy")
    with pytest.raises(InvalidInput, match="no metric ''"):
        unlaunched.setup(metric="")


def test_the_direction_is_that_of_the_metric(unlaunched: Contest) -> None:
    assert unlaunched.setup(metric="accuracy").higher_is_better
    assert not unlaunched.setup(metric="rmse").higher_is_better
    with pytest.raises(InvalidInput, match="with rmse, lower is better"):
        unlaunched.setup(higher_is_better=True)


def test_parameters_are_kept_with_their_metric_and_gone_with_it(unlaunched: Contest) -> None:
    unlaunched.setup(metric="f_beta", metric_parameters={"beta": "2"})
    assert unlaunched.setup(max_team_size=3).metric_parameters == {"beta": "2"}
    assert unlaunched.setup(metric="f_beta").metric_parameters == {"beta": "2"}
    assert unlaunched.setup(metric="accuracy").metric_parameters == {}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "guess"}, "no metric 'guess': choose one of accuracy, auc"),
        ({"metric": "", "metric_parameters": {"beta": "1"}}, "no metric ''"),
        ({"metric": "f_beta", "metric_parameters": {"beta": "large"}}, "beta"),
        ({"metric": "accuracy", "metric_parameters": {"gamma": "1"}}, "gamma"),
        ({"metric": "accuracy", "metric_parameters": {str(n): "1" for n in range(99)}}, "99 parameters"),
        ({"metric": "accuracy", "metric_token": "t"}, "code is for the metric custom"),
        ({"metric": "custom"}, "needs its code"),
        ({"metric": "custom", "metric_token": "unknown"}, "upload token is unknown"),
        ({"row_id_column": "a\nb"}, "rowIdColumn must be"),
        ({"split_seed": -1}, "splitSeed must be from 0"),
        ({"split_seed": 2**63}, "splitSeed must be from 0"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    unlaunched: Contest, fields: dict[str, Any], words: str
) -> None:
    before = unlaunched.shown_setup()
    with pytest.raises(InvalidInput, match=words):
        unlaunched.setup(max_team_size=9, **fields)
    assert unlaunched.shown_setup() == before


@pytest.mark.parametrize("name", rules.LIMITS)
def test_limits_keep_within_bounds(unlaunched: Contest, name: str) -> None:
    limit = rules.LIMITS[name]
    for value in (limit.least, limit.most):
        assert getattr(unlaunched.setup(**{name: value}), name) == value
    for value in (limit.least - 1, limit.most + 1):
        with pytest.raises(InvalidInput, match=f"{name} must be from {limit.least} to {limit.most}"):
            unlaunched.setup(**{name: value})


def test_what_is_only_told_cannot_be_set(unlaunched: Contest) -> None:
    with pytest.raises(InvalidInput, match="'revision' cannot be set"):
        unlaunched.setup(revision=7)


def test_without_a_mask_what_is_given_changes(unlaunched: Contest) -> None:
    request = UpdateCompetitionSetupRequest(
        competition_name=unlaunched.slug, setup=CompetitionSetup(metric="mae", max_team_size=2)
    )
    setup = unlaunched.calls.setup.update(unlaunched.context(), request)
    assert (setup.metric, setup.max_team_size, setup.max_daily_submissions) == ("mae", 2, 5)


class TestCustom:
    def test_code_says_what_is_better(self, unlaunched: Contest) -> None:
        assert unlaunched.custom_metric(higher_is_better=True).higher_is_better
        assert not unlaunched.setup(higher_is_better=False).higher_is_better

    def test_code_stays_while_other_things_change(self, unlaunched: Contest) -> None:
        unlaunched.custom_metric()
        code = unlaunched.row().metric_sha256
        unlaunched.setup(metric="custom", higher_is_better=False)
        assert code is not None
        assert unlaunched.row().metric_sha256 == code

    def test_a_metric_that_is_built_in_takes_its_place(self, unlaunched: Contest) -> None:
        unlaunched.custom_metric()
        unlaunched.setup(metric="accuracy")
        assert unlaunched.row().metric_sha256 is None

    def test_only_a_short_python_file_is_code(self, unlaunched: Contest) -> None:
        for name, code in (("metric.txt", METRIC), ("metric.py", b""), ("metric.py", b"#" * (2**20 + 1))):
            with pytest.raises(InvalidInput, match="is no metric: give a"):
                unlaunched.custom_metric(code, name)

    def test_it_takes_no_parameters(self, unlaunched: Contest) -> None:
        with pytest.raises(InvalidInput, match="custom takes no parameters"):
            unlaunched.custom_metric(metric_parameters={"beta": "1"})

    def test_an_upload_is_used_once(self, unlaunched: Contest) -> None:
        token = unlaunched.world.upload(unlaunched.host, "metric.py", METRIC)
        unlaunched.setup(metric="custom", metric_token=token)
        with pytest.raises(InvalidInput, match="published already"):
            unlaunched.setup(metric_token=token)


class TestRevisions:
    @pytest.mark.parametrize(
        "fields",
        [
            {"metric": "balanced_accuracy"},
            {"metric_parameters": {"weight_column": "w"}},
            {"row_id_column": "id"},
            {"public_percent": 50},
            {"split_seed": 5},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_what_scores_are_made_of_makes_a_new_one(
        self, contest: Contest, ada: Actor, fields: dict[str, Any]
    ) -> None:
        players = Players(contest)
        players.join(ada)
        contest.check_solution({"total_rows": 4})
        number = players.scored(ada, 0.5)
        assert contest.jobs() == []
        revision = contest.shown_setup().revision
        assert contest.setup(**fields).revision == revision + 1
        assert contest.jobs() == [("solution", contest.id), ("score", number)]
        assert contest.row().solution_facts == ""

    def test_limits_make_none(self, contest: Contest) -> None:
        revision = contest.shown_setup().revision
        contest.check_solution({"total_rows": 4})
        setup = contest.setup(max_daily_submissions=9, scoring_seconds=5, metric="accuracy")
        assert setup.revision == revision
        assert contest.jobs() == []

    def test_a_score_of_an_older_one_is_not_written(self, contest: Contest, ada: Actor) -> None:
        players = Players(contest)
        players.join(ada)
        number = players.submit(ada)
        lease, task = players.task(number)
        contest.setup(public_percent=50)
        assert not contest.calls.results.record_scores(lease, task, 0.9, 0.9, contest.world.now)
        assert ("score", number) in contest.jobs()
        players.score(number, 0.4)
        assert players.board() == [("ada", "0.40000")]

    def test_the_other_direction_turns_the_board_round_at_once(
        self, contest: Contest, ada: Actor, bob: Actor
    ) -> None:
        players = Players(contest)
        for actor, score in ((ada, 0.9), (bob, 0.1)):
            players.join(actor)
            players.scored(actor, score)
        contest.setup(metric="rmse")
        assert [team for team, _ in players.board()] == ["bob", "ada"]

    def test_fewer_final_choices_change_the_final_board(self, contest: Contest, ada: Actor) -> None:
        players = Players(contest)
        players.join(ada)
        players.scored(ada, 0.9, 0.1)
        players.scored(ada, 0.8, 0.7)
        contest.setup(max_selected=1)
        contest.deadline(contest.world.now)
        contest.world.later(hours=1)
        assert players.board() == [("ada", "0.10000")]

    def test_who_has_chosen_more_than_counts_now_has_chosen_none(
        self, contest: Contest, ada: Actor, bob: Actor
    ) -> None:
        players = Players(contest)
        players.join(ada)
        players.join(bob)
        best = players.scored(ada, 0.9, 0.1)
        players.select(ada, best, players.scored(ada, 0.8, 0.7))
        players.scored(bob, 0.6, 0.3)
        players.select(bob, players.scored(bob, 0.5, 0.4))
        contest.setup(max_selected=1)
        contest.deadline(contest.world.now)
        contest.world.later(hours=1)
        assert players.board() == [("bob", "0.40000"), ("ada", "0.10000")]


class TestRescoring:
    def test_puts_every_submission_in_line_those_in_error_too(self, contest: Contest, ada: Actor) -> None:
        players = Players(contest)
        players.join(ada)
        contest.check_solution({"total_rows": 4})
        scored, failed = players.scored(ada, 0.5), players.submit(ada)
        players.fail(failed)
        assert rescore(contest) == 2
        assert contest.jobs() == [("solution", contest.id), ("score", scored), ("score", failed)]

    def test_ends_what_was_held_by_a_mistake_of_the_host(self, contest: Contest, ada: Actor) -> None:
        players = Players(contest)
        players.join(ada)
        number = players.submit(ada)
        lease, task = players.task(number)
        contest.calls.results.record_held(lease, task, "ZeroDivisionError in line 2", contest.world.now)
        setup = contest.shown_setup()
        assert (setup.held_submissions, setup.host_error) == (1, "ZeroDivisionError in line 2")
        assert rescore(contest) == 1
        assert contest.shown_setup().held_submissions == 0
        players.score(number, 0.7)
        assert players.board() == [("ada", "0.70000")]

    def test_of_many_submissions_keeps_their_order(self, contest: Contest, ada: Actor) -> None:
        contest.setup(max_daily_submissions=50)
        players = Players(contest)
        players.join(ada)
        numbers = [players.submit(ada) for _ in range(20)]
        contest.check_solution({})
        rescore(contest)
        assert contest.jobs()[1:] == [("score", number) for number in numbers]

    def test_needs_something_to_score_with(self, unlaunched: Contest) -> None:
        with pytest.raises(Conflict, match="needs a metric and a solution"):
            rescore(unlaunched)


def test_setup_is_for_hosts(contest: Contest, ada: Actor) -> None:
    stranger = Contest(contest.world, ada, contest.slug)
    for call in (stranger.shown_setup, lambda: stranger.setup(metric="mae"), lambda: rescore(stranger)):
        with pytest.raises(PermissionDenied, match="only its hosts may"):
            call()


def test_a_wrong_solution_is_the_hosts_error(contest: Contest) -> None:
    contest.check_solution(error="it has no column species")
    assert contest.shown_setup().host_error == "it has no column species"
