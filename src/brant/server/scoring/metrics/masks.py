"""Metrics of masks that are run-length encoded: intersection over union, and Dice's coefficient.

Pixels are compared as the numbers that they have; how wide an image is, and in which order its pixels are
counted, makes no difference.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from brant.server.scoring.complaints import Complaints
from brant.server.scoring.metrics.sums import Weights, exact_sum
from brant.server.scoring.tables import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Of this many rows the runs are held at a time.
_ROWS: Final = 20_000
_LAST_PIXEL: Final = 10**12


class _Areas(NamedTuple):
    """Numbers of pixels, by row: in both masks, in the true one, in the guessed one."""

    both: Floats
    true: Floats
    guessed: Floats


class _Runs(NamedTuple):
    """The runs of several masks, mask after mask: which mask each is of, first pixel and the one behind."""

    of: Ints
    first: Ints
    end: Ints


def mask_iou(truth: pl.Series, guess: pl.Series, weights: Weights) -> float:
    """The mean over rows of the pixels in both as a share of those in either."""
    del weights
    both, true, guessed = _areas(truth, guess)
    either = true + guessed - both
    return exact_sum(np.divide(both, either, out=np.ones(len(either)), where=either > 0)) / len(truth)


def mask_dice(truth: pl.Series, guess: pl.Series, weights: Weights) -> float:
    """The mean over rows of twice the pixels in both divided by those of each added up."""
    del weights
    both, true, guessed = _areas(truth, guess)
    sizes = true + guessed
    return exact_sum(np.divide(2 * both, sizes, out=np.ones(len(sizes)), where=sizes > 0)) / len(truth)


def check(table: Table, column: str, complaints: Complaints) -> None:
    """Complains of masks that are not run-length encoded."""
    for start in range(0, len(table.rows), _ROWS):
        part = Table(table.frame[start : start + _ROWS], table.rows[start : start + _ROWS])
        for kind, wrong in _mistakes(part.column(column).fill_null("")):
            complaints.add(kind, part.where(pl.Series(wrong), column), int(wrong.sum()))


def _mistakes(texts: pl.Series) -> Iterator[tuple[str, Flags]]:
    """Each kind, and which rows have it."""
    rows = len(texts)
    of, numbers = _numbers(texts)
    strange = _among(of, numbers.is_null().to_numpy(), rows)
    odd = (np.bincount(of, minlength=rows) % 2 == 1) & ~strange
    yield "not pairs of whole numbers", strange
    yield "a number without its pair", odd
    sound = ~(strange | odd)[of]
    runs = _runs(of[sound], numbers.filter(sound))
    beyond = (runs.first < 1) | (runs.end <= runs.first) | (runs.end > _LAST_PIXEL)
    yield "a run of no pixel, or beyond any image", _among(runs.of, beyond, rows)
    overlap = (runs.of[1:] == runs.of[:-1]) & (runs.first[1:] < runs.end[:-1])
    yield "runs that overlap, or are not in order", _among(runs.of[1:], overlap, rows)


def _areas(truth: pl.Series, guess: pl.Series) -> _Areas:
    starts = range(0, len(truth), _ROWS)
    parts = [_areas_of(truth[start : start + _ROWS], guess[start : start + _ROWS]) for start in starts]
    return _Areas(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _areas_of(truth: pl.Series, guess: pl.Series) -> _Areas:
    true, guessed, rows = _runs(*_numbers(truth)), _runs(*_numbers(guess)), len(truth)
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
        _added(guessed.of, common, rows),
        _added(true.of, sizes, rows),
        _added(guessed.of, guessed.end - guessed.first, rows),
    )


def _numbers(texts: pl.Series) -> tuple[Ints, pl.Series]:
    """All numbers, text after text, and which text each is of; None for what is no whole number."""
    pieces = texts.str.split(" ")
    of = np.repeat(np.arange(len(texts)), pieces.list.len().to_numpy().astype(np.int64))
    flat = pieces.explode()
    some = flat != ""
    return of[some.to_numpy()], flat.filter(some).cast(pl.Int64, strict=False)


def _runs(of: Ints, numbers: pl.Series) -> _Runs:
    values = numbers.to_numpy()
    return _Runs(of[::2], values[::2], values[::2] + values[1::2])


def _added(of: Ints, sizes: Ints, rows: int) -> Floats:
    """By row; whole numbers far below 2**53, and so exact."""
    return np.bincount(of, sizes, rows).astype(np.float64)


def _among(of: Ints, flags: Flags, rows: int) -> Flags:
    """The rows of which one is flagged."""
    return np.bincount(of[flags], minlength=rows) > 0
