"""Reads tar archives, plain or compressed, in one pass forward, counting what really comes out."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from brant.errors import Corrupt, InvalidInput
from brant.transfer.entry import Entry, checked
from brant.transfer.limits import Limits, damaged, reading
from brant.transfer.names import Names, safe_parts, shown

_READ: Final = 64 * 1024
_BLOCK: Final = tarfile.BLOCKSIZE
# A longer single read can only be a header that claims to be gigabytes long.
_MAX_READ: Final = 1024 * 1024


def _unpacked(path: Path, head: bytes) -> IO[bytes] | None:
    """The uncompressed stream of a file that begins with `head`; None if it is not compressed."""
    if head.startswith(b"\x1f\x8b"):
        import gzip

        return cast("IO[bytes]", gzip.GzipFile(path, "rb"))
    if head.startswith(b"BZh"):
        import bz2

        return bz2.BZ2File(path, "rb")
    if head.startswith(b"\xfd7zXZ\x00"):
        import lzma

        return lzma.LZMAFile(path, "rb")
    return None


def tar_entries(source: Path, limits: Limits) -> Iterator[Entry]:
    """Every member of the tar, checked; the bytes of one can be read until the next is asked for.

    To the end, the last member included, it is known to be whole.
    """
    names, count = Names(), 0
    with reading(source), _stream(source, limits) as stream:
        archive = tarfile.open(fileobj=stream, mode="r:", encoding="utf-8")  # type: ignore[call-overload]  # noqa: SIM115
        while (info := archive.next()) is not None:
            archive.members = []
            count += 1
            limits.check(count, 0, 1)
            if info.size < 0:
                raise damaged(source, f"the size of {shown(info.name)} makes no sense")
            if info.isdir() and info.name in (".", ""):
                continue
            yield _entry(stream, info, names)
        # tarfile takes a broken header for the end: only a block of zeros is one.
        if stream.last != bytes(_BLOCK):
            raise damaged(source, "its end is missing")
        # What is compressed proves itself at its very end.
        while stream.read(_READ):
            pass


def _entry(stream: "_Forward", info: tarfile.TarInfo, names: Names) -> Entry:
    name = info.name
    parts = safe_parts(name)
    names.add(parts, is_folder=info.isdir())
    if not info.isdir() and (not info.isreg() or info.issparse()):
        what = {tarfile.SYMTYPE: "a symbolic link", tarfile.LNKTYPE: "a hard link"}
        kind = "a sparse file" if info.issparse() else what.get(info.type, "no regular file")
        raise InvalidInput(f"The archive member {shown(name)} is {kind}; pack the files themselves.")
    size, start = (0 if info.isdir() else info.size), info.offset_data
    return Entry(parts, size, info.isdir(), lambda: checked(stream.chunks(start, size), name, size, None))


def looks_like_tar(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is a tar, compressed or not: its first header tells."""
    block = head[:_BLOCK]
    try:
        with reading(path):
            stream = _unpacked(path, head)
            if stream:
                with stream:
                    block = stream.read(_BLOCK)
    except Corrupt:
        return False
    if stream and block == bytes(_BLOCK):
        return True
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


@contextmanager
def _stream(source: Path, limits: Limits) -> Iterator["_Forward"]:
    with source.open("rb") as file:
        head = file.read(8)
    with _unpacked(source, head) or source.open("rb") as raw:
        yield _Forward(raw, source, limits)


class _Forward:
    """A stream that tarfile reads from: forward only, no long header in one gulp, every byte counted.

    A header that points backwards would otherwise be read for ever.
    """

    def __init__(self, raw: IO[bytes], source: Path, limits: Limits) -> None:
        self._raw = raw
        self._source = source
        self._limits = limits
        self._packed = source.stat().st_size
        self._at = 0
        self.last = b""

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise damaged(self._source, "a header is too long")
        data = self._raw.read(size)
        self._at += len(data)
        self.last = data
        self._limits.check(0, self._at, self._packed)
        return data

    def seek(self, position: int) -> None:
        if position < self._at:
            raise damaged(self._source, "a header points backwards")
        while self._at < position and self.read(min(_READ, position - self._at)):
            pass

    def chunks(self, start: int, size: int) -> Iterator[bytes]:
        """The bytes of one member."""
        with reading(self._source):
            self.seek(start)
            while size > 0:
                chunk = self.read(min(_READ, size))
                if not chunk:
                    raise damaged(self._source, "it ends within a member")
                size -= len(chunk)
                yield chunk
