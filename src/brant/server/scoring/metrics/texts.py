"""Metrics of texts: the mean Levenshtein distance."""

from typing import Final

import numpy as np
import polars as pl

from brant.server.scoring.metrics.sums import Weights

_ROWS: Final = 50_000


def levenshtein(truth: pl.Series, guess: pl.Series, weights: Weights) -> float:
    """The mean number of characters that differ."""
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cpdist

    del weights
    total = 0
    for start in range(0, len(truth), _ROWS):
        pair = (each[start : start + _ROWS].to_list() for each in (truth, guess))
        total += int(cpdist(*pair, scorer=Levenshtein.distance, dtype=np.int64).sum())
    return total / len(truth)
