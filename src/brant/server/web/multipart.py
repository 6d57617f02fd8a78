"""Multipart: a form with a file, read as its bytes come; the file is its last part (RFC 7578)."""

import re
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from brant.errors import InvalidInput, PayloadTooLarge
from brant.server.edge.bodies import declared_length, pieces, refuse_encoding
from brant.server.web.forms import BODY_LIMIT, MOST_FIELDS, Fields, checked

KIND: Final = "multipart/form-data"
# RFC 2046 §5.1.1
_BOUNDARY: Final = re.compile(r'boundary="?([0-9A-Za-z\'()+_,\-./:=? ]{1,70}?)"?\s*(?:;|$)', re.IGNORECASE)
_NAME: Final = re.compile(r'[;\s]name="([^"]*)"', re.IGNORECASE)
_FILE_NAME: Final = re.compile(r'[;\s]filename="([^"]*)"', re.IGNORECASE)
_END: Final = b"--\r\n"
_NO_FORM: Final = "the form cannot be read: load its page again, then send it"


class File(NamedTuple):
    """The file of a form: its name, "" where none was chosen, and its size in bytes."""

    name: str
    size: int


class FileForm:
    """One form, of which no more than a piece is ever in memory, but for its fields.

    Raises InvalidInput for one that is cut off or that no browser would send, HTTPException with 411 for one
    of unknown length, PayloadTooLarge where its fields are too large.
    """

    def __init__(self, receive: Receive, headers: Headers) -> None:
        refuse_encoding(headers)
        length, found = declared_length(headers), _BOUNDARY.search(headers.get("content-type", ""))
        if length is None:
            raise HTTPException(411, "a form with a file says how long it is: send it with Content-Length")
        if found is None:
            raise InvalidInput(_NO_FORM)
        self._delimiter = b"\r\n--" + found[1].encode("ascii")
        # As if a line had ended before the form: so its first delimiter reads like all others.
        self._buffer = bytearray(b"\r\n")
        self._length = self._ahead = length + 2
        self._pieces = pieces(receive)

    async def begin(self) -> tuple[Fields, File]:
        """The fields that stand before the file, and the file, whose bytes come next."""
        pairs: list[tuple[str, str]] = []
        await self._skip(self._delimiter)
        while len(pairs) <= MOST_FIELDS:
            head = _text(await self._until(b"\r\n\r\n"))
            file_name = _FILE_NAME.search(head)
            if file_name is not None:
                return Fields(checked(pairs)), self._file(file_name[1])
            name = _NAME.search(head)
            pairs.append((name[1] if name else "", _text(await self._until(self._delimiter))))
        raise InvalidInput(_NO_FORM)

    def _file(self, name: str) -> File:
        # Browsers write a quotation mark so (HTML, "multipart/form-data encoding algorithm").
        ((_, name),) = checked([("file", name.replace("%22", '"'))])
        size = self._ahead - len(self._delimiter) - len(_END)
        if size < 0:
            raise InvalidInput(_NO_FORM)
        return File(name, size)

    def receiving(self, size: int) -> Receive:
        """The bytes of the file, as if they were a request of their own."""
        content = self._content(size)

        async def receive() -> Message:
            piece = await anext(content, b"")
            return {"type": "http.request", "body": piece, "more_body": bool(piece)}

        return receive

    async def _content(self, size: int) -> AsyncIterator[bytes]:
        while size:
            if not self._buffer:
                await self._more()
            piece = bytes(self._buffer[:size])
            del self._buffer[: len(piece)]
            size -= len(piece)
            yield piece
        await self._skip(self._delimiter + _END)

    async def _until(self, mark: bytes) -> bytes:
        """What stands before `mark`, which is passed over."""
        while (at := self._buffer.find(mark)) < 0:
            self._require_room(len(self._buffer))
            await self._more()
        self._require_room(at)
        found = bytes(self._buffer[:at])
        self._pass(at + len(mark))
        return found

    def _require_room(self, count: int) -> None:
        if self._length - self._ahead + count > BODY_LIMIT:
            raise PayloadTooLarge(f"the fields of the form have more than {BODY_LIMIT:,} bytes: shorten them")

    async def _skip(self, wanted: bytes) -> None:
        while len(self._buffer) < len(wanted):
            await self._more()
        if not self._buffer.startswith(wanted):
            raise InvalidInput(_NO_FORM)
        self._pass(len(wanted))

    async def _more(self) -> None:
        piece = await anext(self._pieces, b"")
        if not piece:
            raise InvalidInput(_NO_FORM)
        self._buffer += piece

    def _pass(self, count: int) -> None:
        del self._buffer[:count]
        self._ahead -= count


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise InvalidInput("the form is not in UTF-8: load its page again, then send it") from None
