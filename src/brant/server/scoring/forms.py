"""Forms: what a solution must hold for a metric, what a submission must then hold, and both as arrays.

Truth and guess can be indexed by arrays of row numbers, as numpy's arrays and polars' series can.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring import values
from brant.server.scoring.complaints import Complaints, listed
from brant.server.scoring.ids import same_whole
from brant.server.scoring.tables import Table

_MOST_CLASSES: Final = 1_000


class Column(NamedTuple):
    """A column that a submission must have; `type` is a word for people."""

    name: str
    type: str


class Truth(NamedTuple):
    """The truth of the scored rows, and the columns that a submission must have."""

    values: Any
    columns: tuple[Column, ...]


class Form(Protocol):
    """What the files of a metric look like."""

    def truth(self, table: Table, names: Sequence[str], complaints: Complaints) -> Truth:
        """The columns `names` of the scored rows of a solution."""

    def guess(self, table: Table, columns: Sequence[Column], complaints: Complaints) -> Any:
        """The columns of a submission, in its own order of rows."""


class Labels:
    """One column of labels."""

    def truth(self, table: Table, names: Sequence[str], complaints: Complaints) -> Truth:
        """Texts."""
        columns = (Column(only(names, complaints), "label"),)
        return Truth(self.guess(table, columns, complaints), columns)

    def guess(self, table: Table, columns: Sequence[Column], complaints: Complaints) -> pl.Series:
        """Texts."""
        return same_whole(values.filled(table, columns[0].name, complaints))


class Ratings:
    """One column of whole numbers."""

    def truth(self, table: Table, names: Sequence[str], complaints: Complaints) -> Truth:
        """Whole numbers."""
        columns = (Column(only(names, complaints), "whole number"),)
        return Truth(self.guess(table, columns, complaints), columns)

    def guess(self, table: Table, columns: Sequence[Column], complaints: Complaints) -> NDArray[np.int64]:
        """Whole numbers."""
        return values.ratings(table, columns[0].name, complaints)


class Numbers:
    """Columns of numbers, none below `lowest`."""

    def __init__(self, lowest: float = -values.LARGEST) -> None:
        self._lowest = lowest

    def truth(self, table: Table, names: Sequence[str], complaints: Complaints) -> Truth:
        """A column for each."""
        columns = tuple(Column(name, "number") for name in names)
        return Truth(self.guess(table, columns, complaints), columns)

    def guess(self, table: Table, columns: Sequence[Column], complaints: Complaints) -> values.Floats:
        """A column for each."""
        return values.columns(table, [each.name for each in columns], complaints, lowest=self._lowest)


def _texts(table: Table, column: str, complaints: Complaints) -> pl.Series:
    del complaints
    return table.column(column).fill_null("")


class Texts:
    """One column of texts, which may be empty, or of what is written in such texts."""

    def __init__(self, word: str = "text", read: Callable[[Table, str, Complaints], Any] = _texts) -> None:
        """`word` tells people what stands in it; `read` reads it, and complains of texts that are no such."""
        self._word = word
        self._read = read

    def truth(self, table: Table, names: Sequence[str], complaints: Complaints) -> Truth:
        """What is read."""
        columns = (Column(only(names, complaints), self._word),)
        return Truth(self.guess(table, columns, complaints), columns)

    def guess(self, table: Table, columns: Sequence[Column], complaints: Complaints) -> Any:
        """What is read."""
        return self._read(table, columns[0].name, complaints)


class Classes:
    """A number for each class: one column of 0 and 1, a column for each label, or several columns of 0 and 1.

    `exclusive`: a row is of one class; `probabilities`: from 0 to 1; `rescaled`: not all 0 in a row.
    """

    def __init__(self, *, exclusive: bool, probabilities: bool, rescaled: bool = False) -> None:
        self._exclusive = exclusive
        self._rescaled = rescaled
        self._bounds = (0.0, 1.0) if probabilities else (-values.LARGEST, values.LARGEST)
        self._word = "probability" if probabilities else "number"

    def truth(self, table: Table, names: Sequence[str], complaints: Complaints) -> Truth:
        """0 and 1: one column for two classes, else a column for each."""
        if len(names) == 1:
            labels = same_whole(values.filled(table, names[0], complaints))
            complaints.settle()
            classes = sorted(labels.unique().to_list())
            if set(classes) <= {"0", "1"}:
                return Truth((labels == "1").to_numpy().astype(np.uint8)[:, None], self._columns(names))
            return Truth(self._one_hot(labels, classes, complaints), self._columns(classes))
        marks = [values.ratings(table, name, complaints) for name in names]
        for name, column in zip(names, marks, strict=True):
            odd = pl.Series((column != 0) & (column != 1))
            complaints.add("neither 0 nor 1", table.where(odd, name), int(odd.sum()))
        truth = np.column_stack([column.astype(np.uint8) for column in marks])
        if self._exclusive:
            wrong = pl.Series(truth.sum(axis=1) != 1)
            rows = (f"row {table.rows[index]}" for index in wrong.arg_true())
            complaints.add("not exactly one column is 1", rows, int(wrong.sum()))
        return Truth(truth, self._columns(names))

    def guess(self, table: Table, columns: Sequence[Column], complaints: Complaints) -> values.Floats:
        """A column for each class."""
        lowest, highest = self._bounds
        names = [each.name for each in columns]
        guess = values.columns(table, names, complaints, lowest=lowest, highest=highest)
        if self._rescaled and len(columns) > 1:
            nothing = pl.Series((guess == 0).all(axis=1))
            rows = (f"row {table.rows[index]}" for index in nothing.arg_true())
            complaints.add("all probabilities are 0", rows, int(nothing.sum()))
        return guess

    def _columns(self, names: Sequence[str]) -> tuple[Column, ...]:
        return tuple(Column(name, self._word) for name in names)

    def _one_hot(self, labels: pl.Series, classes: list[str], complaints: Complaints) -> NDArray[np.uint8]:
        if len(classes) > _MOST_CLASSES:
            raise complaints.failure(
                f"has {len(classes):,} labels, more than {_MOST_CLASSES:,}: set a metric of numbers"
            )
        truth = np.zeros((len(labels), len(classes)), np.uint8)
        codes = labels.cast(pl.Enum(classes)).to_physical().to_numpy()
        truth[np.arange(len(labels)), codes] = 1
        return truth


def only(names: Sequence[str], complaints: Complaints) -> str:
    """The one name; raises the fault when there are more."""
    if len(names) != 1:
        raise complaints.failure(
            f"has {len(names)} columns beside the row id, but this metric needs one: {listed(names)}"
        )
    return names[0]
