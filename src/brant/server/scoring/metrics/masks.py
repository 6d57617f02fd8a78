"""Metrics of masks that are run-length encoded: intersection over union, and Dice's coefficient.

Pixels are compared as the numbers that they have; how wide an image is, and in which order its pixels are
counted, makes no difference.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints
from brant.server.scoring.metrics.sums import Weights, exact_sum
from brant.server.scoring.metrics.words import words
from brant.server.scoring.tables import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Of this many rows the runs are held at a time.
_ROWS: Final = 20_000
_LAST_PIXEL: Final = 10**12
_SMALL: Final = np.iinfo(np.int32).max


class _Runs(NamedTuple):
    """The runs of several masks, mask after mask: which mask each is of, first pixel and the one behind."""

    masks: int
    of: Ints
    first: Ints
    end: Ints


class Masks:
    """The masks of a column as runs; can be indexed by an array of row numbers."""

    def __init__(self, first: NDArray[Any], end: NDArray[Any], start: Ints, count: Ints) -> None:
        """Of all runs the first pixel and the one behind; of each mask the first run, and how many it has."""
        self._first, self._end = first, end
        self._start, self._count = start, count

    def __len__(self) -> int:
        return len(self._count)

    def __getitem__(self, rows: Ints) -> "Masks":
        return Masks(self._first, self._end, self._start[rows], self._count[rows])

    def portions(self) -> "Iterator[_Runs]":
        """The runs of some masks after those of others; each portion counts its masks from 0."""
        for row in range(0, len(self._count), _ROWS):
            start, count = self._start[row : row + _ROWS], self._count[row : row + _ROWS]
            of = np.repeat(np.arange(len(count)), count)
            at = np.arange(len(of)) + (start - (np.cumsum(count) - count))[of]
            yield _Runs(len(count), of, self._first[at].astype(np.int64), self._end[at].astype(np.int64))


class _Areas(NamedTuple):
    """Numbers of pixels, by row: in both masks, in the true one, in the guessed one."""

    both: Floats
    true: Floats
    guessed: Floats


def mask_iou(truth: Masks, guess: Masks, weights: Weights) -> float:
    """The mean over rows of the pixels in both as a share of those in either."""
    del weights
    both, true, guessed = _areas(truth, guess)
    either = true + guessed - both
    return exact_sum(np.divide(both, either, out=np.ones(len(either)), where=either > 0)) / len(truth)


def mask_dice(truth: Masks, guess: Masks, weights: Weights) -> float:
    """The mean over rows of twice the pixels in both divided by those of each added up."""
    del weights
    both, true, guessed = _areas(truth, guess)
    sizes = true + guessed
    return exact_sum(np.divide(2 * both, sizes, out=np.ones(len(sizes)), where=sizes > 0)) / len(truth)


def read(table: Table, column: str, complaints: Complaints) -> Masks:
    """The masks of a column; complains of those that are not run-length encoded."""
    portions = [
        _read(
            Table(table.frame[start : start + _ROWS], table.rows[start : start + _ROWS]), column, complaints
        )
        for start in range(0, len(table.rows), _ROWS)
    ]
    count, first, end = (np.concatenate(each) for each in zip(*portions, strict=True))
    return Masks(first, end, np.cumsum(count) - count, count)


def _read(table: Table, column: str, complaints: Complaints) -> tuple[Ints, NDArray[Any], NDArray[Any]]:
    """How many runs each mask has, the first pixels of all, and those behind the last."""
    rows = len(table.rows)
    of, texts = words(table.column(column).fill_null(""))
    numbers = texts.cast(pl.Int64, strict=False)
    strange = _among(of, numbers.is_null().to_numpy(), rows)
    odd = (np.bincount(of, minlength=rows) % 2 == 1) & ~strange
    wrong = strange | odd
    if wrong.any():
        sound = ~wrong[of]
        of, numbers = of[sound], numbers.filter(sound)
    values = numbers.to_numpy()
    of, first, end = of[::2], values[::2], values[::2] + values[1::2]
    beyond = (first < 1) | (end <= first) | (end > _LAST_PIXEL)
    overlap = (of[1:] == of[:-1]) & (first[1:] < end[:-1])
    for kind, flags in (
        ("not pairs of whole numbers, parted by spaces", strange),
        ("a number without its pair", odd),
        ("a run of no pixel, or beyond any image", _among(of, beyond, rows)),
        ("runs that overlap, or are not in order", _among(of[1:], overlap, rows)),
    ):
        complaints.add(kind, table.where(pl.Series(flags), column), int(flags.sum()))
    # Half the memory holds the runs of any usual image.
    size = np.int32 if end.max(initial=0) <= _SMALL else np.int64
    return np.bincount(of, minlength=rows), first.astype(size), end.astype(size)


def _areas(truth: Masks, guess: Masks) -> _Areas:
    parts = [_areas_of(*pair) for pair in zip(truth.portions(), guess.portions(), strict=True)]
    return _Areas(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _areas_of(true: _Runs, guessed: _Runs) -> _Areas:
    # Put end to end, masks are one long mask.
    length = max(int(runs.end.max(initial=0)) for runs in (true, guessed))
    start, sizes = true.of * length + true.first, true.end - true.first
    before = np.cumsum(sizes) - sizes

    def covered(pixel: Ints) -> Ints:
        """How many pixels before this one are true."""
        if not len(start):
            return np.zeros(len(pixel), np.int64)
        run = np.searchsorted(start, pixel, side="right") - 1
        inside = before[run] + np.minimum(pixel - start[run], sizes[run])
        return np.where(run >= 0, inside, 0)

    shift = guessed.of * length
    common = covered(guessed.end + shift) - covered(guessed.first + shift)
    return _Areas(
        _added(guessed.of, common, true.masks),
        _added(true.of, sizes, true.masks),
        _added(guessed.of, guessed.end - guessed.first, true.masks),
    )


def _added(of: Ints, sizes: Ints, rows: int) -> Floats:
    """By row; whole numbers far below 2**53, and so exact."""
    return np.bincount(of, sizes, rows).astype(np.float64)


def _among(of: Ints, flags: Flags, rows: int) -> Flags:
    """The rows of which one is flagged."""
    return np.bincount(of[flags], minlength=rows) > 0
