"""Brings one file from HTTP to disk: in parallel ranges, resumed, verified, named only when it is whole."""

import random as chance
import time
from collections.abc import Callable
from functools import partial as bound
from pathlib import Path
from typing import Final

from brant.errors import Conflict, Corrupt, ServerFailure
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Again, Errand, Lane, run
from brant.transfer.connections.ranged import Ranged
from brant.transfer.connections.verdicts import Changed, check_plain, refused
from brant.transfer.disk.digest import Digest
from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Partial
from brant.transfer.http.pool import Pool, Response
from brant.transfer.http.ranges import identity_of
from brant.transfer.http.retry import RetryPolicy, http_date
from brant.transfer.http.source import Source
from brant.transfer.progress import Meter, Progress, Silent, Waits
from brant.transfer.verify import Downloaded, Expected, existing_file, fault_of, learned

__all__ = ["Downloaded", "Expected", "download"]

# A file below this is hashed when it is whole; a thread would cost more than it saves.
_WORTH_FOLLOWING: Final = 4 * 1024 * 1024
_MOST_CHANGES: Final = 2


def download(
    pool: Pool,
    address: str | Callable[[], str],
    destination: Path,
    *,
    expected: Expected | None = None,
    progress: Progress | None = None,
    attempts: int = 5,
    force: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    random: Callable[[], float] = chance.random,
    deadline: Deadline | None = None,
) -> Downloaded:
    """Fetch `address` into the file `destination`, whose folder is made if need be.

    `address` may be a function that gives one; it is asked again when a signed address has expired. Begins
    with one connection, and takes more as long as they bring more. `attempts` count failures in a row of all
    of them; one that brought a MiB or more starts the count anew. `deadline`: for the whole. A file
    that is there already is left alone if it is the one asked for: by its hash, else by size and date. With
    `force`, neither it nor an earlier beginning is used.

    Raises Unreachable, RateLimited or ServerFailure when the attempts are used up, Corrupt when the bytes
    fail their check twice, LocalFailure for this machine's disk, Conflict when another process is downloading
    the same or the object keeps changing, and the error of the status when the server refuses. Whatever
    happens, verified bytes stay.
    """
    with Partial.claim(destination) as partial:
        if force:
            partial.discard()
        task = _Download(
            Source(pool, address, destination.name),
            partial,
            expected or Expected(),
            progress or Silent(),
            force=force,
        )

        def fetch() -> None:
            delays = RetryPolicy(attempts=attempts).delays(random)
            run(task, delays, sleep=sleep, note=Waits(progress or Silent()).before, deadline=deadline)

        return task.complete(fetch)


