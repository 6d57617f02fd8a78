"""Ranges and conditions: RFC 9110 §13 and §14."""

from datetime import UTC, datetime

import pytest
from starlette.datastructures import Headers

from brant.server.edge.ranges import Span, Stored, wanted

MODIFIED = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
DATE = "Sat, 31 Jan 2026 12:00:00 GMT"
EARLIER, LATER = "Sat, 31 Jan 2026 11:59:59 GMT", "Sat, 31 Jan 2026 12:00:01 GMT"
STORED = Stored(size=1000, etag='"abc"', modified=MODIFIED)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-499", Span(0, 500)),
        ("bytes=500-", Span(500, 1000)),
        ("bytes=999-", Span(999, 1000)),
        ("bytes=0-99999", Span(0, 1000)),
        ("bytes=-1", Span(999, 1000)),
        ("bytes=-5000", Span(0, 1000)),
        ("Bytes = 10 - 19", Span(10, 20)),
        ("bytes=1000-", "unsatisfiable"),
        ("bytes=99999-100000", "unsatisfiable"),
        ("bytes=-0", "unsatisfiable"),
        ("bytes=5-4", "whole"),
        ("bytes=0-1,5-9", "whole"),
        ("bytes=-", "whole"),
        ("bytes=a-b", "whole"),
        ("lines=0-1", "whole"),
        ("bytes=--5", "whole"),
        ("bytes=" + "9" * 40 + "-", "whole"),
    ],
)
def test_one_range_is_cut_to_the_file_and_anything_else_is_the_whole(asked, answer):
    assert wanted(Headers({"range": asked}), STORED) == answer


def test_a_range_means_nothing_to_head():
    assert wanted(Headers({"range": "bytes=0-1"}), STORED, verb="HEAD") == "whole"


def test_no_range_fits_an_empty_file():
    empty = Stored(0, '"e"', MODIFIED)
    assert wanted(Headers({"range": "bytes=0-"}), empty) == "unsatisfiable"
    assert wanted(Headers({"range": "bytes=-5"}), empty) == "unsatisfiable"
    assert wanted(Headers({}), empty) == "whole"


@pytest.mark.parametrize(
    ("validator", "holds"),
    [
        ('"abc"', True),
        ('"abd"', False),
        ('W/"abc"', False),
        (DATE, True),
        (LATER, False),
        (EARLIER, False),
        ("junk", False),
    ],
)
def test_a_range_counts_only_while_if_range_holds(validator, holds):
    answer = wanted(Headers({"range": "bytes=1-", "if-range": validator}), STORED)
    assert answer == (Span(1, 1000) if holds else "whole")


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"if-none-match": '"abc"'}, "unchanged"),
        ({"if-none-match": 'W/"abc"'}, "unchanged"),
        ({"if-none-match": '"x", "abc"'}, "unchanged"),
        ({"if-none-match": "*"}, "unchanged"),
        ({"if-none-match": '"x"'}, "whole"),
        ({"if-modified-since": DATE}, "unchanged"),
        ({"if-modified-since": LATER}, "unchanged"),
        ({"if-modified-since": EARLIER}, "whole"),
        ({"if-modified-since": "yesterday"}, "whole"),
        ({"if-none-match": '"x"', "if-modified-since": LATER}, "whole"),
    ],
)
def test_a_client_that_has_the_file_is_told_so(headers, answer):
    assert wanted(Headers(headers), STORED) == answer


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"if-match": '"abc"'}, "whole"),
        ({"if-match": '"x", "abc"'}, "whole"),
        ({"if-match": "*"}, "whole"),
        ({"if-match": '"x"'}, "changed"),
        ({"if-match": 'W/"abc"'}, "changed"),
        ({"if-match": '"x"', "range": "bytes=0-1"}, "changed"),
        ({"if-match": '"abc"', "if-unmodified-since": EARLIER}, "whole"),
        ({"if-unmodified-since": EARLIER}, "changed"),
        ({"if-unmodified-since": DATE}, "whole"),
        ({"if-unmodified-since": "yesterday"}, "whole"),
    ],
)
def test_a_client_that_wants_another_file_gets_none(headers, answer):
    assert wanted(Headers(headers), STORED) == answer
