"""Custom metrics: the files of one split, as a host's own code gets them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brant.server.scoring.solutions import Solution
from brant.server.scoring.tables import Table

CustomRunner = Callable[[Path, Path, Path, str], float]
"""Runs a host's own metric: by its code, solution and submission of one split as CSV, row id column."""


def score_split(
    run: CustomRunner,
    code: Path,
    *,
    solution: Solution,
    submission: Table,
    places: NDArray[np.int64],
    part: NDArray[np.int64],
    folder: Path,
) -> float:
    """What the code says of the rows `part` of the solution; `places` are those of all ids in the submission.

    Both files have the rows in the order of their ids, and the solution has no column Usage.
    """
    truth = solution.table.frame[part]
    if solution.usage_column is not None:
        truth = truth.drop(solution.usage_column)
    guess = submission.frame[places[part]]
    ids = solution.ids[part].alias(solution.row_id_column)
    paths = folder / "solution.csv", folder / "submission.csv"
    for frame, path in zip((truth, guess), paths, strict=True):
        frame.with_columns(ids).write_csv(path)
    return run(code, *paths, solution.row_id_column)