class _Download:
    """One call of `download`: the work of a fleet, and what comes before and after it."""

    def __init__(
        self, source: Source, partial: Partial, expected: Expected, progress: Progress, *, force: bool
    ) -> None:
        self._source = source
        self._partial = partial
        self._expected = expected
        self._progress = progress
        self._force = force
        self._meter: Meter | None = None
        self._ranged: Ranged | None = None
        self._digest: Digest | None = None
        self._opening: object | None = None
        self._kept: Downloaded | None = None
        self._resumed_from = 0

    def complete(self, fetch: Callable[[], None]) -> Downloaded:
        """Call `fetch`, which runs this as the work of a fleet, until the file passes its checks."""
        self._kept = self._existing(self._expected, Identity())
        try:
            self._resume()
            faults = changes = 0
            while not self._kept:
                try:
                    fetch()
                except Changed:
                    changes += 1
                    self._start_again(changes)
                    continue
                fault = None if self._kept else self._fault()
                if fault is None:
                    break
                faults += 1
                self._refuse_twice(fault, faults)
            if self._kept:
                # What an earlier run began is of no use beside the whole.
                self._partial.discard()
            return self._kept or self._publish()
        finally:
            self._end()

    def take(self) -> Errand | None:
        if self._ranged:
            return self._ranged.take()
        if self._opening or self._kept:
            return None
        self._opening = opening = object()
        return bound(self._open, opening)

    def _resume(self) -> None:
        """Go on with what an earlier run left, where the server can be held to the same object."""
        identity = self._partial.identity
        if self._kept or identity is None:
            return
        # A process that was killed while it gave the file its name leaves a journal of bytes that are there.
        if self._partial.layout.start or not self._partial.held.total:
            self._partial.discard()
            return
        self._resumed_from = self._partial.held.total
        self._begin(identity)

    def _can_continue(self, identity: Identity) -> bool:
        """Without a validator only a hash can tell in the end whether all ranges are of one object."""
        known = learned(self._expected, identity)
        return bool(identity.validator or known.md5 or known.sha256)

    def _begin(self, identity: Identity, *, adopts: bool = False) -> None:
        self._ranged = Ranged(
            self._source,
            self._partial,
            show=self._show,
            check=self._check_offer,
            ranges=self._can_continue(identity),
            adopts=adopts,
        )
        size = self._partial.layout.length
        held = self._partial.held.total
        if self._meter is None:
            track = self._progress.begin(self._source.name, size, held=held)
            self._meter = Meter(track, lambda: self._partial.held.total, shown=held)
        known = learned(self._expected, identity)
        self._digest = Digest(self._partial, with_md5=bool(known.md5 and not known.sha256))
        if size is None or size >= _WORTH_FOLLOWING:
            self._digest.start()

    def _open(self, opening: object, lane: Lane) -> None:
        """The first request: all of it, from which other connections may take parts."""
        try:
            with lane.reading(self._source.get()) as response:
                if response.status == 206:
                    peer = response.address.peer
                    raise Again(ServerFailure(f"{peer} answers with a range where none was asked."))
                if response.status != 200:
                    raise refused(response, f"downloading {self._source.name}")
                self._take_in(response, lane)
        finally:
            # Who comes late, when the object has changed, is not to let a second one open the new.
            if self._opening is opening:
                self._opening = None

    def _take_in(self, response: Response, lane: Lane) -> None:
        self._check_offer(response)
        offered = identity_of(response)
        self._kept = self._existing(learned(self._expected, offered), offered)
        if self._kept:
            return
        self._partial.begin(offered, Layout(length=offered.size, file_size=offered.size))
        self._begin(offered, adopts=True)
        assert self._ranged is not None
        self._ranged.adopt(response, lane)

    def _check_offer(self, response: Response) -> None:
        """Refuse an answer (200) that cannot be the file, whatever it holds."""
        name, peer, size = self._source.name, response.address.peer, response.content_length
        check_plain(response, name)
        if None not in (self._expected.size, size) and self._expected.size != size:
            raise Again(
                Corrupt(f"{peer} offers {size} bytes for {name}, not {self._expected.size}; try again later.")
            )

    def _fault(self) -> str | None:
        assert self._digest is not None
        identity = self._partial.identity or Identity()
        digest, md5 = self._digest.finish()
        self._sha256 = digest
        return fault_of(self._partial.held.total, digest, md5, learned(self._expected, identity))

    def _start_again(self, changes: int) -> None:
        name = self._source.name
        if changes >= _MOST_CHANGES:
            raise Conflict(f"{name} keeps changing while it is downloaded; try again when it rests.")
        self._progress.note(f"{name} has changed on the server; its download starts again.")
        self._forget()

    def _refuse_twice(self, fault: str, faults: int) -> None:
        self._forget()
        if faults > 1:
            raise Corrupt(
                f"{self._source.name} came damaged twice ({fault}); try again later, or tell its owner."
            )
        self._progress.note(f"{self._source.name} came damaged ({fault}); it is fetched again.")

    def _forget(self) -> None:
        if self._digest:
            self._digest.stop()
        self._ranged = self._digest = self._opening = None
        self._resumed_from = 0
        self._partial.discard()
        self._show()

    def _publish(self) -> Downloaded:
        partial = self._partial
        identity = partial.identity or Identity()
        result = Downloaded(
            partial.destination,
            partial.held.total,
            self._sha256,
            self._resumed_from,
            verified=learned(self._expected, identity).proof,
        )
        partial.publish(http_date(identity.last_modified))
        if self._meter:
            self._meter.finish()
            self._meter = None
        return result

    def _existing(self, known: Expected, offered: Identity) -> Downloaded | None:
        """The file that is there already, if it is the one asked for."""
        return None if self._force else existing_file(self._partial.destination, known, offered)

    def _show(self) -> None:
        if self._meter:
            self._meter.show()

    def _end(self) -> None:
        if self._digest:
            self._digest.stop()
        if self._meter:
            self._meter.finish(complete=False)
