"""Solutions: the host's file read into ids, truth, weights and split."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from brant.server.scoring import splitting, tables, values
from brant.server.scoring.complaints import Complaints, listed, quoted
from brant.server.scoring.errors import HostError
from brant.server.scoring.ids import sorted_ids
from brant.server.scoring.intake import plain_csv
from brant.server.scoring.splitting import Split
from brant.server.scoring.tables import Table

# Larger than what anybody scores within the memory of one machine.
_LARGEST: Final = 8 * 1024**3


class Solution(NamedTuple):
    """A solution in the order of its ids, which are texts.

    `table` has all of its columns and rows; `truths` names those columns that are neither id nor split.
    """

    table: Table
    row_id_column: str
    usage_column: str | None
    ids: pl.Series
    truths: list[str]
    split: Split

    def weights(self, column: str) -> values.Floats:
        """How much each row counts, by that column. Raises HostError."""
        complaints = Complaints(HostError, "the solution")
        if column not in self.table.frame.columns:
            raise complaints.failure(
                f"has no column {quoted(column)}, which is to say how much each row counts"
            )
        weights = np.zeros(len(self.ids))
        for part in self.split:
            weights[part] = values.numbers(self.table.take(part), column, complaints, lowest=0.0)
        complaints.settle()
        if any(len(part) and not weights[part].any() for part in self.split):
            raise complaints.failure(f"has only 0 in its column {quoted(column)}: nothing would count")
        return weights


def read_solution(
    path: Path, row_id_column: str, public_percent: int, split_seed: int, folder: Path
) -> Solution:
    """Reads it; the first column is the row id where `row_id_column` is empty. Raises HostError.

    `folder` is for what is unpacked.
    """
    complaints = Complaints(HostError, "the solution")
    path = plain_csv(path, folder, _LARGEST, complaints)
    names = tables.header(path, complaints)
    column = row_id_column or names[0]
    usage = splitting.usage_column([name for name in names if name != column])
    if column not in names:
        raise complaints.failure(f"has no column {quoted(column)} for the row id: it has {listed(names)}")
    truths = [name for name in names if name not in {column, usage}]
    if not truths:
        raise complaints.failure("has no column beside the row id: what is the truth?")
    table = tables.read(path, names, complaints)
    ids, order = sorted_ids(table, column, complaints)
    table = table.take(order)
    split = (
        splitting.by_seed(ids.fill_null(""), split_seed, public_percent)
        if usage is None
        else splitting.by_usage(table, usage, complaints)
    )
    complaints.settle()
    if not any(map(len, split)):
        raise complaints.failure("has no row that is Public or Private: no row would be scored")
    return Solution(table, column, usage, ids, truths, split)
