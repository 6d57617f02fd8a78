"""Unpacking: archives among the files of a publish become the files in them, as Kaggle does it.

Clients send archives for folders: the official command line one `{folder}.zip` or `{folder}.tar` for each
(kaggle_api_extended.py:483, `-r zip|tar`), the official library one `archive.zip` for everything when there
are over 50 files (kagglehub/gcs_upload.py:200). What is unpacked is held by uploads of the same user until
it is published.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from brant.errors import Corrupt, InvalidInput
from brant.server.domain.blobs.digests import Digester
from brant.server.domain.blobs.upload_tokens import forget
from brant.server.domain.blobs.uploads import Ready, Uploads
from brant.server.domain.datasets.submitted import SubmittedFile
from brant.server.domain.versions import manifests
from brant.server.domain.versions.paths import safe_path
from brant.server.store.blobs import CHUNK, BlobStore
from brant.server.store.database import Database
from brant.transfer.archive.extraction import Limits, Member, iter_members, kind_of

_SUFFIXES: Final = (".zip", ".tar", ".tar.gz", ".tgz")
_WHOLE_FOLDER: Final = "archive.zip"
_BATCH: Final = 1024


class FolderFor(Protocol):
    """Where the members of an archive of this path go; `alone`: no other file comes with it."""

    def __call__(self, path: str, *, alone: bool) -> str | None: ...


class Unpacker:
    """Unpacks what is an archive by its name and by its content."""

    def __init__(
        self, db: Database, store: BlobStore, uploads: Uploads, limits: Limits | None = None
    ) -> None:
        self._db = db
        self._store = store
        self._uploads = uploads
        self._limits = limits or Limits(members=manifests.MOST_FILES)

    @contextmanager
    def unpacked(
        self,
        user_id: int,
        submitted: Sequence[SubmittedFile],
        now: datetime,
        *,
        folder_for: FolderFor | None = None,
    ) -> Iterator[list[SubmittedFile]]:
        """The files with every archive replaced by its members; these are let go if the body raises.

        `folder_for` says by the name of an archive where its members go, "" being the root; None: nowhere, it
        stays whole. Raises InvalidInput for an archive that is damaged, unsafe, or unfolds beyond the limits.
        """
        held: list[str] = []
        try:
            files: list[SubmittedFile] = []
            for file in submitted:
                folder = (folder_for or _folder_for)(file.path, alone=len(submitted) == 1)
                source = self._store.path(file.upload.sha256)
                if folder is None or kind_of(source) is None:
                    files.append(file)
                    continue
                for member in self._members(user_id, source, folder, now):
                    held.append(member.upload.token_hash)
                    files.append(member)
            yield files
        except BaseException:
            if held:
                with self._db.write() as connection:
                    forget(connection, held)
            raise

    def _members(self, user_id: int, source: Path, folder: str, now: datetime) -> Iterator[SubmittedFile]:
        room = f"unpack-{secrets.token_hex(8)}"
        self._store.make_room(room)
        try:
            for batch in self._staged(source, room):
                # Together and late: the system then writes many of them at once.
                list(self._uploads.helpers.map(self._store.sync, [ready.staged for ready in batch]))
                for upload in self._uploads.hold(user_id, batch, now):
                    yield SubmittedFile(safe_path(folder, upload.name), upload, "", None)
                for ready in batch:
                    ready.staged.unlink(missing_ok=True)
        finally:
            self._store.discard(room)

    def _staged(self, source: Path, room: str) -> Iterator[list[Ready]]:
        try:
            members = iter_members(source, limits=self._limits)
            while batch := [self._stage(room, member) for member in islice(members, _BATCH)]:
                yield batch
        except Corrupt as error:
            raise InvalidInput(error.message) from None  # the client's bytes, not the server's

    def _stage(self, room: str, member: Member) -> Ready:
        digester = Digester(self._uploads.helpers)
        with self._store.staged(f"{room}/{secrets.token_hex(8)}") as file, member.open() as stream:
            while chunk := stream.read(CHUNK):
                file.write(chunk, digester.size)
                digester.update(chunk)
            return Ready(member.name, file.path, digester.digest())


def _folder_for(path: str, *, alone: bool) -> str | None:
    """Where the members of an archive of this name go, "" being the root; None for what is not unpacked."""
    if alone and path == _WHOLE_FOLDER:
        return ""
    lower = path.lower()
    suffix = max((suffix for suffix in _SUFFIXES if lower.endswith(suffix)), key=len, default="")
    folder = path[: len(path) - len(suffix)]
    return folder if suffix and folder and not folder.endswith("/") else None
