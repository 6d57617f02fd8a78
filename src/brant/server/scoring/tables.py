"""Tables: CSV files read into columns of texts, each row with its number in the file."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints, quoted

_MOST_COLUMNS: Final = 10_000
_SHOWN: Final = 10


class Table(NamedTuple):
    """Columns of texts, None where nothing stands; `rows` are the rows' numbers, the header being row 1."""

    frame: pl.DataFrame
    rows: NDArray[np.int64]

    def column(self, name: str) -> pl.Series:
        """The texts of one column."""
        return self.frame[name]

    def take(self, places: NDArray[np.int64]) -> "Table":
        """These rows of it, in this order."""
        return Table(self.frame[places], self.rows[places])

    def only(self, name: str) -> "Table":
        """The table of that one column."""
        return Table(self.frame.select(name), self.rows)

    def where(self, mask: pl.Series, column: str, *, quote: bool = True) -> Iterator[str]:
        """The places where `mask` is true, in words, the first ones."""
        for index in islice(mask.arg_true(), _SHOWN):
            value = f" ({quoted(self.frame[column][index])})" if quote else ""
            yield f'row {self.rows[index]}, column "{column}"{value}'


def header(path: Path, complaints: Complaints) -> list[str]:
    """The names of a file's columns. Raises the fault of `complaints` for one without a usable header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            names: list[str] = next((record for record in csv.reader(file) if record), [])
        except csv.Error as error:
            raise complaints.failure(f"has a header that cannot be read ({error})") from None
    if not names:
        raise complaints.failure("is empty")
    if len(names) > _MOST_COLUMNS:
        raise complaints.failure(f"has {len(names):,} columns, more than {_MOST_COLUMNS:,}")
    repeated = (
        [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if len(set(names)) < len(names)
        else []
    )
    if repeated:
        listed = ", ".join(quoted(name) for name in repeated[:_SHOWN])
        raise complaints.failure(f"has columns of the same name in row 1, the header: {listed}")
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise complaints.failure("has a header without commas: separate the columns by commas")
    return names


def read(path: Path, names: list[str], complaints: Complaints) -> Table:
    """The whole file, whose header is `names`, without its blank rows. Raises the fault of `complaints`."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise _not_csv(path, complaints, error) from None
    if frame.columns != names:
        raise complaints.failure("has a header that can be read in two ways: write it without quotes")
    rows = np.arange(2, frame.height + 2, dtype=np.int64)
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if blank.any():
        frame, rows = frame.filter(~blank), rows[~blank.to_numpy()]
    if not frame.height:
        raise complaints.failure("has a header, but no rows")
    return Table(frame, rows)


def _not_csv(path: Path, complaints: Complaints, error: Exception) -> Exception:
    """Reads it once more, slowly, to say where it is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = enumerate(_records(file), 1)
        try:
            width = len(next(records)[1])
            long = [(row, len(record)) for row, record in records if len(record) > width]
        except csv.Error as wrong:
            return complaints.failure(f"is not valid CSV ({wrong})")
    if long:
        places = [f"row {row} ({count})" for row, count in long[:_SHOWN]]
        complaints.add(f"more fields than the {width} of the header", places, len(long))
        try:
            complaints.settle()
        except complaints.fault as fault:
            return fault
    return complaints.failure(f"is not valid CSV: look for quotes that are not closed ({_first_line(error)})")


def _records(file: Any) -> Iterator[list[str]]:
    reader = csv.reader(file, strict=True)
    first = next((record for record in reader if record), [])
    yield first
    yield from reader


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:100]
