"""Decompresses a whole stream: gzip, bzip2 or xz, told by its first bytes, of one part or many."""

import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from brant.transfer.lookahead import PIECE, Lookahead

__all__ = ["unpacked"]

_GZIP_WINDOW: Final = 31
_XZ_MEMORY: Final = 256 * 1024 * 1024


class _Machine(Protocol):
    """What `bz2` and `lzma` have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def unpacked(packed: Lookahead) -> Iterator[bytes]:
    """The bytes that a stream holds, in pieces of 64 KiB at most; those of a plain one as they are.

    Raises what the decompressors raise for data that is not as it should be, and EOFError for an end that
    comes too early.
    """
    make = _maker(packed.peek(6))
    if make is None:
        while piece := packed.some():
            yield piece
        return
    while True:
        yield from _part(packed, make())
        # Tapes and file systems fill up with zeros; anything else must be another part.
        while (following := packed.peek(PIECE)) and not following.strip(b"\0"):
            packed.take(len(following))
        packed.take(len(following) - len(following.lstrip(b"\0")))
        if not following:
            return


def _part(packed: Lookahead, machine: _Machine) -> Iterator[bytes]:
    piece = b""
    while not machine.eof:
        if machine.needs_input:
            piece = packed.some()
            if not piece:
                raise EOFError("what is compressed ends too early")
        chunk = machine.decompress(piece, PIECE)
        piece = b""
        if chunk:
            yield chunk
    packed.give_back(machine.unused_data)


def _maker(head: bytes) -> Callable[[], _Machine] | None:
    if head.startswith(b"\x1f\x8b"):
        return _gzip
    if head.startswith(b"BZh"):
        from bz2 import BZ2Decompressor

        return BZ2Decompressor
    if head.startswith(b"\xfd7zXZ\x00"):
        from lzma import FORMAT_XZ, LZMADecompressor

        return lambda: LZMADecompressor(FORMAT_XZ, memlimit=_XZ_MEMORY)
    return None


def _gzip() -> _Machine:
    try:
        from isal.igzip_lib import DECOMP_GZIP, IgzipDecompressor
    except ImportError:
        return _Gzip()
    machine: _Machine = IgzipDecompressor(flag=DECOMP_GZIP)
    return machine


class _Gzip:
    """The standard library's decompressor, in the form of the others."""

    def __init__(self) -> None:
        self._machine = zlib.decompressobj(_GZIP_WINDOW)
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def needs_input(self) -> bool:
        return not self._rest and not self._full

    _full = False

    @property
    def unused_data(self) -> bytes:
        return self._machine.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        chunk = self._machine.decompress(self._rest + data, max_length)
        self._rest = self._machine.unconsumed_tail
        self._full = len(chunk) == max_length
        return chunk
