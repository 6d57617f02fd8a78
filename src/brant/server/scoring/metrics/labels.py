"""Metrics of labels: accuracy, balanced accuracy, F-beta, Matthews correlation, quadratic weighted kappa."""

import math
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics.sums import Weights, exact_sum


class _Counts(NamedTuple):
    """By label: how often it is true, predicted, and both; what does not need a matrix of all pairs."""

    labels: list[str]
    true: NDArray[np.float64]
    predicted: NDArray[np.float64]
    both: NDArray[np.float64]


def accuracy(truth: pl.Series, guess: pl.Series, weights: Weights) -> float:
    """The share of rows that are right."""
    right = (truth == guess).to_numpy()
    if weights is None:
        return int(np.count_nonzero(right)) / len(right)
    return exact_sum(weights[right]) / exact_sum(weights)


def balanced_accuracy(truth: pl.Series, guess: pl.Series, weights: Weights) -> float:
    """The mean recall of the classes that are true somewhere."""
    counts = _counted(truth, guess, weights)
    there = counts.true > 0
    return exact_sum(counts.both[there] / counts.true[there]) / int(np.count_nonzero(there))


def f_beta(
    truth: pl.Series, guess: pl.Series, weights: Weights, *, beta: float, average: str, positive: str
) -> float:
    """F-beta of the class `positive`, or averaged over all classes that are true or predicted somewhere."""
    counts = _counted(truth, guess, weights)
    if average == "micro":
        return exact_sum(counts.both) / exact_sum(counts.true)
    square = beta * beta
    scale = square * counts.true + counts.predicted
    scores = np.divide((1 + square) * counts.both, scale, out=np.zeros_like(scale), where=scale > 0)
    if average == "binary":
        return float(scores[counts.labels.index(positive)])
    if average == "weighted":
        return exact_sum(scores * counts.true) / exact_sum(counts.true)
    return exact_sum(scores) / len(scores)


def f_beta_defined(truth: pl.Series, weights: Weights, *, average: str, positive: str, **_: Any) -> None:
    """Raises HostError where the class to look at is never true."""
    del weights
    if average == "binary" and not (truth == positive).any():
        raise HostError(f'no row is of the class "{positive}": set `positive` to one of the labels')


def mcc(truth: pl.Series, guess: pl.Series, weights: Weights) -> float:
    """R_K of Gorodkin (2004), which for two classes is Matthews' coefficient."""
    counts = _counted(truth, guess, weights)
    if np.count_nonzero(counts.true) < 2 or np.count_nonzero(counts.predicted) < 2:
        return 0.0
    total = exact_sum(counts.true)
    together = exact_sum(counts.both) * total - exact_sum(counts.true * counts.predicted)
    spread_true = total * total - exact_sum(counts.true * counts.true)
    spread_predicted = total * total - exact_sum(counts.predicted * counts.predicted)
    # Of weights that differ by more than floats can tell, the lighter classes are none.
    if spread_true <= 0 or spread_predicted <= 0:
        return 0.0
    return together / math.sqrt(spread_true * spread_predicted)


def quadratic_weighted_kappa(truth: NDArray[np.int64], guess: NDArray[np.int64], weights: Weights) -> float:
    """One minus the disagreement that is, divided by that of chance; in whole numbers up to the division."""
    del weights
    n = len(truth)
    is_there = n * int(((truth - guess) ** 2).sum())
    squares = int((truth**2).sum()) + int((guess**2).sum())
    by_chance = n * squares - 2 * int(truth.sum()) * int(guess.sum())
    return 1.0 if is_there == 0 else 1 - is_there / by_chance


def _counted(truth: pl.Series, guess: pl.Series, weights: Weights) -> _Counts:
    labels = pl.concat([truth.unique(), guess.unique()]).unique().sort().to_list()
    kind = pl.Enum(labels)
    true = truth.cast(kind).to_physical().to_numpy()
    predicted = guess.cast(kind).to_physical().to_numpy()
    right = true == predicted
    return _Counts(
        labels,
        np.bincount(true, weights, len(labels)).astype(np.float64),
        np.bincount(predicted, weights, len(labels)).astype(np.float64),
        np.bincount(true[right], None if weights is None else weights[right], len(labels)).astype(np.float64),
    )
