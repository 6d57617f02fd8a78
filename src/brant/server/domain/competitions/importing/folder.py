"""Folder: the files that make a competition, found, and none of them outside of the folder."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from brant.errors import InvalidInput, LocalFailure
from brant.server.domain.competitions.importing.declaration import NAMES, Declaration, parse
from brant.server.domain.versions.paths import safe_path

_SOLUTIONS: Final = ("solution.csv",)
_SAMPLES: Final = ("sample_submission.csv",)
_METRIC: Final = "metric.py"
_DATA: Final = "data"
_ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz")
# It tells those who look into the folder what it is.
_NOT_A_PAGE: Final = "readme"
_MOST_TEXT: Final = 1 << 20
_MOST_FILES: Final = 100_000


class Found(NamedTuple):
    """One file: the path that it has in the competition, and where it lies."""

    name: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What was found; `pages` are texts by their name. What is None or empty is not there."""

    declared: Declaration
    pages: Mapping[str, str]
    data: tuple[Found, ...]
    solution: Found | None
    sample: Found | None
    metric: Found | None

    @property
    def data_with_sample(self) -> tuple[Found, ...]:
        """What participants download: the sample submission too, unless the data have a file of its name."""
        missing = self.sample is not None and self.sample.name not in {file.name for file in self.data}
        return (*self.data, self.sample) if self.sample is not None and missing else self.data


def read(root: Path) -> Folder:
    """Reads the folder `root`.

    Names that begin with a dot are left out of the data; a symbolic link is followed as long as it stays
    within. Raises InvalidInput, in one line that names the file, and LocalFailure for what cannot be read.
    """
    try:
        top = root.resolve(strict=True)
        if not top.is_dir():
            raise InvalidInput(f"{root} is no folder: name the one that holds {NAMES[0]}")
    except FileNotFoundError:
        raise InvalidInput(f"there is no folder {root}") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise LocalFailure(f"cannot read {root}: {error}") from None
    inside = _Inside(top)
    declared = _declaration(inside)
    metric = inside.find((_METRIC,))
    if (declared.setup.get("metric") == "custom") != (metric is not None):
        raise InvalidInput(
            f"{root}: a custom metric is both, {_METRIC} and name = 'custom' in the table [metric] of "
            f"{NAMES[0]}; there is one without the other"
        )
    if metric is not None and "higher_is_better" not in declared.setup:
        raise InvalidInput(
            f"{root}: nothing says which score is better by {_METRIC}: write higher_is_better = true, or "
            f"false, into the table [metric] of {NAMES[0]}"
        )
    data = tuple(_data(inside))
    if len(data) == 1 and data[0].name.lower().endswith(_ARCHIVES):
        raise InvalidInput(
            f"{_DATA}/{data[0].name}: an archive alone would be taken apart: put what is in it there"
        )
    return Folder(
        declared=declared,
        pages=dict(_pages(inside)),
        data=data,
        solution=inside.find(_SOLUTIONS),
        sample=inside.find(_SAMPLES),
        metric=metric,
    )


class _Inside:
    """A folder that nothing leads out of."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def find(self, names: tuple[str, ...]) -> Found | None:
        """The one file among these names. Raises InvalidInput where there are several."""
        there = [name for name in names if os.path.lexists(self.top / name)]
        if len(there) > 1:
            raise InvalidInput(f"{self.top.name}: there are both, {' and '.join(there)}: keep one")
        return self.file(there[0]) if there else None

    def file(self, name: str) -> Found:
        """Raises InvalidInput for what leads out, or is no plain file."""
        path = self.resolved(name)
        if not path.is_file():
            raise InvalidInput(f"{name}: it is no plain file: put the file itself there")
        return Found(name, path)

    def resolved(self, name: str) -> Path:
        """Where a path really lies."""
        try:
            path = (self.top / name).resolve(strict=True)
        except (OSError, RuntimeError):
            raise InvalidInput(f"{name}: the link leads nowhere: put the file itself there") from None
        if not path.is_relative_to(self.top):
            raise InvalidInput(f"{name}: the link leads out of the folder: put the file itself there")
        return path

    def text(self, name: str) -> str:
        """A short file as UTF-8."""
        content = self.content(name)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidInput(f"{name}: it is not UTF-8: save it so encoded") from None

    def content(self, name: str) -> bytes:
        """A short file, whole."""
        path = self.file(name).path
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_TEXT + 1)
        except OSError as error:
            raise LocalFailure(f"cannot read {name}: {error.strerror}") from None
        if len(content) > _MOST_TEXT:
            raise InvalidInput(f"{name}: it is longer than {_MOST_TEXT} bytes, which no text here is")
        return content

    def entries(self, folder: str) -> list[str]:
        """The names in a folder, in order."""
        try:
            return sorted(entry.name for entry in os.scandir(self.resolved(folder or ".")))
        except OSError as error:
            raise LocalFailure(f"cannot read {folder or self.top}: {error.strerror}") from None


def _declaration(inside: _Inside) -> Declaration:
    found = inside.find(NAMES)
    if found is None:
        raise InvalidInput(f"{inside.top} has neither {NAMES[0]} nor {NAMES[1]}: write one of them")
    return parse(inside.content(found.name), found.name)


def _pages(inside: _Inside) -> Iterator[tuple[str, str]]:
    for name in inside.entries(""):
        stem = name.removesuffix(".md")
        if stem != name and stem and not name.startswith(".") and stem.lower() != _NOT_A_PAGE:
            yield stem, inside.text(name)


def _data(inside: _Inside) -> Iterator[Found]:
    if not os.path.lexists(inside.top / _DATA):
        return
    if not inside.resolved(_DATA).is_dir():
        raise InvalidInput(f"{_DATA}: it is no folder: put the data into one of this name")
    waiting, count = [(_DATA, frozenset({inside.resolved(_DATA)}))], 0
    while waiting:
        folder, above = waiting.pop()
        for name in inside.entries(folder):
            if name.startswith("."):
                continue
            path = f"{folder}/{name}"
            target = inside.resolved(path)
            if target.is_dir():
                if target in above:
                    raise InvalidInput(f"{path}: the link leads back to a folder that holds it: remove it")
                waiting.append((path, above | {target}))
                continue
            count += 1
            if count > _MOST_FILES:
                raise InvalidInput(f"{_DATA}: it holds more than {_MOST_FILES} files: pack some of them")
            yield Found(safe_path(path.removeprefix(f"{_DATA}/")), inside.file(path).path)
