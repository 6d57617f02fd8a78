"""Upload tokens: what the database knows of uploads, and how a publish uses them up; only hashes are kept."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from brant.errors import InvalidInput
from brant.server.domain.blobs.digests import Digest
from brant.server.store.batches import batches
from brant.server.store.tables import blobs, uploads

# Official clients take up an upload again for six days (behaviour.md §7).
LIFETIME: Final = timedelta(days=7)


class CompleteUpload(NamedTuple):
    """An upload that a version may take: its token's hash, the base name it came under, its blob."""

    token_hash: str
    name: str
    sha256: str
    size: int


def record(connection: Connection, digests: Iterable[Digest], now: datetime) -> None:
    """Makes the blobs known; those that are known already stay as they are."""
    rows = [{**digest._asdict(), "created": now} for digest in digests]
    if rows:
        connection.execute(upsert(blobs).on_conflict_do_nothing(), rows)


def insert_complete(
    connection: Connection, user_id: int, files: Sequence[CompleteUpload], now: datetime, *, purpose: str
) -> None:
    """Uploads that are whole from the start: their blobs are known."""
    rows = [
        {
            "token_hash": file.token_hash,
            "user_id": user_id,
            "purpose": purpose,
            "name": file.name,
            "declared_size": file.size,
            "state": "complete",
            "created": now,
            "deadline": now + LIFETIME,
            "sha256": file.sha256,
        }
        for file in files
    ]
    if rows:
        connection.execute(sa.insert(uploads), rows)


def hash_of(token: str) -> str:
    """What is stored in a token's place."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_complete(
    connection: Connection, user_id: int, tokens: Sequence[str], now: datetime
) -> list[CompleteUpload]:
    """The uploads that the tokens name, in their order.

    Raises InvalidInput for a token that is unknown, expired, another user's, used, not whole, or there twice.
    """
    hashes = [hash_of(token) for token in tokens]
    if len(set(hashes)) < len(hashes):
        raise InvalidInput("an upload token is there twice: each stands for one file")
    known: dict[str, Any] = {}
    for batch in batches(hashes):
        rows = connection.execute(
            sa.select(uploads, blobs.c.size)
            .join(blobs, blobs.c.sha256 == uploads.c.sha256, isouter=True)
            .where(uploads.c.token_hash.in_(batch), uploads.c.user_id == user_id)
        )
        known.update((row.token_hash, row) for row in rows)
    return [_usable(known.get(token_hash), now) for token_hash in hashes]


def use_up(connection: Connection, user_id: int, token_hashes: Sequence[str], now: datetime) -> None:
    """Marks complete uploads as used. Raises InvalidInput when one was used or expired meanwhile."""
    for batch in batches(token_hashes):
        changed = connection.execute(
            sa.update(uploads)
            .where(
                uploads.c.token_hash.in_(batch),
                uploads.c.user_id == user_id,
                uploads.c.state == "complete",
                uploads.c.deadline > now,
            )
            .values(state="used")
        )
        if changed.rowcount != len(batch):
            raise InvalidInput("an upload was used by another call meanwhile: upload the files again")


def forget(connection: Connection, token_hashes: Sequence[str]) -> None:
    """Drops uploads that no version took."""
    for batch in batches(token_hashes):
        connection.execute(
            sa.delete(uploads).where(uploads.c.token_hash.in_(batch), uploads.c.state != "used")
        )


def _usable(row: Any, now: datetime) -> CompleteUpload:
    if row is None or row.deadline <= now:
        raise InvalidInput("an upload token is unknown, expired, or not yours: upload the file again")
    if row.state == "open":
        raise InvalidInput(
            f"the upload of {row.name!r} is not complete: send the rest of it, then publish again"
        )
    if row.state == "used":
        raise InvalidInput(f"the upload of {row.name!r} was published already: upload the file again")
    return CompleteUpload(row.token_hash, row.name, row.sha256, row.size)
