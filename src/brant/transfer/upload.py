"""Sends one file to an upload address by the resumable protocol (contract/behaviour.md §7)."""

import os
import random as chance
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Final

from brant.errors import (
    BrantError,
    Conflict,
    LocalFailure,
    NotFound,
    RateLimited,
    ServerFailure,
    Unreachable,
)
from brant.transfer.http import Pool, Response
from brant.transfer.progress import Meter, Progress, Silent, Waits
from brant.transfer.quota import asked_wait
from brant.transfer.refusal import refusal
from brant.transfer.retry import REPEATABLE_STATUSES, Delays, RetryPolicy

_PIECE: Final = 1024 * 1024
_DONE: Final = (200, 201)
_RANGE: Final = re.compile(r"bytes=0-(\d{1,19})")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that the server has whole: its bytes in number, its SHA-256 in hexadecimal."""

    size: int
    sha256: str


def upload(
    pool: Pool,
    create_url: str,
    file: Path,
    *,
    size: int | None = None,
    progress: Progress | None = None,
    waits: Waits | None = None,
    attempts: int = 10,
    sleep: Callable[[float], None] = time.sleep,
    random: Callable[[], float] = chance.random,
    resume: bool = False,
    answer_timeout: float = 300.0,
) -> Uploaded:
    """Send `file` to `create_url`. `size` is what was announced for it; None takes what the file has.

    `resume` begins by asking how much the server has: for a later process that kept the address. `attempts`
    count failures in a row that brought nothing. `waits` are those of the whole job, where this file is not
    alone. `answer_timeout`: seconds the server has to take stock once it has every byte.

    Raises NotFound when the address is no longer known (ask for a new one), Conflict when the file is not, or
    does not stay, the one announced, Unreachable, RateLimited or ServerFailure when the attempts are used up,
    and the error of the status when the server refuses.
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
                waits=waits,
                answer_timeout=answer_timeout,
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
        waits: Waits | None,
        answer_timeout: float,
    ) -> None:
        self._pool = pool
        self._url = url
        self._path = path
        self._source = source
        self._answer_timeout = answer_timeout
        self._facts = os.fstat(source.fileno())
        self._size = self._facts.st_size
        self._position = 0
        self._furthest = 0
        self._digest = _Digest(source)
        self._progress = progress
        self._waits = waits or Waits(progress)
        self._meter: Meter | None = None

    def run(self, delays: Delays, sleep: Callable[[float], None], *, resume: bool) -> Uploaded:
        whole = False
        try:
            if not resume:
                self._begin(held=0)
            self._send_all(delays, sleep, ask=resume)
            self._digest.catch_up(self._size)
            self._check_unchanged()
            whole = True
        finally:
            if self._meter:
                self._meter.finish(complete=whole)
        return Uploaded(self._size, self._digest.sha256.hexdigest())

    def _begin(self, held: int) -> None:
        track = self._progress.begin(self._path.name, self._size, held=held)
        self._meter = Meter(track, lambda: self._position, held)

    def _send_all(self, delays: Delays, sleep: Callable[[float], None], *, ask: bool) -> None:
        """Send; after a failure ask how far the server is, and go on from there, until it has everything."""
        while True:
            before, wait = self._furthest, None
            try:
                with self._ask() if ask else self._put() as response:
                    if response.status in _DONE:
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
        view = memoryview(bytearray(_PIECE))
        at = start
        while at < self._size:
            piece = view[: self._read_at(at, view[: self._size - at])]
            self._digest.feed(at, piece)
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

    def _changed(self) -> Conflict:
        return Conflict(
            f"{self._path} changed while it was being uploaded; let it rest, then upload it again."
        )


class _Digest:
    """The SHA-256 of a file, taken while it is sent; what was not sent by us is read."""

    def __init__(self, source: FileIO) -> None:
        self.sha256 = sha256()
        self._source = source
        self._at = 0

    def feed(self, at: int, piece: memoryview) -> None:
        """The file holds `piece` at `at`. What was fed before is passed over."""
        if at > self._at:
            self.catch_up(at)
        fresh = piece[self._at - at :]
        self.sha256.update(fresh)
        self._at += len(fresh)

    def catch_up(self, end: int) -> None:
        """Read up to `end`."""
        if self._at >= end:
            return
        view = memoryview(bytearray(_PIECE))
        self._source.seek(self._at)
        while self._at < end and (count := self._source.readinto(view[: end - self._at])):
            self.feed(self._at, view[:count])


def _unreadable(path: Path, error: OSError) -> LocalFailure:
    return LocalFailure(
        f"{path} cannot be read ({error.strerror}); check that the file is there and readable."
    )
