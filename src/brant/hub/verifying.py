"""Compares what the cache holds, byte by byte, with what was noted on arrival or what the server says."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, NamedTuple

from brant.client.parallel import for_each
from brant.hub.cache import Cached
from brant.hub.indexing import FileFacts
from brant.hub.records import Record
from brant.transfer.disk.checksums import crc32
from brant.transfer.progress import Progress

State = Literal["ok", "damaged", "missing", "extra", "unknown", "repaired"]
Check = Literal["sha256", "crc32", "size", "unreadable"]
Index = Callable[[Cached], Mapping[str, FileFacts] | None]
"""Gives what the server says of the files of a place; None where it cannot say it of these files any more."""

_WORKERS: Final = 4
_PIECE: Final = 1024 * 1024


class Finding(NamedTuple):
    """What was found of one file.

    `handle` names the version or the competition. `size` in bytes, as it is on disk; None for one that is
    missing. `check` is what decided, None where there was nothing to compare with.
    """

    handle: str
    path: str
    size: int | None
    state: State
    check: Check | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the bytes that should be here are not."""
        return self.state in ("damaged", "missing")


def verify(place: Cached, *, index: Index | None = None, progress: Progress) -> list[Finding]:
    """Every file of one version or competition, by path: what is there, and what should be.

    What was noted on arrival decides; `index` is asked where nothing was, and what it says is noted, so that
    it need not be asked again.
    """
    task = _Verification(place, progress)
    findings = task.compare(task.known.files)
    told = index(place) if index is not None and task.is_open else None
    findings += task.leftovers() if told is None else task.compare_with(told)
    return sorted(findings, key=lambda one: one.path)


class _Known:
    """What the markers of a version say: `files` by their records, and `bare`, those of which there is no
    more than a marker; `is_bare` says that of the whole version.
    """

    def __init__(self, place: Cached) -> None:
        self.files: dict[str, Record] = {}
        bare = []
        for marked in place.marked_files():
            records = place.records(marked)
            if records is not None:
                self.files.update((record.path, record) for record in records)
            elif not place.path(marked).is_dir():
                bare.append(marked)
        whole = place.records(None)
        self.files.update((record.path, record) for record in whole or ())
        self.bare = [path for path in bare if path not in self.files]
        self.is_bare = place.is_whole and whole is None


class _Verification:
    """One call of `verify`. `left` are the files on disk of which nothing was noted."""

    def __init__(self, place: Cached, progress: Progress) -> None:
        self.known = _Known(place)
        self._place = place
        self._progress = progress
        self._held = dict(_files(place.files))
        self._left = sorted(path for path in self._held if path not in self.known.files)

    @property
    def is_open(self) -> bool:
        """Whether the server could tell what nobody here knows."""
        return self.known.is_bare or bool(self.known.bare)

    def leftovers(self) -> list[Finding]:
        """What is to be said of the rest without asking the server."""
        vouched = set(self._left) if self.known.is_bare else set(self.known.bare)
        found = [self._found(path, "unknown" if path in vouched else "extra") for path in self._left]
        return found + self._gone(self.known.bare)

    def compare_with(self, told: Mapping[str, FileFacts]) -> list[Finding]:
        """The same, by what the server says; where it tells hashes, they are noted."""
        wanted = told if self.known.is_bare else [path for path in self.known.bare if path in told]
        asked = {path: Record(path, *told[path]) for path in wanted if path not in self.known.files}
        findings = self.compare(asked)
        if all(record.crc32 is not None for record in asked.values()):
            self._note(asked)
        findings += [self._found(path, "extra") for path in self._left if path not in asked]
        return findings + self._gone([path for path in self.known.bare if path not in asked])

    def _gone(self, paths: Iterable[str]) -> list[Finding]:
        return [self._found(path, "missing") for path in paths if path not in self._held]

    def _note(self, told: Mapping[str, Record]) -> None:
        for path in self.known.bare:
            if path in told:
                self._place.mark(path, [told[path]])
        if self.known.is_bare:
            self._place.mark(None, [*self.known.files.values(), *told.values()])

    def compare(self, records: Mapping[str, Record]) -> list[Finding]:
        """One finding for each of `records`."""
        findings: list[Finding] = []
        readable: list[Record] = []
        for path, record in records.items():
            if path not in self._held:
                findings.append(self._found(path, "missing"))
            elif self._held[path] != record.size:
                findings.append(self._found(path, "damaged", "size"))
            elif record.sha256 is None and record.crc32 is None:
                findings.append(self._found(path, "ok", "size"))
            else:
                readable.append(record)
        self._progress.expect(sum(record.size for record in readable), len(readable))

        def read(record: Record) -> None:
            state, check = _read(self._place.path(record.path), record, self._progress)
            findings.append(self._found(record.path, state, check))

        for_each(readable, read, workers=_WORKERS)
        return findings

    def _found(self, path: str, state: State, check: Check | None = None) -> Finding:
        return Finding(self._place.name, path, self._held.get(path), state, check)


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Path and size of everything below `folder` that is no folder."""
    for root, _, names in os.walk(folder):
        for name in names:
            file = Path(root, name)
            try:
                size = file.stat().st_size
            except OSError:  # a link that leads nowhere
                size = 0
            yield file.relative_to(folder).as_posix(), size


def _read(file: Path, record: Record, progress: Progress) -> tuple[State, Check]:
    """Compare the bytes of a file of the right size by the strongest hash that is known."""
    digest, value, buffer = sha256(), 0, memoryview(bytearray(_PIECE))
    track = progress.begin(record.path, record.size)
    try:
        with file.open("rb", buffering=0) as raw:
            while count := raw.readinto(buffer):
                if record.sha256:
                    digest.update(buffer[:count])
                else:
                    value = crc32(buffer[:count], value)
                track.advance(count)
    except OSError:
        # A bad sector, most likely: whatever it is, nobody can use the file.
        return "damaged", "unreadable"
    finally:
        track.finish()
    if record.sha256:
        return ("ok" if digest.hexdigest() == record.sha256.lower() else "damaged"), "sha256"
    return ("ok" if value == record.crc32 else "damaged"), "crc32"
