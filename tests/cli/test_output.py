"""Results: a table that fits, CSV by RFC 4180, one JSON document."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.cli.output import Column, Format, Output, Value, clean, counted
from brant.cli.table import layout, size
from brant.errors import UsageError

COLUMNS = (Column("ref"), Column("title"), Column("size", "size"), Column("lastUpdated", "moment"))
MOMENT = datetime(2026, 1, 31, 12, 0, 5, 250_000, UTC)
ROWS: list[tuple[Value, ...]] = [
    ("ada/penguins", "Palmer, Penguins", 13478, MOMENT),
    ("ada/x", '=HYPERLINK("x")\nnext', None, None),
]


def shown(format_: str, rows: list[tuple[Value, ...]] = ROWS) -> str:
    out = io.StringIO(newline="")
    Output(out, Format.parse(format_)).rows(COLUMNS, rows)
    return out.getvalue()


def test_a_table_is_aligned_and_tells_sizes_in_words() -> None:
    lines = shown("table").splitlines()
    assert lines[0].split() == ["ref", "title", "size", "lastUpdated"]
    assert set(lines[1]) <= {"-", " "}
    assert lines[2].endswith("13.2 KB  2026-01-31 12:00:05")
    assert lines[2].index("Palmer") == lines[3].index("=HYPERLINK") == lines[0].index("title")


def test_a_table_shows_a_line_break_in_a_title_as_a_blank() -> None:
    assert '=HYPERLINK("x") next' in shown("table")


def test_a_table_fits_the_terminal_and_keeps_the_name_of_the_row_whole() -> None:
    long = [("ada/" + "p" * 30, "title " * 40, 1, MOMENT)]
    lines = layout(COLUMNS, long, width=100).splitlines()
    assert max(map(len, lines)) == 100
    assert "ada/" + "p" * 30 in lines[2]
    assert "…" in lines[2]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_columns_that_have_no_room_are_left_out_from_the_last(width: int) -> None:
    rows = [("ada/palmer-penguins", "Palmer Penguins of three islands", 15_000, MOMENT)]
    head, _, row = layout(COLUMNS, rows, width=width).splitlines()
    names = [column.name for column in COLUMNS]
    assert head.split() == names[: len(head.split())]
    assert "ada/palmer-penguins" in row
    assert len(row) <= width


def test_a_table_off_the_terminal_cuts_nothing() -> None:
    assert "title " * 39 in layout(COLUMNS, [("a/b", "title " * 40, 1, None)], width=None)


def test_letters_that_take_two_columns_keep_the_table_aligned() -> None:
    rows = [("a/b", "企鹅", 1, None), ("a/c", "geese", 1, None)]
    first, second = layout(COLUMNS, rows, width=None).splitlines()[2:]
    assert first.index("1 B") + 2 == second.index("1 B")


def test_no_table_is_shown_for_no_rows() -> None:
    assert shown("table", []) == ""


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (13478, "13.2 KB"),
        (5 * 1024**3, "5.0 GB"),
        (1024**5, "1024.0 TB"),
    ],
)
def test_sizes_in_words(count: int, words: str) -> None:
    assert size(count) == words


def test_csv_is_rfc_4180_and_leaves_formulas_alone() -> None:
    text = shown("csv")
    assert text.startswith("ref,title,size,lastUpdated\r\n")
    assert text.endswith("\r\n")
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [
        ["ada/penguins", "Palmer, Penguins", "13478", "2026-01-31T12:00:05.250Z"],
        ["ada/x", '=HYPERLINK("x")\nnext', "", ""],
    ]


def test_csv_of_no_rows_is_its_heads() -> None:
    assert shown("csv", []) == "ref,title,size,lastUpdated\r\n"


def test_json_is_an_array_of_objects_with_raw_values() -> None:
    assert json.loads(shown("json")) == [
        {
            "ref": "ada/penguins",
            "title": "Palmer, Penguins",
            "size": 13478,
            "lastUpdated": "2026-01-31T12:00:05.250Z",
        },
        {"ref": "ada/x", "title": '=HYPERLINK("x")\nnext', "size": None, "lastUpdated": None},
    ]
    assert json.loads(shown("json", [])) == []


@pytest.mark.parametrize("name", ["table", "csv", "json"])
def test_some_fields_alone_in_the_order_asked_for(name: str) -> None:
    text = shown(f"{name}(size, ref)")
    assert text.index("size") < text.index("ref")
    assert "title" not in text


def test_a_field_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(
        UsageError, match=r"no field 'sise' here; the fields are ref, title, size, lastUpdated"
    ):
        shown("json(sise)")


@pytest.mark.parametrize("text", ["", "xml", "json(", "json)", "json(ref", "(ref)"])
def test_a_format_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="none of table, csv and json"):
        Format.parse(text)


@given(st.lists(st.tuples(st.text(), st.text(), st.integers(0, 2**63), st.none()), max_size=5))
def test_csv_and_json_give_back_what_was_put_in(rows: list[tuple[Value, ...]]) -> None:
    assert [tuple(row.values()) for row in json.loads(shown("json", rows))] == rows
    if not any("\0" in str(value) or "\r" in str(value) for row in rows for value in row):
        read = list(csv.reader(io.StringIO(shown("csv", rows), newline="")))[1:]
        assert [row[:2] for row in read] == [[str(row[0]), str(row[1])] for row in rows]


@given(st.text())
def test_nothing_that_steers_a_terminal_gets_into_a_line(text: str) -> None:
    assert clean(text).isprintable()


@given(
    st.lists(st.tuples(st.text(), st.text(), st.integers(0), st.none()), min_size=1, max_size=5),
    st.integers(20, 200),
)
def test_a_table_has_a_line_for_every_row_whatever_it_holds(
    rows: list[tuple[Value, ...]], width: int
) -> None:
    assert layout(COLUMNS, rows, width=width).count("\n") == len(rows) + 2


def test_one_file_is_no_two_files() -> None:
    assert (counted(1, "file"), counted(2, "file"), counted(0, "file")) == ("1 file", "2 files", "0 files")
