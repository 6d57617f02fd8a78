"""The Levenshtein distance of worked cases, and of a second way to compute it."""

import random

import polars as pl
import pytest

from brant.server.scoring.metrics.texts import levenshtein
from tests.server.scoring.cases import cases


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("kitten", "sitting", 3),  # Wikipedia, Levenshtein distance
        ("saturday", "sunday", 3),
        ("flaw", "lawn", 2),
        ("", "abc", 3),
        ("", "", 0),
        ("naïve 🦉", "naive 🦆", 2),  # characters, not bytes
    ],
)
def test_distances_of_worked_cases(one: str, other: str, distance: int) -> None:
    assert levenshtein(pl.Series([one]), pl.Series([other]), None) == distance
    assert levenshtein(pl.Series([other, one]), pl.Series([one, one]), None) == distance / 2


@cases(60)
def test_distances_are_those_of_wagner_and_fischer(seed: int) -> None:
    rng = random.Random(seed)
    one, other = ("".join(rng.choices("abcé", k=rng.randrange(12))) for _ in range(2))
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for at, each in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != each))
    assert levenshtein(pl.Series([one]), pl.Series([other]), None) == row[-1]
