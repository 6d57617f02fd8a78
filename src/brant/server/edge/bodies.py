"""Bodies: request bodies read within a limit and a deadline."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive

from brant.errors import InvalidInput, PayloadTooLarge, Unreachable
from brant.server.edge.errors import ClientGone

# How long a peer may stay silent inside a body; one that trickles on is not silent.
SILENCE_SECONDS: Final = 60.0


def declared_length(headers: Headers) -> int | None:
    """Content-Length, or None. Raises InvalidInput where it is no length (RFC 9110 §8.6)."""
    text = headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput("Content-Length is not a number of bytes (RFC 9110 §8.6)")
    return int(text)


def refuse_encoding(headers: Headers) -> None:
    """A compressed body could unfold to any size (RFC 9110 §15.5.16). Raises HTTPException with 415."""
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "the body is encoded: send it as it is, without Content-Encoding")


async def pieces(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises ClientGone where it is cut, Unreachable where the peer falls silent."""
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await receive()
        except TimeoutError:
            raise Unreachable(f"no bytes came for {SILENCE_SECONDS:.0f} s: send the request again") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


async def read_body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole body, of at most `limit` bytes. Raises PayloadTooLarge, ClientGone, Unreachable."""
    too_large = PayloadTooLarge(f"the body is larger than the {limit:,} bytes that this call takes")
    if (declared_length(headers) or 0) > limit:
        raise too_large
    body = bytearray()
    async for piece in pieces(receive):
        body += piece
        if len(body) > limit:
            raise too_large
    return bytes(body)
