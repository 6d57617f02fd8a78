"""What every client can do and gets wrong, in Markdown: `python -m tests.conformance.matrix [--full]`.

Computed from what the drivers declare and from the table of defects. Strict tests hold them to both,
so a green run of the suite is what makes these figures true.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Final, Literal

from tests.conformance.defects import DEFECTS, defect_of
from tests.conformance.drivers import DRIVERS
from tests.conformance.drivers.base import Driver
from tests.conformance.scenario import Scenario, all_scenarios

Outcome = Literal["passes", "fails by its own defect", "not offered"]

_SIGNS: dict[Outcome, str] = {"passes": "✓", "fails by its own defect": "✗", "not offered": ""}


_PAGE: Final = """\
# Conformance

Each scenario is written once (`tests/conformance/scenarios`) and run through every client that has a way to do it: the
handlers in process, our command line and library, and the official clients as installed, unmodified. What an official
client gets wrong by itself is a strict expected failure: the suite fails when it goes away.

{counts}

## Scenarios

✓ passes, ✗ fails by a defect of the client, blank: the client has no way to do it.

{scenarios}

## Defects of the official clients

The files are those of the client's wheel.

{defects}
"""  # noqa: E501


def outcome(scenario: Scenario, driver: type[Driver]) -> Outcome:
    """What becomes of a scenario in the hands of a client."""
    if not scenario.is_offered_by(driver):
        return "not offered"
    return "passes" if defect_of(scenario.name, driver.name) is None else "fails by its own defect"


def counts() -> str:
    """One line a client: how many scenarios pass, fail by a defect of the client, and are not offered."""
    outcomes = {driver: [outcome(scenario, driver) for scenario in all_scenarios()] for driver in DRIVERS}
    rows = [
        f"| {driver.client} | {found.count('passes')} | {found.count('fails by its own defect')} "
        f"| {found.count('not offered')} |"
        for driver, found in outcomes.items()
    ]
    head = [
        "| client | pass | fail by a defect of the client | not offered |",
        "| --- | ---: | ---: | ---: |",
    ]
    return "\n".join([*head, *rows])


def scenarios() -> str:
    """One line a scenario, one column a client."""
    head = [
        "| scenario | features | " + " | ".join(driver.client for driver in DRIVERS) + " |",
        "| --- | --- |" + " :---: |" * len(DRIVERS),
    ]
    rows = [
        f"| {scenario.name.replace('_', ' ')} | {' '.join(scenario.features)} | "
        + " | ".join(_SIGNS[outcome(scenario, driver)] for driver in DRIVERS)
        + " |"
        for scenario in all_scenarios()
    ]
    return "\n".join([*head, *rows])


def defects() -> str:
    """Every defect: the client, where it is, what it does, and the scenarios that it fails."""
    return "\n".join(_defect_rows())


def _defect_rows() -> Iterator[str]:
    yield "| client | where | what goes wrong | scenarios |"
    yield "| --- | --- | --- | --- |"
    for driver in DRIVERS:
        causes = dict.fromkeys((known.where, known.why) for known in DEFECTS if known.driver == driver.name)
        for where, why in causes:
            hit = [
                known.scenario.replace("_", " ")
                for known in DEFECTS
                if (known.driver, known.where, known.why) == (driver.name, where, why)
            ]
            yield f"| {driver.client} | `{where}` | {why} | {'; '.join(hit)} |"


def page() -> str:
    """All of it, as docs/conformance.md."""
    return _PAGE.format(counts=counts(), scenarios=scenarios(), defects=defects())


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.matrix", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole page: every scenario, every defect")
    sys.stdout.write(page() if parser.parse_args().full else counts() + "\n")


if __name__ == "__main__":
    main()
