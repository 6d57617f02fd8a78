"""The cache of the official library, shared: the same folders and markers (hub.json `cache_layout`)."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from brant.contract.handles import DatasetHandle
from brant.errors import DestinationExists, LocalFailure

_MARKERS: Final = ".complete"


class DatasetPlace:
    """Where one version of a dataset lies, in the cache or in an output folder of the caller's own."""

    def __init__(
        self, handle: DatasetHandle, *, files: Path, archive: Path, bundle: Path, markers: Path
    ) -> None:
        self.handle = handle
        self.files = files
        self.archive = archive
        self._bundle = bundle
        self._markers = markers

    @classmethod
    def in_cache(cls, root: Path, handle: DatasetHandle) -> Self:
        """In the cache folder `root`; the handle names a version."""
        base, version = root / "datasets" / handle.owner / handle.slug, str(handle.version)
        return cls(
            handle,
            files=base / "versions" / version,
            archive=base / f"{version}.archive",
            bundle=base / f"{version}.complete",
            markers=base / _MARKERS / version,
        )

    @classmethod
    def in_output(cls, output: Path, handle: DatasetHandle) -> Self:
        """In a folder of the caller's own; the handle names a version."""
        markers = output / _MARKERS / "datasets" / handle.owner / handle.slug / str(handle.version)
        return cls(
            handle,
            files=output,
            archive=output / f"{handle.version}.archive",
            bundle=markers / "bundle.complete",
            markers=markers,
        )

    @property
    def lock(self) -> Path:
        """Held by the process at work on this version; in an output folder it lies among the files."""
        return self.archive.with_name(f".{self.archive.name}.lock")

    def path(self, file: str | None) -> Path:
        """Where `file`, or with None the whole version, is to be found."""
        return self.files / file if file else self.files

    def holds(self, file: str | None) -> bool:
        """Whether `file`, or with None the whole version, is there and whole."""
        return self._marker(file).is_file() and self.path(file).exists()

    def mark(self, file: str | None) -> None:
        """Say that `file`, or the whole version, is there and whole."""
        marker = self._marker(file)
        try:
            marker.parent.mkdir(parents=True, exist_ok=True)
            marker.touch()
        except OSError as error:
            raise LocalFailure(
                f"{marker} cannot be written ({error.strerror}): free space or mend its folder"
            ) from None

    def remove(self, file: str | None) -> None:
        """Forget the marker first, then remove what it stood for."""
        self._marker(file).unlink(missing_ok=True)
        target = self.path(file)
        try:
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        except OSError as error:
            raise LocalFailure(
                f"{target} cannot be removed ({error.strerror}): mend its permissions"
            ) from None

    def _marker(self, file: str | None) -> Path:
        return self._markers / f"{file}.complete" if file else self._bundle


def newest_complete(root: Path, handle: DatasetHandle, file: str | None) -> DatasetPlace | None:
    """The newest version in the cache that is whole, for when nobody can be asked which is newest."""
    base = root / "datasets" / handle.owner / handle.slug / "versions"
    numbers = [int(entry.name) for entry in base.glob("*") if entry.name.isascii() and entry.name.isdigit()]
    for number in sorted(numbers, reverse=True):
        place = DatasetPlace.in_cache(root, handle.at(number))
        if place.holds(file) or place.holds(None):
            return place
    return None


def prepare_output(place: DatasetPlace, file: str | None, *, force: bool) -> None:
    """Make the output folder ready, as the official library does.

    Raises DestinationExists (a FileExistsError) where something of unknown origin would be written over and
    `force` is not given. With `force` a folder of earlier downloads is emptied; of any other folder nothing
    is removed, only files of the same name are replaced.
    """
    target = place.path(file)
    if file:
        if target.exists() and not force:
            raise DestinationExists(f"{target} is there already: give force_download=True to replace it")
        return
    if target.is_dir() and not all(_is_begun(place, entry) for entry in target.iterdir()):
        if not force:
            raise DestinationExists(
                f"output_dir {target} is not empty: give force_download=True to replace what it holds"
            )
        if (target / _MARKERS).is_dir():
            _empty(target, but=place.lock)


def _is_begun(place: DatasetPlace, entry: Path) -> bool:
    """Whether this is the lock, or the unfinished archive of an earlier run, which can go on from there."""
    return entry == place.lock or entry.name.startswith(place.archive.name)


def _empty(folder: Path, *, but: Path) -> None:
    try:
        for entry in folder.iterdir():
            if entry == but:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    except OSError as error:
        raise LocalFailure(f"{folder} cannot be emptied ({error.strerror}): mend its permissions") from None


@contextmanager
def locked(place: DatasetPlace) -> Iterator[None]:
    """Wait until no other process is at work on this version; the system lets go for one that was killed."""
    lock = place.lock
    if lock.parent.exists() and not lock.parent.is_dir():
        raise DestinationExists(f"{lock.parent} is a file: name a folder, or move it away")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = _hold(lock)
    except OSError as error:
        raise LocalFailure(
            f"{lock.parent} cannot be written ({error.strerror}): mend its permissions, or name another "
            "folder in KAGGLEHUB_CACHE or output_dir"
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(handle)


def _hold(lock: Path) -> int:
    """Open and lock the file. One that its last holder has removed meanwhile does not count."""
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        if sys.platform == "win32":
            return handle
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), lock.stat()):
                return handle
        os.close(handle)
