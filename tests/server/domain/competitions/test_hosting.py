"""Hosting: made, launched, shared."""

from tests.server.domain.competitions.conftest import Contest


def test_a_competition_with_metric_and_solution_is_launched(contest: Contest) -> None:
    assert contest.row().launched == contest.world.now
