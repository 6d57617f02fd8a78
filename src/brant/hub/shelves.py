"""What stands in the cache: every version of a dataset and every competition that anybody has brought."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from brant.contract.handles import DatasetHandle, competition_slug
from brant.errors import InvalidHandle, NotFound
from brant.hub.cache import Cached, CompetitionPlace, DatasetPlace, version_numbers
from brant.hub.places import MARKERS

# What the official library keeps beside them (hub.json `cache_layout`), and nobody here reads yet.
_ELSEWHERE: Final = ("models", "notebooks")


def places(root: Path, wanted: Sequence[str] = ()) -> list[Cached]:
    """What stands in the cache folder `root`, by name; of `wanted` alone, if it names any.

    A dataset is named by its handle, all of its versions by one without a version, a competition by its slug.
    Raises InvalidHandle, and NotFound with the first of `wanted` of which the cache has nothing.
    """
    found: list[Cached] = [DatasetPlace.in_cache(root, handle) for handle in sorted(_datasets(root))]
    found += [CompetitionPlace.in_cache(root, slug) for slug in sorted(_competitions(root))]
    names = [str(DatasetHandle.parse(text)) if "/" in text else competition_slug(text) for text in wanted]
    for name in names:
        if not any(_is_meant(place, name) for place in found):
            raise NotFound(f"{name} is not in the cache {root}: see what is, with 'brant cache verify'")
    return [place for place in found if not names or any(_is_meant(place, name) for name in names)]


def other_kinds(root: Path) -> list[str]:
    """The kinds of things in the cache that are neither datasets nor competitions."""
    return [kind for kind in _ELSEWHERE if any((root / kind).glob("*"))]


def _is_meant(place: Cached, name: str) -> bool:
    return name in (place.name, place.name.partition("/versions/")[0])


def _datasets(root: Path) -> Iterator[DatasetHandle]:
    for base in (root / "datasets").glob("*/*"):
        try:
            handle = DatasetHandle.parse(f"{base.parent.name}/{base.name}")
        except InvalidHandle:
            continue
        # `N` below `versions` and `.complete`, `N.complete` beside them: any of them may be missing.
        shelves = (base / "versions", base / MARKERS, base)
        for number in set().union(*(version_numbers(shelf) for shelf in shelves)):
            if number:
                yield handle.at(number)


def _competitions(root: Path) -> set[str]:
    base, found = root / "competitions", set[str]()
    # `SLUG` here and below `.complete`, `SLUG.complete` beside it: any of them may be missing.
    for entry in (*base.glob("*"), *(base / MARKERS).glob("*")):
        with suppress(InvalidHandle):
            found.add(competition_slug(entry.name.removesuffix(".complete")))
    return found
