"""Batches: as many items as one statement may name, or one transaction should take."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one maybe shorter; none for no items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
