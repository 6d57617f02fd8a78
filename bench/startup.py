"""How long the command line takes to say anything, and the library to be imported."""

import sys

from bench.measure import Candidate, side_by_side, table
from bench.stage import BIN, OFFICIAL, Stage


def run(stage: Stage, *, rounds: int = 30) -> str:
    """Three tables: version, help, import."""
    folder, ours, official = stage.folder, stage.ours(), stage.official()
    bare = Candidate("python -c pass", [sys.executable, "-c", "pass"], ours, folder)

    def compare(title: str, *candidates: Candidate) -> str:
        return table(title, side_by_side([bare, *candidates], rounds=rounds), against=bare.name)

    return "\n\n".join(
        [
            compare(
                "start-up: version",
                Candidate("brant --version", [str(BIN / "brant"), "--version"], ours, folder),
                Candidate("kaggle --version", [str(OFFICIAL / "kaggle"), "--version"], official, folder),
            ),
            compare(
                "start-up: help",
                Candidate("brant datasets --help", [str(BIN / "brant"), "datasets", "--help"], ours, folder),
                Candidate(
                    "kaggle datasets --help",
                    [str(OFFICIAL / "kaggle"), "datasets", "--help"],
                    official,
                    folder,
                ),
            ),
            compare(
                "import",
                Candidate("import brant", [sys.executable, "-c", "import brant"], ours, folder),
                Candidate(
                    "import kagglehub", [str(OFFICIAL / "python"), "-c", "import kagglehub"], official, folder
                ),
            ),
        ]
    )
