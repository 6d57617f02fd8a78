"""Reads what command lines print: tables in CSV, and the token of the page that follows."""

import csv
import re
from pathlib import Path

from tests.conformance.drivers.page import Page
from tests.conformance.drivers.process import Finished

_NEXT_PAGE = re.compile(r"Next Page Token = (\S+)")


def options_of(filters: dict[str, str]) -> list[str]:
    """Filters as options; `mine` takes no value."""
    return [
        part
        for name, value in filters.items()
        for part in (["--mine"] if name == "mine" else [f"--{name.replace('_', '-')}", value])
    ]


def token_in(finished: Finished) -> str | None:
    """The token of the next page, said before the table or on standard error."""
    found = _NEXT_PAGE.search(finished.said)
    return found[1] if found else None


def rows_of(finished: Finished, column: str) -> list[dict[str, str]]:
    """The rows of the table that has `column`; none where nothing was found."""
    lines = finished.out.splitlines(keepends=True)
    start = next((at for at, line in enumerate(lines) if column in line.rstrip("\r\n").split(",")), None)
    return [] if start is None else list(csv.DictReader(lines[start:]))


def page_of(finished: Finished, column: str) -> Page:
    """One column of the table, and the token of the next page."""
    return Page([row[column] for row in rows_of(finished, column)], token_in(finished))


def states_of(folder: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of every file, to tell which have changed."""
    found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path: (state.st_size, state.st_ctime_ns) for path, state in found.items()}
