"""The unfinished file beside its destination: written anywhere, checked by its journal, named when whole."""

import errno
import io
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Condition, Lock
from types import TracebackType
from typing import Final, Self

from msgspec.structs import replace

from brant.errors import LocalFailure
from brant.transfer.disk.checksums import crc32
from brant.transfer.disk.journal import Identity, Journal, Layout, Mark
from brant.transfer.disk.places import allocate, read_at, write_all_at, write_at
from brant.transfer.disk.spans import Span, Spans
from brant.transfer.disk.sums import Sums

_OPEN: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_READ: Final = 1024 * 1024
_NAME_LIMIT: Final = 255


class Late(LocalFailure):
    """Bytes came for a file that has been closed, or begun anew, meanwhile. They are of no use."""


class Published(LocalFailure):
    """The file has got its name: nothing of it is given up any more."""


class Partial:
    """The bytes of one download that are on disk. Made by `Partial.claim`, which locks the destination.

    Positions are those of the payload, whose place in object and file is `layout`. Safe to write from many
    threads. Every failure of this machine's disk is LocalFailure; what was written before it stays.
    """

    def __init__(self, destination: Path, path: Path, journal: Journal, file: io.FileIO) -> None:
        self.destination: Final = destination
        self.identity: Identity | None = None
        self.layout = Layout()
        self.held = Spans()
        """What is on disk, and was received so."""
        self._path = path
        self._journal = journal
        self._file = file
        self._sums = Sums()
        self._changed = Condition()
        self._writers = 0
        self.era = 0
        """Counts what was begun and given up; who writes for an earlier one is refused."""
        self._published = False
        self._ending = Lock()
        self._is_over = False

    @classmethod
    def claim(cls, destination: Path) -> Self:
        """Lock the destination and take up what an earlier process left there.

        Raises Conflict when another process is at it, LocalFailure when the folder cannot be written.
        """
        path, journal_path = _beside(destination)
        with ExitStack() as held:
            try:
                _check_place(destination)
                journal = Journal.claim(journal_path, destination)
                held.callback(journal.close)
                file = held.enter_context(io.FileIO(os.open(path, _OPEN, 0o666), "r+"))
                _check_regular(file)
                partial = cls(destination, path, journal, file)
                partial._take_up()
            except OSError as error:
                raise local_failure(error, destination) from error
            held.pop_all()
        return partial

    def _take_up(self) -> None:
        """Believe of the file what still has the CRC-32 that it came with, and nothing else."""
        left = self._journal.take_up()
        if left is None:
            return
        self.identity, self.layout, marks = left
        for mark in marks:
            # Marks overlap where a process was killed between one and its bytes, which the next one brought.
            fresh = [*self.held.missing(mark.start, mark.stop)]
            if fresh and self._has(mark):
                for start, stop in fresh:
                    is_all = (start, stop) == (mark.start, mark.stop)
                    self._took(mark if is_all else Mark(start, stop, self._crc32_of(start, stop) or 0))

    def _has(self, mark: Mark) -> bool:
        if mark.start >= mark.stop or mark.stop > (self.layout.length or mark.stop):
            return False
        return self._crc32_of(mark.start, mark.stop) == mark.crc32

    def _crc32_of(self, start: int, stop: int) -> int | None:
        """Of what the file holds there; None where it ends before."""
        view, at, value = memoryview(bytearray(min(_READ, stop - start))), start, 0
        while at < stop and (count := self._read(at, view[: stop - at])):
            value = crc32(view[:count], value)
            at += count
        return value if at == stop else None

    def begin(self, identity: Identity, layout: Layout) -> None:
        """Start from nothing, for the object named; room for `layout.file_size` bytes is made now."""
        with self._anew():
            self._file.truncate(0)
            self._journal.restart(identity, layout)
            allocate(self._file.fileno(), layout.file_size or 0)
            self._forget(identity, layout)

    def set_length(self, length: int) -> None:
        """The payload's length is known at last."""
        with self._changed:
            self.layout = replace(self.layout, length=length)

    def discard(self) -> None:
        """Give up every byte, unless the file has got its name."""
        with suppress(Published), self._anew():
            self._file.truncate(0)
            self._journal.forget()
            self._forget(None, Layout())

    @contextmanager
    def _anew(self) -> Iterator[None]:
        """No write is under way meanwhile, and none for what was there before comes later."""
        with self._ending:
            if self._published:
                raise Published(f"{self.destination} is whole and has its name.")
            with self._changed:
                self.era += 1
                self._changed.wait_for(lambda: not self._writers)
            with self._writing(self.era):
                yield

    @contextmanager
    def _writing(self, era: int | None) -> Iterator[None]:
        with self._changed:
            if self._file.closed or era not in (None, self.era):
                raise Late(f"{self.destination} is no longer being written; run the same again.")
            self._writers += 1
        try:
            yield
        except OSError as error:
            raise local_failure(error, self.destination) from error
        finally:
            with self._changed:
                self._writers -= 1
                self._changed.notify_all()

    def _forget(self, identity: Identity | None, layout: Layout) -> None:
        with self._changed:
            self.identity, self.layout, self.held, self._sums = identity, layout, Spans(), Sums()
            self._changed.notify_all()

    def write(self, at: int, piece: memoryview, era: int | None = None) -> None:
        """Put `piece` where nothing is held yet. If the disk takes only a part of it, that part is kept."""
        if not piece:
            return
        mark = Mark(at, at + len(piece), crc32(piece))
        with self._writing(era):
            written = 0
            try:
                self._journal.mark(mark)
                while written < len(piece):
                    written += write_at(self._file, self.layout.base + at + written, piece[written:])
                self._took(mark)
            except OSError:
                with suppress(OSError):
                    if written:
                        mark = Mark(at, at + written, crc32(piece[:written]))
                        self._journal.mark(mark)
                        self._took(mark)
                raise

    def _took(self, mark: Mark) -> None:
        with self._changed:
            self.held.add(mark.start, mark.stop)
            self._sums.add(mark)

    def read(self, at: int, view: memoryview) -> int:
        """Read into `view` what the file holds from `at` on; the number of bytes."""
        try:
            return self._read(at, view)
        except OSError as error:
            raise local_failure(error, self.destination) from error

    def _read(self, at: int, view: memoryview) -> int:
        return read_at(self._file, self.layout.base + at, view)

    def same(self, at: int, piece: memoryview) -> bool:
        """Whether what is held of `piece`, all of whose bytes belong at `at`, are these bytes."""
        view, start = memoryview(bytearray(len(piece))), at
        while start < at + len(piece):
            count = self.read(start, view[start - at :])
            if not count:
                return False
            start += count
        return view == piece

    def frontier(self, start: int = 0) -> int:
        """Up to where everything from `start` on is held."""
        with self._changed:
            return self.held.frontier(start)

    def missing(self, start: int, stop: int) -> list[Span]:
        """What of this stretch is not held, in ascending order."""
        with self._changed:
            return list(self.held.missing(start, stop))

    def wait_beyond(self, position: int, timeout: float) -> int:
        """The frontier from `position` on; what is not beyond it is waited for, until something happens."""
        with self._changed:
            if self.held.frontier(position) <= position:
                self._changed.wait(timeout)
            return self.held.frontier(position)

    def wake(self) -> None:
        """End the waiting of `wait_beyond`."""
        with self._changed:
            self._changed.notify_all()

    def crc32(self) -> int | None:
        """Of the whole payload, without reading it again; None as long as something is missing."""
        return self._sums.of(self.layout.length or 0)

    def place(self, position: int, pieces: Sequence[bytes | memoryview]) -> None:
        """Put what was unpacked of the payload at a position of the file itself; no journal knows of it."""
        with self._writing(None):
            write_all_at(self._file, position, pieces)

    def publish(self, modified: float | None, *, size: int | None = None, era: int | None = None) -> None:
        """Give the file its final name. `modified`: seconds since the epoch; `size` if not the payload's.

        Raises Late if the bytes that were verified, those of `era`, have been given up meanwhile.
        """
        with self._ending:
            if era not in (None, self.era):
                raise Late(f"{self.destination} was begun anew meanwhile; run the same again.")
            try:
                self._file.truncate(self.held.total if size is None else size)
                self._close_file()
                if modified is not None:
                    # Some network folders let nobody set it; the bytes are right without.
                    with suppress(OSError):
                        os.utime(self._path, (modified, modified))
                self._path.replace(self.destination)
                self._published = True
                self._journal.remove()
            except OSError as error:
                raise local_failure(error, self.destination) from error

    def _close_file(self) -> None:
        """Wait for writes under way: a number of a closed file may soon be that of another."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writers)
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the lock, once. Where no byte is worth keeping, nothing is left behind."""
        with self._changed:
            if self._is_over:
                return
            self._is_over = True
        # What a network folder has not taken, and says so only now, has not the CRC-32 that it came with.
        with suppress(OSError):
            self._close_file()
        if self.held.total == 0 and not self._published:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._journal.remove()
        self._journal.close()


