"""Takes zip and tar archives apart, believing nothing: names, sizes and checksums are all verified."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from brant.errors import InvalidInput, LocalFailure
from brant.transfer.entry import Entry, Member
from brant.transfer.limits import Limits, reading
from brant.transfer.names import safe_parts
from brant.transfer.partial import local_failure
from brant.transfer.tars import looks_like_tar, tar_entries
from brant.transfer.zips import zip_entries

__all__ = ["Extracted", "Limits", "Member", "extract", "iter_members", "kind_of", "safe_parts"]

# O_EXCL follows no symbolic link either.
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file that was extracted: its POSIX path relative to the folder, and its bytes.

    `fresh` is False for one that was there already and passed its check; hashes are None where none was told.
    """

    path: str
    size: int
    crc32: int | None = None
    sha256: str | None = None
    fresh: bool = True


def kind_of(path: Path) -> Literal["zip", "tar"] | None:
    """What kind of archive the file is, by its content; a compressed tar is a "tar".

    Raises LocalFailure when it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        head = file.read(1024)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")):
        return "zip"
    return "tar" if looks_like_tar(path, head) else None


def iter_members(source: Path, *, limits: Limits | None = None) -> Iterator[Member]:
    """The files of an archive, one after the other, to be streamed without a copy on disk.

    All names are checked before the first is given; the same errors as `extract`.
    """
    for entry in _entries(source, limits or Limits()):
        if not entry.is_folder:
            yield Member("/".join(entry.parts), entry.size, entry.chunks)


def extract(
    source: Path,
    into: Path,
    *,
    limits: Limits | None = None,
    select: Callable[[str], bool] | None = None,
) -> list[Extracted]:
    """Extract the archive into a folder, which is made if need be; `select` is asked with each file's path.

    Every name is checked before anything is written; a file gets its name when it is whole and verified.

    Raises InvalidInput for what is no archive, for names, links and devices that are not safe, names that
    collide, and what exceeds the limits; Corrupt for bytes that are not what they claim; LocalFailure for
    this machine's disk.
    """
    target = _Target(into)
    done = []
    for entry in _entries(source, limits or Limits()):
        name = "/".join(entry.parts)
        if select and (entry.is_folder or not select(name)):
            continue
        if entry.is_folder:
            target.folder(entry.parts)
        else:
            target.write(entry)
            done.append(Extracted(name, entry.size))
    return done


def _entries(source: Path, limits: Limits) -> Iterator[Entry]:
    kind = kind_of(source)
    if kind == "zip":
        yield from zip_entries(source, limits)
    elif kind == "tar":
        # Names stand between the bytes: one pass to check them, one to use them.
        for _ in tar_entries(source, limits):
            pass
        yield from tar_entries(source, limits)
    else:
        raise InvalidInput(f"{source.name} is neither a zip nor a tar archive; give one of these.")


class _Target:
    """The folder that an archive is extracted into; no symbolic link below it is followed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: set[tuple[str, ...]] = set()
        self._count = 0

    def folder(self, parts: tuple[str, ...]) -> Path:
        """The folder, made if need be. LocalFailure for a link or a file in its place."""
        path = self._root.joinpath(*parts)
        if parts in self._known:
            return path
        try:
            if not parts:
                path.mkdir(parents=True, exist_ok=True)
            else:
                self.folder(parts[:-1])
                _make_folder(path)
        except OSError as error:
            raise local_failure(error, path) from error
        self._known.add(parts)
        return path

    def write(self, entry: Entry) -> None:
        """Write one file under a passing name, then give it its own."""
        folder = self.folder(entry.parts[:-1])
        final = folder / entry.parts[-1]
        passing: Path | None = None
        try:
            passing, handle = self._create(folder)
            with os.fdopen(handle, "wb") as file:
                for chunk in entry.chunks():
                    file.write(chunk)
            passing.replace(final)
        except OSError as error:
            raise local_failure(error, final) from error
        else:
            passing = None
        finally:
            if passing:
                passing.unlink(missing_ok=True)

    def _create(self, folder: Path) -> tuple[Path, int]:
        while True:
            self._count += 1
            path = folder / f".brant-{os.getpid()}-{self._count}.tmp"
            try:
                return path, os.open(path, _NEW, 0o666)
            except FileExistsError:
                continue


def _make_folder(path: Path) -> None:
    try:
        path.mkdir()
    except FileExistsError:
        if path.is_symlink() or not path.is_dir():
            raise LocalFailure(
                f"{path} is in the way: a folder of that name is to be made; move it away."
            ) from None
