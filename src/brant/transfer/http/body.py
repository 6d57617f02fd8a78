"""The body of a request: its bytes, how they are framed, and whether they can be sent twice."""

from collections.abc import Iterable, Iterator, Mapping

from brant.errors import InvalidInput, LocalFailure

Content = bytes | Iterable[bytes | memoryview]


class Body:
    """Bytes, which can be sent again, or an iterable of pieces.

    The length of pieces is told by the header Content-Length; InvalidInput where it is missing.
    """

    def __init__(self, source: Content | None, headers: Mapping[str, str], method: str) -> None:
        self._framed = source is not None or method in ("POST", "PUT", "PATCH")
        self.replayable = source is None or isinstance(source, bytes)
        self._pieces: Iterable[bytes | memoryview]
        if source is None or isinstance(source, bytes):
            self._pieces, self._length = (source or b"",), len(source or b"")
        else:
            self._pieces, self._length = source, _announced(headers)

    def framing(self) -> str | None:
        """The header line that frames this body (RFC 9112 §6), None where there is nothing to frame."""
        return f"Content-Length: {self._length}" if self._framed else None

    def pieces(self) -> Iterator[bytes | memoryview]:
        """What goes on the wire after the head. LocalFailure when it is not as long as announced."""
        left = self._length
        for piece in self._pieces:
            left -= len(piece)
            if left < 0:
                break
            yield piece
        if left:
            raise LocalFailure(
                f"The body to send is not of the {self._length} bytes announced; did its file change?"
            )


def _announced(headers: Mapping[str, str]) -> int:
    value = next((value for name, value in headers.items() if name.lower() == "content-length"), "none")
    if not value.isdecimal():
        raise InvalidInput(f"Content-Length must be a number of bytes, not {value[:40]!r}.")
    return int(value)
