"""Values: columns of texts read as numbers, with a complaint for each that is none."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints
from brant.server.scoring.tables import Table

Floats = NDArray[np.float64]

# Squares of larger ones could not be added up any more.
LARGEST: Final = 1e100
_WHOLE_LARGEST: Final = 10_000


def numbers(
    table: Table, column: str, complaints: Complaints, *, lowest: float = -LARGEST, highest: float = LARGEST
) -> Floats:
    """The column as numbers from `lowest` to `highest`; what is no such number is complained of."""
    texts = table.column(column)
    values = _cast(texts)
    array = values.to_numpy().astype(np.float64, copy=False)
    if not values.null_count() and bool(((array >= lowest) & (array <= highest)).all()):
        return array
    formula = texts.str.starts_with("=").fill_null(value=False)
    empty = texts.str.strip_chars().fill_null("") == ""
    unread = values.is_null()
    finite = values.is_finite().fill_null(value=False)
    for kind, mask in (
        ("no value", empty),
        ("a formula, not a number", formula & unread & ~empty),
        ("not a number", unread & ~formula & ~empty),
        ("NaN", values.is_nan().fill_null(value=False)),
        ("infinite", values.is_infinite().fill_null(value=False)),
        (f"below {lowest:g}", finite & (values < lowest)),
        (f"above {highest:g}", finite & (values > highest)),
    ):
        mask = mask.fill_null(value=False)  # noqa: PLW2901
        complaints.add(kind, table.where(mask, column, quote=kind != "no value"), int(mask.sum()))
    return values.fill_null(float("nan")).to_numpy()


def columns(
    table: Table,
    names: Sequence[str],
    complaints: Complaints,
    *,
    lowest: float = -LARGEST,
    highest: float = LARGEST,
) -> Floats:
    """These columns as numbers, beside each other."""
    found = np.empty((len(table.rows), len(names)))
    for place, name in enumerate(names):
        found[:, place] = numbers(table, name, complaints, lowest=lowest, highest=highest)
    return found


def ratings(table: Table, column: str, complaints: Complaints) -> NDArray[np.int64]:
    """The column as whole numbers that are not large; what is none is complained of, and is 0."""
    values = numbers(table, column, complaints, lowest=-_WHOLE_LARGEST, highest=_WHOLE_LARGEST)
    clean = np.where(np.abs(values) <= _WHOLE_LARGEST, values, 0)
    broken = pl.Series(clean != np.floor(clean))
    complaints.add("not a whole number", table.where(broken, column), int(broken.sum()))
    return clean.astype(np.int64)


def filled(table: Table, column: str, complaints: Complaints) -> pl.Series:
    """The column as texts, of which none may be empty."""
    texts = table.column(column)
    empty = (texts == "").fill_null(value=True)
    complaints.add("no value", table.where(empty, column, quote=False), int(empty.sum()))
    return texts.fill_null("")


def _cast(texts: pl.Series) -> pl.Series:
    values = texts.cast(pl.Float64, strict=False)
    if values.null_count():  # spaces around a number do no harm
        values = texts.str.strip_chars(" \t").cast(pl.Float64, strict=False)
    return values
