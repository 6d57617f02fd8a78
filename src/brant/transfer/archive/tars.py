"""Reads tar archives, plain or compressed, in one pass forward, counting what really comes out."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.decompress import is_compressed, unpacked
from brant.transfer.archive.entry import Entry, checked
from brant.transfer.archive.limits import Limits, damaged, reading
from brant.transfer.archive.lookahead import PIECE, Lookahead
from brant.transfer.archive.names import Names, safe_parts, shown

if TYPE_CHECKING:
    from tarfile import TarInfo

_BLOCK: Final = 512
# A longer single read can only be a header that claims to be gigabytes long.
_MAX_READ: Final = 1024 * 1024
# Two or three headers stand before a member; tarfile goes one call deeper for each.
_MAX_READS: Final = 100


def tar_entries(source: Path, limits: Limits) -> Iterator[Entry]:
    """Every member of the tar in a file, as `read_tar` gives them."""
    with reading(source):
        size = source.stat().st_size
        with closing(_pieces(source)) as pieces:
            yield from read_tar(Lookahead(pieces), source, limits, lambda: size)


def read_tar(
    packed: Lookahead, source: Path | str, limits: Limits, size: Callable[[], int]
) -> Iterator[Entry]:
    """Every member of the tar, checked; the bytes of one can be read until the next is asked for.

    To the end, the last member included, it is known to be whole. `source` is what messages call it; `size`
    tells the bytes of the archive, or, where nobody knows, those that were read so far.
    """
    import tarfile

    names, count = Names(limits.members), 0
    with reading(source):
        stream = _Unpacked(packed, source, limits, size)
        if not stream.begins_with_header():
            name = source if isinstance(source, str) else source.name
            raise InvalidInput(f"{name} is neither a zip nor a tar archive; give one of these.")
        archive = tarfile.open(fileobj=stream, mode="r:", encoding="utf-8")  # type: ignore[call-overload]  # noqa: SIM115
        while (info := archive.next()) is not None:
            archive.members, stream.reads = [], 0
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
        stream.finish()


def _entry(stream: "_Unpacked", info: "TarInfo", names: Names) -> Entry:
    name = info.name
    parts = safe_parts(name)
    names.add(parts, is_folder=info.isdir())
    if not info.isdir() and (not info.isreg() or info.issparse()):
        what = "a sparse file" if info.issparse() else _LINKS.get(info.type, "no regular file")
        raise InvalidInput(f"The archive member {shown(name)} is {what}; pack the files themselves.")
    size, start = (0 if info.isdir() else info.size), info.offset_data
    return Entry(parts, size, info.isdir(), lambda: checked(stream.chunks(start, size), name, size, None))


_LINKS: Final = {b"1": "a hard link", b"2": "a symbolic link"}


def looks_like_tar(path: Path) -> bool:
    """Whether a file is a tar, compressed or not. LocalFailure when it cannot be read."""
    try:
        with reading(path), closing(_pieces(path)) as pieces:
            return _Unpacked(Lookahead(pieces), path, Limits(), lambda: 0).begins_with_header()
    except Corrupt:
        return False


def _pieces(path: Path) -> Generator[bytes, None, None]:
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE):
            yield piece


class _Unpacked:
    """A stream that tarfile reads from: forward only, no long header in one gulp, every byte counted.

    A header that points backwards would otherwise be read for ever.
    """

    def __init__(
        self, packed: Lookahead, source: Path | str, limits: Limits, size: Callable[[], int]
    ) -> None:
        self._is_compressed = is_compressed(packed)
        self._stream = Lookahead(unpacked(packed))
        self._source = source
        self._limits = limits
        self._size = size
        self.last = b""
        self.reads = 0

    def begins_with_header(self) -> bool:
        """Whether it is a tar. Zeros are one of nothing only if compressed: many a file begins with them."""
        from tarfile import HeaderError, TarInfo

        block = self._stream.peek(_BLOCK)
        if block == bytes(_BLOCK):
            return self._is_compressed
        try:
            TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except HeaderError:
            return False
        return True

    def tell(self) -> int:
        return self._stream.offset

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise damaged(self._source, "a header is too long")
        self.reads += 1
        if self.reads > _MAX_READS:
            raise damaged(self._source, "it has headers without end")
        self.last = self._stream.peek(size)
        self._stream.take(len(self.last))
        self._limits.check(0, self._stream.offset, self._size())
        return self.last

    def seek(self, position: int) -> None:
        if position < self._stream.offset:
            raise damaged(self._source, "a header points backwards")
        for _ in self._some(position - self._stream.offset):
            pass

    def chunks(self, start: int, size: int) -> Iterator[bytes]:
        """The bytes of one member."""
        with reading(self._source):
            self.seek(start)
            for chunk in self._some(size):
                size -= len(chunk)
                yield chunk
            if size:
                raise damaged(self._source, "it ends within a member")

    def finish(self) -> None:
        """Read to the end of what is compressed."""
        while self._stream.some():
            self._limits.check(0, self._stream.offset, self._size())

    def _some(self, size: int) -> Iterator[bytes]:
        """Up to `size` bytes; fewer where the stream ends before."""
        while size > 0 and (chunk := self._stream.some(min(size, PIECE))):
            size -= len(chunk)
            self._limits.check(0, self._stream.offset, self._size())
            yield chunk
