"""Decompresses the members of a zip piece by piece, so that no lie in a header can fill the memory."""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

# Larger pieces of output are slower: each would be a fresh mapping of memory.
_OUT: Final = 64 * 1024
_LZMA_DICTIONARY: Final = 256 * 1024 * 1024


def _stored(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return pieces


def _deflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        rest = piece
        while rest:
            chunk = machine.decompress(rest, _OUT)
            rest = machine.unconsumed_tail
            if chunk:
                yield chunk
            if machine.unused_data:
                raise ValueError("bytes follow the end of a member")
    while not machine.eof:
        chunk = machine.decompress(b"", _OUT)
        if not chunk:
            raise EOFError("a member ends too early")
        yield chunk


def _bzip2(pieces: Iterator[bytes]) -> Iterator[bytes]:
    import bz2

    machine = bz2.BZ2Decompressor()
    for piece in pieces:
        chunk = machine.decompress(piece, _OUT)
        while chunk or not (machine.needs_input or machine.eof):
            if chunk:
                yield chunk
            if machine.eof:
                break
            chunk = machine.decompress(b"", _OUT)
    if not machine.eof:
        raise EOFError("a member ends too early")


def _lzma(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """APPNOTE.TXT 5.8: four bytes of version and length, five of properties, then raw LZMA."""
    import lzma

    head = b""
    while len(head) < 9:
        head += next(pieces, b"") or _too_short()
    byte, dictionary = head[4], int.from_bytes(head[5:9], "little")
    if head[2:4] != b"\x05\x00" or byte >= 225 or dictionary > _LZMA_DICTIONARY:
        raise ValueError("its LZMA properties are not supported")
    options = {"id": lzma.FILTER_LZMA1, "dict_size": dictionary}
    options |= {"lc": byte % 9, "lp": byte // 9 % 5, "pb": byte // 45}
    machine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])
    piece = head[9:]
    while True:
        chunk = machine.decompress(piece, _OUT)
        if chunk:
            yield chunk
        if machine.eof:
            return
        piece = b""
        if machine.needs_input:
            following = next(pieces, None)
            # Without an end marker, which is optional, the length is all there is to end by.
            if following is None:
                return
            piece = following


def _too_short() -> bytes:
    raise EOFError("a member ends too early")


METHODS: Final[dict[int, Callable[[Iterator[bytes]], Iterator[bytes]]]] = {
    0: _stored,
    8: _deflated,
    12: _bzip2,
    14: _lzma,
}
"""What decompresses each method of a zip (APPNOTE.TXT 4.4.5), in chunks of 64 KiB at most.

They raise zlib.error, OSError, lzma.LZMAError, EOFError or ValueError for data that is not as it should be.
"""
