"""Patience: how long the server waits for a peer that says nothing, or takes nothing."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.datastructures import Headers
from uvicorn.server import ServerState

from brant.errors import PayloadTooLarge, Unreachable
from brant.server.edge import bodies, protocol
from brant.server.edge.errors import ClientGone
from brant.server.edge.protocol import EdgeProtocol


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that no request ever reaches."""


async def received_after(request: bytes) -> bytes:
    """All that a server with our protocol sends to one who says this much and then falls silent."""
    config = uvicorn.Config(nothing, http=EdgeProtocol, lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: EdgeProtocol(config, ServerState(), {}), "127.0.0.1", 0)
    async with listener:
        reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        return answer


@pytest.mark.parametrize(
    "request_begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "]
)
def test_a_peer_that_does_not_finish_its_head_is_let_go(monkeypatch, request_begun):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    assert asyncio.run(received_after(request_begun)) == b""


async def much(scope: Any, receive: Any, send: Any) -> None:
    """An application whose answer is more than the system's buffers hold."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(64):
        await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def unread() -> AsyncIterator[EdgeProtocol]:
    """A connection whose peer has asked for much and reads nothing of it."""
    config = uvicorn.Config(much, http=EdgeProtocol, lifespan="off", log_config=None)
    config.load()
    served: list[EdgeProtocol] = []

    def connected() -> EdgeProtocol:
        served.append(EdgeProtocol(config, ServerState(), {}))
        return served[0]

    listener = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    async with listener, asyncio.timeout(20):
        with socket.create_connection(listener.sockets[0].getsockname()) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while not (served and served[0].flow and served[0].flow.write_paused):
                await asyncio.sleep(0.001)
            yield served[0]
            served[0].transport.abort()


def test_a_peer_that_takes_nothing_of_its_answer_is_let_go(monkeypatch):
    monkeypatch.setattr(protocol, "STALL_SECONDS", 0.05)

    async def wait() -> None:
        async with unread() as connection:
            while not connection.transport.is_closing():
                await asyncio.sleep(0.001)

    asyncio.run(wait())


def test_a_peer_that_takes_a_little_is_waited_for():
    async def look_twice() -> list[bool]:
        async with unread() as connection:
            waiting = connection.transport.get_write_buffer_size()
            closing = []
            for before in (waiting + 1, waiting):
                connection._check_progress(before)
                closing.append(connection.transport.is_closing())
            return closing

    assert asyncio.run(look_twice()) == [False, True]


def body(*messages: dict[str, Any]) -> Any:
    """A `receive` that gives these messages, and then nothing for ever."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def piece(content: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_body_that_stops_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "SILENCE_SECONDS", 0.05)
    with pytest.raises(Unreachable, match="send the request again"):
        asyncio.run(bodies.read_body(body(piece(b"{", more=True)), Headers(), 100))


def test_a_body_that_is_cut_is_nobodys():
    with pytest.raises(ClientGone):
        asyncio.run(
            bodies.read_body(body(piece(b"{", more=True), {"type": "http.disconnect"}), Headers(), 100)
        )


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_a_body_within_the_limit_is_read_whole(size):
    content = os.urandom(size)
    parts = body(piece(content[:50], more=True), piece(content[50:], more=False))
    assert asyncio.run(bodies.read_body(parts, Headers(), 100)) == content


def test_one_byte_more_is_too_much():
    with pytest.raises(PayloadTooLarge, match="100 bytes"):
        asyncio.run(bodies.read_body(body(piece(b"x" * 101, more=True)), Headers(), 100))
