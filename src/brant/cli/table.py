"""Lays a table out for people: aligned, sizes in words, as wide as the terminal at most."""

from collections.abc import Sequence
from datetime import datetime

from brant.cli.output import Column, Value, clean

_GAP = "  "
_NARROWEST = 12


def layout(columns: Sequence[Column], rows: Sequence[Sequence[Value]], *, width: int | None) -> str:
    """The table as text. `width` is the terminal's; None, for files and pipes, leaves every cell whole.

    Where there is no room, text is cut; where there is still none, columns are left out from the last.
    """
    cells = [[shown(column, value) for column, value in zip(columns, row, strict=True)] for row in rows]
    heads = [column.name for column in columns]
    widths = [max(map(_columns, texts)) for texts in zip(heads, *cells, strict=True)]
    if width is not None:
        columns = columns[: _fitting(columns, widths, width)]
        widths = widths[: len(columns)]
        _narrow(columns, widths, width)
    lines = [heads, ["-" * room for room in widths], *cells]
    return "".join(_line(columns, line, widths) for line in lines)


def shown(column: Column, value: Value) -> str:
    """One value as people read it."""
    if value is None:
        return ""
    if column.kind == "size" and isinstance(value, int):
        return size(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return clean(str(value))


def size(count: int) -> str:
    """A number of bytes as people read it, in units of 1024."""
    if count < 1024:
        return f"{count} B"
    amount = float(count)
    for unit in ("KB", "MB", "GB"):
        amount /= 1024
        if amount < 1024:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1024:.1f} TB"


def _fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> int:
    """How many columns have room when text is cut as short as may be; the first one always stays."""
    taken = -len(_GAP)
    for place, (column, room) in enumerate(zip(columns, widths, strict=True)):
        taken += len(_GAP) + (min(room, _NARROWEST) if place and column.kind == "text" else room)
        if taken > width:
            return max(place, 1)
    return len(columns)


def _narrow(columns: Sequence[Column], widths: list[int], width: int) -> None:
    """Takes from the widest text columns, never from the first, which names the row."""
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    while excess > 0:
        texts = [place for place, column in enumerate(columns) if place and column.kind == "text"]
        widest = max(texts, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            return
        widths[widest] -= 1
        excess -= 1


def _line(columns: Sequence[Column], texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = []
    for column, text, room in zip(columns, texts, widths, strict=False):  # some columns may be left out
        fitting = _cut(text, room)
        padding = " " * (room - _columns(fitting))
        cells.append(padding + fitting if column.kind in ("number", "size") else fitting + padding)
    return _GAP.join(cells).rstrip() + "\n"


def _cut(text: str, room: int) -> str:
    if _columns(text) <= room:
        return text
    while _columns(text) > room - 1:
        text = text[:-1]
    return text + "…"


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes: wide letters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
