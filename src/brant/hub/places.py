"""Where one download lies, and how it is told to be whole: the files, the markers, the lock."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from brant.errors import DestinationExists, LocalFailure
from brant.hub.records import Record, read_marker, write_marker

MARKERS: Final = ".complete"


class Place:
    """Where files that belong together lie, in the cache or in an output folder of the caller's own.

    `name` tells them from all others. `bundle` marks all of them as whole; of what came by itself, there are
    markers of its own below `markers`. `beside` is where the official library would put their archive.
    """

    def __init__(self, name: str, *, files: Path, beside: Path, bundle: Path, markers: Path) -> None:
        self.name = name
        self.files = files
        self._beside = beside
        self._bundle = bundle
        self._markers = markers

    @property
    def lock(self) -> Path:
        """Held by the process at work on this; in an output folder it lies among the files."""
        return self._beside.with_name(f".{self._beside.name}.lock")

    @property
    def begun(self) -> Path:
        """Tells, in an output folder, whose files lie there unfinished."""
        return self.files / ".brant-begun"

    def path(self, file: str | None) -> Path:
        """Where `file`, or with None all of them, are to be found."""
        return self.files / file if file else self.files

    def holds(self, file: str | None) -> bool:
        """Whether `file`, or with None the whole version, is there and marked as whole, by itself or as part
        of the whole version.
        """
        if self._marker(file).is_file() and self.path(file).exists():
            return True
        return file is not None and self.holds(None) and self.path(file).exists()

    def mark(self, file: str | None, files: Iterable[Record] = ()) -> None:
        """Say that `file`, or the whole version, is there and whole, and of what bytes."""
        write_marker(self._marker(file), files)

    @property
    def is_whole(self) -> bool:
        """Whether the whole version was marked, whatever has become of its files since."""
        return self._bundle.is_file()

    def records(self, file: str | None) -> list[Record] | None:
        """What was noted when `file`, or the whole version, arrived; None where nothing was."""
        return read_marker(self._marker(file))

    def marked_files(self) -> Iterator[str]:
        """The files and folders that were marked one by one."""
        for marker in sorted(self._markers.rglob("*.complete")):
            yield marker.relative_to(self._markers).as_posix().removesuffix(".complete")

    def marker_of(self, file: str | None) -> Path:
        """The marker by which `file`, or all of it, counts as whole: its own, else that of all."""
        own = self._marker(file)
        return own if own.is_file() else self._bundle

    def forget(self, file: str | None) -> None:
        """Say no more that `file`, or all of it, is whole."""
        self._marker(file).unlink(missing_ok=True)

    def remove(self, file: str | None) -> None:
        """Forget the marker first, then remove what it stood for."""
        self.forget(file)
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


def prepare_output(place: Place, file: str | None, *, force: bool) -> None:
    """Make the output folder ready, as the official library does.

    Raises DestinationExists (a FileExistsError) where something of unknown origin would be written over and
    `force` is not given. With `force` a folder of earlier downloads is emptied; of any other folder nothing
    is removed, only files of the same name are replaced. What an unfinished run for the same place has left
    there is no hindrance.
    """
    target = place.path(file)
    if file:
        if target.exists() and not force:
            raise DestinationExists(f"{target} is there already: give force_download=True to replace it")
        return
    ours = (place.lock, place.begun)
    if target.is_dir() and not all(entry in ours for entry in target.iterdir()):
        if force:
            if not (target / MARKERS).is_dir():
                return
            _empty(target, but=place.lock)
        elif _is_begun(place):
            return
        else:
            raise DestinationExists(
                f"output_dir {target} is not empty: give force_download=True to replace what it holds"
            )
    begin(place)


def begin(place: Place) -> None:
    """Note, in an output folder, whose files lie there until they are whole."""
    _write(place.begun, place.name)


def _is_begun(place: Place) -> bool:
    try:
        return place.begun.read_text("utf-8") == place.name
    except (OSError, ValueError):
        return False


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    except OSError as error:
        raise LocalFailure(f"{file} cannot be written ({error.strerror}): mend its folder") from None


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
def locked(place: Place) -> Iterator[None]:
    """Wait until no other process is at work on this place; the system lets go for one that was killed."""
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
