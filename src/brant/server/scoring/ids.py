"""Row ids: how they are compared, and where the row of each stands in a submission.

Ids are texts: "01" is not "1". Only a whole number with zeros behind its point is that whole number, "1.0"
the same as "1", since programs that keep numbers as floats write them so.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints, quoted
from brant.server.scoring.tables import Table

_SHOWN: Final = 10
_WHOLE: Final = r"^(0|-?[1-9][0-9]*)\.0+$"


def same_whole(texts: pl.Series) -> pl.Series:
    """The texts with "1" for "1.0"."""
    if texts.str.contains(".", literal=True).any():
        return texts.str.replace(_WHOLE, "$1")
    return texts


def sorted_ids(table: Table, column: str, complaints: Complaints) -> tuple[pl.Series, NDArray[np.int64]]:
    """The ids in order, and for each the index of its row. Complains of rows without one, and of doubles."""
    ids = same_whole(table.column(column))
    ordered, order = _sorted(ids)
    if ordered.null_count() or ordered[0] == "" or (ordered[1:] == ordered[:-1]).any():
        _complain_of_rows(ids, table, column, complaints)
    return ordered, order


def _sorted(ids: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    # To sort texts and find each takes a fraction of sorting their places, unless they are nearly in order.
    steps_back = int((ids[1:] < ids[:-1]).sum())
    if steps_back > len(ids) // 10:
        ordered = ids.sort()
        found = _found(ordered, ids)
        if found is not None:
            return ordered, found
    order = ids.arg_sort(nulls_last=False).to_numpy().astype(np.int64)
    return ids[order], order


def places(wanted: pl.Series, table: Table, column: str, complaints: Complaints) -> NDArray[np.int64]:
    """For each of the ids `wanted`, which are in order, the index of its row in the table.

    Complains of rows without id, and of ids that are missing, unknown or there twice; the places then mean
    nothing.
    """
    ids = same_whole(table.column(column))
    found = _found(wanted, ids)
    if found is not None:
        return found
    none = _complain_of_rows(ids, table, column, complaints)
    unknown = ~ids.is_in(wanted.implode()) & ~none
    complaints.add("ids that are not in the test set", table.where(unknown, column), int(unknown.sum()))
    missing = wanted.filter(~wanted.is_in(ids.drop_nulls().implode()))
    complaints.add("ids that are missing", map(quoted, missing.head(_SHOWN)), len(missing))
    return np.zeros(len(wanted), np.int64)


def _found(wanted: pl.Series, ids: pl.Series) -> NDArray[np.int64] | None:
    """Where each is, None if not all are there once, and nothing else is."""
    if len(ids) != len(wanted):
        return None
    # In the order of their hashes both should be the same; whether they are, their texts decide.
    order, wanted_order = (np.argsort(each.hash().to_numpy()) for each in (ids, wanted))
    places = np.empty(len(ids), np.int64)
    places[wanted_order] = order
    return places if (ids[places] == wanted).all(ignore_nulls=False) else _joined(wanted, ids)


def _joined(wanted: pl.Series, ids: pl.Series) -> NDArray[np.int64] | None:
    there = pl.DataFrame({"id": ids, "at": np.arange(len(ids), dtype=np.int64)})
    found = pl.DataFrame({"id": wanted}).join(there, on="id", how="left", maintain_order="left")["at"]
    # As many rows as ids, of which none is missing: nothing else is there, and nothing twice.
    return None if found.null_count() else found.to_numpy()


def _complain_of_rows(ids: pl.Series, table: Table, column: str, complaints: Complaints) -> pl.Series:
    """Returns which rows have no id."""
    none = (ids == "").fill_null(value=True)
    complaints.add("rows without an id", table.where(none, column, quote=False), int(none.sum()))
    again = ~ids.is_first_distinct() & ~none
    complaints.add(
        "ids that stand there already (keep one row of each)", table.where(again, column), int(again.sum())
    )
    return none
