"""Every scenario with every client that has a way to do it."""

import pytest

from tests.oauth_clients import scenarios
from tests.oauth_clients.drivers import DRIVERS, Can, Driver
from tests.oauth_clients.scenario import REGISTERED, Scenario
from tests.oauth_clients.stage import Stage

COMBINATIONS = [
    pytest.param(scenario, driver, id=f"{scenario.name}-{driver.name}")
    for scenario in REGISTERED
    for driver in DRIVERS
    if driver.offers(scenario.needs)
]


@pytest.mark.parametrize(("scenario", "driver"), COMBINATIONS)
def test_scenario(scenario: Scenario, driver: Driver, stage: Stage) -> None:
    scenario.act(stage)


def test_every_scenario_is_told_and_none_twice() -> None:
    told = [scenario.act for scenario in REGISTERED]
    assert {getattr(scenarios, act.__name__) for act in told} == set(told)
    assert len(set(told)) == len(told)


def test_every_ability_is_put_to_use_by_a_client_that_has_it() -> None:
    assert {can for scenario in REGISTERED for can in scenario.needs} == set(Can)
    assert all(any(driver.offers(frozenset({can})) for driver in DRIVERS) for can in Can)
