"""Decompresses a whole stream: gzip, bzip2 or xz, told by its first bytes, of one part or many."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from brant.transfer.archive.inflate import deflate
from brant.transfer.archive.lookahead import PIECE, Lookahead

__all__ = ["Machine", "decompressor", "is_compressed", "one_part", "unpacked"]

_GZIP: Final = 31
_RAW: Final = -15
_MAGIC: Final = 6
_XZ_MEMORY: Final = 256 * 1024 * 1024


class Machine(Protocol):
    """What the decompressors of `bz2` and `lzma` have in common."""

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
    make = _maker(packed.peek(_MAGIC))
    if make is None:
        while piece := packed.some():
            yield piece
        return
    while True:
        yield from one_part(packed, make())
        # Tapes and file systems fill up with zeros; anything else must be another part.
        while (following := packed.peek(PIECE)) and not following.strip(b"\0"):
            packed.take(len(following))
        packed.take(len(following) - len(following.lstrip(b"\0")))
        if not following:
            return


def is_compressed(packed: Lookahead) -> bool:
    """By the first bytes of the stream, which stay to be read."""
    return _maker(packed.peek(_MAGIC)) is not None


def one_part(packed: Lookahead, machine: Machine) -> Iterator[bytes]:
    """What `machine` makes of the stream up to where it finds the end itself; the rest stays to be read."""
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


def _maker(head: bytes) -> Callable[[], Machine] | None:
    if head.startswith(b"\x1f\x8b"):
        return _gzip
    if head.startswith(b"BZh"):
        from bz2 import BZ2Decompressor

        return BZ2Decompressor
    if head.startswith(b"\xfd7zXZ\x00"):
        from lzma import FORMAT_XZ, LZMADecompressor

        return lambda: LZMADecompressor(FORMAT_XZ, memlimit=_XZ_MEMORY)
    return None


def _gzip() -> Machine:
    return _Inflater(_GZIP)


def decompressor(method: int) -> Machine:
    """For a method of a zip that tells where its data end (APPNOTE.TXT 4.4.5): deflate (8) or bzip2 (12)."""
    if method == 8:
        return _Inflater(_RAW)
    from bz2 import BZ2Decompressor

    return BZ2Decompressor()


class _Inflater:
    """The decompressor of `zlib` and `isal`, in the form of the others."""

    def __init__(self, window: int) -> None:
        self._machine: Any = deflate.decompressobj(wbits=window)
        self._rest = b""
        self._full = False

    @property
    def eof(self) -> bool:
        return bool(self._machine.eof)

    @property
    def needs_input(self) -> bool:
        return not self._rest and not self._full

    @property
    def unused_data(self) -> bytes:
        unused: bytes = self._machine.unused_data
        return unused

    def decompress(self, data: bytes, max_length: int) -> bytes:
        chunk: bytes = self._machine.decompress(self._rest + data, max_length)
        self._rest = self._machine.unconsumed_tail
        self._full = len(chunk) == max_length
        return chunk