def forget_beginning(destination: Path) -> None:
    """Remove what an earlier run left unfinished beside a file that is whole."""
    # A path too long to be one exists neither.
    if any(os.path.exists(path) for path in _beside(destination)):  # noqa: PTH110
        with Partial.claim(destination) as left:
            left.discard()


def _check_place(destination: Path) -> None:
    """Make the folder; LocalFailure where a folder bears the file's own name."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    if destination.is_dir():
        raise LocalFailure(f"{destination} is a folder; name a file to download to.")


def _check_regular(file: io.FileIO) -> None:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise OSError(errno.EINVAL, "a device or pipe lies in the way")


def _beside(destination: Path) -> tuple[Path, Path]:
    """The names of partial file and journal. One too long for that is cut, and told apart by its hash."""
    name = destination.name
    raw = os.fsencode(name)
    if len(raw) + len(".brant-partial") > _NAME_LIMIT:
        name = raw[:200].decode("utf-8", "ignore") + "-" + sha256(raw).hexdigest()[:16]
    return destination.with_name(f"{name}.brant-partial"), destination.with_name(f"{name}.brant-journal")


def local_failure(error: OSError, path: Path) -> LocalFailure:
    """The error for what this machine's disk says about writing `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return LocalFailure(
            f"{path} cannot grow ({error.strerror}); make room and run the same again, to resume."
        )
    return LocalFailure(f"{path} cannot be written ({error.strerror}); check the folder and its permissions.")
