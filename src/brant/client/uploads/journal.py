"""Remembers which files a server has, or is getting, so that a killed run can be gone on with.

Lines of JSON, only ever appended to; a torn last line counts as unwritten. The file is private, since
an upload address is a licence to write.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import time
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from brant.client.uploads.folder import LocalFile
from brant.errors import Conflict, LocalFailure

# How long an upload token is good for (behaviour.md §7).
_VALID_SECONDS: Final = 6 * 24 * 3600


class Begun(NamedTuple):
    """An upload that was started. `sha256` is set, in hexadecimal, once the server has every byte."""

    token: str
    url: str
    sha256: str | None = None


class UploadJournal:
    """What is known of the uploads of one folder by one caller to one server. Use it as a context manager.

    `folder` is where journals lie; None keeps it in memory alone, as does one that cannot be written, which
    `warn` hears of. Safe to share between threads.
    """

    def __init__(self, folder: Path | None, *identity: str, warn: Callable[[str], None]) -> None:
        self._path = folder and folder / f"{sha256(chr(0).join(identity).encode()).hexdigest()[:40]}.jsonl"
        self._warn = warn
        self._begun: dict[tuple[str, int, int], Begun] = {}
        self._handle = -1
        self._lock = Lock()

    def find(self, file: LocalFile) -> Begun | None:
        """The upload begun for this very file: same path, size and date."""
        return self._begun.get(_key(file))

    def begin(self, file: LocalFile, begun: Begun) -> None:
        """An upload was started."""
        self._note(file, begun)

    def finish(self, file: LocalFile, digest: str) -> None:
        """The server has every byte of `file`, whose SHA-256 is `digest`."""
        begun = self._begun.get(_key(file))
        if begun is not None:
            self._note(file, begun._replace(sha256=digest))

    def forget(self, file: LocalFile) -> None:
        """The server no longer knows this upload."""
        with self._lock:
            self._begun.pop(_key(file), None)

    def publishing(self) -> None:
        """The tokens are being used: a later run must not offer them, unless `not_published` follows."""
        self._write({"publishing": True})

    def not_published(self) -> None:
        """The server has refused, and so used no token."""
        self._write({"publishing": False})

    def clear(self) -> None:
        """The tokens are used up."""
        with self._lock:
            self._begun.clear()
            if self._handle >= 0:
                os.ftruncate(self._handle, 0)

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _sweep(self._path.parent)
                self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            except OSError as error:
                # A home that nobody can write to (a container's) stops no upload.
                self._warn(
                    f"{self._path.parent} cannot be written ({error.strerror}): if this upload is cut off, "
                    "the next run begins it anew"
                )
                return self
            if not _locked(self._handle):
                os.close(self._handle)
                raise Conflict("another process is uploading this: wait until it has ended, or stop it")
            self._take_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle < 0 or self._path is None:
            return
        if not self._begun:
            with suppress(OSError):
                self._path.unlink()
        os.close(self._handle)
        self._handle = -1

    def _take_up(self) -> None:
        """Read what an earlier process left, and write it anew without what is too old or torn."""
        with os.fdopen(os.dup(self._handle), "rb") as file:
            lines = file.read().split(b"\n")[:-1]
        oldest = time() - _VALID_SECONDS
        kept: list[bytes] = []
        in_doubt = False
        for raw in lines:
            try:
                line: dict[str, Any] = json.loads(raw)
                if "publishing" in line:
                    in_doubt = line["publishing"]
                elif line["started"] < oldest:
                    continue
                else:
                    key = (line["path"], line["size"], line["mtime_ns"])
                    self._begun[key] = Begun(line["token"], line["url"], line["sha256"])
                    kept.append(raw)
            except (ValueError, KeyError, TypeError):
                continue
        if in_doubt:
            self._begun.clear()
            kept.clear()
        os.ftruncate(self._handle, 0)
        os.write(self._handle, b"".join(raw + b"\n" for raw in kept))

    def _note(self, file: LocalFile, begun: Begun) -> None:
        line = {
            "path": file.path,
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "token": begun.token,
            "url": begun.url,
            "sha256": begun.sha256,
            "started": int(time()),
        }
        with self._lock:
            self._begun[_key(file)] = begun
        self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        if self._handle < 0:
            return
        raw = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        try:
            # One write to a file opened for appending is not mixed with that of another thread.
            os.write(self._handle, raw)
        except OSError as error:
            raise LocalFailure(
                f"{self._path} cannot be written ({error.strerror}): free space and run the same again"
            ) from None


def _key(file: LocalFile) -> tuple[str, int, int]:
    return (file.path, file.size, file.mtime_ns)


def _sweep(folder: Path) -> None:
    """Remove journals that nobody came back to."""
    oldest = time() - _VALID_SECONDS
    for path in folder.glob("*.jsonl"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _locked(handle: int) -> bool:
    """Lock the journal for this process, where the system knows how."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
