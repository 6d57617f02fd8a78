"""Protocol: uvicorn's HTTP/1.1, with what it leaves open: absolute targets, CONNECT, bounds and patience."""

from asyncio import TimerHandle, Transport
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 30.0
# How long a peer may take nothing of an answer; the system's own buffers let a slow one take in bursts.
STALL_SECONDS: Final = 300.0
HEAD_BYTES: Final = 64 * 1024
_TOO_LARGE: Final = b'{"code":431,"message":"the head of the request is larger than 64 KiB"}'


class EdgeProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._head_timer: TimerHandle | None = None
        self._stall_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """A peer that connects and says nothing is not waited for."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leaves no timer behind."""
        self._end_head()
        self._end_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bounds the head: the parser itself would take one of any size (RFC 6585 §5)."""
        super().data_received(data)
        if self._head_timer is None or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"
                b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (len(_TOO_LARGE), _TOO_LARGE)
            )
            self.transport.close()

    def on_message_begin(self) -> None:
        """The deadline of the head runs from its first byte."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """An absolute target names the host, whatever the Host field says (RFC 9112 §3.2.2)."""
        self._end_head()
        if self.parser.get_method() == b"CONNECT":
            self.url = b"/"  # the authority form is no address; the application refuses the verb
        elif not self.url.startswith(b"/"):
            target = httptools.parse_url(self.url)
            if target.host:
                name = b"[%b]" % target.host if b":" in target.host else target.host
                place = b"%b:%d" % (name, target.port) if target.port else name
                self.headers[:] = [
                    (b"host", place),
                    *(pair for pair in self.headers if pair[0] != b"host"),
                ]
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """More waits to be sent than the peer takes: it is watched from now on."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The peer took enough."""
        self._end_stall()
        super().resume_writing()

    def _watch(self, waiting: int) -> None:
        self._end_stall()
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self._check_progress, waiting)

    def _check_progress(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting < before:
            self._watch(waiting)
        else:
            self.transport.abort()  # to close it would wait until all is sent

    def _end_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing here upgrades, and the request is answered as if it had not asked (RFC 9110 §7.8)."""

    def _begin_head(self) -> None:
        self._end_head()
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
