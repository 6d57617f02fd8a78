"""Words: texts taken apart at their spaces, all at once."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]

# What is a space to people, but not the one that words are parted by.
_OTHER_SPACES: Final = r"[\s\x1c-\x1f--\x20]"


class Words(NamedTuple):
    """The words of several texts, text after text, and which text each is of."""

    of: Ints
    words: pl.Series


def words(texts: pl.Series) -> Words:
    """What the space parts; there are no empty words."""
    pieces = texts.str.split(" ")
    of = np.repeat(np.arange(len(texts)), pieces.list.len().to_numpy())
    flat = pieces.explode()
    some = flat != ""
    return Words(of, flat) if some.all() else Words(of[some.to_numpy()], flat.filter(some))


def places(of: Ints, texts: int) -> Ints:
    """Where in its text each word stands, counted from 0, by the text that each is of, of so many texts."""
    counts = np.bincount(of, minlength=texts)
    first = np.cumsum(counts) - counts
    return np.arange(len(of)) - first[of]


def with_plain_spaces(texts: pl.Series) -> pl.Series:
    """The texts with the space in place of tabs, line ends and whatever else is none but looks like one."""
    return texts.str.replace_all(_OTHER_SPACES, " ") if texts.str.contains(_OTHER_SPACES).any() else texts
