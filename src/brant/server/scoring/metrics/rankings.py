"""Metrics of ranked lists: mean average precision and normalized discounted cumulative gain, both at k."""

import math
import re
from collections.abc import Sequence
from operator import mul
from typing import Any, Final

import polars as pl

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics.sums import Weights

_GAIN: Final = re.compile(r"(.+):([0-9]+(?:\.[0-9]+)?)", re.DOTALL)
_LARGEST_GAIN: Final = 1000.0


def map_at_k(truth: pl.Series, guess: pl.Series, weights: Weights, *, k: int) -> float:
    """The mean over rows of the average precision of the first k items."""
    del weights
    return math.fsum(_average_precision(t, g, k) for t, g in zip(truth, guess, strict=True)) / len(truth)


def some_true(truth: pl.Series, weights: Weights, **_: Any) -> None:
    """Raises HostError where a row has no true item."""
    del weights
    if (truth.str.strip_chars() == "").any():
        raise HostError("a row has no true item, so that no list is right or wrong: leave it out")


def ndcg_at_k(truth: pl.Series, guess: pl.Series, weights: Weights, *, k: int, gain: str) -> float:
    """The mean over rows of the gain of the first k items as a share of the best possible."""
    del weights
    discounts = [1 / math.log2(place + 2) for place in range(k)]
    exponential = gain == "exponential"
    shares = (
        _share(_gains(t, exponential=exponential), g.split(None, k), discounts)
        for t, g in zip(truth, guess, strict=True)
    )
    return math.fsum(shares) / len(truth)


def some_gain(truth: pl.Series, weights: Weights, *, gain: str, **_: Any) -> None:
    """Raises HostError where nothing can be gained in a row, or too much."""
    some_true(truth, weights)
    # Without a gain of its own an item has one of 1.
    for written in truth.filter(truth.str.contains(":", literal=True)):
        if not any(_gains(written, exponential=gain == "exponential").values()):
            raise HostError(
                "a row has no true item of any gain, so that no list is right or wrong: leave it out"
            )


def _average_precision(truth: str, guess: str, k: int) -> float:
    true = set(truth.split())
    left = set(true)
    total = 0.0
    for place, item in enumerate(guess.split(None, k)[:k], 1):
        if item in left:
            left.remove(item)
            total += (len(true) - len(left)) / place
    return total / min(len(true), k)


def _share(gains: dict[str, float], guess: Sequence[str], discounts: Sequence[float]) -> float:
    """Takes out of `gains` what it finds, so that an item counts once."""
    best = sorted(gains.values(), reverse=True) if len(gains) > 1 else gains.values()
    possible = math.fsum(map(mul, best, discounts))
    if gains.keys().isdisjoint(guess):
        return 0.0
    found = [discount * gains.pop(item, 0.0) for item, discount in zip(guess, discounts, strict=False)]
    return math.fsum(found) / possible


def _gains(truth: str, *, exponential: bool) -> dict[str, float]:
    items = truth.split()
    plain = dict.fromkeys(items, 1.0)
    gains = plain if ":" not in truth else dict(_with_gain(item, exponential=exponential) for item in items)
    if len(gains) < len(items):
        raise HostError("a row of the solution has a true item twice: name each once")
    return gains


def _with_gain(written: str, *, exponential: bool) -> tuple[str, float]:
    match = _GAIN.fullmatch(written)
    item, gain = (match[1], float(match[2])) if match else (written, 1.0)
    if gain > _LARGEST_GAIN:
        raise HostError(f"the gain {gain:g} is too large: {_LARGEST_GAIN:g} at most")
    return item, 2**gain - 1 if exponential else gain
