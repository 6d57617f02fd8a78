"""The split: which rows of a solution make the public score, which the private one, and which neither."""

from itertools import chain
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints
from brant.server.scoring.tables import Table

_USAGES: Final = ("public", "private", "ignored")
_CHUNK: Final = 1 << 16
_GAMMA: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1


class Split(NamedTuple):
    """The indices of the public and of the private rows, in rising order."""

    public: NDArray[np.int64]
    private: NDArray[np.int64]


def usage_column(names: list[str]) -> str | None:
    """The column that tells the split: `Usage`, in any case."""
    return next((name for name in names if name.lower() == "usage"), None)


def by_usage(table: Table, column: str, complaints: Complaints) -> Split:
    """The split that a column tells. Complains of words other than Public, Private and Ignored."""
    usage = table.column(column).fill_null("").str.strip_chars().str.to_lowercase()
    strange = ~usage.is_in(_USAGES)
    complaints.add("neither Public nor Private nor Ignored", table.where(strange, column), int(strange.sum()))
    return Split(*((usage == word).arg_true().to_numpy().astype(np.int64) for word in _USAGES[:2]))


def by_seed(ids: pl.Series, seed: int, public_percent: int) -> Split:
    """A split of `public_percent` of the rows, drawn by the seed and each id.

    It depends on the ids alone, not on their order. Where both parts are wanted, both have a row.
    """
    count = (len(ids) * public_percent + 50) // 100
    if 0 < public_percent < 100 and len(ids) > 1:
        count = min(max(count, 1), len(ids) - 1)
    public = _smallest(_keys(ids, seed), count)
    return Split(np.flatnonzero(public), np.flatnonzero(~public))


def _smallest(keys: NDArray[np.uint64], count: int) -> NDArray[np.bool_]:
    """Which `count` keys are the smallest; of two that are the same, the first."""
    if not 0 < count < len(keys):
        return np.full(len(keys), count > 0)
    last = np.partition(keys, count - 1)[count - 1]
    smallest: NDArray[np.bool_] = keys < last
    same = np.flatnonzero(keys == last)
    smallest[same[: count - int(np.count_nonzero(smallest))]] = True
    return smallest


def _keys(ids: pl.Series, seed: int) -> NDArray[np.uint64]:
    """The CRC-32 of each id, mixed with the seed by SplitMix64 (Steele, Lea, Flood, 2014).

    A cryptographic hash would take several times as long, and hide nothing: who has the seed has the split.
    """
    encoded = ids.cast(pl.Binary)
    portions = (encoded[start : start + _CHUNK].to_list() for start in range(0, len(ids), _CHUNK))
    keys = np.fromiter(chain.from_iterable(map(crc32, each) for each in portions), np.uint64, len(ids))
    keys += np.uint64((seed + 1) * _GAMMA & _MASK)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        keys = (keys ^ (keys >> np.uint64(shift))) * np.uint64(factor)
    return keys ^ (keys >> np.uint64(31))
