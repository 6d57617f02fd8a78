"""The folder that an archive is unpacked into, for many threads; no symbolic link below it is followed."""

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from brant.errors import LocalFailure
from brant.transfer.disk.partial import local_failure

# O_EXCL follows no symbolic link either.
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Folder:
    """`root` and what is made below it. Every failure of this machine's disk is LocalFailure."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: dict[tuple[str, ...], Path] = {}
        self._numbers = count(1)
        self._prefix = f".brant-{os.getpid()}-"

    def make(self, parts: tuple[str, ...]) -> Path:
        """The folder of these names below the root, made if need be.

        LocalFailure for a link or a file in its place.
        """
        made = self._made.get(parts)
        if made is not None:
            return made
        path = self.root
        try:
            path.mkdir(parents=True, exist_ok=True)
            for part in parts:
                path /= part
                _make_one(path)
        except OSError as error:
            raise local_failure(error, path) from error
        self._made[parts] = path
        return path

    def temporary(self, folder: Path) -> tuple[Path, int]:
        """A new empty file in a folder that `make` gave, and its handle, open for writing."""
        path, handle = self._temporary(str(folder))
        return Path(path), handle

    def write(self, parts: tuple[str, ...], pieces: Iterable[bytes | memoryview]) -> None:
        """Write one file under a passing name, then give it its own; where that fails, nothing is left."""
        folder = str(self.make(parts[:-1]))
        final = f"{folder}{os.sep}{parts[-1]}"  # a Path costs as much as writing a small file
        passing = None
        try:
            passing, handle = self._temporary(folder)
            try:
                for piece in pieces:
                    _write_all(handle, piece)
            finally:
                os.close(handle)
            os.replace(passing, final)  # noqa: PTH105
            passing = None
        except OSError as error:
            raise local_failure(error, Path(final)) from error
        finally:
            if passing is not None:
                with suppress(OSError):
                    os.unlink(passing)  # noqa: PTH108

    def _temporary(self, folder: str) -> tuple[str, int]:
        while True:
            path = f"{folder}{os.sep}{self._prefix}{next(self._numbers)}.tmp"
            try:
                return path, os.open(path, _NEW, 0o666)
            except FileExistsError:
                continue
            except OSError as error:
                raise local_failure(error, Path(path)) from error


def _write_all(handle: int, piece: bytes | memoryview) -> None:
    """A disk that is almost full takes a part of a piece, and says so only of the next."""
    written = os.write(handle, piece)
    while written < len(piece):
        written += os.write(handle, memoryview(piece)[written:])


def _make_one(path: Path) -> None:
    try:
        path.mkdir()
    except FileExistsError:
        if path.is_symlink() or not path.is_dir():
            raise LocalFailure(
                f"{path} is in the way: a folder of that name is to be made; move it away."
            ) from None
