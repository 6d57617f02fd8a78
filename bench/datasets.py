"""Listing datasets, by our command line and by the official one, on one server of ours."""

import os
import subprocess
import sys

from bench.measure import Candidate, side_by_side, table
from bench.stage import BIN, OFFICIAL, Stage, dataset

BRANT = str(BIN / "brant")
KAGGLE = str(OFFICIAL / "kaggle")


def run(stage: Stage, *, rounds: int = 21) -> str:
    """The table of a list of two datasets."""
    for slug in ("large-geese", "small-geese"):
        folder = dataset(stage.fresh(slug), f"ada/{slug}", slug.replace("-", " ").title())
        (folder / "geese.bin").write_bytes(os.urandom(2000))
        command = [BRANT, "datasets", "create", "-q", "-p", str(folder)]
        subprocess.run(command, env=stage.ours(), cwd=stage.folder, check=True, capture_output=True)
    folder = stage.folder
    figures = side_by_side(
        [
            Candidate("python -c pass", [sys.executable, "-c", "pass"], stage.ours(), folder),
            Candidate("brant datasets list", [BRANT, "datasets", "list", "-m"], stage.ours(), folder),
            Candidate("kaggle datasets list", [KAGGLE, "datasets", "list", "-m"], stage.official(), folder),
        ],
        rounds=rounds,
    )
    return table("list", figures, against="kaggle datasets list", memory=True)
