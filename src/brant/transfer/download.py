"""Brings one file from HTTP to disk: resumed where it stopped, verified, and named only when it is whole."""

import random as chance
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from brant.errors import BrantError, Conflict, Corrupt, RateLimited, ServerFailure, Unreachable
from brant.transfer.http import Pool, Response
from brant.transfer.journal import Identity
from brant.transfer.partial import Partial
from brant.transfer.progress import Meter, Progress, Silent
from brant.transfer.quota import asked_wait
from brant.transfer.ranges import content_range, continues, identity_of, is_same
from brant.transfer.refusal import refusal
from brant.transfer.retry import REPEATABLE_STATUSES, Delays, RetryPolicy, http_date
from brant.transfer.verify import Downloaded, Expected, existing_file, fault_of, learned

__all__ = ["Downloaded", "Expected", "download"]

MIB: Final = 1024 * 1024
_FLUSH_SECONDS: Final = 0.5
# Google says 400 of a signature that is too old, Amazon 403.
_EXPIRED: Final = (400, 401, 403, 404, 410)


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
) -> Downloaded:
    """Fetch `address` into the file `destination`, whose folder is made if need be.

    `address` may be a function that gives one; it is asked again when a signed address has expired.
    `attempts` count failures in a row: one that brought a MiB or more starts the count anew. A file that is
    there already is left alone if it is the one asked for: by its hash, else by size and date. With `force`,
    neither it nor an earlier beginning is used.

    Raises Unreachable, RateLimited or ServerFailure when the attempts are used up, Corrupt when the bytes
    fail their check twice, LocalFailure for this machine's disk, Conflict when another process is downloading
    the same, and the error of the status when the server refuses. Whatever happens, verified bytes stay.
    """
    with Partial.claim(destination) as partial:
        if force:
            partial.discard()
        source = _Source(address)
        task = _Download(pool, source, partial, expected or Expected(), progress or Silent(), force=force)
        return task.run(RetryPolicy(attempts=attempts).delays(random), sleep)


class _Again(Exception):
    """This attempt failed in a way that another may not. `reason` is raised when there is none left."""

    def __init__(self, reason: BrantError, wait: float | None = None) -> None:
        super().__init__(reason.message)
        self.reason = reason
        self.wait = wait


class _Source:
    """Where to ask: an address, or a function that gives a fresh one."""

    def __init__(self, address: str | Callable[[], str]) -> None:
        self._address = address
        self._current: str | None = None

    def addresses(self) -> Iterator[tuple[str, bool]]:
        """The addresses to try in one attempt, and whether each is the last: an old one, then a fresh one."""
        if isinstance(self._address, str):
            yield self._address, True
            return
        if self._current:
            yield self._current, False
        self._current = self._address()
        yield self._current, True


