"""Results on standard output, as a table for people, as CSV, or as exactly one JSON document."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TextIO

from brant.errors import UsageError

Kind = Literal["text", "number", "size", "moment"]
Value = str | int | float | bool | datetime | None
Name = Literal["table", "csv", "json"]

_NAMES: tuple[Name, ...] = ("table", "csv", "json")


class Format(NamedTuple):
    """How results are shown, and which of their fields; all of them when `fields` is empty."""

    name: Name = "table"
    fields: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Format":
        """Reads `table`, `csv` or `json`, with fields if wanted: `json(ref,title)`. Raises UsageError."""
        name, parenthesis, rest = text.strip().partition("(")
        name = name.strip()
        if name not in _NAMES or (parenthesis and not rest.endswith(")")):
            raise UsageError(
                f"--format {text!r} is none of table, csv and json, nor one of them with fields: json(a,b)"
            )
        fields = tuple(field.strip() for field in rest.removesuffix(")").split(",") if field.strip())
        return cls(name, fields)

    def check(self, names: Collection[str]) -> None:
        """Raises UsageError for a field that is none of `names`."""
        for field in self.fields:
            if field not in names:
                raise UsageError(f"there is no field {field!r} here; the fields are {', '.join(names)}")


class Column(NamedTuple):
    """One field of a result. `kind`: a size is in bytes, a moment in UTC."""

    name: str
    kind: Kind = "text"


class Output:
    """Prints the results of one call in one format."""

    def __init__(self, out: TextIO, format_: Format) -> None:
        self._out = out
        self._format = format_

    @property
    def is_table(self) -> bool:
        """Whether people read it, who like a sentence better than one row."""
        return self._format.name == "table"

    def chosen(self, columns: Sequence[Column]) -> list[Column]:
        """The columns that the format asks for, in its order. Raises UsageError for one that is not there."""
        by_name = {column.name: column for column in columns}
        self._format.check(by_name)
        return [by_name[field] for field in self._format.fields] or list(columns)

    def rows(self, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
        """Prints `rows`, whose values stand in the order of `columns`."""
        chosen = self.chosen(columns)
        places = [columns.index(column) for column in chosen]
        values = [[row[place] for place in places] for row in rows]
        if self._format.name == "json":
            self._document([_object(chosen, row) for row in values])
        elif self._format.name == "csv":
            self._csv(chosen, values)
        elif rows:
            from brant.cli.table import layout
            from brant.cli.terminal import width

            # Fields that were asked for by name are shown, whatever room they take.
            room = None if self._format.fields else width(self._out)
            self._out.write(layout(chosen, values, width=room))

    def record(self, columns: Sequence[Column], row: Sequence[Value], *, sentence: str) -> None:
        """Prints one result: an object in JSON, a row in CSV, `sentence` for people."""
        chosen = self.chosen(columns)
        values = [row[columns.index(column)] for column in chosen]
        if self._format.name == "json":
            self._document(_object(chosen, values))
        elif self._format.name == "csv":
            self._csv(chosen, [values])
        else:
            self._out.write(clean(sentence) + "\n")

    def details(self, columns: Sequence[Column], row: Sequence[Value]) -> None:
        """Prints one result: as `record` does, but for people a line for each field."""
        if not self.is_table:
            self.record(columns, row, sentence="")
            return
        from brant.cli.table import shown

        chosen = self.chosen(columns)
        room = max(len(column.name) for column in chosen)
        for column in chosen:
            value = row[columns.index(column)]
            # A text of several lines stays one: a traceback, or what is wrong with a file.
            parts = value.splitlines() if isinstance(value, str) else []
            texts = [clean(part) for part in parts] or [shown(column, value)]
            for name, text in zip([column.name, *[""] * len(texts)], texts, strict=False):
                self._out.write(f"{name:<{room}}  {text}".rstrip() + "\n")

    def text(self, title: str, content: str) -> None:
        """Prints a text as people read it: its lines, but nothing by which one could steer a terminal."""
        lines = [clean(line) for line in content.splitlines()]
        self._out.write("\n".join([f"== {clean(title)} ==", *lines, "", ""]))

    def _document(self, value: object) -> None:
        import json

        # ASCII alone, so that no terminal and no stray surrogate can spoil the document.
        self._out.write(json.dumps(value, indent=2) + "\n")

    def _csv(self, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
        import csv

        writer = csv.writer(self._out)  # RFC 4180 as it stands: CRLF, quotes where needed, values untouched
        writer.writerow([column.name for column in columns])
        writer.writerows([["" if value is None else _plain(value) for value in row] for row in rows])


def clean(text: str) -> str:
    """`text` on one line, without the control characters by which a name could steer a terminal."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _object(columns: Sequence[Column], row: Sequence[Value]) -> dict[str, object]:
    return {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}


def _plain(value: Value) -> str | int | float | bool | None:
    """A moment as ISO 8601 in UTC, anything else as it is."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    return value
