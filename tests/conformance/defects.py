"""What official clients get wrong by themselves: strict expected failures, with the client's line at fault.

An entry holds for one scenario with one driver, and only for a failure at the step it names. When the client
gets it right one day, or our server makes up for it, the test fails until the entry goes.
"""

from typing import Final, NamedTuple


class Defect(NamedTuple):
    """`where` is a file of the client's wheel and a line in it; `why` says what goes wrong there."""

    scenario: str
    driver: str
    step: str
    where: str
    why: str


DEFECTS: Final[tuple[Defect, ...]] = ()


def defect_of(scenario: str, driver: str) -> Defect | None:
    """The defect that stands in the way of this combination, if one does."""
    return next((known for known in DEFECTS if (known.scenario, known.driver) == (scenario, driver)), None)
