"""Uploads: from a token, over bytes that may come in many pieces, to a blob that a version can hold.

open ──all bytes are there──▶ complete ──a publish takes it──▶ used
Each state has a deadline; past it the token counts as unknown, and the collector removes what it held.
"""

import os
import secrets
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from brant.contract.blobs import ApiBlobType, ApiStartBlobUploadRequest, ApiStartBlobUploadResponse
from brant.contract.dataset_messages import ApiUploadDatasetFileRequest, ApiUploadDatasetFileResponse
from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.actor import Context
from brant.server.domain.blobs.digests import Digest, Digester, digest_of
from brant.server.domain.blobs.upload_tokens import (
    LIFETIME,
    CompleteUpload,
    hash_of,
    insert_complete,
    record,
)
from brant.server.store.blobs import BlobStore, StagedFile
from brant.server.store.database import Database
from brant.server.store.tables import blobs, uploads

_NAME_LIMIT: Final = 1024
_REMEMBERED: Final = 1024
_HASHING_THREADS: Final = max(2, os.cpu_count() or 2)


class UploadState(NamedTuple):
    """How far an upload has come: bytes on disk, the whole size (None: not known), whether it is whole.

    `sha256` of what is whole, in hexadecimal.
    """

    received: int
    size: int | None
    complete: bool
    sha256: str | None = None


class Ready(NamedTuple):
    """A whole file that is not a blob yet: where it is staged, and under which name a version may take it."""

    name: str
    staged: Path
    digest: Digest


class _Receiver:
    """What this process knows of an upload beyond the disk: whose turn it is, and the hashes so far."""

    def __init__(self, helpers: Executor) -> None:
        self.lock = threading.Lock()
        self.users = 0
        self.finished = False
        self._turn = 0
        self._helpers = helpers
        self._digester: Digester | None = Digester(helpers)

    def next_turn(self) -> int:
        """Takes over from whoever writes now."""
        self._turn += 1
        return self._turn

    def check(self, turn: int, name: str) -> None:
        """Raises Conflict when another has taken over."""
        if self._turn != turn:
            raise Conflict(
                f"{name}: another connection goes on with this upload; this one is of no use any more"
            )

    def place(self, file: StagedFile, chunk: bytes, position: int, total: int | None, name: str) -> None:
        """Writes what of `chunk` is not on the disk yet."""
        if total is not None and position + len(chunk) > total:
            self.cut(file, 0)
            raise InvalidInput(
                f"{name}: more bytes came than the {total} that were announced; "
                "the file changed meanwhile: upload it again"
            )
        overlap = min(len(chunk), max(0, file.size - position))
        if overlap and file.read(position, overlap) != chunk[:overlap]:
            self.cut(file, position)
            overlap = 0
        fresh, position = memoryview(chunk)[overlap:], position + overlap
        if not fresh:
            return
        file.write(fresh, position)
        if self._digester is not None and self._digester.size == position:
            self._digester.update(fresh)
        else:
            self._digester = None

    def cut(self, file: StagedFile, size: int) -> None:
        """Drops what lies beyond `size`, and the hashes that knew of it."""
        file.truncate(size)
        self._digester = None if size else Digester(self._helpers)

    def digest(self, file: StagedFile) -> Digest:
        """The hashes of the file; read again where they were not computed as it came."""
        known = self._digester
        if known is not None and known.size == file.size:
            return known.digest()
        return digest_of(file, self._helpers)


