"""Metrics of probabilities: log loss, Brier score, area under the ROC curve."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics.sums import Weights, exact_sum, mean

Marks = NDArray[np.uint8]
Floats = NDArray[np.float64]


def log_loss(truth: Marks, guess: Floats, weights: Weights, *, eps: float) -> float:
    """The mean of -ln p of what is true; several columns are divided by their sum before p is clipped."""
    if truth.shape[1] == 1:
        p = np.where(truth[:, 0] == 1, guess[:, 0], 1 - guess[:, 0])
    else:
        p = (guess / guess.sum(axis=1, keepdims=True))[truth == 1]
    return mean(-np.log(np.clip(p, eps, 1 - eps)), weights)


def brier(truth: Marks, guess: Floats, weights: Weights) -> float:
    """The mean over rows of the squared errors, added up where there are several columns."""
    return mean(((guess - truth) ** 2).sum(axis=1), weights)


def auc(truth: Marks, guess: Floats, weights: Weights) -> float:
    """The mean over columns of the share of pairs that are in the right order."""
    areas = [_area(truth[:, each] == 1, guess[:, each], weights) for each in range(truth.shape[1])]
    return exact_sum(np.array(areas)) / len(areas)


def auc_defined(truth: Marks, weights: Weights, **_: Any) -> None:
    """Raises HostError where there is nothing to tell apart."""
    counted = truth if weights is None else truth[weights > 0]
    marked = counted.sum(axis=0, dtype=np.int64)
    if (marked == 0).any() or (marked == len(counted)).any():
        raise HostError("a class has no row, or all of them: the area under the curve needs both kinds")


def _area(positive: NDArray[np.bool_], guess: Floats, weights: Weights) -> float:
    """Ties count half. Without weights all is in whole numbers below 2**53, so exact, up to the division."""
    _, place = np.unique(guess, return_inverse=True)
    size = int(place.max()) + 1
    up = np.bincount(place[positive], None if weights is None else weights[positive], size)
    down = np.bincount(place[~positive], None if weights is None else weights[~positive], size)
    below = np.cumsum(down) - down
    # Twice the pairs, to count halves.
    pairs = exact_sum(up * (2 * below + down))
    return pairs / (2 * exact_sum(up) * exact_sum(down))
