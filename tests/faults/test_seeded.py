"""Whatever line, server and disk do: all comes right, or a clear error does, and nothing is lost."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.faults.stage import Stage
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


@pytest.mark.parametrize(
    ("suite", "seed"), [(suite, seed) for suite, number in SEEDS.items() for seed in range(number)]
)
def test_a_run_ends_well_and_loses_nothing(stage: Stage, suite: str, seed: int) -> None:
    """Repeat one that fails by: python -m tests.faults.again SUITE SEED."""
    # Runs write a gigabyte in all, which pytest would keep.
    with TemporaryDirectory(prefix="faults-") as folder:
        SUITES[suite](seed, stage, Path(folder))


def test_every_suite_is_run() -> None:
    assert set(SEEDS) == set(SUITES)
