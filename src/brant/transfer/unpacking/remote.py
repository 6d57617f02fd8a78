"""Unpacks a remote archive into a folder, fetching of it only what is needed and not yet there."""

import random as chance
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from brant.errors import Conflict, Corrupt
from brant.transfer.archive.directory import Listed, read_directory
from brant.transfer.archive.extraction import Extracted
from brant.transfer.archive.limits import Limits
from brant.transfer.archive.names import shown
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Lane, Work, run
from brant.transfer.connections.once import Once
from brant.transfer.connections.pinned import Pinned
from brant.transfer.connections.verdicts import Changed
from brant.transfer.disk.partial import forget_beginning
from brant.transfer.http.pool import Pool, Response
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.http.source import Source
from brant.transfer.progress import Progress, Silent, Waits
from brant.transfer.unpacking.fetching import Fetching
from brant.transfer.unpacking.here import is_here
from brant.transfer.unpacking.job import Job
from brant.transfer.unpacking.large import STORED
from brant.transfer.unpacking.occupy import Occupied, occupied, sweep
from brant.transfer.unpacking.plan import is_small, plan
from brant.transfer.unpacking.staging import sweep_staging

__all__ = ["unpack"]

_ENDS: Final = b"PK\x05\x06"
_LONGEST_END: Final = 22 + 0xFFFF


def unpack(
    pool: Pool,
    address: str | Callable[[], str],
    into: Path,
    *,
    name: str,
    select: Callable[[str], bool] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    attempts: int = 5,
    force: bool = False,
    deadline: Deadline | None = None,
    sleep: Callable[[float], None] = time.sleep,
    random: Callable[[], float] = chance.random,
) -> list[Extracted]:
    """Unpack the archive at `address`, called `name`, into a folder, which is made if need be.

    Of a zip the list of its members comes first, then those that `select` takes by their path and that are
    not at their places already, by size and CRC-32; with `force` all are fetched. Without ranges, or for a
    tar, the archive is unpacked as it streams in. Each file gets its name when it is whole and verified; what
    came of a large one is kept for the next run. `address`, `attempts` and `deadline` are as for `download`.

    Raises InvalidInput for what is no archive, for names, links and devices that are not safe, names that
    collide, and what exceeds the limits; Corrupt for bytes that are twice not what they claim; Conflict when
    another process is unpacking into the same folder, or the archive keeps changing; and what `download` does
    for the network, the server and this machine's disk.
    """
    progress, limits = progress or Silent(), limits or Limits()
    delays, note = RetryPolicy(attempts=attempts).delays(random), Waits(progress).before
    deadline = deadline or Deadline()

    def do(work: Work, speed: float | None) -> None:
        run(work, delays, sleep=sleep, note=note, deadline=deadline, speed=speed)

    with occupied(into) as place:
        request = _Request(lambda: Pinned(pool, address, name), select, limits, progress, force)
        done = _Unpacking(request, place, deadline, do).run()
        if not isinstance(done, _Streamed):
            return done
        from brant.transfer.connections.broad import Broad
        from brant.transfer.connections.forward import Forward
        from brant.transfer.unpacking.streamed import extract_stream

        broad = done.source and Broad(done.source, delays, sleep=sleep, note=note, deadline=deadline)
        source, body = Source(pool, address, name), broad or done.response
        with Forward(source, body=body, delays=delays, sleep=sleep, note=note, deadline=deadline) as stream:
            streamed = extract_stream(
                stream, place.folder, select=select, limits=limits, progress=progress, name=name, force=force
            )
        for each in () if place.is_new else streamed:
            # An earlier run may have begun it in ranges.
            forget_beginning(into / each.path)
        return streamed


class _Streamed:
    """What is not to be had in ranges, or no zip.

    `response`: the answer that has all of it, where one has begun. `source`: where several connections can
    bring it, held to one object.
    """

    def __init__(self, response: Response | None, source: Pinned) -> None:
        self.response = response
        self.source = None if response or not source.identity.validator else source


class _Request(NamedTuple):
    """What `unpack` was asked for."""

    look: Callable[[], Pinned]
    select: Callable[[str], bool] | None
    limits: Limits
    progress: Progress
    force: bool


