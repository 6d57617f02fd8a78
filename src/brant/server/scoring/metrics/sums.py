"""Sums that are rounded once: the same to the last bit, whatever the order."""

import math
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64] | None
"""How much each row counts; None: all the same."""

_CHUNK: Final = 1 << 16


def exact_sum(values: NDArray[Any]) -> float:
    """The sum of all values, rounded once."""
    flat = values.ravel()
    portions = (flat[start : start + _CHUNK].tolist() for start in range(0, len(flat), _CHUNK))
    return math.fsum(chain.from_iterable(portions))


def mean(values: NDArray[Any], weights: Weights) -> float:
    """Their weighted mean."""
    if weights is None:
        return exact_sum(values) / len(values)
    return exact_sum(values * weights) / exact_sum(weights)


def scaled(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights times a power of two, which changes no mean: products of the largest stay numbers."""
    return np.ldexp(weights, -int(np.frexp(weights.max())[1]))
