"""The body of a request: where its bytes come from, how it is framed, and whether it can be sent twice."""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final, cast

from brant.errors import InvalidInput, LocalFailure

Content = bytes | BinaryIO | Iterable[bytes | memoryview]

_PIECE: Final = 1024 * 1024


class Body:
    """Bytes, a binary file, or an iterable of pieces. `length` is None for one that goes out chunked."""

    def __init__(self, source: Content | None, headers: Mapping[str, str], method: str) -> None:
        self._file: BinaryIO | None = None
        self._pieces: Iterable[bytes | memoryview] = ()
        self._start = 0
        self.length = _announced(headers)
        self.replayable = True
        if source is None:
            self.length = self.length or 0
        elif isinstance(source, bytes | bytearray | memoryview):
            self._pieces, self.length = (source,), len(source)
        elif hasattr(source, "read"):
            self._file = cast("BinaryIO", source)
            self._measure(self._file)
        else:
            self._pieces, self.replayable = source, False
        self._framed = source is not None or method in ("POST", "PUT", "PATCH")

    def _measure(self, file: BinaryIO) -> None:
        self.replayable = file.seekable()
        if self.replayable:
            self._start = file.tell()
            if self.length is None:
                self.length = file.seek(0, 2) - self._start
                file.seek(self._start)

    def framing(self) -> str | None:
        """The header line that frames this body (RFC 9112 §6), None where there is nothing to frame."""
        if not self._framed:
            return None
        return f"Content-Length: {self.length}" if self.length is not None else "Transfer-Encoding: chunked"

    def rewind(self) -> bool:
        """Make it ready to be sent again; False if that cannot be."""
        if self._file and self.replayable:
            self._file.seek(self._start)
        return self.replayable

    def pieces(self) -> Iterator[bytes | memoryview]:
        """What goes on the wire after the head. LocalFailure when it is not as long as announced."""
        return self._chunks() if self.length is None else self._exactly(self.length)

    def _chunks(self) -> Iterator[bytes | memoryview]:
        """RFC 9112 §7.1."""
        for piece in self._content(None):
            if len(piece):
                yield b"%x\r\n" % len(piece)
                yield piece
                yield b"\r\n"
        yield b"0\r\n\r\n"

    def _exactly(self, length: int) -> Iterator[bytes | memoryview]:
        left = length
        for piece in self._content(length):
            left -= len(piece)
            if left < 0:
                break
            yield piece
        if left:
            raise LocalFailure(
                f"The body to send is not of the {length} bytes announced; did its file change?"
            )

    def _content(self, left: int | None) -> Iterator[bytes | memoryview]:
        if self._file is None:
            yield from self._pieces
            return
        while left is None or left > 0:
            try:
                piece = self._file.read(_PIECE if left is None else min(_PIECE, left))
            except OSError as error:
                raise LocalFailure(
                    f"The body to send cannot be read ({error.strerror}); check the disk."
                ) from error
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


def _announced(headers: Mapping[str, str]) -> int | None:
    for name, value in headers.items():
        if name.lower() == "content-length":
            if not value.isdecimal():
                raise InvalidInput(f"Content-Length must be a number of bytes, not {value[:40]!r}.")
            return int(value)
    return None
