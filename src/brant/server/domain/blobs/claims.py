"""Claims: hashes instead of bytes, for files that the server has; accepted from who has earned those."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.blobs import ApiBlobType
from brant.contract.extensions import BlobClaim, ClaimBlobsRequest, ClaimBlobsResponse
from brant.contract.scopes import Scopes
from brant.errors import InvalidInput
from brant.server.domain.actor import Actor, Context
from brant.server.domain.blobs.upload_tokens import CompleteUpload, hash_of, insert_complete
from brant.server.domain.blobs.uploads import base_name
from brant.server.domain.competitions.submissions import PURPOSE as SUBMISSION
from brant.server.domain.datasets.permissions import visible_to
from brant.server.store.batches import batches
from brant.server.store.database import Database
from brant.server.store.tables import blobs, datasets, files, uploads, users, versions

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
# What marks an upload that is only a claim: it earns nothing further.
_CLAIM: Final = "CLAIM"
# Nor does what is a secret of a competition: a token for another of its host's would lead there.
_UNCLAIMED: Final = (_CLAIM, SUBMISSION, ApiBlobType.COMPETITION_SOLUTION.value)
_MOST: Final = 100_000


class Claims:
    """Answers claims."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(self, context: Context, request: ClaimBlobsRequest) -> ClaimBlobsResponse:
        """A token for each blob that the caller may read in a version or has uploaded, else `""`.

        What a token of the caller does not let them read, it does not let them claim.
        """
        actor = context.caller
        if len(request.blobs) > _MOST:
            raise InvalidInput(
                f"{len(request.blobs)} claims are too many for one call: send {_MOST} at a time"
            )
        names = [base_name(claim.name) for claim in request.blobs]
        with self._db.write() as connection:
            sizes = _earned(connection, actor, request.blobs, context.now)
            tokens = [
                secrets.token_urlsafe(32) if sizes.get(claim.sha256.lower()) == claim.size else ""
                for claim in request.blobs
            ]
            granted = [
                CompleteUpload(hash_of(token), name, claim.sha256.lower(), claim.size)
                for token, name, claim in zip(tokens, names, request.blobs, strict=True)
                if token
            ]
            insert_complete(connection, actor.user_id, granted, context.now, purpose=_CLAIM)
        return ClaimBlobsResponse(tokens=tokens)


def _earned(
    connection: Connection, actor: Actor, claims: Sequence[BlobClaim], now: datetime
) -> dict[str, int]:
    """The sizes of those claimed blobs that the actor has a right to."""
    reads_all = actor.scopes.allow("datasets.get")
    readable = (
        sa.exists()
        .where(files.c.sha256 == blobs.c.sha256)
        .where(versions.c.id == files.c.version_id)
        .where(datasets.c.id == versions.c.dataset_id)
        .where(visible_to(actor), sa.true() if reads_all else _within(actor.scopes))
    )
    uploaded = sa.exists().where(
        uploads.c.sha256 == blobs.c.sha256,
        uploads.c.user_id == actor.user_id,
        uploads.c.purpose.not_in(_UNCLAIMED),
        # What was published can be read again by those who may read it there, and by no narrower token.
        sa.true() if reads_all else uploads.c.state != "used",
        uploads.c.deadline > now,
    )
    hashes = {claim.sha256.lower() for claim in claims if _SHA256.fullmatch(claim.sha256.lower())}
    sizes: dict[str, int] = {}
    for batch in batches(hashes):
        rows = connection.execute(
            sa.select(blobs.c.sha256, blobs.c.size).where(
                blobs.c.sha256.in_(batch), sa.or_(readable, uploaded)
            )
        )
        sizes.update((row.sha256, row.size) for row in rows)
    return sizes


def _within(scopes: Scopes) -> sa.ColumnElement[bool]:
    """The condition that a row of `datasets` is one of those that scopes bound to handles let read."""
    handle = users.c.name + "/" + datasets.c.slug
    return sa.exists().where(users.c.id == datasets.c.owner_id, handle.in_(scopes.resources("datasets.get")))