class Uploads:
    """Starts, receives and completes uploads. Their bytes are staged under the hash of their token."""

    def __init__(self, db: Database, store: BlobStore) -> None:
        self._db = db
        self._store = store
        self._receivers: OrderedDict[str, _Receiver] = OrderedDict()
        self._guard = threading.Lock()
        self.helpers: Final = ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hash")

    def start(self, context: Context, request: ApiStartBlobUploadRequest) -> ApiStartBlobUploadResponse:
        """Opens an upload for the caller. Length 0 is empty or unknown: official clients omit it for both."""
        token, address = self.begin(context, request.name, request.content_length, _purpose(request.type))
        return ApiStartBlobUploadResponse(token=token, create_url=address)

    def begin(self, context: Context, name: str, length: int, purpose: str) -> tuple[str, str]:
        """The same for any purpose: the token of the new upload, and where its bytes go."""
        name = base_name(name)
        if length < 0:
            raise InvalidInput(f"contentLength is {length}: it counts bytes, from 0")
        token = secrets.token_urlsafe(32)
        with self._db.write() as connection:
            connection.execute(
                sa.insert(uploads).values(
                    token_hash=hash_of(token),
                    user_id=context.caller.user_id,
                    purpose=purpose,
                    name=name,
                    declared_size=length or None,
                    state="open",
                    created=context.now,
                    deadline=context.now + LIFETIME,
                )
            )
        return token, context.links.upload(token)

    def start_dataset_file(
        self, context: Context, request: ApiUploadDatasetFileRequest
    ) -> ApiUploadDatasetFileResponse:
        """The same, as clients of the first hour ask for it."""
        started = self.start(
            context,
            ApiStartBlobUploadRequest(
                type=ApiBlobType.DATASET,
                name=request.file_name,
                content_length=request.content_length,
                last_modified_epoch_seconds=request.last_modified_epoch_seconds,
            ),
        )
        return ApiUploadDatasetFileResponse(token=started.token, create_url=started.create_url)

    def state(self, token: str, now: datetime, *, total: int | None = None) -> UploadState:
        """How far it has come. What a crash left whole, by the `total` of the question, is completed."""
        staged = self._store.staged_size(hash_of(token))  # first: once complete, nothing is staged any more
        row = self._find(token, now)
        if row.state != "open":
            return UploadState(row.size, row.size, complete=True, sha256=row.sha256)
        size = row.declared_size if row.declared_size is not None else total
        if size is not None and staged == size:
            return self.receive(token, first=size, total=size, chunks=(), now=now)
        return UploadState(staged, row.declared_size, complete=False)

    def receive(
        self,
        token: str,
        *,
        first: int,
        total: int | None,
        chunks: Iterable[bytes],
        now: datetime,
        goes_on: bool = False,
    ) -> UploadState:
        """Takes the bytes from offset `first` of a file of `total` bytes.

        Where neither `total` nor a declared size is known, the last chunk ends the file, unless it `goes_on`.
        Bytes that are on the disk already are compared, not written again; from the first piece that differs,
        the new ones count. A `first` beyond the bytes on disk takes nothing: the answer says where to go on.
        The iterator of `chunks` must raise when the connection ends early. A later call for the same token
        takes over from an earlier one that is still waiting for bytes, which then raises Conflict.
        Raises NotFound for an unknown or expired token, InvalidInput for more bytes or another total than
        declared.
        """
        total = _agreed(self._find(token, now), total)
        with self._receiver(hash_of(token)) as receiver:
            with receiver.lock:
                row = self._find(token, now)  # it may have been completed while this call waited
                if row.state != "open":
                    return UploadState(row.size, row.size, complete=True, sha256=row.sha256)
                turn = receiver.next_turn()
            with self._store.staged(row.token_hash) as file:
                if first > file.size:
                    return UploadState(file.size, total, complete=False)
                position = first
                for chunk in chunks:
                    with receiver.lock:
                        receiver.check(turn, row.name)
                        receiver.place(file, chunk, position, total, row.name)
                    position += len(chunk)
                with receiver.lock:
                    receiver.check(turn, row.name)
                    if total is None and goes_on:
                        return UploadState(file.size, None, complete=False)
                    whole = position if total is None else total
                    if file.size > whole:  # left by an earlier, longer attempt
                        receiver.cut(file, whole)
                    if file.size < whole:
                        return UploadState(file.size, total, complete=False)
                    return self._complete(row, file, receiver, now)

    def hold(
        self, user_id: int, ready: Sequence[Ready], now: datetime, tokens: Sequence[str] | None = None
    ) -> list[CompleteUpload]:
        """Turns whole staged and synced files into blobs, each held by a complete upload of the user.

        `tokens`, one for each file, where a later call is to name them.
        """
        tokens = [secrets.token_urlsafe(32) for _ in ready] if tokens is None else tokens
        held = [
            CompleteUpload(hash_of(token), file.name, file.digest.sha256, file.digest.size)
            for token, file in zip(tokens, ready, strict=True)
        ]
        with self._db.write() as connection:
            self._store.keep((file.staged, file.digest.sha256) for file in ready)
            record(connection, (file.digest for file in ready), now)
            insert_complete(connection, user_id, held, now, purpose=ApiBlobType.DATASET.value)
        return held

    def _complete(self, row: Any, file: StagedFile, receiver: _Receiver, now: datetime) -> UploadState:
        file.sync()
        digest = receiver.digest(file)
        with self._db.write() as connection:
            self._store.keep([(file.path, digest.sha256)])
            record(connection, [digest], now)
            changed = connection.execute(
                sa.update(uploads)
                .where(uploads.c.token_hash == row.token_hash, uploads.c.state == "open")
                .values(state="complete", sha256=digest.sha256, deadline=now + LIFETIME)
            )
            if not changed.rowcount:
                raise NotFound(f"{row.name}: this upload expired while it was received: start it again")
        receiver.finished = True
        self._store.discard(row.token_hash)
        return UploadState(digest.size, digest.size, complete=True, sha256=digest.sha256)

    def _find(self, token: str, now: datetime) -> Any:
        with self._db.read() as connection:
            row = connection.execute(
                sa.select(uploads, blobs.c.size)
                .join(blobs, blobs.c.sha256 == uploads.c.sha256, isouter=True)
                .where(uploads.c.token_hash == hash_of(token))
            ).one_or_none()
        if row is None or row.deadline <= now:
            raise NotFound("this upload is unknown here, or it has expired: start it again")
        return row

    @contextmanager
    def _receiver(self, token_hash: str) -> Iterator[_Receiver]:
        """The one receiver of an upload; those of unfinished ones are remembered, up to a number."""
        with self._guard:
            receiver = self._receivers.setdefault(token_hash, _Receiver(self.helpers))
            self._receivers.move_to_end(token_hash)
            receiver.users += 1
        try:
            yield receiver
        finally:
            with self._guard:
                receiver.users -= 1
                if receiver.finished and not receiver.users:
                    self._receivers.pop(token_hash, None)
                elif len(self._receivers) > _REMEMBERED:
                    oldest = next((name for name, other in self._receivers.items() if not other.users), None)
                    self._receivers.pop(oldest or "", None)


def base_name(name: str) -> str:
    """The last part of what a client calls its file. Raises InvalidInput when there is none."""
    base = name.rsplit("/", 1)[-1]  # a backslash stays: the publish refuses it, where to drop it would rename
    if not 0 < len(base) <= _NAME_LIMIT or any(unicodedata.category(letter) == "Cc" for letter in base):
        raise InvalidInput(
            f"{name[:60]!r} is no file name: give its base name, at most {_NAME_LIMIT} characters, "
            "no control character among them"
        )
    return base


def _purpose(kind: ApiBlobType) -> str:
    return ApiBlobType.DATASET.value if kind is ApiBlobType.API_BLOB_TYPE_UNSPECIFIED else kind.value


def _agreed(row: Any, total: int | None) -> int | None:
    if total is None or row.declared_size is None:
        return row.declared_size if total is None else total
    if total != row.declared_size:
        raise InvalidInput(
            f"{row.name}: {row.declared_size} bytes were declared, {total} are announced; "
            "the file changed meanwhile: start its upload again"
        )
    return total
