"""Metrics of ranked lists agree with the worked cases of their authors, and with scikit-learn."""

import math

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import ndcg_score

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics import rankings
from brant.server.scoring.metrics.rankings import map_at_k, ndcg_at_k, some_gain, some_true
from brant.server.scoring.metrics.words import words
from tests.server.scoring.cases import cases


def listed(*items: object) -> str:
    """As it stands in a file."""
    return " ".join(map(str, items))


FIVE = listed(*range(1, 6))

# From the tests of ml_metrics, the library of Kaggle's wiki: what is true, what is guessed, k, the score.
KAGGLES = [
    ([FIVE], [listed(6, 4, 7, 1, 2)], 2, 0.25),
    ([FIVE], [listed(1, 1, 1, 1, 1)], 5, 0.2),
    ([listed(*range(1, 100))], [listed(*range(1, 21), *range(200, 600))], 20, 1.0),
    ([listed(1, 3, 4), listed(1, 2, 4), listed(1, 3)], [FIVE] * 3, 3, 0.685185185185185),
    ([FIVE, FIVE], [listed(6, 4, 7, 1, 2), listed(1, 1, 1, 1, 1)], 5, 0.26),
    ([listed(1, 3), listed(1, 2, 3), listed(1, 2, 3)], [FIVE, listed(1, 1, 1), listed(1, 2, 1)], 3, 11 / 18),
]


@pytest.mark.parametrize(("truth", "guess", "k", "expected"), KAGGLES)
def test_mean_average_precision_is_that_of_kaggles_cases(
    truth: list[str], guess: list[str], k: int, expected: float
) -> None:
    assert map_at_k(pl.Series(truth), pl.Series(guess), None, k=k) == pytest.approx(expected, rel=1e-12)


def average_precision(true: list[str], guessed: list[str], k: int) -> float:
    """As Kaggle's wiki words it, item by item."""
    right = [item in true and item not in guessed[:place] for place, item in enumerate(guessed[:k])]
    return sum(sum(right[: place + 1]) / (place + 1) for place in range(len(right)) if right[place]) / min(
        len(set(true)), k
    )


@cases(100)
def test_mean_average_precision_is_that_of_going_item_by_item(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k, items = int(rng.integers(1, 9)), [f"é{each}" for each in range(int(rng.integers(1, 12)))]
    truth, guess = (
        [list(map(str, rng.choice(items, int(size)))) for size in rng.integers(low, 9, 20)] for low in (1, 0)
    )
    expected = sum(average_precision(t, g, k) for t, g in zip(truth, guess, strict=True)) / 20
    written = [pl.Series(listed(*each) for each in side) for side in (truth, guess)]
    assert map_at_k(written[0], written[1], None, k=k) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_any_space_parts_items() -> None:
    truth, guess = pl.Series(["a b", " c  d", "e"]), pl.Series(["\ta\xa0 b ", "x\rc\x1fd", "\n"])
    assert map_at_k(truth, guess, None, k=3) == pytest.approx((1 + (1 / 2 + 2 / 3) / 2 + 0) / 3)


def test_rows_beyond_the_first_portion_count_the_same() -> None:
    truth, guess = pl.Series(["a b"] * 102_000), pl.Series(["a b", "x a b", ""] * 34_000)
    assert map_at_k(truth, guess, None, k=3) == pytest.approx((1 + 7 / 12 + 0) / 3, rel=1e-12)


def test_items_of_one_key_are_told_apart() -> None:
    items = words(pl.Series(["a b a", "a"]))
    keys = np.array([1, 1, 1, 2], np.uint64)
    assert rankings._same(keys, items) is None
    keys[1] = keys[3] = 3
    assert rankings._same(keys, items) is None
    keys[3] = 4
    found = rankings._same(keys, items)
    assert found is not None
    assert [each.tolist() for each in found] == [[0], [2]]


def test_mean_average_precision_of_an_empty_list_is_zero() -> None:
    assert map_at_k(pl.Series(["a"]), pl.Series([""]), None, k=3) == 0


def test_gain_is_that_of_the_worked_case_of_wikipedia() -> None:
    """Discounted cumulative gain, Example: documents of gain 3, 2, 3, 0, 1, 2, and two more of 3 and 2."""
    truth = pl.Series(["D1:3 D2:2 D3:3 D4:0 D5:1 D6:2 D7:3 D8:2"])
    guess = pl.Series(["D1 D2 D3 D4 D5 D6"])
    assert ndcg_at_k(truth, guess, None, k=6, gain="linear") == pytest.approx(6.861 / 8.740, abs=1e-4)


@cases(60)
def test_gain_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items, k = int(rng.integers(2, 12)), int(rng.integers(1, 14))
    gains = rng.integers(0, 5, items)
    gains[0] = 2
    order = rng.permutation(items)
    scores = np.empty(items)
    scores[order] = np.arange(items, 0, -1)
    truth = pl.Series([" ".join(f"i{item}:{gain}" for item, gain in enumerate(gains))])
    guess = pl.Series([" ".join(f"i{item}" for item in order)])
    expected = ndcg_score([gains], [scores], k=k)
    assert ndcg_at_k(truth, guess, None, k=k, gain="linear") == pytest.approx(expected, rel=1e-12)
    expected = ndcg_score([2.0**gains - 1], [scores], k=k)
    assert ndcg_at_k(truth, guess, None, k=k, gain="exponential") == pytest.approx(expected, rel=1e-12)


def test_an_item_named_again_gains_nothing_more() -> None:
    once = ndcg_at_k(pl.Series(["a b"]), pl.Series(["a x"]), None, k=2, gain="linear")
    assert ndcg_at_k(pl.Series(["a b"]), pl.Series(["a a"]), None, k=2, gain="linear") == once
    assert once == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_an_item_may_have_a_colon_in_its_name() -> None:
    assert ndcg_at_k(pl.Series(["urn:a:2 urn:b"]), pl.Series(["urn:a urn:b"]), None, k=5, gain="linear") == 1


def test_a_row_without_a_true_item_is_the_hosts_error() -> None:
    with pytest.raises(HostError, match="no true item"):
        some_true(pl.Series(["a", " "]), None, k=5)
    for nothing in ("", "\x1f", "a:0 b:0"):
        with pytest.raises(HostError, match="no true item"):
            some_gain(pl.Series(["a", nothing]), None, k=5, gain="linear")


def test_gains_that_cannot_be_are_the_hosts_error() -> None:
    for twice in ("a a", "a:1 a:2", "a a:2"):
        with pytest.raises(HostError, match="twice"):
            some_gain(pl.Series(["a", twice]), None, k=5, gain="linear")
    with pytest.raises(HostError, match="too large"):
        some_gain(pl.Series(["a:5000"]), None, k=5, gain="exponential")
