"""Pieces: stored bytes on their way out, read by a few threads and in bounded memory."""

import asyncio
from typing import Final, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.types import Message, Receive, Send

from brant.server.edge.errors import ClientGone
from brant.server.edge.ranges import Span

_LARGEST: Final = 1 << 20
_SMALLEST: Final = 64 << 10
# Of all answers under way together; each has one piece in memory.
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
        answer. Each piece is read once the last one is sent; reading stops once the client is gone.
        Reading ahead was measured to be slower: the thread takes the processor from the loop that sends.
        """
        at, stop = span
        self._under_way += 1
        gone: asyncio.Future[None] | None = None
        try:
            body = await self._read(content, at, stop)
            await send(start)
            while (at := at + len(body["body"])) < stop:
                gone = gone or asyncio.ensure_future(_departure(receive))
                await send(body)
                body.clear()  # or the last piece would stay beside the next one
                await send({"type": "http.response.body", "more_body": True})  # waits for room
                if gone.done():
                    raise ClientGone
                body = await self._read(content, at, stop)
            await send({**body, "more_body": False})
        finally:
            self._under_way -= 1
            if gone is not None:
                gone.cancel()

    async def _read(self, content: Readable, first: int, stop: int) -> Message:
        """As many of the bytes as make a piece."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(_THREADS)  # belongs to the loop that serves
        stop = min(stop, first + max(_SMALLEST, min(_LARGEST, _BUDGET // self._under_way)))
        body = await to_thread.run_sync(content.read, first, stop, limiter=self._limiter)
        return {"type": "http.response.body", "body": body, "more_body": True}


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
