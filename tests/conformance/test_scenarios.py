"""Every scenario with every client that offers what it needs."""

import pytest

from brant.errors import BrantError
from tests.conformance.defects import DEFECTS, defect_of
from tests.conformance.drivers import DRIVERS
from tests.conformance.drivers.base import Can, Crashed, Driver, Refused
from tests.conformance.scenario import Scenario, all_scenarios
from tests.conformance.stage import Stage


class KnownDefectError(Exception):
    """The scenario failed where it is known to."""


def _combinations() -> list[object]:
    return [
        pytest.param(scenario, driver, id=f"{scenario.name}-{driver.name}", marks=_marks(scenario, driver))
        for scenario in all_scenarios()
        for driver in DRIVERS
        if scenario.is_offered_by(driver)
    ]


def _marks(scenario: Scenario, driver: type[Driver]) -> list[pytest.MarkDecorator]:
    known = defect_of(scenario.name, driver.name)
    if known is None:
        return []
    reason = f"{known.scenario}, {known.step}: {driver.client} {known.where}: {known.why}"
    return [pytest.mark.xfail(strict=True, raises=KnownDefectError, reason=reason)]


@pytest.mark.parametrize(("scenario", "driver"), _combinations())
def test_scenario(scenario: Scenario, driver: type[Driver], stage: Stage) -> None:
    known = defect_of(scenario.name, driver.name)
    try:
        scenario.act(stage)
    except (AssertionError, BrantError, Crashed, Refused, pytest.fail.Exception) as failure:
        if known is not None and stage.at == known.step:
            raise KnownDefectError(str(failure)) from failure
        raise


def test_every_known_defect_names_a_scenario_and_a_driver_that_exist() -> None:
    offered = {
        (scenario.name, driver.name)
        for scenario in all_scenarios()
        for driver in DRIVERS
        if scenario.is_offered_by(driver)
    }
    named = [(known.scenario, known.driver) for known in DEFECTS]
    assert set(named) <= offered
    assert len(set(named)) == len(named)


def test_no_driver_of_ours_has_a_known_defect() -> None:
    ours = {"handlers", "command_line", "library"}
    assert [known for known in DEFECTS if known.driver in ours] == []


def test_every_capability_is_put_to_use() -> None:
    needed = {can for scenario in all_scenarios() for can in scenario.needs}
    offered = {can for driver in DRIVERS for can in driver.offers}
    assert set(Can) - needed == set()
    assert set(Can) - offered == set()
