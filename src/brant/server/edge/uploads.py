"""Uploads: the resumable PUT of behaviour.md §7, streamed to the domain in bounded memory."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, Protocol

from anyio import CapacityLimiter, from_thread, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope

from brant.errors import InvalidInput
from brant.server.domain.blobs.uploads import UploadState
from brant.server.edge.bodies import declared_length, pieces, refuse_encoding
from brant.server.edge.downloads import repr_digest

CHUNK_BYTES: Final = 1024 * 1024
# A slow upload keeps its thread to itself, so uploads have threads of their own.
PARALLEL_UPLOADS: Final = 256

_CONTENT_RANGE: Final = re.compile(r"bytes\s+(?:(\d{1,19})-(\d{1,19})|\*)/(\d{1,19}|\*)")


class Uploads(Protocol):
    """What the edge needs of the domain's uploads."""

    def state(self, token: str, now: datetime, *, total: int | None = None) -> UploadState:
        """How far an upload has come."""

    def receive(
        self,
        token: str,
        *,
        first: int,
        total: int | None,
        chunks: Iterator[bytes],
        now: datetime,
        goes_on: bool,
    ) -> UploadState:
        """Takes bytes from the offset `first`."""


class Part(NamedTuple):
    """What a PUT carries: `length` bytes from `first` of a file of `total`; None where only its end tells.

    A part of a file of unknown size `goes_on`: `bytes */SIZE` or a part with its size will end it.
    """

    first: int
    length: int | None
    total: int | None
    goes_on: bool = False


class UploadEndpoint:
    """PUT /storage/uploads/{token}."""

    def __init__(self, uploads: Uploads, clock: Callable[[], datetime]) -> None:
        self._uploads = uploads
        self._clock = clock
        self._limiter: CapacityLimiter | None = None

    async def put(self, token: str, scope: Scope, receive: Receive) -> Response:
        """200 once the file is whole, else 308 and the bytes that are there.

        Raises InvalidInput, NotFound for an unknown token, Conflict where another connection has taken over.
        """
        headers = Headers(scope=scope)
        refuse_encoding(headers)
        part = read_part(headers.get("content-range"), declared_length(headers))
        if isinstance(part, Part):
            return _progress(await self._receive(token, part, receive))
        total = part
        return _progress(
            await run_in_threadpool(partial(self._uploads.state, token, self._clock(), total=total))
        )

    async def take(self, token: str, length: int, receive: Receive) -> UploadState:
        """A whole file of `length` bytes, given by `receive` as if they were a request. Raises as `put`."""
        return await self._receive(token, Part(0, length, length), receive)

    async def _receive(self, token: str, part: Part, receive: Receive) -> UploadState:
        if self._limiter is None:
            self._limiter = CapacityLimiter(PARALLEL_UPLOADS)  # belongs to the loop that serves
        body = _Body(receive, part.length)
        take = partial(
            self._uploads.receive,
            token,
            first=part.first,
            total=part.total,
            chunks=_from_loop(body),
            now=self._clock(),
            goes_on=part.goes_on,
        )
        try:
            return await to_thread.run_sync(take, limiter=self._limiter)
        finally:
            body.close()


def read_part(content_range: str | None, length: int | None) -> Part | int | None:
    """What a PUT means: a Part, or for the question `bytes */n` the size n (None for `bytes */*`).

    Raises InvalidInput where Content-Range cannot be read or does not fit Content-Length.
    """
    if content_range is None:
        return Part(0, length, length)
    found = _CONTENT_RANGE.fullmatch(content_range.strip())
    if found is None:
        raise InvalidInput(
            "Content-Range is neither 'bytes FIRST-LAST/SIZE' nor 'bytes */SIZE' (RFC 9110 §14.4)"
        )
    total = None if found[3] == "*" else int(found[3])
    if found[1] is None:
        if length:
            raise InvalidInput("a question by 'Content-Range: bytes */SIZE' carries no body")
        return total
    first, last = int(found[1]), int(found[2])
    if last < first or (total is not None and last >= total) or length not in (None, last - first + 1):
        raise InvalidInput(f"Content-Range {content_range.strip()!r} does not fit itself or Content-Length")
    return Part(first, last - first + 1, total, goes_on=total is None)


def _progress(state: UploadState) -> Response:
    if state.complete:
        told = {} if state.sha256 is None else {"Repr-Digest": repr_digest(state.sha256)}
        return Response(b"{}", 200, told, media_type="application/json")
    # No Location, which clients would follow, and no Range where nothing is there yet.
    headers = {"Range": f"bytes=0-{state.received - 1}"} if state.received else {}
    return Response(b"", 308, headers)


class _Body:
    """The request body in chunks of CHUNK_BYTES, the next one gathered while the last is written."""

    def __init__(self, receive: Receive, length: int | None) -> None:
        self._pieces = pieces(receive)
        self._length = length
        self._received = 0
        self._failure: Exception | None = None
        self._next: asyncio.Task[bytes] | None = None

    async def next(self) -> bytes:
        """The next chunk, empty at the end. What came before a failure is given out before it is raised."""
        gathering = self._next or asyncio.ensure_future(self._gather())
        chunk = await gathering
        if not chunk and self._failure is not None:
            raise self._failure
        self._next = asyncio.ensure_future(self._gather()) if chunk else None
        return chunk

    def close(self) -> None:
        """Stops gathering."""
        if self._next is not None:
            self._next.cancel()

    async def _gather(self) -> bytes:
        chunk = bytearray()
        if self._failure is not None:
            return b""
        try:
            async for piece in self._pieces:
                chunk += piece
                self._received += len(piece)
                self._check_excess()
                if len(chunk) >= CHUNK_BYTES:
                    return bytes(chunk)
            self._check_end()
        except Exception as failure:  # noqa: BLE001 - raised again by `next`, behind the bytes that came before it
            self._failure = failure
        return bytes(chunk)

    def _check_excess(self) -> None:
        if self._length is not None and self._received > self._length:
            raise InvalidInput(f"more bytes came than the {self._length} that were announced")

    def _check_end(self) -> None:
        if self._length is not None and self._received < self._length:
            raise InvalidInput(f"only {self._received} of the {self._length} announced bytes came")


def _from_loop(body: _Body) -> Iterator[bytes]:
    """The chunks, for a worker thread."""
    while chunk := from_thread.run(body.next):
        yield chunk
