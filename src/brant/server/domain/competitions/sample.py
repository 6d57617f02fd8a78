"""The sample submission: an example of what is to be handed in, always a file in the root of the data.

A host may upload it by itself, or have it among the data: it is the same file. Uploaded, it is put into the
data by making another version; later ones get it too, unless they bring one of that name, which then takes
its place.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.domain.blobs.upload_tokens import CompleteUpload
from brant.server.domain.competitions.versions import add_version
from brant.server.domain.versions import manifests
from brant.server.domain.versions.paths import safe_path
from brant.server.store.tables import blobs, competitions, files, versions


def with_sample(
    connection: Connection, competition: Any, entries: Sequence[manifests.Entry]
) -> list[manifests.Entry]:
    """The files of a version to be, with the sample submission among them."""
    if competition.sample_sha256 is None:
        return list(entries)
    own = next((entry for entry in entries if _same(entry.path, competition.sample_name)), None)
    if own is not None:
        _keep(connection, competition.id, own.path, own.sha256)
        return list(entries)
    size = connection.scalar(sa.select(blobs.c.size).where(blobs.c.sha256 == competition.sample_sha256))
    return [*entries, manifests.Entry(competition.sample_name, size or 0, competition.sample_sha256)]


def set_sample(
    connection: Connection, competition: Any, upload: CompleteUpload, *, creator_id: int, now: datetime
) -> None:
    """Puts the uploaded file into the sample submission's place, and makes the version that holds it.

    None is made where the newest one does so already.
    """
    name = safe_path(upload.name)
    gone = [competition.sample_name, name]
    newest = _newest(connection, competition)
    others = [entry for entry in newest if not any(_same(entry.path, each) for each in gone)]
    entries = [*others, manifests.Entry(name, upload.size, upload.sha256)]
    _keep(connection, competition.id, name, upload.sha256)
    if _contents(entries) == _contents(newest):
        return
    add_version(
        connection,
        competition.id,
        manifests.build(entries),
        creator_id=creator_id,
        notes="Sample submission",
        created=now,
    )


def _newest(connection: Connection, competition: Any) -> list[manifests.Entry]:
    rows = connection.execute(
        sa.select(files.c.path, files.c.size, files.c.sha256, files.c.description, files.c.columns)
        .join(versions, versions.c.id == files.c.version_id)
        .where(versions.c.competition_id == competition.id, versions.c.number == competition.data_number)
    )
    return [manifests.Entry(*row) for row in rows]


def _contents(entries: Sequence[manifests.Entry]) -> set[tuple[str, str]]:
    return {(entry.path, entry.sha256) for entry in entries}


def _keep(connection: Connection, competition_id: int, name: str, sha256: str) -> None:
    connection.execute(
        sa.update(competitions)
        .where(competitions.c.id == competition_id)
        .values(sample_name=name, sample_sha256=sha256)
    )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
