"""Manifests: the files of a version, checked, put in order, laid out as a bundle, and written in one go."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import InvalidInput
from brant.server.domain.versions import zip_layout
from brant.server.store.batches import batches
from brant.server.store.tables import extensions, files, folders, versions

MOST_FILES: Final = 1_000_000
# Each folder is a row, and a path may name many: what is small on the wire could be large here.
MOST_FOLDERS: Final = 1_000_000
DEEPEST: Final = 100
_BATCH: Final = 5000


class Entry(NamedTuple):
    """One file: its path in the version, its blob, and what was said of it."""

    path: str
    size: int
    sha256: str
    description: str = ""
    columns: str | None = None


@dataclass(frozen=True)
class Manifest:
    """The files of a version in path order; no two of them could meet on any file system."""

    entries: Sequence[Entry]

    @property
    def total_bytes(self) -> int:
        """Of all files together."""
        return sum(entry.size for entry in self.entries)


def build(entries: Iterable[Entry]) -> Manifest:
    """Raises InvalidInput for no files, too many, too deep ones, or two that some disk would take for one."""
    ordered = sorted(entries, key=lambda entry: entry.path)
    if not ordered:
        raise InvalidInput("a version needs at least one file: add one")
    if len(ordered) > MOST_FILES:
        raise InvalidInput(f"{len(ordered)} files are too many for one version: keep at most {MOST_FILES}")
    taken: dict[str, str] = {}
    for entry in ordered:
        key = _meeting_key(entry.path)
        if key in taken:
            raise InvalidInput(_meeting(taken[key], entry.path))
        taken[key] = entry.path
    for folder in _folders_of(ordered):
        if other := taken.get(_meeting_key(folder)):
            raise InvalidInput(f"{other!r} is a file and {folder!r} a folder: rename one of them")
    return Manifest(ordered)


def _folders_of(entries: Iterable[Entry]) -> set[str]:
    found: set[str] = set()
    for entry in entries:
        if entry.path.count("/") > DEEPEST:
            raise InvalidInput(
                f"{entry.path[:200]!r} lies more than {DEEPEST} folders deep: flatten the folders"
            )
        found.update(_above(entry.path))
        if len(found) > MOST_FOLDERS:
            raise InvalidInput(f"a version holds at most {MOST_FOLDERS} folders: flatten them")
    return found


def insert(connection: Connection, manifest: Manifest, *, number: int, **fields: Any) -> int:
    """Writes a version and its manifest; answers the version's id.

    `fields`: creator_id, notes, created, and either dataset_id or competition_id.
    """
    layout = _Layout(manifest.entries, fields["created"])
    version_id: int = connection.execute(
        sa.insert(versions)
        .values(
            number=number,
            file_count=len(manifest.entries),
            total_bytes=manifest.total_bytes,
            directory_start=layout.directory_start,
            directory_size=layout.directory_size,
            fingerprint=layout.fingerprint,
            **fields,
        )
        .returning(versions.c.id)
    ).scalar_one()
    for batch in batches(layout.rows(version_id), _BATCH):
        connection.execute(sa.insert(files), batch)
    for table, summary in (
        (folders, _folders(manifest.entries)),
        (extensions, _extensions(manifest.entries)),
    ):
        if summary:
            connection.execute(sa.insert(table), [{"version_id": version_id, **row} for row in summary])
    return version_id


class _Layout:
    """Where each file lies in the bundle."""

    def __init__(self, entries: Sequence[Entry], created: datetime) -> None:
        self._entries = entries
        self.directory_start = self.directory_size = 0
        content = hashlib.sha256(f"{created.timestamp() // 2}\n".encode())
        for entry in entries:
            name = entry.path.encode()
            content.update(b"%s\0%s\n" % (name, entry.sha256.encode()))
            self.directory_size += zip_layout.entry_size(name, entry.size, self.directory_start)
            self.directory_start += zip_layout.member_size(name, entry.size)
        self.fingerprint = content.hexdigest()

    def rows(self, version_id: int) -> Iterator[dict[str, Any]]:
        member_start = entry_start = 0
        for position, entry in enumerate(self._entries):
            yield {
                "version_id": version_id,
                "position": position,
                "folder": entry.path.rpartition("/")[0],
                "member_start": member_start,
                "entry_start": entry_start,
                **entry._asdict(),
            }
            name = entry.path.encode()
            entry_start += zip_layout.entry_size(name, entry.size, member_start)
            member_start += zip_layout.member_size(name, entry.size)


def _folders(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        direct = True
        for folder in _above(entry.path):
            new = folder not in found
            row = found.setdefault(
                folder,
                {"path": folder, "parent": folder.rpartition("/")[0], "file_count": 0, "folder_count": 0},
            )
            row["file_count"] += direct
            direct = False
            if not new:
                break
    for row in found.values():
        if row["parent"]:
            found[row["parent"]]["folder_count"] += 1
    return list(found.values())


def _extensions(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        kind = extension(entry.path)
        row = found.setdefault(kind, {"extension": kind, "file_count": 0, "total_bytes": 0})
        row["file_count"] += 1
        row["total_bytes"] += entry.size
    return list(found.values())


def extension(path: str) -> str:
    """`.csv` for `a/b.CSV`; empty for a name without one."""
    name = path.rpartition("/")[2]
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem else ""


def _above(path: str) -> Iterator[str]:
    """The folders that hold a path, the nearest first, without the root."""
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _meeting_key(path: str) -> str:
    """What two paths have in common that some disks take for one."""
    return unicodedata.normalize("NFC", path.casefold())


def _meeting(one: str, other: str) -> str:
    if one == other:
        return f"{one!r} is there twice: send it once"
    return f"{one!r} and {other!r} differ only in case: rename one, since many disks cannot hold both"
