"""Submissions: the participant's file read, with the columns that it must have, and no others."""

from collections.abc import Sequence
from pathlib import Path

from brant.server.scoring import tables
from brant.server.scoring.complaints import Complaints, listed
from brant.server.scoring.intake import plain_csv
from brant.server.scoring.tables import Table


def read_submission(
    path: Path,
    row_id_column: str,
    columns: Sequence[str] | None,
    max_bytes: int,
    *,
    folder: Path,
    complaints: Complaints,
) -> Table:
    """Reads it; `columns` are those beside the row id, None for any. `folder` is for what is unpacked.

    Raises the fault of `complaints`.
    """
    path = plain_csv(path, folder, max_bytes, complaints)
    names = tables.header(path, complaints)
    expected = [row_id_column, *(columns or ())]
    missing = _without(expected, names)
    extra = [] if columns is None else _without(names, expected)
    lacks = "lacks the column" if len(missing) == 1 else "lacks the columns"
    said = [
        f"{word} {listed(those)}"
        for word, those in ((lacks, missing), ("has columns that are not asked for:", extra))
        if those
    ]
    if said:
        wanted = "" if columns is None else f"; row 1, the header, must hold {listed(expected)}"
        # What pandas calls the column of its index: when written, and when read again.
        index = " (pandas writes no index with index=False)" if {"", "Unnamed: 0"} & set(extra) else ""
        raise complaints.failure(" and ".join(said) + wanted + index)
    return tables.read(path, names, complaints)


def _without(names: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [name for name in names if name not in known]
