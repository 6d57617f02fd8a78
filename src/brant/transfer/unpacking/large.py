"""Brings one large member of a remote zip: in ranges, to a partial file of its own, unpacked in place."""

from functools import partial as bound
from threading import Lock, Thread
from typing import Final

from brant.errors import BrantError, Corrupt, Unreachable
from brant.transfer.archive.directory import HEADER, Listed, data_start
from brant.transfer.archive.limits import damaged
from brant.transfer.archive.names import shown
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Again, Errand, Lane
from brant.transfer.connections.ranged import Ranged
from brant.transfer.connections.threads import begin
from brant.transfer.disk.journal import Layout
from brant.transfer.disk.partial import Late, Partial
from brant.transfer.http.ranges import is_same
from brant.transfer.http.response import Response
from brant.transfer.progress import Meter
from brant.transfer.unpacking.inplace import InPlace, NoRoom, Room, Stopped, layout_of
from brant.transfer.unpacking.job import Job
from brant.transfer.unpacking.plan import LONGEST_HEAD, reach

# What the first request asks for, which brings the local header too.
_FIRST: Final = 8 * 1024 * 1024
STORED: Final = 0


class LargeMember:
    """One member as errands of a fleet. If it fails its check it is fetched once more; then Corrupt.

    Its errands, and `take`, raise what those of `Ranged` do, and Corrupt. Safe to share between threads.
    """

    def __init__(self, job: Job, member: Listed, room: Room) -> None:
        self.method: Final = member.method
        self._job = job
        self._member = member
        self._room = room
        self._lock = Lock()
        self._errands = 0
        self._lanes: set[Lane] = set()
        self._is_opening = False
        self._is_second = False
        self._is_roomy = False
        self._is_closed = False
        self._reserved: int | None = None
        self._partial: Partial | None = None
        self._ranged: Ranged | None = None
        self._unpacking: tuple[InPlace, Thread] | None = None
        self._is_unpacked = False
        self._fault: Corrupt | None = None
        self._error: BaseException | None = None
        self._showing = Lock()
        self._meter: Meter | None = None
        self.is_over = False
        """It has its place."""

    def take(self, *, share: bool = True) -> Errand | None:
        """Something to fetch; without `share`, nothing that another connection is on its way with."""
        with self._lock:
            if self._error:
                raise self._error
            errand = None if self.is_over or self._fault else self._next(share=share)
            if errand is None:
                return None
            self._errands += 1
        return bound(self._run, errand)

    def _next(self, *, share: bool) -> Errand | None:
        if self._ranged is not None:
            return self._ranged.take(share=share)
        if self._is_opening or not self._has_room():
            return None
        self._is_opening = True
        return self._open

    def _has_room(self) -> bool:
        if self.method != STORED and self._reserved is None:
            self._reserved = self._room.reserve(self._member.packed)
            return self._reserved is not None
        return True

    def _run(self, errand: Errand, lane: Lane) -> None:
        with self._lock:
            self._lanes.add(lane)
        try:
            errand(lane)
        finally:
            with self._lock:
                self._lanes.discard(lane)
                self._errands -= 1
            self._settle()

    def _open(self, lane: Lane) -> None:
        """Take up what is on disk; else fetch the beginning, and the header that says where it is."""
        folder = self._job.folder.make(self._member.parts[:-1])
        partial = Partial.claim(folder / self._member.parts[-1])
        try:
            if not self._job.force and self._continues(partial):
                self._begin(partial)
            else:
                self._open_anew(partial, lane)
        finally:
            try:
                if self._partial is not partial:
                    partial.__exit__(None, None, None)
            finally:
                # Not before: whoever opens it next would find the place taken, by us.
                with self._lock:
                    self._is_opening = False

    def _open_anew(self, partial: Partial, lane: Lane) -> None:
        member = self._member
        stop = min(reach(member), member.offset + LONGEST_HEAD + _FIRST)
        with lane.reading(self._job.source.get((member.offset, stop))) as response:
            start = self._start(response, lane)
            if start is None:
                return
            partial.begin(self._job.source.identity, self._layout(start))
            ranged = self._begin(partial, adopts=True)
            ranged.adopt(response, lane, stop - start)
            # A data descriptor, say: the connection can serve again when it is read.
            response.drain()

    def _start(self, response: Response, lane: Lane) -> int | None:
        """Where the member's data begin, by its local header; None, and a fault, where that is wrong."""
        head = _exactly(response, HEADER, lane)
        try:
            data_start(self._member, head)
            rest = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            head += _exactly(response, rest, lane)
            start = data_start(self._member, head)
            if start is None:
                raise damaged(self._member.name, "it ends within its header")
        except Corrupt as fault:
            with self._lock:
                self._fault = fault
            return None
        return start

    def _layout(self, start: int) -> Layout:
        if self.method == STORED:
            return Layout(start, self._member.packed, 0, self._member.size)
        room = self._member.packed if self._is_roomy else self._reserved or 0
        return layout_of(self._member, start, room)

    def _continues(self, partial: Partial) -> bool:
        """Whether what is on disk was begun for this member of this archive."""
        left, source, found = partial.identity, self._job.source, partial.layout
        if left is None or left.size != source.size or is_same(left, source.identity) is False:
            return False
        spare = (found.file_size or 0) - self._member.size
        earliest = self._member.offset + HEADER + len(self._member.raw)
        if not earliest <= found.start <= self._member.stop - self._member.packed:
            return False
        if self.method == STORED:
            return found == self._layout(found.start)
        return spare >= 0 and found == layout_of(self._member, found.start, spare)

    def _begin(self, partial: Partial, *, adopts: bool = False) -> Ranged:
        """From now on other connections can join."""
        with self._lock:
            # Who was left behind with a long file to check would keep it from the next run.
            if self._is_closed:
                raise Stopped
            self._partial = partial
        if self._meter is None:
            held = partial.held.total
            track = self._job.progress.begin(self._member.name, self._member.packed, held=held)
            self._meter = Meter(track, self._position, held)
        ranged = Ranged(self._job.source, partial, show=self._show, adopts=adopts)
        with self._lock:
            if self.method != STORED:
                machine = InPlace(partial, self._member, self._room.turns)
                thread = Thread(target=self._unpack, args=(machine,), daemon=True)
                begin(thread)
                self._unpacking = machine, thread
            self._ranged = ranged
        return ranged

    def _position(self) -> int:
        return self._partial.held.total if self._partial else 0

    def _show(self) -> None:
        with self._showing:
            if self._meter:
                self._meter.show()

    def _unpack(self, machine: InPlace) -> None:
        """What the thread does that unpacks."""
        try:
            machine.run()
            self._is_unpacked = True
        except Corrupt as fault:
            self._fault = fault
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised by take(), or by wait()
            self._error = error
        try:
            with self._lock:
                self._unpacking = None
            self._settle()
        except BaseException as error:  # noqa: BLE001 - the same
            self._error = error

    def _settle(self) -> None:
        """If nothing is under way any more, and nothing left: finish it, or begin anew."""
        with self._lock:
            # What was taken over from a connection that hangs is not waited for.
            hanging = sum(lane.stopping for lane in self._lanes)
            if self._errands > hanging or self._unpacking or self._is_opening:
                return
            if self.is_over or self._is_closed or self._error:
                return
            if self._fault is None and not (self._ranged and self._ranged.is_done):
                return
            # Whoever comes now finds an errand under way.
            self._errands += 1
            era = self._partial.era if self._partial else 0
        try:
            fault = self._fault or self._found_fault()
            if fault:
                self._give_up(fault)
            else:
                self._publish(era)
        finally:
            with self._lock:
                self._errands -= 1

    def _found_fault(self) -> Corrupt | None:
        assert self._partial
        if self.method != STORED:
            return None if self._is_unpacked else damaged(self._member.name, "it was not unpacked")
        if self._partial.crc32() == self._member.crc32 and self._member.packed == self._member.size:
            return None
        name = shown(self._member.name)
        return Corrupt(f"The archive member {name} fails its CRC-32; fetch or pack the archive again.")

    def _publish(self, era: int) -> None:
        assert self._partial
        try:
            self._partial.publish(None, size=self._member.size, era=era)
        except Late:
            # The archive changed, and all that came of it was given up, just now.
            return
        if self._meter:
            self._meter.finish()
        self._let_go()
        # Before it is over: the job may end then, with what is done.
        self._job.done(self._member)
        self.is_over = True

    def _give_up(self, fault: Corrupt) -> None:
        """Not one of its bytes can be trusted: once, all are fetched anew."""
        self.discard()
        if self._is_second:
            self._error = fault
            raise fault
        self._job.progress.note(f"{fault.message.rstrip('.')}: fetching it once more.")
        self._let_go()
        with self._lock:
            self._is_second, self._ranged, self._fault = True, None, None
            self._is_roomy = isinstance(fault, NoRoom)

    def _let_go(self) -> None:
        with self._lock:
            partial, self._partial = self._partial, None
            reserved, self._reserved = self._reserved, None
        if partial:
            partial.__exit__(None, None, None)
        self._room.give_back(reserved or 0)

    def discard(self) -> None:
        """Give up every byte of it that is here."""
        if self._partial:
            self._partial.discard()
            self._show()

    def wait(self, deadline: Deadline) -> None:
        """Until it is unpacked as far as it has come. Raises what went wrong."""
        unpacking = self._unpacking
        if unpacking:
            unpacking[1].join(deadline.left)
            if unpacking[1].is_alive():
                raise deadline.error()
        if self._error:
            raise self._error

    def stop(self) -> None:
        """End what unpacks; the file keeps what came."""
        with self._lock:
            # All may have come and not be unpacked yet: that is no fault of theirs.
            self._is_closed = True
        unpacking = self._unpacking
        if unpacking:
            unpacking[0].stop()
            unpacking[1].join()

    def close(self) -> None:
        """Let go of the file, when nothing is under way any more."""
        with self._lock:
            # A thread that was left behind finds nothing to finish any more.
            is_over, self._is_closed = self.is_over, True
        if is_over:
            return
        if self._meter:
            self._meter.finish(complete=False)
        self._let_go()


def _exactly(response: Response, size: int, lane: Lane) -> bytes:
    head = bytearray()
    view = memoryview(bytearray(size))
    while len(head) < size:
        count = response.readinto(view[: size - len(head)])
        if not count:
            raise Again(_short(response))
        head += view[:count]
        lane.moved += count
    return bytes(head)


def _short(response: Response) -> BrantError:
    return Unreachable(f"{response.address.peer} sent only a part of a member; try again.")
