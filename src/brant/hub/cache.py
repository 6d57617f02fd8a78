"""The cache of the official library, shared: the same folders and markers (hub.json `cache_layout`)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from brant.contract.handles import DatasetHandle
from brant.hub.places import MARKERS, Place


def cache_folder(environ: Mapping[str, str], home: Path) -> Path:
    """KAGGLEHUB_CACHE as it is, else ~/.cache/kagglehub (hub.json `env_vars`)."""
    named = environ.get("KAGGLEHUB_CACHE")
    return Path(named) if named is not None else home / ".cache" / "kagglehub"


class DatasetPlace(Place):
    """Where one version of a dataset lies."""

    def __init__(
        self, handle: DatasetHandle, *, files: Path, beside: Path, bundle: Path, markers: Path
    ) -> None:
        super().__init__(str(handle), files=files, beside=beside, bundle=bundle, markers=markers)
        self.handle = handle

    @classmethod
    def in_cache(cls, root: Path, handle: DatasetHandle) -> Self:
        """In the cache folder `root`; the handle names a version."""
        base, version = root / "datasets" / handle.owner / handle.slug, str(handle.version)
        return cls(
            handle,
            files=base / "versions" / version,
            beside=base / f"{version}.archive",
            bundle=base / f"{version}.complete",
            markers=base / MARKERS / version,
        )

    @classmethod
    def in_output(cls, output: Path, handle: DatasetHandle) -> Self:
        """In a folder of the caller's own; the handle names a version."""
        markers = output / MARKERS / "datasets" / handle.owner / handle.slug / str(handle.version)
        return cls(
            handle,
            files=output,
            beside=output / f"{handle.version}.archive",
            bundle=markers / "bundle.complete",
            markers=markers,
        )


class CompetitionPlace(Place):
    """Where the data of a competition lies. There is one version of it, the newest."""

    is_cached = True

    def age(self, file: str | None) -> Path:
        """What tells by its date how old `file`, or all of it, is.

        In the cache that is what both libraries look at; a folder of the caller's own changes with what they
        put there, and its markers do not.
        """
        return self.path(file) if self.is_cached else self.marker_of(file)

    @classmethod
    def in_cache(cls, root: Path, slug: str) -> Self:
        """In the cache folder `root`."""
        base = root / "competitions"
        return cls(
            slug,
            files=base / slug,
            beside=base / f"{slug}.archive",
            bundle=base / f"{slug}.complete",
            markers=base / MARKERS / slug,
        )

    @classmethod
    def in_output(cls, output: Path, slug: str) -> Self:
        """In a folder of the caller's own."""
        markers = output / MARKERS / "competitions" / slug
        place = cls(
            slug,
            files=output,
            beside=output / f"{slug}.archive",
            bundle=markers / "bundle.complete",
            markers=markers,
        )
        place.is_cached = False
        return place


Cached = DatasetPlace | CompetitionPlace
"""Whatever the cache may hold."""


def newest_complete(root: Path, handle: DatasetHandle, file: str | None) -> DatasetPlace | None:
    """The newest version in the cache that has `file`, or is whole, for when nobody can be asked which is
    newest.
    """
    base = root / "datasets" / handle.owner / handle.slug / "versions"
    return _newest(base, handle, lambda one: DatasetPlace.in_cache(root, one), file)


def newest_in_output(output: Path, handle: DatasetHandle, file: str | None) -> DatasetPlace | None:
    """The same in an output folder."""
    base = output / MARKERS / "datasets" / handle.owner / handle.slug
    return _newest(base, handle, lambda one: DatasetPlace.in_output(output, one), file)


def _newest(
    base: Path, handle: DatasetHandle, place_of: Callable[[DatasetHandle], DatasetPlace], file: str | None
) -> DatasetPlace | None:
    for number in sorted(version_numbers(base), reverse=True):
        place = place_of(handle.at(number))
        if place.holds(file):
            return place
    return None


def version_numbers(folder: Path) -> set[int]:
    """The versions that have an entry of their own in `folder`; whatever follows a dot does not count."""
    heads = (entry.name.partition(".")[0] for entry in folder.glob("*"))
    return {int(head) for head in heads if head.isascii() and head.isdigit() and head == str(int(head))}
