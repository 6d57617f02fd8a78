"""The journal of a download: which object is being fetched, by whom, and which ranges of it are on disk.

Lines of JSON, only ever appended to. Before each piece is written, a line says where it will lie and what its
CRC-32 is, as received; so what a killed process left can be checked piece by piece. The open journal is
locked: it also keeps two processes from one destination.
"""

import errno
import json
import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from msgspec import Struct
from msgspec.structs import asdict

from brant.errors import Conflict
from brant.transfer.disk.checksums import crc32

_OPEN: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


class Identity(Struct, frozen=True):
    """Which object the bytes belong to, as its server told it. The hashes are base64, as they came."""

    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range takes: a strong ETag, else the date (RFC 9110 §13.1.5)."""
        strong = self.etag and not self.etag.startswith("W/")
        return self.etag if strong else self.last_modified


class Layout(Struct, frozen=True):
    """Which part of the object is fetched, and where it lies in the file: all offsets and sizes in bytes.

    The payload is `length` bytes (None: nobody knows yet) of the object from `start` on; they lie in the file
    from `base` on. `file_size` is what the file takes while they do.
    """

    start: int = 0
    length: int | None = None
    base: int = 0
    file_size: int | None = None


class Mark(NamedTuple):
    """The payload's bytes from `start` up to `stop` came with this CRC-32."""

    start: int
    stop: int
    crc32: int


class Journal:
    """An open, locked journal. Its methods raise OSError as the disk does."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def claim(cls, path: Path, destination: Path) -> Self:
        """Open and lock the journal at `path`. Conflict, naming the holder, if another process has it."""
        while True:
            with ExitStack() as held:
                journal = cls(path, os.open(path, _OPEN, 0o666))
                held.callback(journal.close)
                if not _lock(journal._handle):
                    raise Conflict(
                        f"{destination} is being downloaded by another process{journal._holder()}; "
                        "wait until it has ended, or stop it."
                    )
                # The one before us may have finished, and removed the very file that we have just locked.
                with suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(journal._handle), path.stat()):
                        held.pop_all()
                        return journal

    def take_up(self) -> tuple[Identity, Layout, Iterator[Mark]] | None:
        """What was noted of the last object, oldest first; None without one. A torn line is cut off."""
        begun, end, named = 0, 0, None
        for stop, line in self._lines(0):
            end = stop
            if "object" in line:
                begun, named = stop, line
        os.ftruncate(self._handle, end)
        self._note({"pid": os.getpid()})
        try:
            identity, layout = Identity(**named["object"]), Layout(**named["layout"])  # type: ignore[index]
        except (TypeError, KeyError):
            return None
        # A size that is off by one bit would make the download wait for bytes that are nowhere.
        if named != _named(identity, layout):
            return None
        return identity, layout, self._marks(begun)

    def _marks(self, begun: int) -> Iterator[Mark]:
        for _, line in self._lines(begun):
            fields = (line.get("at"), line.get("to"), line.get("crc32"))
            if all(isinstance(field, int) and field >= 0 for field in fields):
                yield Mark(*fields)  # type: ignore[arg-type]

    def restart(self, identity: Identity, layout: Layout) -> None:
        """Forget everything; from now on it is about the object named."""
        self.forget()
        self._note(_named(identity, layout))

    def forget(self) -> None:
        os.ftruncate(self._handle, 0)
        self._note({"pid": os.getpid()})

    def mark(self, mark: Mark) -> None:
        """Say what the file will hold in a moment."""
        self._note({"at": mark.start, "to": mark.stop, "crc32": mark.crc32})

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        # A network folder may say only now that it has not taken everything: what is lost proves nothing.
        with suppress(OSError):
            os.close(self._handle)

    def _note(self, line: dict[str, Any]) -> None:
        raw = _raw(line) + b"\n"
        if os.write(self._handle, raw) < len(raw):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _lines(self, at: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """The whole lines behind offset `at`, and where each ends; empty for one that makes no sense.

        One by one: a large file has hundreds of thousands.
        """
        read, rest = at, b""
        while True:
            os.lseek(self._handle, read, os.SEEK_SET)
            block = os.read(self._handle, 64 * 1024)
            if not block:
                return
            read += len(block)
            *whole, rest = (rest + block).split(b"\n")
            for raw in whole:
                at += len(raw) + 1
                yield at, _line(raw)

    def _holder(self) -> str:
        pids = deque((line["pid"] for _, line in self._lines(0) if "pid" in line), maxlen=1)
        return f" (pid {pids[0]})" if pids else ""


def _line(raw: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        line = json.loads(raw)
        if isinstance(line, dict):
            return line
    return {}


def _named(identity: Identity, layout: Layout) -> dict[str, Any]:
    """The line that names an object. The bytes prove the marks that tell of them; it has a sum of its own."""
    line = {"object": asdict(identity), "layout": asdict(layout)}
    return {**line, "sum": crc32(_raw(line))}


def _raw(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode()


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # Some cluster file systems have no locks: better a download without one than none.
        if error.errno not in (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK):
            raise
    return True
