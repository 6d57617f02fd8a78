"""Metrics of ranked lists: mean average precision and normalized discounted cumulative gain, both at k."""

import math
from collections.abc import Iterator
from itertools import count
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics.sums import Weights, exact_sum
from brant.server.scoring.metrics.words import Words, places, with_plain_spaces, words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Of this many rows the items are held at a time.
_ROWS: Final = 50_000
_GAIN: Final = r"(?s)^(.+):([0-9]+(?:\.[0-9]+)?)$"
_LARGEST_GAIN: Final = 1000.0
# Odd, so that rows get keys of their own.
_ROW_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


class _Hits(NamedTuple):
    """The guessed items that are true, each the first time it stands in its row: `guessed` of `true`, indices
    of words, in the order of the guess; and of the true words those that stand in their row already."""

    guessed: Ints
    true: Ints
    again: Ints


def map_at_k(truth: pl.Series, guess: pl.Series, weights: Weights, *, k: int) -> float:
    """The mean over rows of the average precision of the first k items."""
    del weights
    return _mean(_average_precisions(t, g, k) for t, g in _portions(truth, guess))


def some_true(truth: pl.Series, weights: Weights, **_: Any) -> None:
    """Raises HostError where a row has no true item."""
    del weights
    if (with_plain_spaces(truth).str.strip_chars(" ") == "").any():
        raise HostError("a row has no true item, so that no list is right or wrong: leave it out")


def ndcg_at_k(truth: pl.Series, guess: pl.Series, weights: Weights, *, k: int, gain: str) -> float:
    """The mean over rows of the gain of the first k items as a share of the best possible."""
    del weights
    discounts = np.array([1 / math.log2(place + 2) for place in range(k)])
    exponential = gain == "exponential"
    return _mean(_shares(t, g, discounts, exponential=exponential) for t, g in _portions(truth, guess))


def some_gain(truth: pl.Series, weights: Weights, *, gain: str, **_: Any) -> None:
    """Raises HostError where nothing can be gained in a row, or too much, or the same item twice."""
    some_true(truth, weights)
    for texts, _none in _portions(truth, truth):
        items, gains = _gains(words(texts), exponential=gain == "exponential")
        if not np.bincount(items.of, gains, len(texts)).all():
            raise HostError(
                "a row has no true item of any gain, so that no list is right or wrong: leave it out"
            )
        if len(items.of) > len(texts) and len(_repeated(items)[0]):
            raise HostError("a row has a true item twice: name each once")


def _average_precisions(truth: pl.Series, guess: pl.Series, k: int) -> Floats:
    true, guessed, rows = words(truth), _first(words(guess), k, len(guess)), len(truth)
    hits = _hits(true, guessed)
    of = guessed.of[hits.guessed]
    # The first hit of a row counts one, the next two, and so on.
    found = places(of, rows) + 1
    added = np.bincount(of, found / (places(guessed.of, rows)[hits.guessed] + 1), rows)
    different = np.bincount(true.of, minlength=rows) - np.bincount(true.of[hits.again], minlength=rows)
    averages: Floats = added / np.minimum(different, k)
    return averages


def _shares(truth: pl.Series, guess: pl.Series, discounts: Floats, *, exponential: bool) -> Floats:
    k, rows = len(discounts), len(truth)
    (true, gains), guessed = _gains(words(truth), exponential=exponential), _first(words(guess), k, rows)
    hits = _hits(true, guessed)
    worth = gains[hits.true] * discounts[places(guessed.of, rows)[hits.guessed]]
    found = np.bincount(guessed.of[hits.guessed], worth, rows)
    best = np.lexsort((-gains, true.of))
    place = places(true.of, rows)
    counted = place < k
    possible = np.bincount(true.of[counted], gains[best][counted] * discounts[place[counted]], rows)
    return found / possible


def _hits(true: Words, guessed: Words) -> _Hits:
    one, next_one = _repeated(Words(np.append(true.of, guessed.of), pl.concat([true.words, guessed.words])))
    there = len(true.of)
    hit = (one < there) & (next_one >= there)
    in_order = np.argsort(next_one[hit])
    return _Hits(next_one[hit][in_order] - there, one[hit][in_order], next_one[next_one < there])


def _repeated(items: Words) -> tuple[Ints, Ints]:
    """Of items that stand in their row more than once, each such place and the next one."""
    found, seeds = None, count()
    while found is None:
        keys = items.words.hash(next(seeds)).to_numpy() + items.of.astype(np.uint64) * _ROW_FACTOR
        found = _same(keys, items)
    return found


def _same(keys: NDArray[np.uint64], items: Words) -> tuple[Ints, Ints] | None:
    """By their keys; None where two items of one key are not the same."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    # Only these, which are few, have to be in the order of their places.
    several = np.sort(order[np.append(same, False) | np.append(False, same)])
    several = several[np.argsort(keys[several], kind="stable")]
    same = keys[several[1:]] == keys[several[:-1]]
    one, next_one = several[:-1][same], several[1:][same]
    told_apart = (items.of[one] == items.of[next_one]).all() and (
        items.words[one] == items.words[next_one]
    ).all()
    return (one, next_one) if told_apart else None


def _first(items: Words, k: int, rows: int) -> Words:
    early = places(items.of, rows) < k
    return items if early.all() else Words(items.of[early], items.words.filter(early))


def _gains(items: Words, *, exponential: bool) -> tuple[Words, Floats]:
    """The items without their gains, and these. Raises HostError for one that is too large."""
    if not items.words.str.contains(":", literal=True).any():
        return items, np.ones(len(items.of))
    parts = pl.DataFrame(
        {"item": items.words.str.extract(_GAIN, 1), "gain": items.words.str.extract(_GAIN, 2)}
    )
    gains = parts["gain"].cast(pl.Float64).fill_null(1.0).to_numpy()
    if (gains > _LARGEST_GAIN).any():
        raise HostError(f"a gain is {gains.max():g}, which is too large: {_LARGEST_GAIN:g} at most")
    if exponential:
        gains = np.array([2**each - 1 for each in gains.tolist()])
    return Words(items.of, parts["item"].fill_null(items.words)), gains


def _portions(truth: pl.Series, guess: pl.Series) -> Iterator[tuple[pl.Series, pl.Series]]:
    for start in range(0, len(truth), _ROWS):
        end = start + _ROWS
        yield with_plain_spaces(truth[start:end]), with_plain_spaces(guess[start:end])


def _mean(portions: Iterator[Floats]) -> float:
    values = np.concatenate(list(portions))
    return exact_sum(values) / len(values)
