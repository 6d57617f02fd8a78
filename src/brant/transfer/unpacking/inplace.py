"""Unpacks a member inside the very file that its packed bytes wait in, while they still come."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from typing import Final

from brant.errors import Corrupt
from brant.transfer.archive.directory import Listed
from brant.transfer.archive.inflate import METHODS
from brant.transfer.archive.limits import reading
from brant.transfer.archive.names import shown
from brant.transfer.disk.checksums import crc32
from brant.transfer.disk.journal import Layout
from brant.transfer.disk.partial import Partial
from brant.transfer.unpacking.ahead import Ahead

MIB: Final = 1024 * 1024
ROOM: Final = 64 * MIB
_LEAST: Final = 8 * MIB
# Pieces of 64 KiB.
_BATCH: Final = 8
_BATCHES_AHEAD: Final = 2
_PIECE: Final = 64 * 1024
_TICK: Final = 0.1
_AT_ONCE: Final = 4


class Room:
    """Bytes of disk that members unpacked in place may take beyond their size, all of them together.

    `turns`: how many of them are unpacked at once.
    """

    def __init__(self, total: int = ROOM) -> None:
        self.turns: Final = Semaphore(_AT_ONCE)
        self._left = total
        self._lock = Lock()

    def reserve(self, packed: int) -> int | None:
        """Room for one member: as much as it can use, half of what is left at most. None: not now."""
        with self._lock:
            wanted = min(packed, max(self._left // 2, _LEAST))
            if wanted > self._left:
                return None
            self._left -= wanted
            return wanted

    def give_back(self, reserved: int) -> None:
        with self._lock:
            self._left += reserved


def layout_of(member: Listed, start: int, room: int) -> Layout:
    """Packed bytes, `start` of the archive and on, wait at the end of a file that has `room` to spare."""
    file_size = max(member.size + room, member.packed)
    return Layout(start, member.packed, file_size - member.packed, file_size)


class NoRoom(Corrupt):
    """What is unpacked would run into packed bytes that are still to be read; more room would help."""


class Stopped(Exception):
    """Nobody wants the rest."""


class InPlace:
    """Unpacks the payload of `partial` to the beginning of its file.

    The packed bytes lie at the end. What is unpacked runs into them only once all of them have come: so a
    process that is killed before loses none of them.
    """

    def __init__(self, partial: Partial, member: Listed, turns: Semaphore) -> None:
        self._partial = partial
        self._turns = turns
        self._member = member
        self._read = 0
        self._written = 0
        self._crc32 = 0
        self._stopping = False

    def stop(self) -> None:
        """Let `run`, in another thread, raise Stopped within moments."""
        self._stopping = True

    def run(self) -> None:
        """Unpack and check it all, waiting for what has not come yet.

        Raises Corrupt for bytes that are not what they claim, LocalFailure for the disk, and Stopped.
        """
        member = self._member
        with self._turn(), reading(member.name), Ahead(self._batches(), _BATCHES_AHEAD) as batches:
            try:
                for batch in batches:
                    self._put(batch)
            finally:
                self._stopping = True
        if self._written != member.size:
            raise _wrong(member, f"has {self._written} bytes of the {member.size} it claims")
        if self._crc32 != member.crc32:
            raise _wrong(member, "fails its CRC-32")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Many at once would only weigh on the memory; packed bytes wait on the disk."""
        while not self._turns.acquire(timeout=_TICK):
            if self._stopping:
                raise Stopped
        try:
            yield
        finally:
            self._turns.release()

    def _batches(self) -> Iterator[list[bytes | memoryview]]:
        """What is unpacked, several pieces together: to hand over each would cost more than to write it.

        Nor are they joined: larger pieces of memory would not be given back to the system.
        """
        batch: list[bytes | memoryview] = []
        for chunk in METHODS[self._member.method](self._packed()):
            batch.append(chunk)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        yield batch

    def _packed(self) -> Iterator[bytes]:
        buffer = memoryview(bytearray(_PIECE))
        while self._read < self._member.packed:
            arrived = self._arrived(self._read)
            count = self._partial.read(self._read, buffer[: arrived - self._read])
            if not count:
                raise EOFError("its packed bytes are gone")
            self._read += count
            yield bytes(buffer[:count])

    def _arrived(self, position: int) -> int:
        """Up to where the packed bytes are here, once there are more than `position`."""
        while (arrived := self._partial.wait_beyond(position, _TICK)) <= position:
            if self._stopping:
                raise Stopped
        return arrived

    def _put(self, batch: list[bytes | memoryview]) -> None:
        end, member = self._written + sum(map(len, batch)), self._member
        if end > member.size:
            raise _wrong(member, f"is longer than the {member.size} bytes it claims")
        base = self._partial.layout.base
        if end > base:
            self._await_all()
        if end > base + self._read:
            name = shown(member.name)
            raise NoRoom(f"The archive member {name} shrinks when it is unpacked; pack it again.")
        if self._stopping:
            raise Stopped
        self._partial.place(self._written, batch)
        for piece in batch:
            self._crc32 = crc32(piece, self._crc32)
        self._written = end

    def _await_all(self) -> None:
        arrived = self._partial.frontier()
        while arrived < self._member.packed:
            arrived = self._arrived(arrived)


def _wrong(member: Listed, what: str) -> Corrupt:
    return Corrupt(f"The archive member {shown(member.name)} {what}; fetch or pack the archive again.")
