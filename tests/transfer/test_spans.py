"""Spans are compared with plain sets of numbers; CRC-32s of parts with that of the whole."""

import itertools
import subprocess
import sys
import zlib

from hypothesis import given
from hypothesis import strategies as some

from brant.transfer.disk.checksums import crc32, crc32_combine
from brant.transfer.disk.spans import Span, Spans

MOST = 40
EDGES = some.tuples(some.integers(0, MOST), some.integers(0, MOST)).map(sorted)
STEPS = some.lists(some.tuples(some.booleans(), EDGES), max_size=20)


def made(steps: list[tuple[bool, list[int]]]) -> tuple[Spans, set[int]]:
    """The same steps, done to spans and to a set."""
    spans, numbers = Spans(), set[int]()
    for adds, (start, stop) in steps:
        if adds:
            spans.add(start, stop)
            numbers |= set(range(start, stop))
        else:
            spans.remove(start, stop)
            numbers -= set(range(start, stop))
    return spans, numbers


@given(STEPS)
def test_spans_hold_what_a_set_would(steps: list[tuple[bool, list[int]]]) -> None:
    spans, numbers = made(steps)
    assert {number for span in spans for number in range(*span)} == numbers
    assert spans.total == len(numbers)
    listed = list(spans)
    assert all(before.stop < after.start for before, after in itertools.pairwise(listed))


@given(STEPS, EDGES)
def test_what_is_missing_is_the_rest(steps: list[tuple[bool, list[int]]], edges: list[int]) -> None:
    spans, numbers = made(steps)
    start, stop = edges
    missing = {number for span in spans.missing(start, stop) for number in range(*span)}
    assert missing == set(range(start, stop)) - numbers
    assert spans.covers(start, stop) == (not missing)
    frontier = next(number for number in range(start, MOST + 2) if number not in numbers)
    assert spans.frontier(start) == frontier


def test_a_span_knows_its_size() -> None:
    assert Span(3, 10).size == 7


@given(some.binary(max_size=300), some.binary(max_size=300))
def test_the_crc_of_two_parts_is_that_of_both_together(first: bytes, second: bytes) -> None:
    assert crc32(first) == zlib.crc32(first)
    assert crc32_combine(crc32(first), crc32(second), len(second)) == zlib.crc32(first + second)


def test_a_machine_without_isal_counts_the_same() -> None:
    code = """
import os, sys, zlib
sys.modules["isal"] = None
from brant.transfer.disk.checksums import crc32, crc32_combine
assert crc32 is zlib.crc32
for size in (0, 1, 7, 4096, 1_000_003):
    first, second = os.urandom(100), os.urandom(size)
    assert crc32_combine(crc32(first), crc32(second), size) == zlib.crc32(first + second)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