class _Unpacking:
    """One call of `unpack`. `do` has a fleet do some work, and tells it the speed of one connection."""

    def __init__(
        self,
        request: _Request,
        place: Occupied,
        deadline: Deadline,
        do: Callable[[Work, float | None], None],
    ) -> None:
        self._request = request
        self._place = place
        self._deadline = deadline
        self._do = do
        self._written: set[str] = set()
        self._is_told = False

    def run(self) -> list[Extracted] | _Streamed:
        """Begin again once where the archive changed, and once where its list may have come damaged."""
        listed: list[Listed] = []
        fault: Corrupt | None = None
        is_changed = False
        while True:
            source, before = self._request.look(), listed
            try:
                response = self._bound(source)
                if response or not self._is_zip(source):
                    return _Streamed(response, source)
                listed = self._listed(source)
                if fault and listed == before:
                    raise fault
                return self._unpack(source, listed)
            except Changed:
                if is_changed:
                    raise _keeps_changing(source) from None
                is_changed = True
                self._request.progress.note(
                    f"{source.name} changed on the server meanwhile; beginning again."
                )
            except Corrupt as error:
                # The list of members has no checksum: it may have come damaged.
                if fault:
                    raise
                fault = error

    def _listed(self, source: Pinned) -> list[Listed]:
        return read_directory(self._reader(source), source.size, source.name, self._request.limits)

    def _bound(self, source: Pinned) -> Response | None:
        once = Once(source.look)
        self._do(once, None)
        return once.result

    def _is_zip(self, source: Pinned) -> bool:
        end = source.tail[-_LONGEST_END:]
        at = end.rfind(_ENDS)
        if at < 0:
            return False
        comment = int.from_bytes(end[at + 20 : at + 22], "little")
        # A zip may lie within a tar; one that something follows is told by how it begins.
        return at + 22 + comment == len(end) or self._reader(source)(0, 2) == b"PK"

    def _reader(self, source: Pinned) -> Callable[[int, int], bytes]:
        def do(errand: Callable[[Lane], bytes]) -> bytes:
            once = Once(errand)
            self._do(once, None)
            return once.result

        return source.reader(do)

    def _unpack(self, source: Pinned, listed: list[Listed]) -> list[Extracted]:
        files = [each for each in listed if not each.is_folder]
        if self._request.select:
            files = [each for each in files if self._request.select(each.name)]
        _check_stored(files)
        self._forget_old(listed)
        self._make_folders(listed)
        missing = self._missing(files)
        if not self._is_told:
            self._request.progress.expect(sum(each.packed for each in missing), len(missing))
            self._is_told = True
        self._fetch(source, missing)
        sweep_staging(self._place.folder.root)
        return [
            Extracted(each.name, each.size, each.crc32, fresh=each.name in self._written) for each in files
        ]

    def _fetch(self, source: Pinned, missing: list[Listed]) -> None:
        def done(member: Listed) -> None:
            self._written.add(member.name)

        job = Job(source, self._place.folder, self._request.progress, done, self._request.force)
        fetching = Fetching(job, plan(missing))
        try:
            self._do(fetching, source.speed)
            while fetching.go_on(self._deadline):
                self._do(fetching, source.speed)
        except Changed:
            fetching.discard()
            raise
        finally:
            fetching.close()

    def _missing(self, files: list[Listed]) -> list[Listed]:
        """Where nothing that was here before is to be used, only what this call has written can be."""
        folder, missing = self._place.folder, []
        only_ours = self._request.force or self._place.is_new
        for each in files:
            if only_ours and each.name not in self._written:
                missing.append(each)
                continue
            path = folder.make(each.parts[:-1]) / each.parts[-1]
            if not is_here(path, each):
                missing.append(each)
            elif not is_small(each):
                forget_beginning(path)
        return missing

    def _make_folders(self, listed: list[Listed]) -> None:
        folder = self._place.folder
        if not self._request.select:
            for each in listed:
                if each.is_folder:
                    folder.make(each.parts)
        if self._place.was_left:
            for parts in {each.parts[:-1] for each in listed}:
                sweep(folder.root.joinpath(*parts))

    def _forget_old(self, listed: list[Listed]) -> None:
        """What came of an archive that is no more, and that the new one does not have, is of no use."""
        gone = self._written - {each.name for each in listed}
        for name in gone:
            with suppress(OSError):
                self._place.folder.root.joinpath(*name.split("/")).unlink()
        self._written -= gone


def _check_stored(files: list[Listed]) -> None:
    for each in files:
        if each.method == STORED and each.packed != each.size:
            raise Corrupt(
                f"The archive member {shown(each.name)} is stored, and yet has {each.packed} bytes for "
                f"{each.size}; pack it again."
            )


def _keeps_changing(source: Pinned) -> Conflict:
    return Conflict(f"{source.name} keeps changing on the server; run the same again when it no longer does.")
