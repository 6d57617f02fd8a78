"""The unfinished file beside its destination: appended to, checked against its journal, named when whole."""

import errno
import io
import os
from contextlib import ExitStack, suppress
from hashlib import md5, sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from brant.errors import LocalFailure
from brant.transfer.journal import Identity, Journal, Mark

if TYPE_CHECKING:
    from hashlib import _Hash

_OPEN: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_READ: Final = 1024 * 1024
_NAME_LIMIT: Final = 255


class Partial:
    """The bytes of one download that are on disk. Made by `Partial.claim`, which locks the destination.

    Every failure of this machine's disk is LocalFailure; what was written before it stays, to be resumed.
    """

    def __init__(self, destination: Path, path: Path, journal: Journal, file: io.FileIO) -> None:
        self.destination = destination
        self.length = 0
        self.identity: Identity | None = None
        self._path = path
        self._journal = journal
        self._file = file
        self._sha256 = sha256()
        self._md5: _Hash | None = None
        self._published = False

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
                partial = cls(destination, path, journal, file)
                partial._take_up()
            except OSError as error:
                raise local_failure(error, destination) from error
            held.pop_all()
        return partial

    def _take_up(self) -> None:
        self.identity, marks = self._journal.take_up()
        self._check(marks)
        self._file.truncate(self.length)

    def _check(self, marks: list[Mark]) -> None:
        """Hash the file up to the last mark that holds; only so much of it is trusted."""
        keep_md5 = bool(self.identity and self.identity.md5)
        digest, other, at = sha256(), md5(usedforsecurity=False), 0
        self._md5 = other.copy() if keep_md5 else None
        view = memoryview(bytearray(_READ))
        self._file.seek(0)
        for mark in marks:
            while at < mark.at and (count := self._file.readinto(view[: mark.at - at])):
                digest.update(view[:count])
                if keep_md5:
                    other.update(view[:count])
                at += count
            if at < mark.at or digest.hexdigest() != mark.sha256:
                return
            self.length, self._sha256 = at, digest.copy()
            self._md5 = other.copy() if keep_md5 else None

    def begin(self, identity: Identity) -> None:
        """Start from nothing, for the object named."""
        self._reset(identity)
        self._md5 = md5(usedforsecurity=False) if identity.md5 else None

    def discard(self) -> None:
        """Give up every byte."""
        self._reset(None)

    def _reset(self, identity: Identity | None) -> None:
        try:
            self._file.truncate(0)
            self._journal.restart(identity)
        except OSError as error:
            raise local_failure(error, self.destination) from error
        self.identity, self.length = identity, 0
        self._sha256, self._md5 = sha256(), None

    def append(self, piece: memoryview) -> None:
        """Add `piece` at the end. Of a piece that the disk takes only in part, that part is kept."""
        written = 0
        digest = self._digest_with(piece)
        try:
            self._journal.mark(self.length + len(piece), digest.hexdigest())
            self._file.seek(self.length)
            while written < len(piece):
                written += self._file.write(piece[written:])
        except BaseException as error:
            if 0 < written < len(piece):
                digest = self._digest_with(piece[:written])
                with suppress(OSError):
                    self._journal.mark(self.length + written, digest.hexdigest())
            self._took(digest, piece[:written])
            if isinstance(error, OSError):
                raise local_failure(error, self.destination) from error
            raise
        self._took(digest, piece)

    def _digest_with(self, piece: memoryview) -> "_Hash":
        digest = self._sha256.copy()
        digest.update(piece)
        return digest

    def _took(self, digest: "_Hash", piece: memoryview) -> None:
        if not piece:
            return
        self._sha256 = digest
        if self._md5:
            self._md5.update(piece)
        self.length += len(piece)

    def sha256(self) -> str:
        """Of everything on disk, in hexadecimal."""
        return self._sha256.hexdigest()

    def md5(self) -> bytes | None:
        """None where the server named no MD5: to hash twice costs half the speed."""
        return self._md5.digest() if self._md5 else None

    def md5_read_again(self) -> bytes:
        """The MD5, by reading the file once more, for when it was not asked for while writing."""
        digest = md5(usedforsecurity=False)
        self._file.seek(0)
        while piece := self._file.read(_READ):
            digest.update(piece)
        return digest.digest()

    def publish(self, modified: float | None) -> None:
        """Give the file its final name once it is safe on disk. `modified`: seconds since the epoch."""
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            if modified is not None:
                os.utime(self._path, (modified, modified))
            self._path.replace(self.destination)
            self._published = True
            sync_folder(self.destination.parent)
            self._journal.remove()
        except OSError as error:
            raise local_failure(error, self.destination) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the lock. Where no byte is worth keeping, nothing is left behind."""
        if self.length == 0 and not self._published:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._journal.remove()
        self._file.close()
        self._journal.close()


def _check_place(destination: Path) -> None:
    """Make the folder; LocalFailure where a folder bears the file's own name."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    if destination.is_dir():
        raise LocalFailure(f"{destination} is a folder; name a file to download to.")


def _beside(destination: Path) -> tuple[Path, Path]:
    """The names of partial file and journal. One too long for that is cut, and told apart by its hash."""
    name = destination.name
    raw = os.fsencode(name)
    if len(raw) + len(".brant-partial") > _NAME_LIMIT:
        name = raw[:200].decode("utf-8", "ignore") + "-" + sha256(raw).hexdigest()[:16]
    return destination.with_name(f"{name}.brant-partial"), destination.with_name(f"{name}.brant-journal")


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power failure, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def local_failure(error: OSError, path: Path) -> LocalFailure:
    """The error for what this machine's disk says about writing `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return LocalFailure(
            f"{path} cannot grow ({error.strerror}); make room and run the same again, to resume."
        )
    return LocalFailure(f"{path} cannot be written ({error.strerror}); check the folder and its permissions.")
