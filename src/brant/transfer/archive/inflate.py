"""Decompresses the members of a zip piece by piece, so that no lie in a header can fill the memory."""

from collections.abc import Callable, Iterator
from typing import Final, NoReturn

try:
    from isal import isal_zlib as deflate
except ImportError:  # a machine without isal: a third of the speed, and the same bytes
    import zlib as deflate  # type: ignore[no-redef]

__all__ = ["METHODS", "InflateError", "deflate", "inflate"]

# What an input piece leaves over is copied once for each output piece, which is a fresh piece of memory.
_IN: Final = 64 * 1024
_OUT: Final = 64 * 1024
_RAW: Final = -15
_LZMA_DICTIONARY: Final = 256 * 1024 * 1024

InflateError: Final[type[Exception]] = deflate.error  # type: ignore[assignment]
"""What deflated data raise that are not as they should be."""
Pieces = Iterator[bytes | memoryview]


def inflate(method: int, packed: bytes | memoryview, size: int) -> bytes | memoryview:
    """A small member at once: of one that is longer, one byte more than `size`. Raises as `METHODS` do."""
    if method == 0:
        return packed
    if method != 8:
        return _joined(METHODS[method](iter((packed,))), size)
    machine = deflate.decompressobj(wbits=_RAW)
    data = machine.decompress(packed, size + 1)
    # The last block, though empty, may still have to be read.
    while not machine.eof and len(data) <= size:
        more = machine.decompress(machine.unconsumed_tail, size + 1 - len(data))
        if not (more or machine.eof):
            _too_short()
        data += more
    if machine.unused_data:
        _too_long()
    return data


def _joined(chunks: Iterator[bytes | memoryview], size: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > size:
            break
    return bytes(data[: size + 1])


def _stored(pieces: Pieces) -> Iterator[bytes | memoryview]:
    return pieces


def _deflated(pieces: Pieces) -> Iterator[bytes]:
    machine = deflate.decompressobj(wbits=_RAW)
    for piece in pieces:
        for at in range(0, len(piece), _IN):
            rest = piece[at : at + _IN] if len(piece) > _IN else piece
            while rest:
                chunk = machine.decompress(rest, _OUT)
                rest = machine.unconsumed_tail
                if chunk:
                    yield chunk
                if machine.unused_data:
                    _too_long()
    while not machine.eof:
        chunk = machine.decompress(b"", _OUT)
        if not (chunk or machine.eof):
            _too_short()
        yield chunk
    # isal may have taken in what follows while it still had bytes to give out.
    if machine.unused_data:
        _too_long()


def _bzip2(pieces: Pieces) -> Iterator[bytes]:
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


def _lzma(pieces: Pieces) -> Iterator[bytes]:
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
    piece: bytes | memoryview = head[9:]
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


def _too_short() -> NoReturn:
    raise EOFError("a member ends too early")


def _too_long() -> NoReturn:
    raise ValueError("bytes follow the end of a member")


METHODS: Final[dict[int, Callable[[Pieces], Iterator[bytes | memoryview]]]] = {
    0: _stored,
    8: _deflated,
    12: _bzip2,
    14: _lzma,
}
"""What decompresses each method of a zip (APPNOTE.TXT 4.4.5), in chunks of 64 KiB at most.

They raise InflateError, OSError, lzma.LZMAError, EOFError or ValueError for data that is not as it should be.
"""
