"""Masks: run-length encoding as Kaggle words it, and overlaps as counted pixel by pixel."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from brant.server.scoring.complaints import Complaints
from brant.server.scoring.errors import ParticipantError
from brant.server.scoring.metrics import masks
from brant.server.scoring.tables import Table
from tests.server.scoring.cases import cases
from tests.server.scoring.contest import Contest


def encoded(pixels: set[int]) -> str:
    """The runs of these pixels."""
    starts = sorted(pixel for pixel in pixels if pixel - 1 not in pixels)
    ends = sorted(pixel for pixel in pixels if pixel + 1 not in pixels)
    return " ".join(f"{start} {end - start + 1}" for start, end in zip(starts, ends, strict=True))


def read(*texts: str) -> masks.Masks:
    """The masks of a column of these, about which there is nothing to say."""
    complaints = Complaints(ParticipantError, "submission.csv")
    found = masks.read(Table(pl.DataFrame({"m": texts}), np.arange(len(texts)) + 2), "m", complaints)
    complaints.settle()
    return found


def test_pairs_are_a_first_pixel_and_a_length() -> None:
    """Kaggle's words for it: '1 3 10 5' is the pixels 1, 2, 3 and 10 to 14."""
    assert encoded({1, 2, 3, 10, 11, 12, 13, 14}) == "1 3 10 5"
    truth = read("1 3 10 5")
    assert masks.mask_iou(truth, read("3 1 10 1"), None) == 2 / 8
    assert masks.mask_dice(truth, read("3 1 10 1"), None) == 2 * 2 / (8 + 2)


@cases(100)
def test_overlaps_are_those_of_sets_of_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, pixels = int(rng.integers(1, 12)), int(rng.integers(1, 40))
    drawn = [
        [set((np.flatnonzero(rng.random(pixels) < share) + 1).tolist()) for _ in range(rows)]
        for share in (0.5, rng.random())
    ]
    truth, guess = (read(*map(encoded, side)) for side in drawn)
    pairs = list(zip(*drawn, strict=True))
    iou = [len(t & g) / len(t | g) if t | g else 1 for t, g in pairs]
    dice = [2 * len(t & g) / (len(t) + len(g)) if t | g else 1 for t, g in pairs]
    assert masks.mask_iou(truth, guess, None) == pytest.approx(sum(iou) / rows, rel=1e-12)
    assert masks.mask_dice(truth, guess, None) == pytest.approx(sum(dice) / rows, rel=1e-12)


def test_two_empty_masks_agree_and_one_does_not() -> None:
    empty, some = read(""), read("4 2")
    assert masks.mask_iou(empty, empty, None) == masks.mask_dice(empty, empty, None) == 1
    assert masks.mask_iou(empty, some, None) == masks.mask_dice(some, empty, None) == 0


def test_rows_beyond_the_first_portion_count_the_same() -> None:
    truth, guess = read(*["1 4"] * 45_000), read(*["1 4", "1 2", "9 9"] * 15_000)
    assert masks.mask_iou(truth, guess, None) == 0.5


def test_what_is_no_mask_is_told_by_row(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,m\n" + "".join(f"{row},1 1\n" for row in range(1, 8)), metric="mask_iou")
    words = contest.refusal("id,m\n1,1 1\n2,1 x\n3,5\n4,0 3\n5,3 0\n6,1 4 4 1\n7,9 1 2 1\n")
    assert 'not pairs of whole numbers, parted by spaces: row 3, column "m" ("1 x")' in words
    assert 'a number without its pair: row 4, column "m" ("5")' in words
    assert 'no pixel, or beyond any image: row 5, column "m" ("0 3"), row 6, column "m" ("3 0")' in words
    assert (
        'overlap, or are not in order: row 7, column "m" ("1 4 4 1"), row 8, column "m" ("9 1 2 1")' in words
    )


def test_masks_are_found_by_the_numbers_of_their_rows() -> None:
    truth, guess = read("1 4", "", "7 2 11 2"), read("7 2 11 1", "1 4", "")
    order = np.array([1, 2, 0])
    assert masks.mask_iou(truth, guess[order], None) == (1 + 1 + 3 / 4) / 3
    assert masks.mask_iou(truth[np.array([2])], guess[order][np.array([2])], None) == 3 / 4


def test_pixels_far_away_count_as_those_that_are_near() -> None:
    far = 10**12 - 10
    assert masks.mask_iou(read(f"{far} 4", "1 1"), read(f"{far + 2} 4", "1 1"), None) == (2 / 6 + 1) / 2
    assert masks.mask_iou(read("5 1"), read(f"{2**32 + 5} 1"), None) == 0
