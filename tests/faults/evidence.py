"""What a folder proves: files that are whole, ranges whose CRC-32 holds, and anything that must not be there.

Reads journals by itself, without the code under test.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from brant.transfer.disk.spans import Spans
from tests.faults.twists import MARKER

PARTIAL: Final = ".brant-partial"
JOURNAL: Final = ".brant-journal"
_PASSING: Final = "/.brant-"


@dataclass(frozen=True, slots=True)
class Truth:
    """What may stand under final names, and the object that it comes from; one of each for every version."""

    objects: tuple[bytes, ...]
    files: tuple[Mapping[str, bytes], ...]

    @classmethod
    def of_file(cls, name: str, *versions: bytes) -> "Truth":
        return cls(versions, tuple({name: data} for data in versions))


class Range(NamedTuple):
    """A journalled range of the payload whose CRC-32 holds, and where its line stands in the journal."""

    start: int
    stop: int
    line: int


@dataclass
class Begun:
    """One partial file: `ranges` hold; `right` are those that are the object's bytes too."""

    ranges: list[Range] = field(default_factory=list)
    right: Spans = field(default_factory=Spans)
    tainted: int = 0
    """Bytes that were received so, and yet are not the object's."""
    base: int = 0


@dataclass
class Held:
    """One look at a folder."""

    whole: dict[str, int] = field(default_factory=dict)
    """Final names with the right bytes, and their sizes."""
    begun: dict[str, Begun] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)
    """Final names with other bytes."""
    violations: list[str] = field(default_factory=list)
    unpacked: set[str] = field(default_factory=set)
    """Final names whose unfinished file holds what it is to be, and lacks but its name."""
    others: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Bytes that need not be fetched again."""
        return sum(self.whole.values()) + sum(one.right.total for one in self.begun.values())

    def lost_since(self, before: "Held") -> dict[str, list[tuple[int, int]]]:
        """By final name, what was proven before and is no more."""
        lost: dict[str, list[tuple[int, int]]] = {}
        for name, size in before.whole.items():
            if name not in self.whole:
                lost[name] = [(0, size)]
        for name, one in before.begun.items():
            if name in self.whole or name in self.unpacked:
                continue
            now = self.begun[name].right if name in self.begun else Spans()
            gone = [gap for span in one.right for gap in now.missing(*span)]
            if gone:
                lost[name] = [(gap.start, gap.stop) for gap in gone]
        return lost


def look(folder: Path, truth: Truth) -> Held:
    """Read everything below `folder`. What goes away meanwhile is looked for again under its new name."""
    for _ in range(50):
        try:
            return _look(folder, truth)
        except FileNotFoundError:
            continue
    return _look(folder, truth)


def _look(folder: Path, truth: Truth) -> Held:
    held = Held()
    # Journals are read before the files, and names before their absence is believed.
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_dir():
            continue
        name = path.relative_to(folder).as_posix()
        if name.endswith(JOURNAL):
            _take_journal(held, path, name.removesuffix(JOURNAL), truth)
        else:
            _take_file(held, path, name, truth)
    return held


def _take_journal(held: Held, path: Path, final: str, truth: Truth) -> None:
    partial = path.with_name(path.name.removesuffix(JOURNAL) + PARTIAL)
    lines = read_journal(path)
    if not partial.exists():
        return
    data = partial.read_bytes()
    held.begun[final] = _begun(lines, data, truth)
    if any(data.startswith(files[final]) for files in truth.files if files.get(final)):
        held.unpacked.add(final)


def _take_file(held: Held, path: Path, name: str, truth: Truth) -> None:
    passing = _PASSING in f"/{name}"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if passing:
            return  # it has its name by now, which the next look finds
        raise
    if MARKER in data:
        held.violations.append(f"{name} holds an error page")
    if passing or name.endswith(PARTIAL):
        return
    versions = [files[name] for files in truth.files if name in files]
    if not versions:
        held.others.append(name)
    elif data in versions:
        held.whole[name] = len(data)
    else:
        held.wrong.add(name)


def read_journal(path: Path) -> list[dict[str, Any] | None]:
    """Its lines, None for one that cannot be read; a torn last one is left out."""
    lines: list[dict[str, Any] | None] = []
    for raw in path.read_bytes().split(b"\n")[:-1]:
        try:
            line = json.loads(raw)
        except ValueError:
            line = None
        lines.append(line if isinstance(line, dict) else None)
    return lines


def _begun(lines: list[dict[str, Any] | None], data: bytes, truth: Truth) -> Begun:
    objects = [number for number, line in enumerate(lines) if line and "object" in line]
    found = Begun()
    if not objects:
        return found
    layout = (lines[objects[-1]] or {}).get("layout") or {}
    offset, found.base = layout.get("start", 0), layout.get("base", 0)
    for number, line in enumerate(lines[objects[-1] :], objects[-1]):
        if not line or not all(isinstance(line.get(key), int) for key in ("at", "to", "crc32")):
            continue
        start, stop = line["at"], line["to"]
        piece = data[found.base + start : found.base + stop]
        if len(piece) < stop - start or zlib.crc32(piece) != line["crc32"]:
            continue
        found.ranges.append(Range(start, stop, number))
        if any(piece == whole[offset + start : offset + stop] for whole in truth.objects):
            found.right.add(start, stop)
        else:
            found.tainted += stop - start
    return found
