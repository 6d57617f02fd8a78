"""The blob store: bytes named by their SHA-256 in `blobs/ab/`, and in `staging/` those on their way there."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from brant.errors import LocalFailure
from brant.server.store import disk

CHUNK: Final = 1 << 20


class StagedFile:
    """A file in `staging/`, open for reading and writing at any offset. What is on disk is its state."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with disk.written():
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> "StagedFile":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return os.fstat(self._descriptor).st_size

    def write(self, data: bytes | memoryview, at: int) -> None:
        """Writes all of `data`. Raises LocalFailure when the disk is full; what fitted stays."""
        rest = memoryview(data)
        with disk.written():
            while rest:
                written = os.pwrite(self._descriptor, rest, at)
                rest, at = rest[written:], at + written

    def read(self, at: int, length: int) -> bytes:
        """At most `length` bytes from `at`."""
        return os.pread(self._descriptor, length, at)

    def truncate(self, size: int) -> None:
        """Drops what lies beyond `size`."""
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Returns when the bytes would outlive a power cut. Raises LocalFailure when the disk is full."""
        with disk.written():
            os.fsync(self._descriptor)


class BlobStore:
    """Blobs and staged files under `root`. Knows nothing of who holds them; the database does."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._blobs = root / "blobs"
        self._staging = root / "staging"
        for folder in (self._blobs, self._staging):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def lock_path(self) -> Path:
        """Held by whoever needs that no blob is removed meanwhile."""
        return self._blobs.parent / "collection.lock"

    def path(self, sha256: str) -> Path:
        """Where the blob lies, or would lie."""
        return self._blobs / sha256[:2] / sha256

    def read(self, sha256: str, first: int, stop: int) -> bytes:
        """The bytes from `first` up to, not including, `stop`. Raises LocalFailure for a damaged store."""
        if first >= stop:
            return b""
        try:
            # A bundle of small files opens thousands: to make a Path of each takes longer than to read it.
            descriptor = os.open(f"{self._root}/blobs/{sha256[:2]}/{sha256}", os.O_RDONLY)
        except FileNotFoundError:
            raise LocalFailure(f"blob {sha256} is not on the disk: restore it from a backup") from None
        try:
            data = os.pread(descriptor, stop - first, first)
            while len(data) < stop - first:
                more = os.pread(descriptor, stop - first - len(data), first + len(data))
                if not more:
                    raise LocalFailure(f"blob {sha256} is shorter than it was: restore it from a backup")
                data += more
            return data
        finally:
            os.close(descriptor)

    def staged(self, name: str) -> StagedFile:
        """The staged file of that name, made if need be. Raises LocalFailure when the disk is full."""
        return StagedFile(self._staging / name)

    def make_room(self, name: str) -> None:
        """A staged folder, whose files are named `{name}/…`. Raises LocalFailure when the disk is full."""
        with disk.written():
            self.staged_path(name).mkdir(mode=0o700)

    def sync(self, staged: Path) -> None:
        """Returns when the bytes of a staged file would outlive a power cut. Raises LocalFailure."""
        with StagedFile(staged) as file:
            file.sync()

    def staged_size(self, name: str) -> int:
        """Bytes on disk of a staged file, or of all in a staged folder; 0 when there is none."""
        path = self._staging / name
        return sum(map(_size, path.iterdir())) if path.is_dir() else _size(path)

    def staged_path(self, name: str) -> Path:
        """Where the staged file lies, or would lie."""
        return self._staging / name

    def discard(self, name: str) -> int:
        """Removes a staged file or folder, if it is there; answers its bytes."""
        path, size = self._staging / name, self.staged_size(name)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        return size

    def keep(self, files: Iterable[tuple[Path, str]]) -> None:
        """Gives staged and synced files their names; equal bytes that are there already stay as they are.

        To be called inside the writing transaction that records the blobs: the collector removes files only
        inside one, so a blob on its way to a version cannot be taken away. The staged names stay until the
        caller discards them, so that a crash before the commit loses nothing. Raises LocalFailure when the
        disk is full.
        """
        touched: set[Path] = set()
        with disk.written():
            for staged, sha256 in files:
                path = self.path(sha256)
                if path.parent not in touched:
                    _make_folder(path.parent)
                    touched.add(path.parent)
                _link_or_move(staged, path)
            for folder in touched:
                _sync_folder(folder)

    def remove(self, sha256: str) -> int:
        """Removes a blob that nothing holds; answers its size, 0 when it was gone."""
        size = self.size(sha256)
        self.path(sha256).unlink(missing_ok=True)
        return size

    def size(self, sha256: str) -> int:
        """Bytes on disk; 0 when there is no such blob."""
        return _size(self.path(sha256))

    def names(self) -> Iterator[str]:
        """The names of all blobs on the disk, in order."""
        for folder in sorted(path for path in self._blobs.iterdir() if path.is_dir()):
            yield from sorted(os.listdir(folder))  # noqa: PTH208 - ten times as fast as to make a path of each

    def staging(self) -> Iterator[tuple[str, float]]:
        """Everything staged: its name, and when it last changed, in epoch seconds."""
        with os.scandir(self._staging) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    yield entry.name, entry.stat(follow_symlinks=False).st_mtime


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _make_folder(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(exist_ok=True, mode=0o700)
        _sync_folder(path.parent)


def _link_or_move(staged: Path, path: Path) -> None:
    try:
        os.link(staged, path)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
            raise
        staged.replace(path)  # a file system without hard links


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
