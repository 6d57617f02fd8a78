"""Layouts: where the members of a bundle lie, block by block; kept, since a version never changes."""

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from brant.errors import NotFound
from brant.server.domain.versions import zip_layout
from brant.server.store.database import Database
from brant.server.store.tables import blobs, files

BLOCK: Final = 256
"""Files in a block."""
# All clients of a version read the same blocks; so many bytes hold some 30,000 files.
_MOST_BYTES: Final = 16 << 20
_MOST_VERSIONS: Final = 64
# What a file costs beside its header and its entry: numbers, a hash, places in lists.
_BYTES_EACH: Final = 300


class Laid(NamedTuple):
    """The version that is laid out: its number, how many files it has, and the time that they all bear."""

    version_id: int
    file_count: int
    created: datetime


class Member(NamedTuple):
    """One file in the bundle: where its local header begins, that header, and its bytes."""

    start: int
    header: bytes
    sha256: str
    size: int


class Block(NamedTuple):
    """Members in order, and their entries of the zip's directory."""

    members: Sequence[Member]
    entries: bytes

    def at(self, offset: int) -> int:
        """The index of the member that holds the byte at `offset` of the bundle."""
        return bisect_right(self.members, offset, key=_start) - 1

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        headers = sum(len(member.header) for member in self.members)
        return len(self.entries) + headers + _BYTES_EACH * len(self.members)


class Fences(NamedTuple):
    """Where each block begins: among the members, counted in the bundle; and in the directory."""

    members: "array[int]"
    entries: "array[int]"


class Layouts:
    """Reads layouts from the manifests, and keeps those last used. Safe to share between threads."""

    def __init__(self, db: Database, most_bytes: int = _MOST_BYTES) -> None:
        self._db = db
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._fences: OrderedDict[int, Fences] = OrderedDict()
        self._blocks: OrderedDict[tuple[int, int], Block] = OrderedDict()
        self._bytes = 0

    def fences(self, laid: Laid) -> Fences:
        """Where the blocks of a version begin. Raises NotFound when it is deleted."""
        with self._lock:
            found = self._fences.get(laid.version_id)
            if found is not None:
                self._fences.move_to_end(laid.version_id)
                return found
        made = self._read_fences(laid)
        with self._lock:
            self._fences[laid.version_id] = made
            if len(self._fences) > _MOST_VERSIONS:
                self._fences.popitem(last=False)
        return made

    def block(self, laid: Laid, number: int) -> Block:
        """The block of that number, counted from 0. Raises NotFound when the version is deleted."""
        key = (laid.version_id, number)
        with self._lock:
            found = self._blocks.get(key)
            if found is not None:
                self._blocks.move_to_end(key)
                return found
        made = self._read_block(laid, number)
        with self._lock:
            if key not in self._blocks:
                self._blocks[key] = made
                self._bytes += made.weight
            while self._bytes > self._most_bytes and len(self._blocks) > 1:
                self._bytes -= self._blocks.popitem(last=False)[1].weight
        return made

    def _read_fences(self, laid: Laid) -> Fences:
        firsts = sa.select(sa.literal(0).label("position")).cte("firsts", recursive=True)
        following = firsts.c.position + BLOCK
        firsts = firsts.union_all(sa.select(following).where(following < laid.file_count))
        query = (
            sa.select(files.c.member_start, files.c.entry_start)
            .join(firsts, firsts.c.position == files.c.position)
            .where(files.c.version_id == laid.version_id)
            .order_by(files.c.position)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        _check(len(rows), -(-laid.file_count // BLOCK))
        return Fences(array("q", [row[0] for row in rows]), array("q", [row[1] for row in rows]))

    def _read_block(self, laid: Laid, number: int) -> Block:
        first = number * BLOCK
        query = (
            sa.select(files.c.path, files.c.size, files.c.sha256, files.c.member_start, blobs.c.crc32)
            .join(blobs, blobs.c.sha256 == files.c.sha256)
            .where(
                files.c.version_id == laid.version_id,
                files.c.position >= first,
                files.c.position < first + BLOCK,
            )
            .order_by(files.c.position)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        _check(len(rows), min(BLOCK, laid.file_count - first))
        return _block(rows, laid.created)


def _block(rows: Sequence[Any], created: datetime) -> Block:
    members: list[Member] = []
    entries: list[bytes] = []
    for path, size, sha256, start, crc32 in rows:
        name = path.encode()
        members.append(Member(start, zip_layout.local_header(name, size, crc32, created), sha256, size))
        entries.append(zip_layout.entry(name, size, crc32, created, start))
    return Block(members, b"".join(entries))


def _check(found: int, expected: int) -> None:
    if found != expected:
        raise NotFound("this version has been deleted while it was read")


def _start(member: Member) -> int:
    return member.start
