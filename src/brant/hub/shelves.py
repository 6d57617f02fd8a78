"""Finds which versions the cache holds, whole or in part, whoever has brought them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from brant.contract.handles import DatasetHandle
from brant.errors import InvalidHandle, NotFound
from brant.hub.cache import DatasetPlace, version_numbers

# What the official library keeps beside datasets (hub.json `cache_layout`), and nobody here reads yet.
_ELSEWHERE: Final = ("models", "competitions", "notebooks")


def dataset_places(root: Path, wanted: Sequence[DatasetHandle] = ()) -> list[DatasetPlace]:
    """The versions in the cache folder `root`, by handle; of `wanted` alone, if it names any.

    A handle without a version stands for all of its versions. Raises NotFound, naming the first of `wanted`
    of which the cache has nothing.
    """
    found = sorted(_handles(root))
    for handle in wanted:
        if not any(_is_meant(one, handle) for one in found):
            raise NotFound(f"{handle} is not in the cache {root}: see what is, with 'brant cache verify'")
    chosen = [one for one in found if not wanted or any(_is_meant(one, handle) for handle in wanted)]
    return [DatasetPlace.in_cache(root, handle) for handle in chosen]


def other_kinds(root: Path) -> list[str]:
    """The kinds of things in the cache that are no datasets."""
    return [kind for kind in _ELSEWHERE if any((root / kind).glob("*"))]


def _is_meant(one: DatasetHandle, handle: DatasetHandle) -> bool:
    return handle in (one, one.at(None))


def _handles(root: Path) -> Iterator[DatasetHandle]:
    for base in (root / "datasets").glob("*/*"):
        try:
            handle = DatasetHandle.parse(f"{base.parent.name}/{base.name}")
        except InvalidHandle:
            continue
        # `N` below `versions` and `.complete`, `N.complete` beside them: any of them may be missing.
        shelves = (base / "versions", base / ".complete", base)
        for number in set().union(*(version_numbers(shelf) for shelf in shelves)):
            if number:
                yield handle.at(number)
