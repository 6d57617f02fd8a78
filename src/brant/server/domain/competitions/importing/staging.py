"""Staging: files of this machine become uploads, as if a client had sent them."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Final

from brant.errors import LocalFailure
from brant.server.domain.blobs.digests import Digester
from brant.server.domain.blobs.uploads import Ready, Uploads
from brant.server.domain.competitions.importing.folder import Found
from brant.server.store.batches import batches
from brant.server.store.blobs import CHUNK, BlobStore

_BATCH: Final = 1024


def sha256_of(path: Path) -> str:
    """The name that the blob of a file has, or would have. Raises LocalFailure where it cannot be read."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Staging:
    """Takes files in, in the name of a user."""

    def __init__(self, store: BlobStore, uploads: Uploads) -> None:
        self._store = store
        self._uploads = uploads

    def upload(self, user_id: int, files: Sequence[Found], now: datetime) -> list[str]:
        """An upload token for each file, in their order; the files are read once more, and copied."""
        tokens: list[str] = []
        for batch in batches(files, _BATCH):
            tokens += self._upload(user_id, batch, now)
        return tokens

    def _upload(self, user_id: int, files: Sequence[Found], now: datetime) -> list[str]:
        room = f"import-{secrets.token_hex(8)}"
        tokens = [secrets.token_urlsafe(32) for _ in files]
        self._store.make_room(room)
        try:
            ready = [self._copy(room, file) for file in files]
            # Together and late: the system then writes many of them at once.
            list(self._uploads.helpers.map(self._store.sync, [one.staged for one in ready]))
            self._uploads.hold(user_id, ready, now, tokens)
        finally:
            self._store.discard(room)
        return tokens

    def _copy(self, room: str, file: Found) -> Ready:
        digester = Digester(self._uploads.helpers)
        with self._store.staged(f"{room}/{secrets.token_hex(8)}") as staged, _opened(file.path) as source:
            while chunk := source.read(CHUNK):
                staged.write(chunk, digester.size)
                digester.update(chunk)
            return Ready(file.name.rpartition("/")[2], staged.path, digester.digest())


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise LocalFailure(f"cannot read {path}: {error.strerror}") from None
