"""One file arrives right, or a clear error does, whatever the line, the server and the disk do."""

from pathlib import Path

import pytest

from tests.faults import downloads
from tests.faults.stage import Stage


@pytest.mark.parametrize("seed", range(110))
def test_a_download_survives(stage: Stage, tmp_path: Path, seed: int) -> None:
    downloads.run(seed, stage, tmp_path)


@pytest.mark.parametrize("seed", range(30))
def test_a_download_survives_being_killed(stage: Stage, tmp_path: Path, seed: int) -> None:
    downloads.run(seed, stage, tmp_path, kill=True)
