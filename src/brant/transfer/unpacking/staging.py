"""Keeps the files of an archive that streams in out of sight until all of it has proved sound."""

import io
import os
import re
import stat
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from brant.errors import LocalFailure
from brant.transfer.archive.folder import Folder
from brant.transfer.archive.lookahead import PIECE
from brant.transfer.disk.checksums import crc32
from brant.transfer.disk.partial import local_failure

__all__ = ["Kept", "Staging"]

_PREFIX: Final = ".brant-stream-"
_OURS: Final = re.compile(r"\d+|archive|directory")
_FLAGS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_WRITE: Final = os.O_RDWR | os.O_CREAT | _FLAGS
# A pipe in the place of a file would else be waited for.
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS


class Kept(NamedTuple):
    """What came of one member: how many bytes, and their CRC-32.

    Not `fresh` is what stood at its place already.
    """

    size: int
    crc32: int
    fresh: bool


def sweep_staging(root: Path, *, keep: str | None = None) -> None:
    """Remove what streams have left below `root`. LocalFailure where it cannot be read."""
    try:
        with os.scandir(root) as found:
            folders = [one for one in found if one.is_dir(follow_symlinks=False)]
            others = [one.path for one in folders if one.name.startswith(_PREFIX) and one.name != keep]
    except OSError as error:
        raise local_failure(error, root) from error
    for other in others:
        _clear(Path(other))


class Staging:
    """A folder below `into` for the archive of that identity. The caller keeps other processes away.

    What an earlier run left there is compared with what comes, and not written again; what it left of another
    archive is removed. With `force`, files that stand at their places are not looked at.
    Every failure of this machine's disk is LocalFailure.
    """

    def __init__(self, into: Folder, identity: str, *, force: bool = False) -> None:
        self._into = into
        self._force = force
        name = _PREFIX + sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        sweep_staging(into.make(()), keep=name)
        self._folder = into.make((name,))

    def path(self, name: str | int) -> Path:
        """Of the member of that number, or of another file that is needed on the way."""
        return self._folder / str(name)

    def write(
        self, name: str | int, pieces: Iterable[bytes | memoryview], place: tuple[str, ...] = ()
    ) -> Kept:
        """Take in a member whose place is to be `place`; nothing is written if it stands there already."""
        final = self._into.root.joinpath(*place) if place else self.path(name)
        with ExitStack() as held:
            standing = _standing(final) if place and not self._force else None
            if standing:
                held.enter_context(standing)
            intake = held.enter_context(_Intake(self.path(name), final, standing))
            for piece in pieces:
                intake.add(piece)
            return intake.end()

    def publish(self, name: str | int, kept: Kept, place: tuple[str, ...]) -> None:
        """Give a member its place."""
        final = self._into.make(place[:-1]) / place[-1]
        if kept.fresh:
            try:
                self.path(name).replace(final)
            except OSError as error:
                raise local_failure(error, final) from error

    def clear(self) -> None:
        """Remove everything that has not got its place."""
        _clear(self._folder)


class _Intake:
    """One member on its way to `path`; nothing is written while it is what is `standing` at its place."""

    def __init__(self, path: Path, final: Path, standing: io.FileIO | None) -> None:
        self._path = path
        self._final = final
        self._standing = standing
        self._file: io.FileIO | None = None
        self._left = 0
        self._size = 0
        self._crc32 = 0

    def add(self, piece: bytes | memoryview) -> None:
        try:
            if self._file is None and not (self._standing and self._standing.read(len(piece)) == piece):
                self._file = self._begin()
            if self._file is not None:
                self._put(self._file, piece)
        except OSError as error:
            raise local_failure(error, self._final) from error
        self._crc32 = crc32(piece, self._crc32)
        self._size += len(piece)

    def end(self) -> Kept:
        try:
            if self._file is None and not (self._standing and not self._standing.read(1)):
                self._file = self._begin()
            if self._file is not None:
                if self._left > self._size:
                    self._file.truncate(self._size)
                # A network folder may say only now that it has not taken everything.
                self._file.close()
        except OSError as error:
            raise local_failure(error, self._final) from error
        return Kept(self._size, self._crc32, fresh=self._file is not None)

    def _begin(self) -> io.FileIO:
        """The file to write, up to where it differs from what is standing."""
        file = io.FileIO(os.open(self._path, _WRITE, 0o666), "r+")
        self._left = os.fstat(file.fileno()).st_size
        if self._size and self._standing:
            crc, at = 0, 0
            self._standing.seek(0)
            while at < self._size and (piece := self._standing.read(min(PIECE, self._size - at))):
                _write_all(file, piece)
                crc, at = crc32(piece, crc), at + len(piece)
            if (at, crc) != (self._size, self._crc32):
                file.close()
                raise LocalFailure(f"{self._final} is being changed by another program; run the same again.")
        return file

    def _put(self, file: io.FileIO, piece: bytes | memoryview) -> None:
        """What an earlier run wrote is left as it is where it is the same."""
        if self._size < self._left:
            if file.read(len(piece)) == piece:
                return
            file.seek(self._size)
        _write_all(file, piece)

    def __enter__(self) -> "_Intake":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            if self._file is not None:
                self._file.close()


def _standing(path: Path) -> io.FileIO | None:
    """The regular file at `path`, open to be read; None for anything else."""
    try:
        file = io.FileIO(os.open(path, _READ), "r")
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        return None
    return file


def _write_all(file: io.FileIO, piece: bytes | memoryview) -> None:
    """A disk that is almost full takes a part of a piece, and says so only of the next."""
    written = file.write(piece)
    while written < len(piece):
        written += file.write(memoryview(piece)[written:])


def _clear(folder: Path) -> None:
    """Files of ours alone: an archive may have brought a folder of such a name."""
    with suppress(OSError):
        with os.scandir(folder) as found:
            ours = [one.path for one in found if _OURS.fullmatch(one.name)]
        for path in ours:
            os.unlink(path)  # noqa: PTH108 - a Path costs as much as removing a small file
        folder.rmdir()
