"""The SHA-256 and MD5 of a partial file, taken in order while its ranges arrive in any."""

from contextlib import suppress
from hashlib import md5, sha256
from threading import Thread
from typing import TYPE_CHECKING, Final

from brant.errors import LocalFailure
from brant.transfer.disk.partial import Partial

if TYPE_CHECKING:
    from hashlib import _Hash

_PIECE: Final = 512 * 1024


class Digest:
    """Hashes of the payload's beginning, as far as nothing is missing; a thread keeps them up to date."""

    def __init__(self, partial: Partial, *, with_md5: bool) -> None:
        self._partial = partial
        self._hashes: list[_Hash] = [sha256()]
        if with_md5:
            self._hashes.append(md5(usedforsecurity=False))
        self._at = 0
        self._buffer = memoryview(bytearray(_PIECE))
        self._stopping = False
        self._thread: Thread | None = None

    def start(self) -> None:
        """Follow what arrives, in a thread of its own; without one, all is read in the end."""
        thread = Thread(target=self._follow, daemon=True)
        with suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def _follow(self) -> None:
        # A disk that cannot be read is told by `finish`, which tries again.
        with suppress(LocalFailure):
            while not self._stopping:
                self._take_in(self._partial.wait_beyond(self._at, 0.5))

    def _take_in(self, stop: int) -> None:
        while self._at < stop and not (self._stopping and self._thread):
            count = self._partial.read(self._at, self._buffer[: stop - self._at])
            for each in self._hashes:
                each.update(self._buffer[:count])
            self._at += count
            if not count:
                break

    def stop(self) -> None:
        """End the thread; the file may be closed then."""
        self._stopping = True
        if self._thread:
            self._partial.wake()
            self._thread.join()
            self._thread = None

    def finish(self) -> tuple[str, bytes | None]:
        """SHA-256 in hexadecimal, and the MD5 if it was asked for, of everything up to the first gap."""
        self.stop()
        self._take_in(self._partial.frontier())
        other = self._hashes[1].digest() if len(self._hashes) > 1 else None
        return self._hashes[0].hexdigest(), other
