"""Whatever line, server and disk do: all comes right, or a clear error does, and nothing is lost."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.faults import disturb
from tests.faults.schedule import KINDS
from tests.faults.stage import Stage, Tally
from tests.faults.suites import SUITES

SEEDS: Final = {
    "download": 70,
    "killed-download": 25,
    "unpack": 50,
    "killed-unpack": 25,
    "stream": 25,
    "killed-stream": 15,
    "program": 20,
    "killed-program": 15,
    "upload": 40,
    "killed-upload": 15,
}
"""How many runs of each kind; `make soak` does thousands."""


@pytest.fixture(scope="module")
def total() -> Tally:
    return Tally()


@pytest.mark.parametrize(
    ("suite", "seed"), [(suite, seed) for suite, number in SEEDS.items() for seed in range(number)]
)
def test_a_run_ends_well_and_loses_nothing(stage: Stage, total: Tally, suite: str, seed: int) -> None:
    """Repeat one that fails by: python -m tests.faults.again SUITE SEED."""
    # Runs write a gigabyte in all, which pytest would keep.
    with TemporaryDirectory(prefix="faults-") as folder:
        total.add(SUITES[suite](seed, stage, Path(folder)))


def test_every_kind_of_fault_came_up(total: Tally) -> None:
    assert set(SEEDS) == set(SUITES)
    # Who asks for a few runs alone cannot have them all.
    if total.runs == sum(SEEDS.values()):
        assert set(total.faults) == {*KINDS, *disturb.KINDS}
