"""Brings the small members of a remote zip: several in one request, each at its place once it is verified."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial as bound
from typing import Final

from brant.errors import Corrupt, Unreachable
from brant.transfer.archive.directory import HEADER, Listed, data_start
from brant.transfer.archive.entry import check, checked
from brant.transfer.archive.inflate import METHODS, inflate
from brant.transfer.archive.limits import damaged, reading
from brant.transfer.connections.fleet import Again, Errand, Lane
from brant.transfer.connections.pinned import Body
from brant.transfer.disk.checksums import crc32
from brant.transfer.unpacking.job import Job
from brant.transfer.unpacking.plan import LONGEST_HEAD, Group, reach

# Unpacked at once up to here; what is larger would weigh on the memory, times the number of connections.
_AT_ONCE: Final = 256 * 1024
_PIECE: Final = 64 * 1024
# An extra field is seldom longer than this.
_LIKELY_EXTRA: Final = 36


class SmallMembers:
    """Groups of members as errands of a fleet.

    What a cut leaves of a group is handed out again. A member that fails its check is fetched once more, by
    itself; then Corrupt.
    """

    def __init__(self, job: Job, groups: Iterable[Group]) -> None:
        self._job = job
        self._waiting = deque(groups)
        self._damaged: set[int] = set()

    def take(self) -> Errand | None:
        """The next group. Never waits."""
        return bound(self._fetch, self._waiting.popleft()) if self._waiting else None

    @property
    def is_done(self) -> bool:
        """Nothing waits; something may be under way."""
        return not self._waiting

    def _fetch(self, group: Group, lane: Lane) -> None:
        done = 0
        try:
            anew = group.members[0].offset in self._damaged
            with self._job.source.open(group.start, group.stop, lane, anew=anew) as body:
                window = _Window(body, group.start, lane)
                for member in group.members:
                    if lane.stopping:
                        break
                    self._bring(member, window)
                    done += 1
                else:
                    window.drain()
        except Corrupt:
            # That is the end of it all, before anybody takes it again.
            done = len(group.members)
            raise
        finally:
            if done < len(group.members):
                self._waiting.appendleft(Group(group.members[done:]))

    def _bring(self, member: Listed, window: "_Window") -> None:
        try:
            packed = window.packed(member)
            self._job.folder.write(member.parts, self._unpacked(member, packed))
        except Corrupt as fault:
            if member.offset in self._damaged:
                raise
            self._damaged.add(member.offset)
            self._job.progress.note(f"{fault.message.rstrip('.')}: fetching it once more.")
            self._waiting.append(Group((member,)))
            return
        track = self._job.progress.begin(member.name, member.packed)
        track.advance(member.packed)
        track.finish()
        self._job.done(member)

    def _unpacked(self, member: Listed, packed: memoryview | Iterator[bytes]) -> Iterable[bytes | memoryview]:
        """Its bytes, verified before the last of them is given."""
        if isinstance(packed, memoryview) and member.size <= _AT_ONCE:
            return (self._at_once(member, packed),)
        return self._in_pieces(member, iter((packed,)) if isinstance(packed, memoryview) else packed)

    def _at_once(self, member: Listed, packed: memoryview) -> bytes | memoryview:
        try:
            data = inflate(member.method, packed, member.size)
        except Exception:
            # Not before: to enter it for each member would cost as much as to inflate it.
            with reading(self._job.source.name):
                raise
        check(len(data), crc32(data), member.name, member.size, member.crc32)
        return data

    def _in_pieces(
        self, member: Listed, pieces: Iterator[bytes | memoryview]
    ) -> Iterator[bytes | memoryview]:
        with reading(self._job.source.name):
            yield from checked(METHODS[member.method](pieces), member.name, member.size, member.crc32)


class _Window:
    """What came last of a body that begins at offset `start` of the archive; asked for in ascending order."""

    def __init__(self, body: Body, start: int, lane: Lane) -> None:
        self._body = body
        self._lane = lane
        self._buffer = lane.buffer
        self._start = start
        self._filled = 0

    def packed(self, member: Listed) -> memoryview | Iterator[bytes]:
        """The member's data, until something else is asked for; in pieces if it is longer than the buffer.

        Corrupt where its local header says that they cannot be.
        """
        end = reach(member)
        likely = min(end, member.offset + HEADER + len(member.raw) + _LIKELY_EXTRA)
        start = data_start(member, bytes(self._view(member.offset, likely)))
        if start is None:
            likely = min(end, member.offset + LONGEST_HEAD)
            start = data_start(member, bytes(self._view(member.offset, likely)))
        if start is None:
            raise damaged(member.name, "it ends within its header")
        if member.packed <= len(self._buffer):
            return self._view(start, start + member.packed)
        return self._pieces(start, start + member.packed)

    def _pieces(self, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, _PIECE):
            yield bytes(self._view(at, min(stop, at + _PIECE)))

    def drain(self) -> None:
        """Read what stands behind the last member, so that the connection can serve again."""
        with suppress(Unreachable):
            while self._body.readinto(self._buffer):
                pass

    def _view(self, start: int, stop: int) -> memoryview:
        if stop > self._start + self._filled:
            self._fill(start, stop)
        return self._buffer[start - self._start : stop - self._start]

    def _fill(self, start: int, stop: int) -> None:
        while start > self._start + self._filled:
            # A gap, or a member that was found to be broken.
            self._start += self._filled
            self._filled = 0
            self._read(min(start - self._start, len(self._buffer)))
        left = self._start + self._filled - start
        self._buffer[:left] = self._buffer[self._filled - left : self._filled]
        self._start, self._filled = start, left
        while self._filled < stop - start:
            self._read(len(self._buffer))

    def _read(self, until: int) -> None:
        count = self._body.readinto(self._buffer[self._filled : until])
        if not count:
            raise Again(Unreachable("The answer ended before the part that it was to hold; try again."))
        self._filled += count
        self._lane.moved += count
