"""What of a folder is uploaded, and what stands in the way; nothing is read but names, sizes and dates."""

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from brant.errors import InvalidInput, LocalFailure, NotFound

# Always left out (hub.json `default_ignore_patterns`); other hidden files are uploaded.
DEFAULT_IGNORED: Final = (".git/", "*/.git/", ".cache/", ".huggingface/")
# What our unfinished downloads are called: no archive that holds such a name would be unpacked.
_UNFINISHED: Final = (".brant-*", "*/.brant-*", "*.brant-partial", "*.brant-journal")
# Left out where they lie directly in the folder (metadata_files.json `files_never_uploaded`).
NEVER_UPLOADED: Final = frozenset(
    {
        "dataset-metadata.json",
        "datapackage.json",
        *(f"dataset-cover-image.{kind}" for kind in ("png", "jpg", "jpeg", "webp")),
        "kernel-metadata.json",
        "model-metadata.json",
        "model-instance-metadata.json",
    }
)
_LONGEST_NAME: Final = 255
_LONGEST_PATH: Final = 1024
_MOST_SHOWN: Final = 10
_OR_LEAVE_OUT: Final = "remove it, or leave it out with --ignore-patterns"
_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class LocalFile(NamedTuple):
    """A file to upload. `path` is its name in the version, with slashes; `size` in bytes; its date."""

    path: str
    local: Path
    size: int
    mtime_ns: int

    def unchanged(self) -> bool:
        """Whether size and date are still what they were."""
        try:
            now = self.local.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.mtime_ns)


class _Problems:
    """What stands in the way of an upload, said all at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []

    def add(self, path: str, text: str) -> None:
        self._lines.append(f"{_shown(path)}: {text}")

    def raise_if_any(self) -> None:
        if self._lines:
            more = len(self._lines) - _MOST_SHOWN
            shown = self._lines[:_MOST_SHOWN] + ([f"and {more} more"] if more > 0 else [])
            # One problem is one line; several stand below what they have in common.
            start = " " if len(shown) == 1 else "\n"
            raise InvalidInput(f"nothing was uploaded from {self._folder}:{start}" + "\n".join(shown))


def scan(
    folder: Path, *, ignore: Iterable[str] = (), never: Collection[str] = NEVER_UPLOADED
) -> list[LocalFile]:
    """The files of `folder` in path order, without what `ignore` and the default patterns match.

    Symbolic links are followed where they stay in the folder. Raises InvalidInput with one line for each name
    that cannot be published (a link that leads out or in a circle, a pipe or socket, a name that is too long,
    not text, with control characters, or equal to another but for case or Unicode form), NotFound,
    LocalFailure.
    """
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}: name the folder that holds the files")
    ignored = Patterns((*DEFAULT_IGNORED, *_UNFINISHED, *ignore))
    problems = _Problems(folder)
    root = folder.resolve()
    found = [
        file for file in _Walk(root, ignored, problems).files(root, "", (root,)) if file.path not in never
    ]
    _check_collisions(found, problems)
    problems.raise_if_any()
    if not found:
        raise InvalidInput(f"{folder} holds no file to upload: put the data into it")
    return sorted(found)


class Patterns:
    """Shell patterns, matched as the official clients do: against the path from the folder, `*` matching
    slashes too.

    One that ends in a slash stands for all that lies in such a folder.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        from fnmatch import translate

        whole = [pattern + "*" if pattern.endswith("/") else pattern for pattern in patterns if pattern]
        self._files = re.compile("|".join(translate(pattern) for pattern in whole) or r"(?!)")
        endless = "|".join(translate(pattern) for pattern in whole if pattern.endswith("*"))
        self._folders = re.compile(endless or r"(?!)")

    def match(self, path: str) -> bool:
        """Whether a file at `path` is meant."""
        return self._files.match(path) is not None

    def match_all_in(self, folder: str) -> bool:
        """Whether every file below `folder` is meant, so that nobody need look into it."""
        return self._folders.match(folder + "/") is not None


