"""Pieces: stored bytes on their way out, read by a few threads and in bounded memory."""

import asyncio
from typing import Final, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.types import Message, Receive, Send

from brant.server.edge.errors import ClientGone
from brant.server.edge.ranges import Span

_LARGEST: Final = 1 << 20
_SMALLEST: Final = 64 << 10
# Of all answers under way together; each has at most two pieces in memory, one of them being sent.
_BUDGET: Final = 32 << 20
# More of them only take the interpreter from each other; a slow disk still has a few to serve.
_THREADS: Final = 8


class Readable(Protocol):
    """Where the bytes come from."""

    def read(self, first: int, stop: int) -> bytes:
        """The bytes from `first` up to, not including, `stop`."""


class Pieces:
    """Sends spans of bytes. For the thread of one event loop."""

    def __init__(self) -> None:
        self._limiter: CapacityLimiter | None = None
        self._under_way = 0

    async def send(self, content: Readable, span: Span, start: Message, receive: Receive, send: Send) -> None:
        """Sends `start`, and behind it the bytes of `span`.

        `start` goes out once the first piece is read, so that missing bytes are an error and not half an
        answer. Each piece is read once the last one is on its way; reading stops once the client is gone.
        Reading ahead was measured to be slower: the thread takes the processor from the loop that sends.
        """
        self._under_way += 1
        try:
            piece = await self._read(content, *span)
            await send(start)
            rest = Span(span.first + len(piece), span.stop)
            if rest.first < rest.stop:
                await self._send_more(content, piece, rest, receive, send)
            else:
                await send({"type": "http.response.body", "body": piece})
        finally:
            self._under_way -= 1

    async def _send_more(
        self, content: Readable, piece: bytes, rest: Span, receive: Receive, send: Send
    ) -> None:
        at, stop = rest
        gone = asyncio.ensure_future(_departure(receive))
        try:
            while at < stop:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if gone.done():
                    raise ClientGone
                piece = await self._read(content, at, stop)
                at += len(piece)
            await send({"type": "http.response.body", "body": piece})
        finally:
            gone.cancel()

    async def _read(self, content: Readable, first: int, stop: int) -> bytes:
        """As many of them as make a piece."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(_THREADS)  # belongs to the loop that serves
        size = max(_SMALLEST, min(_LARGEST, _BUDGET // self._under_way))
        return await to_thread.run_sync(content.read, first, min(stop, first + size), limiter=self._limiter)


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