class _Download:
    """One call of `download`."""

    def __init__(
        self,
        pool: Pool,
        source: _Source,
        partial: Partial,
        expected: Expected,
        progress: Progress,
        *,
        force: bool,
    ) -> None:
        self._pool = pool
        self._source = source
        self._partial = partial
        self._expected = expected
        self._name = partial.destination.name
        self._meter = Meter(progress, self._name, lambda: partial.length)
        self._force = force
        self._use_range = True
        self._total: int | None = None
        self._resumed_from = partial.length
        self._buffer = memoryview(bytearray(MIB))

    def run(self, delays: Delays, sleep: Callable[[float], None]) -> Downloaded:
        kept = self._existing(self._expected, Identity())
        if kept:
            return kept
        try:
            return self._fetch(delays, sleep)
        finally:
            self._meter.finish()

    def _fetch(self, delays: Delays, sleep: Callable[[float], None]) -> Downloaded:
        second_try = False
        while True:
            before = self._partial.length
            try:
                kept = self._attempt()
            except (_Again, Unreachable) as failure:
                if self._partial.length - before >= MIB:
                    delays.progressed()
                self._wait(failure, delays, sleep)
                continue
            if kept:
                return kept
            problem = fault_of(self._partial, self._expected, self._total)
            if problem is None:
                return self._publish()
            self._restart(None)
            if second_try:
                raise Corrupt(
                    f"{self._name} came damaged twice ({problem}); try again later, or tell its owner."
                )
            second_try = True

    @staticmethod
    def _wait(failure: "_Again | Unreachable", delays: Delays, sleep: Callable[[float], None]) -> None:
        reason, wait = (failure.reason, failure.wait) if isinstance(failure, _Again) else (failure, None)
        if isinstance(reason, Unreachable) and reason.final:
            raise reason
        delay = delays.next(wait, limited=isinstance(reason, RateLimited))
        if delay is None:
            raise reason
        sleep(delay)

    def _attempt(self) -> Downloaded | None:
        """Ask once and take in what comes: None when every byte is there."""
        with self._ask() as response:
            if response.status == 206:
                self._resume(response)
            elif response.status == 200:
                kept = self._take_whole(response)
                if kept:
                    return kept
            elif response.status == 416 and self._partial.length:
                self._take_unsatisfiable(response)
                return None
            else:
                self._refuse(response)
            self._receive(response)
        if self._total is not None and self._partial.length < self._total:
            raise _Again(Unreachable(f"{response.address.peer} sent only a part of {self._name}; try again."))
        return None

    def _ask(self) -> Response:
        """One GET; a signed address that has expired is asked for anew, once."""
        for address, is_last in self._source.addresses():
            response = self._pool.open(address, headers=self._range_headers())
            if is_last or response.status not in _EXPIRED:
                return response
            response.close()
        raise AssertionError("the last address is always tried")

    def _range_headers(self) -> dict[str, str]:
        identity = self._partial.identity
        if not (self._partial.length and self._use_range and identity):
            return {}
        headers = {"Range": f"bytes={self._partial.length}-"}
        if identity.validator:
            headers["If-Range"] = identity.validator
        # Without a validator only a hash can tell in the end whether both halves are of one object.
        elif not (self._expected.md5 or self._expected.sha256 or identity.md5):
            return {}
        return headers

    def _resume(self, response: Response) -> None:
        """206: go on, if it is the range asked for, of the object begun."""
        if not continues(response, self._partial.identity, self._partial.length):
            self._use_range = False
            raise _Again(
                ServerFailure(f"{response.address.peer} answers with another range than the one asked for.")
            )
        held = content_range(response)
        self._total = held.total if held else None
        self._meter.start(self._total)

    def _take_whole(self, response: Response) -> Downloaded | None:
        """200: begin, or begin anew if this is another object, or pass over what is there already."""
        offered = identity_of(response)
        self._check_offer(response, offered)
        self._total = offered.size
        old = self._partial.identity
        if self._partial.length == 0 or old is None:
            kept = self._existing(learned(self._expected, offered), offered)
            if kept:
                return kept
            self._restart(self._to_keep(offered))
        elif is_same(old, offered) is False or (not old.validator and old.size != offered.size):
            self._restart(self._to_keep(offered))
        elif old.size != offered.size or (old.validator and not offered.validator):
            raise _Again(
                Conflict(
                    f"{response.address.peer} does not answer with the {self._name} begun earlier; "
                    "ask for a fresh download if it has changed."
                )
            )
        else:
            self._pass_over(response)
        self._meter.start(self._total)
        return None

    def _check_offer(self, response: Response, offered: Identity) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ServerFailure(f"{response.address.peer} sends {self._name} encoded, though asked not to.")
        if None not in (self._expected.size, offered.size) and self._expected.size != offered.size:
            raise _Again(
                Corrupt(
                    f"{response.address.peer} offers {offered.size} bytes for {self._name}, "
                    f"which has {self._expected.size}; try again later."
                )
            )

    def _to_keep(self, offered: Identity) -> Identity:
        """What the journal says of the object; its MD5 only where it is what proves the bytes."""
        if self._expected.sha256:
            return replace(offered, md5=None)
        named = b64encode(self._expected.md5).decode() if self._expected.md5 else offered.md5
        return replace(offered, md5=named)

    def _pass_over(self, response: Response) -> None:
        """The server sends all of an object that is partly here: its start must be what we have."""
        digest, left = sha256(), self._partial.length
        while left and (count := response.readinto(self._buffer[:left])):
            digest.update(self._buffer[:count])
            left -= count
        if digest.hexdigest() != self._partial.sha256():
            self._restart(None)
            raise _Again(
                Conflict(f"{self._name} changed on {response.address.peer} meanwhile; run the same again.")
            )

    def _take_unsatisfiable(self, response: Response) -> None:
        """416: nothing is missing, if the object ends where the file does; else the range is at fault."""
        held = content_range(response)
        identity = self._partial.identity
        size = identity.size if identity else None
        if held is None or held.total != self._partial.length or size not in (None, held.total):
            self._use_range = False
            raise _Again(
                ServerFailure(f"{response.address.peer} refuses the rest of {self._name}; try again.")
            )
        self._total = held.total
        self._meter.start(self._total)

    def _refuse(self, response: Response) -> None:
        error = refusal(response, f"downloading {self._name}")
        if response.status in REPEATABLE_STATUSES:
            raise _Again(error, asked_wait(response.headers, response.status, time.time()))
        raise error

    def _receive(self, response: Response) -> None:
        """Write what comes, by the MiB, or each half second on a slow line; on a cut, what had come too."""
        filled, since = 0, time.monotonic()
        try:
            while count := response.readinto(self._buffer[filled:]):
                filled += count
                if filled == len(self._buffer) or time.monotonic() - since > _FLUSH_SECONDS:
                    piece, filled = self._buffer[:filled], 0
                    self._store(piece)
                    since = time.monotonic()
        finally:
            if filled:
                self._store(self._buffer[:filled])

    def _store(self, piece: memoryview) -> None:
        try:
            self._partial.append(piece)
        finally:
            self._meter.show()

    def _restart(self, identity: Identity | None) -> None:
        self._resumed_from = 0
        if identity:
            self._partial.begin(identity)
        else:
            self._partial.discard()
        self._meter.show()

    def _publish(self) -> Downloaded:
        partial = self._partial
        result = Downloaded(partial.destination, partial.length, partial.sha256(), self._resumed_from)
        partial.publish(http_date(partial.identity.last_modified if partial.identity else None))
        return result

    def _existing(self, known: Expected, offered: Identity) -> Downloaded | None:
        """The file that is there already, if it is the one asked for."""
        return None if self._force else existing_file(self._partial.destination, known, offered)
