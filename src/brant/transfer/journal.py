"""The journal of a download: which object is being fetched, by whom, and what its file must hold so far.

Lines of JSON, only ever appended to. Before each piece is written, a line says how long the file will then be
and what the SHA-256 of all of it is; so what a killed process left can be checked, and kept up to the last
piece that is as it was written. The open journal is locked: it also keeps two processes from one destination.
"""

import errno
import json
import os
import sys
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from brant.errors import Conflict

_OPEN: Final = (
    os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which object the bytes belong to, as its server told it. `md5` is base64, as it came."""

    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    md5: str | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range takes: a strong ETag, else the date (RFC 9110 §13.1.5)."""
        strong = self.etag and not self.etag.startswith("W/")
        return self.etag if strong else self.last_modified


@dataclass(frozen=True, slots=True)
class Mark:
    """The file's first `at` bytes have this SHA-256, in hexadecimal."""

    at: int
    sha256: str


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

    def take_up(self) -> tuple[Identity | None, list[Mark]]:
        """The object named, and the marks in ascending order. A torn last line is cut off."""
        lines, end = self._lines()
        os.ftruncate(self._handle, end)
        identity: Identity | None = None
        marks: list[Mark] = []
        for line in lines:
            if "object" in line:
                with suppress(TypeError):
                    identity = Identity(**line["object"])
            if isinstance(line.get("at"), int):
                while marks and marks[-1].at >= line["at"]:
                    marks.pop()
                marks.append(Mark(line["at"], str(line.get("sha256"))))
        self._note({"pid": os.getpid()})
        return (identity, marks) if identity else (None, [])

    def restart(self, identity: Identity | None) -> None:
        """Forget everything; from now on it is about the object named."""
        os.ftruncate(self._handle, 0)
        self._note({"pid": os.getpid()})
        if identity:
            self._note({"object": asdict(identity)})

    def mark(self, at: int, sha256: str) -> None:
        """Say what the file holds. A mark replaces those that it does not reach."""
        self._note({"at": at, "sha256": sha256})

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        os.close(self._handle)

    def _note(self, line: dict[str, Any]) -> None:
        raw = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        if os.write(self._handle, raw) < len(raw):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _lines(self) -> tuple[list[dict[str, Any]], int]:
        """The whole lines, and where the last of them ends."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        text = b"".join(iter(lambda: os.read(self._handle, 1024 * 1024), b""))
        lines: list[dict[str, Any]] = []
        end = 0
        for raw in text.split(b"\n")[:-1]:
            try:
                line = json.loads(raw)
            except ValueError:
                break
            if not isinstance(line, dict):
                break
            lines.append(line)
            end += len(raw) + 1
        return lines, end

    def _holder(self) -> str:
        pid = next((line["pid"] for line in reversed(self._lines()[0]) if "pid" in line), None)
        return f" (pid {pid})" if pid else ""


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
