"""Downloads: stored bytes served with ranges, conditions and checksums, in constant memory."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from brant.server.edge import adapters
from brant.server.edge.errors import error_answer
from brant.server.edge.pieces import Pieces
from brant.server.edge.ranges import Span, Stored, wanted


class Content(Protocol):
    """Bytes that can be served; `last_modified` has a zone."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def last_modified(self) -> datetime:
        """When they came to be."""

    def read(self, first: int, stop: int) -> bytes:
        """The bytes from `first` up to, not including, `stop`."""


def checksum_headers(*, sha256: str, md5: str) -> dict[str, str]:
    """The hashes of a whole file, given in hexadecimal: as official clients read them, and as RFC 9530 §3."""
    return {
        "x-goog-hash": f"md5={_base64(md5)}",
        "Repr-Digest": repr_digest(sha256),
    }


def repr_digest(sha256: str) -> str:
    """A SHA-256, given in hexadecimal, as RFC 9530 §3 writes it."""
    return f"sha-256=:{_base64(sha256)}:"


async def serve(
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    content: Content,
    etag: str,
    name: str,
    headers: Mapping[str, str],
    pieces: Pieces,
) -> None:
    """Answers a GET or HEAD for `content`, to be saved under `name`.

    `etag` is a strong validator without quotes; `headers` go with the bytes, which `pieces` sends.
    """
    modified = content.last_modified.astimezone(UTC).replace(microsecond=0)
    stored = Stored(content.size, f'"{etag}"', modified)
    asked = wanted(Headers(scope=scope), stored, verb=scope["method"])
    common = {
        "Accept-Ranges": "bytes",
        "ETag": stored.etag,
        "Last-Modified": format_datetime(modified, usegmt=True),
        "Cache-Control": "private, max-age=0",
    }
    if asked == "unsatisfiable":
        words = f"the range begins past the end: there are {content.size} bytes"
        refusal = error_answer(416, words, common | {"Content-Range": f"bytes */{content.size}"})
        await refusal(scope, receive, send)
    elif asked == "changed":
        words = "what is stored is not what the condition asks for: ask without If-Match"
        await error_answer(412, words, common)(scope, receive, send)
    elif asked == "unchanged":
        await send({"type": "http.response.start", "status": 304, "headers": _raw(common)})
        await send({"type": "http.response.body"})
    else:
        span = asked if isinstance(asked, Span) else Span(0, content.size)
        part = (
            {"Content-Range": f"bytes {span.first}-{span.stop - 1}/{content.size}"} if asked == span else {}
        )
        described = {**common, **headers, **_description(name), **part}
        described["Content-Length"] = str(span.stop - span.first)
        start: Message = {
            "type": "http.response.start",
            "status": 206 if part else 200,
            "headers": _raw(described),
        }
        if scope["method"] == "HEAD" or span.first == span.stop:
            await send(start)
            await send({"type": "http.response.body"})
        else:
            await pieces.send(content, span, start, receive, send)


def _description(name: str) -> dict[str, str]:
    """How to save and read the bytes. Whatever a stored page holds, a browser does not run it here."""
    quoted = quote(name, safe="")
    return {
        "Content-Type": adapters.media_type(name),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quoted}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
