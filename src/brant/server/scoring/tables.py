"""Tables: CSV files read into columns of texts, each row with its number in the file."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints, listed, quoted

_MOST_COLUMNS: Final = 10_000
_SHOWN: Final = 10
# RFC 4180, section 2.
_FIELD: Final = r'(?:"[^"]*(?:""[^"]*)*"|[^",]*)'
_RECORD: Final = re.compile(rf"{_FIELD}(?:,{_FIELD})*")
_STRAY: Final = "quotes in a field that has none around it (put them there, and write those in it twice)"
_QUOTES: Final = "close each quote, and write one that is part of a field twice"


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
            yield f"row {self.rows[index]}, column {quoted(column)}{value}"


def header(path: Path, complaints: Complaints) -> list[str]:
    """The names of a file's columns. Raises the fault of `complaints` for one without a usable header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            names: list[str] = next((record for record in csv.reader(file) if record), [])
        except csv.Error as error:
            raise complaints.failure(f"has a header that cannot be read ({error})") from None
        if file.newlines == "\r":
            raise complaints.failure(
                "ends its lines by carriage returns alone: save it with the line ends of Unix"
            )
    if not names:
        raise complaints.failure("is empty: write a header, and a row for each id")
    if len(names) > _MOST_COLUMNS:
        raise complaints.failure(f"has {len(names):,} columns, more than {_MOST_COLUMNS:,}")
    repeated = (
        [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if len(set(names)) < len(names)
        else []
    )
    if repeated:
        raise complaints.failure(f"has columns of the same name in row 1, the header: {listed(repeated)}")
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise complaints.failure("has a header without commas: separate the columns by commas")
    return names


def read(path: Path, names: list[str], complaints: Complaints) -> Table:
    """The whole file, whose header is `names`, without its blank rows. Raises the fault of `complaints`."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError:
        raise _not_csv(path, complaints) from None
    if frame.columns != names:
        raise complaints.failure("has a header that can be read in two ways: write it without quotes")
    rows = np.arange(2, frame.height + 2, dtype=np.int64)
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if blank.any():
        frame, rows = frame.filter(~blank), rows[~blank.to_numpy()]
    if not frame.height:
        raise complaints.failure("has a header, but no rows: write one for each id")
    return Table(frame, rows)


def _not_csv(path: Path, complaints: Complaints) -> Exception:
    """Reads it once more, slowly, to say where it is wrong."""
    row = width = 0
    try:
        for record, written in _records(path):
            row += 1
            width = width or len(record)
            if len(record) > width:
                complaints.add(
                    f"more fields than the {width} of the header", [f"row {row} ({len(record)})"], 1
                )
            if not _RECORD.fullmatch(written.rstrip("\r\n")):
                complaints.add(_STRAY, [f"row {row}"], 1)
            if written.endswith("\r"):
                complaints.add("ends by a carriage return alone", [f"row {row}"], 1)
    except csv.Error as wrong:
        return complaints.failure(f"is not valid CSV in row {row + 1} ({wrong}): {_QUOTES}")
    try:
        complaints.settle()
    except complaints.fault as fault:
        return fault
    return complaints.failure(f"is not valid CSV: {_QUOTES}")


def _records(path: Path) -> Iterator[tuple[list[str], str]]:
    """The records from the header on, each with what is written in the file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines: list[str] = []
        header = False
        for record in csv.reader(_kept(file, lines), strict=True):
            header = header or bool(record)
            if header:
                yield record, "".join(lines)
            lines.clear()


def _kept(file: Iterable[str], lines: list[str]) -> Iterator[str]:
    for line in file:
        lines.append(line)
        yield line
