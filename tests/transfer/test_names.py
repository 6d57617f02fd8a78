"""Names of archive members: safe to become files, and no two of them one."""

import tracemalloc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.errors import InvalidInput
from brant.transfer.archive.extraction import safe_parts
from brant.transfer.archive.names import Names


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.csv", ("a.csv",)),
        ("a/b/c.csv", ("a", "b", "c.csv")),
        ("./a//b/", ("a", "b")),
        ("Größe/日本.csv", ("Größe", "日本.csv")),
        ("a b/..c/d..", ("a b", "..c", "d..")),
        (".hidden", (".hidden",)),
        ("12:30.csv", ("12:30.csv",)),
        ("a.brant-csv/brant-partial", ("a.brant-csv", "brant-partial")),
        ("x" * 255, ("x" * 255,)),
        ("ü" * 127, ("ü" * 127,)),
    ],
)
def test_a_safe_name_is_taken_apart(name: str, parts: tuple[str, ...]) -> None:
    assert safe_parts(name) == parts


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "./",
        "/",
        "/etc/passwd",
        "//server/share",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "a/.. /b",
        "a/.../b",
        "a/ /b",
        "C:/a",
        "c:a",
        "C:",
        "a\\b",
        "..\\a",
        "\\\\server\\share",
        "a\0b",
        "a\nb",
        "a\x1b[31m",
        "a\x7f",
        "a\x85",
        "x" * 256,
        "ü" * 128,
        "a/" * 2001 + "b",
        "a\udcff",
        ".brant-1-1.tmp",
        "a/./.brant-stream-1/b",
        "a.csv.brant-partial",
        "a.csv.BRANT-Journal",
        "a.brant-partial/b",
    ],
)
def test_an_unsafe_name_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        safe_parts(name)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 300


@given(st.text(alphabet=st.characters(codec=None), max_size=30) | st.text("./\\ :aC\0", max_size=12))
def test_no_name_whatever_climbs_out(name: str) -> None:
    try:
        parts = safe_parts(name)
    except InvalidInput:
        return
    assert parts
    for part in parts:
        assert part.strip(". ")
        assert not set(part) & set("/\\\0")
        assert len(part.encode()) <= 255


def test_a_name_as_deep_as_can_be_is_taken() -> None:
    names = Names()
    for last in "ab":
        names.add(safe_parts("x/" * 1999 + last), is_folder=False)
    with pytest.raises(InvalidInput, match="twice"):
        names.add(safe_parts("x/" * 1999 + "a"), is_folder=False)


def test_deep_names_take_memory_in_proportion_to_their_length() -> None:
    tracemalloc.start()
    try:
        names = Names()
        for number in range(10):
            names.add(safe_parts(f"{number}/" * 1999 + "x"), is_folder=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_folders_are_counted() -> None:
    names = Names(most_folders=5)
    names.add(("a", "b", "c", "d", "e.csv"), is_folder=False)
    names.add(("a", "b", "c", "d", "f"), is_folder=True)
    with pytest.raises(InvalidInput, match=r"over 5 folders; raise Limits\.members"):
        names.add(("g", "h.csv"), is_folder=False)


def add(*names: str) -> None:
    taken = Names()
    for name in names:
        taken.add(safe_parts(name), is_folder=name.endswith("/"))


@pytest.mark.parametrize(
    "names",
    [
        ("a", "b"),
        ("a/", "a/", "a/b", "a/"),
        ("a/x", "b/x", "a/y"),
        ("ab", "a/b"),
    ],
)
def test_names_that_differ_go_together(names: tuple[str, ...]) -> None:
    add(*names)


@pytest.mark.parametrize(
    "names",
    [
        ("a", "a"),
        ("a", "./a"),
        ("a/b", "a//b"),
        ("A.csv", "a.csv"),
        ("Train/x", "train/y"),
        ("straße", "STRASSE"),
        (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")),
        ("a", "a/b"),
        ("a/b", "a"),
        ("a/", "a"),
        ("a", "a/"),
    ],
)
def test_names_that_some_system_holds_for_one_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        add(*names)
