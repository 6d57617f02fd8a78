"""Publishes a folder, or one file, as the data of a competition: whole or not at all."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from brant.client.session import Session
from brant.client.uploads.committing import commit
from brant.client.uploads.folder import scan
from brant.client.uploads.journal import UploadJournal
from brant.client.uploads.selection import Selection, everything
from brant.contract import competitions as wire
from brant.contract.accounts import HELLO
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCreateCompetitionDataRequest,
    CompetitionDatabundleType,
)
from brant.contract.method import Empty
from brant.errors import NotFound
from brant.transfer.progress import Progress

_METADATA: Final = frozenset({"competition-metadata.json"})
_HIDDEN: Final = (".*", "*/.*")


class PublishedData(NamedTuple):
    """A version of the data: its page, its numbers; how many files were sent, how many were there already."""

    url: str
    databundle_id: int
    version_id: int
    sent: int
    reused: int


def update_data(
    session: Session,
    competition: str,
    path: Path,
    notes: str,
    *,
    rerun: bool = False,
    include_hidden: bool = False,
    ignore: Iterable[str] = (),
    progress: Progress | None = None,
) -> PublishedData:
    """Make the files of the folder `path`, or that one file, the competition's data; folders stay folders.

    `rerun`: the data that notebooks are run again on. Hidden files stay at home unless `include_hidden`;
    `ignore` are shell patterns. Raises InvalidInput for names that cannot be published, NotFound,
    PermissionDenied, and whatever ends a transfer; then nothing has changed.
    """
    from brant.client.uploads.sending import upload_files

    selection = _selected(path, (*ignore, *(() if include_hidden else _HIDDEN)))
    session.call(HELLO, Empty())  # what the server offers, and that it knows us, before any file is read
    kinds = CompetitionDatabundleType
    request = ApiCreateCompetitionDataRequest(
        competition_name=competition,
        version_notes=notes,
        competition_databundle_type=(
            kinds.COMPETITION_DATABUNDLE_TYPE_RERUN
            if rerun
            else kinds.COMPETITION_DATABUNDLE_TYPE_UNSPECIFIED
        ),
    )
    place = f"competitions/{competition}/{'rerun' if rerun else 'data'}"
    identity = (session.endpoint.base, session.credentials.header() or "", place, str(selection.root))
    with UploadJournal(session.state, *identity, warn=session.warn) as journal:
        uploaded = upload_files(session, selection.files, journal, progress)
        request.files = [
            ApiCompetitionDataFile(name=file.path, token=uploaded.tokens[file.path])
            for file in selection.files
        ]
        answer = commit(
            journal,
            lambda: session.call(wire.CREATE_COMPETITION_DATA, request),
            unsure=f"It is not known whether the data of {competition} are new now: look with 'brant "
            f"competitions files {competition}' before you run this again",
        )
        journal.clear()
    return PublishedData(
        answer.url, answer.databundle_id, answer.databundle_version_id, uploaded.sent, uploaded.reused
    )


def _selected(path: Path, ignore: Iterable[str]) -> Selection:
    if path.is_file():
        return everything(path, ())
    if not path.is_dir():
        raise NotFound(f"there is no file or folder {path}: name the one that holds the data")
    return Selection(path.resolve(), scan(path, ignore=ignore, never=_METADATA), [])
