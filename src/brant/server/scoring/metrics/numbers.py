"""Metrics of numbers: absolute, squared, logarithmic and relative errors, R², rank correlation.

With several columns each is the mean of those of the columns.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics.sums import Weights, exact_sum, mean

Floats = NDArray[np.float64]


def mae(truth: Floats, guess: Floats, weights: Weights) -> float:
    """The mean absolute error."""
    return _by_column(truth, guess, lambda t, g: mean(np.abs(t - g), weights))


def rmse(truth: Floats, guess: Floats, weights: Weights) -> float:
    """The root mean squared error."""
    return _by_column(truth, guess, lambda t, g: math.sqrt(mean((t - g) ** 2, weights)))


def rmsle(truth: Floats, guess: Floats, weights: Weights) -> float:
    """The root mean squared error of ln(1 + x)."""
    return rmse(np.log1p(truth), np.log1p(guess), weights)


def mape(truth: Floats, guess: Floats, weights: Weights) -> float:
    """The mean of errors as shares of the truth."""
    return _by_column(truth, guess, lambda t, g: mean(np.abs(t - g) / np.abs(t), weights))


def mape_defined(truth: Floats, weights: Weights, **_: Any) -> None:
    """Raises HostError where a truth is 0."""
    del weights
    if (truth == 0).any():
        raise HostError(
            "a truth is 0, and no error is a share of that: use another metric, or leave such rows out"
        )


def r2(truth: Floats, guess: Floats, weights: Weights) -> float:
    """One minus the squared errors divided by those of the mean."""
    truth, guess, weights = _that_count(truth, guess, weights)

    def of(t: Floats, g: Floats) -> float:
        spread, shift = _spread(t, weights)
        return 1 - mean(np.ldexp(t - g, shift) ** 2, weights) / spread

    return _by_column(truth, guess, of)


def r2_defined(truth: Floats, weights: Weights, **_: Any) -> None:
    """Raises HostError where all truths of a column are the same."""
    varied(truth, weights)
    truth, _same, weights = _that_count(truth, truth, weights)
    if not all(_spread(column, weights)[0] for column in truth.T):
        raise HostError("the truths of a column differ too little: the metric needs some that differ more")


def _that_count(truth: Floats, guess: Floats, weights: Weights) -> tuple[Floats, Floats, Weights]:
    if weights is None:
        return truth, guess, None
    there = weights > 0
    return truth[there], guess[there], weights[there]


def _spread(truth: Floats, weights: Weights) -> tuple[float, int]:
    """The mean squared distance from the mean, times 4 to the power of what comes second.

    That keeps the squares of small numbers from being 0.
    """
    distances = truth - mean(truth, weights)
    shift = -int(np.frexp(np.abs(distances).max())[1])
    return mean(np.ldexp(distances, shift) ** 2, weights), shift


def spearman(truth: Floats, guess: Floats, weights: Weights) -> float:
    """Pearson's correlation of ranks; 0 where all guesses are the same."""
    del weights
    return _by_column(truth, guess, _rank_correlation)


def varied(truth: Floats, weights: Weights, **_: Any) -> None:
    """Raises HostError where all truths of a column are the same."""
    counted = truth if weights is None else truth[weights > 0]
    if (counted.min(axis=0) == counted.max(axis=0)).any():
        raise HostError("all truths of a column are the same: the metric needs some that differ")


def _rank_correlation(truth: Floats, guess: Floats) -> float:
    t, g = _centred_ranks(truth), _centred_ranks(guess)
    spread = exact_sum(t * t) * exact_sum(g * g)
    return exact_sum(t * g) / math.sqrt(spread) if spread else 0.0


def _centred_ranks(values: Floats) -> Floats:
    """Twice the distance of each rank from the middle: whole numbers, so exact. Ties share a mean rank."""
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    before = np.cumsum(sizes) - sizes
    ranks: Floats = (2 * before + sizes - len(values)).astype(np.float64)
    return ranks[place]


def _by_column(truth: Floats, guess: Floats, of: Callable[[Floats, Floats], float]) -> float:
    scores = [of(truth[:, each], guess[:, each]) for each in range(truth.shape[1])]
    return exact_sum(np.array(scores)) / len(scores)