class _Walk:
    """Goes through a folder whose real path is `root`."""

    def __init__(self, root: Path, ignored: Patterns, problems: _Problems) -> None:
        self._root = root
        self._ignored = ignored
        self._problems = problems

    def files(self, folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[LocalFile]:
        """Files below `folder`; `above` are the real folders that lead to it, to see a link in a circle."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise LocalFailure(f"{folder} cannot be read ({error.strerror}): mend its permissions") from None
        for entry in entries:
            path = prefix + entry.name
            if self._ignored.match_all_in(path) if _is_folder(entry) else self._ignored.match(path):
                continue
            complaint = name_complaint(path)
            if complaint:
                self._problems.add(path, complaint)
                continue
            local = Path(entry.path)
            real = _resolved(self._root, local, path, self._problems) if entry.is_symlink() else local
            if real is None:
                continue
            if not real.is_dir():
                file = _file(path, real, self._problems)
                if file is not None:
                    yield file
            elif real in above:
                self._problems.add(path, f"this link leads in a circle: {_OR_LEAVE_OUT}")
            else:
                yield from self.files(real, path + "/", (*above, real))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself.
        return False


def _resolved(root: Path, link: Path, path: str, problems: _Problems) -> Path | None:
    """Where a symbolic link leads, if that is inside `root`."""
    try:
        real = link.resolve(strict=True)
    except FileNotFoundError:
        problems.add(path, f"this link leads nowhere: {_OR_LEAVE_OUT}")
        return None
    except (OSError, RuntimeError):
        problems.add(path, f"this link leads in a circle: {_OR_LEAVE_OUT}")
        return None
    if not real.is_relative_to(root):
        problems.add(
            path, f"this link leads out of the folder, to {real}: copy what it names into the folder"
        )
        return None
    return real


def _file(path: str, local: Path, problems: _Problems) -> LocalFile | None:
    try:
        found = local.stat()
    except OSError as error:
        problems.add(path, f"cannot be read ({error.strerror}): mend its permissions")
        return None
    if not stat.S_ISREG(found.st_mode):
        kind = next((word for test, word in _KINDS if test(found.st_mode)), "no regular file")
        problems.add(path, f"is {kind}: {_OR_LEAVE_OUT}")
        return None
    if not os.access(local, os.R_OK):
        problems.add(path, "cannot be read: mend its permissions")
        return None
    return LocalFile(path, local, found.st_size, found.st_mtime_ns)


def name_complaint(path: str) -> str | None:
    """Why `path`, or the last part of it, cannot be a name in a version; None if it can."""
    name = path.rsplit("/", 1)[-1]
    try:
        length, whole = len(name.encode()), len(path.encode())
    except UnicodeEncodeError:
        return "its name is not valid UTF-8: rename it"
    checks = (
        (
            length > _LONGEST_NAME,
            f"its name is {length} bytes long, {_LONGEST_NAME} is the most: give it a shorter one",
        ),
        (
            whole > _LONGEST_PATH,
            f"its path is {whole} bytes long, {_LONGEST_PATH} is the most: shorten its folders",
        ),
        (not name.strip(". "), "its name is made of dots and blanks alone: rename it"),
        (
            any(unicodedata.category(letter) == "Cc" for letter in name),
            "its name holds a control character: rename it",
        ),
        (path[1:2] == ":", "its name begins like a drive of Windows: rename it"),
        ("\\" in name, "its name holds a backslash, which separates folders elsewhere: rename it"),
    )
    return next((complaint for broken, complaint in checks if broken), None)


def _check_collisions(found: Iterable[LocalFile], problems: _Problems) -> None:
    """Two names that a system without case, or with another Unicode form, takes for one."""
    seen: dict[str, str] = {}
    for file in found:
        parts = file.path.split("/")
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
            other = seen.setdefault(folded, path)
            if other != path:
                how = "case" if other.casefold() == path.casefold() else "Unicode form"
                problems.add(path, f"differs from {_shown(other)} in {how} alone: rename one of them")
                seen[folded] = path


def _shown(path: str) -> str:
    """`path` for a message: on one line, and not endless."""
    text = path if path.isprintable() else ascii(path)[1:-1]
    return text if len(text) <= 120 else text[:100] + "…" + text[-15:]
