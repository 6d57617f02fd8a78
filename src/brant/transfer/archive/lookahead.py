"""Reads pieces of bytes as one stream: exactly so many, or some, or what comes next without taking it."""

from collections.abc import Iterator
from typing import Final

__all__ = ["PIECE", "Lookahead"]

PIECE: Final = 64 * 1024
"""Bytes at a time. Larger pieces are slower: each would be a fresh mapping of memory."""


class Lookahead:
    """A stream over `pieces`, of which none is empty."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""
        self._start = 0
        self.offset = 0
        """Where in the stream the next byte lies."""

    def some(self, most: int = PIECE) -> bytes:
        """One to `most` bytes; none at the end alone."""
        if self._start == len(self._held):
            self._held, self._start = next(self._pieces, b""), 0
        # Of a whole piece no copy is made.
        piece = self._held[self._start : self._start + most]
        self._start += len(piece)
        self.offset += len(piece)
        return piece

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or all up to the end, which stay to be read."""
        if len(self._held) - self._start < size:
            found = [self._held[self._start :]]
            missing = size - len(found[0])
            while missing > 0 and (piece := next(self._pieces, b"")):
                found.append(piece)
                missing -= len(piece)
            self._held, self._start = b"".join(found), 0
        return self._held[self._start : self._start + size]

    def take(self, size: int) -> bytes:
        """The next `size` bytes. EOFError where there are fewer."""
        piece = self.peek(size)
        if len(piece) < size:
            raise EOFError("it ends too early")
        self._start += size
        self.offset += size
        return piece

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes, piece by piece. EOFError where there are fewer."""
        while size > 0:
            piece = self.some(min(size, PIECE))
            if not piece:
                raise EOFError("it ends too early")
            size -= len(piece)
            yield piece

    def give_back(self, piece: bytes) -> None:
        """What was read last is to be read again."""
        self._held, self._start = piece + self._held[self._start :], 0
        self.offset -= len(piece)
