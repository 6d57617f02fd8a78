"""Sends one file to an upload address by the resumable protocol (contract/behaviour.md §7)."""

import os
import random as chance
import re
import time
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Final

from msgspec import Struct

from brant.errors import (
    BrantError,
    Conflict,
    LocalFailure,
    NotFound,
    RateLimited,
    ServerFailure,
    Unreachable,
)
from brant.transfer.disk.hashes import Following, Hashes
from brant.transfer.http.pool import Pool, Response
from brant.transfer.http.quota import asked_wait
from brant.transfer.http.ranges import told_sha256
from brant.transfer.http.refusal import refusal
from brant.transfer.http.retry import REPEATABLE_STATUSES, Delays, RetryPolicy
from brant.transfer.progress import Meter, Progress, Silent, Waits

# Many files may be on their way at once, each with a piece in memory.
_PIECE: Final = 512 * 1024
_DONE: Final = (200, 201)
_RANGE: Final = re.compile(r"bytes=0-(\d{1,19})")


class Uploaded(Struct, frozen=True):
    """A file that the server has whole: its bytes in number, its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class Garbled(ServerFailure):
    """The server says that it holds other bytes than the file has: what it holds is of no use."""


def upload(
    pool: Pool,
    create_url: str,
    file: Path,
    *,
    size: int | None = None,
    known: Hashes | None = None,
    progress: Progress | None = None,
    waits: Waits | None = None,
    attempts: int = 10,
    sleep: Callable[[float], None] = time.sleep,
    random: Callable[[], float] = chance.random,
    resume: bool = False,
    answer_timeout: float = 300.0,
    stopped: Callable[[], bool] = lambda: False,
) -> Uploaded:
    """Send `file` to `create_url`. `size` is what was announced for it; None takes what the file has.
    `known` are hashes that were taken before: then what is sent is compared with them, which is quick.

    `resume` begins by asking how much the server has: for a later process that kept the address. `attempts`
    count failures in a row that brought nothing. `waits` are those of the whole job, where this file is not
    alone. `answer_timeout`: seconds the server has to take stock once it has every byte. `stopped` is asked
    before each piece whether anybody still wants this.

    Raises NotFound when the address is no longer known (ask for a new one), Conflict when the file is not, or
    does not stay, the one announced, Garbled when the server says that it got other bytes, Unreachable,
    RateLimited or ServerFailure when the attempts are used up, and the error of the status when the server
    refuses.
    """
    try:
        with file.open("rb", buffering=0) as source:
            has = os.fstat(source.fileno()).st_size
            if size is not None and size != has:
                raise Conflict(
                    f"{file} has {has} bytes where {size} were announced; let it rest, then start again."
                )
            task = _Upload(
                pool,
                create_url,
                file,
                source,
                progress=progress or Silent(),
                known=known,
                waits=waits,
                answer_timeout=answer_timeout,
                stopped=stopped,
            )
            return task.run(RetryPolicy(attempts=attempts).delays(random), sleep, resume=resume)
    except OSError as error:
        raise _unreadable(file, error) from error


class _Upload:
    """One call of `upload`."""

    def __init__(
        self,
        pool: Pool,
        url: str,
        path: Path,
        source: FileIO,
        *,
        progress: Progress,
        known: Hashes | None,
        waits: Waits | None,
        answer_timeout: float,
        stopped: Callable[[], bool],
    ) -> None:
        self._pool = pool
        self._url = url
        self._path = path
        self._source = source
        self._answer_timeout = answer_timeout
        self._stopped = stopped
        self._facts = os.fstat(source.fileno())
        self._size = self._facts.st_size
        self._position = 0
        self._furthest = 0
        self._known = known
        self._digest = Following(self._size, known)
        self._told: str | None = None
        self._progress = progress
        self._waits = waits or Waits(progress)
        self._meter: Meter | None = None

    def run(self, delays: Delays, sleep: Callable[[float], None], *, resume: bool) -> Uploaded:
        whole = False
        try:
            if not resume:
                self._begin(held=0)
            self._send_all(delays, sleep, ask=resume)
            self._digest.catch_up(self._source)
            self._check_unchanged()
            sha256 = self._check_hashes()
            whole = True
        finally:
            if self._meter:
                self._meter.finish(complete=whole)
        return Uploaded(self._size, sha256)

    def _begin(self, held: int) -> None:
        track = self._progress.begin(self._path.name, self._size, held=held)
        self._meter = Meter(track, lambda: self._position, held)

    def _send_all(self, delays: Delays, sleep: Callable[[float], None], *, ask: bool) -> None:
        """Send; after a failure ask how far the server is, and go on from there, until it has everything."""
        while True:
            self._check_wanted()
            before, wait = self._furthest, None
            try:
                with self._ask() if ask else self._put() as response:
                    if response.status in _DONE:
                        self._told = told_sha256(response)
                        response.drain()
                        self._move(self._size)
                        return
                    failure = self._judge(response, asked=ask)
                    wait = asked_wait(response.headers, response.status, time.time())
                    ask = response.status != 308 or self._position == self._size > 0
            except Unreachable as error:
                failure, ask = error, True
                if error.final:
                    raise
            self._check_unchanged()
            if self._furthest > before:
                delays.progressed()
            elif failure:
                delay = delays.next(wait, limited=isinstance(failure, RateLimited))
                if delay is None:
                    raise failure
                self._waits.before(failure, delay)
                sleep(delay)

    def _ask(self) -> Response:
        """The status query: how much has the server?"""
        return self._pool.request("PUT", self._url, headers={"Content-Range": f"bytes */{self._size}"})

    def _put(self) -> Response:
        """Send what the server lacks."""
        start, size = self._position, self._size
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size - start)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        return self._pool.request(
            "PUT", self._url, headers=headers, body=self._pieces(start), timeout=self._answer_timeout
        )

    def _pieces(self, start: int) -> Iterator[memoryview]:
        view = memoryview(bytearray(min(_PIECE, self._size - start)))
        at = start
        while at < self._size:
            self._check_wanted()
            piece = view[: self._read_at(at, view[: self._size - at])]
            self._digest.feed(at, piece, self._source)
            yield piece
            at += len(piece)
            self._move(at)

    def _read_at(self, at: int, view: memoryview) -> int:
        try:
            self._source.seek(at)
            count = self._source.readinto(view)
        except OSError as error:
            raise _unreadable(self._path, error) from error
        if not count:
            raise self._changed()
        return count

    def _judge(self, response: Response, *, asked: bool) -> BrantError | None:
        """Take in an answer that is not the last: None for a step on the way, else the failure that it is."""
        if response.status == 308:
            held = self._held(response)
            self._move(held)
            step = held > self._furthest or (asked and held < self._size)
            self._furthest = max(self._furthest, held)
            return None if step else self._stuck(response)
        if response.status in (404, 410):
            raise NotFound(
                f"The upload of {self._path.name} is no longer known to the server; begin it again."
            )
        error = refusal(response, f"uploading {self._path.name}")
        if response.status in REPEATABLE_STATUSES:
            return error
        raise error

    def _held(self, response: Response) -> int:
        """Bytes that a 308 says the server has: none without a Range."""
        text = response.headers.get("range")
        if text is None:
            return 0
        found = _RANGE.fullmatch(text.strip())
        if not found or int(found[1]) >= self._size:
            raise ServerFailure(
                f"{response.address.peer} claims the range {text[:40]!r} of {self._size} bytes; begin again."
            )
        return int(found[1]) + 1

    def _stuck(self, response: Response) -> ServerFailure:
        return ServerFailure(
            f"{response.address.peer} took {self._position} of {self._size} bytes of {self._path.name}, "
            "and takes no more; try again later."
        )

    def _move(self, position: int) -> None:
        self._position = position
        if self._meter:
            self._meter.show()
        else:  # the first answer to a later run: what an earlier one has sent
            self._begin(held=position)

    def _check_unchanged(self) -> None:
        """Conflict if the file is no longer the one that was opened."""
        try:
            now = self._path.stat()
        except OSError:
            raise self._changed() from None
        then = self._facts
        if (now.st_size, now.st_mtime_ns, now.st_ino) != (then.st_size, then.st_mtime_ns, then.st_ino):
            raise self._changed()

    def _check_hashes(self) -> str:
        """The file's SHA-256; Conflict if it is not the known one, Garbled if it is not the server's."""
        sha256 = self._digest.finish()
        if sha256 is None:
            raise self._changed()
        if self._told not in (None, sha256):
            raise Garbled(
                f"The server has other bytes of {self._path.name} than were sent; upload the file again."
            )
        return sha256

    def _check_wanted(self) -> None:
        if self._stopped():
            raise Unreachable(
                f"The upload of {self._path.name} was stopped; run the same again to go on.", final=True
            )

    def _changed(self) -> Conflict:
        return Conflict(
            f"{self._path} changed while it was being uploaded; let it rest, then upload it again."
        )


def _unreadable(path: Path, error: OSError) -> LocalFailure:
    return LocalFailure(
        f"{path} cannot be read ({error.strerror}); check that the file is there and readable."
    )
