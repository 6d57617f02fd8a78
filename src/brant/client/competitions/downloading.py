"""Tells where the data of a competition lie, for whatever downloads them; fetches what was submitted."""

from pathlib import Path

from brant.client.downloads.addresses import SignedAddress
from brant.client.downloads.fetching import Arrived, How, fetch_address, local_name
from brant.client.downloads.source import Source
from brant.client.session import Session
from brant.contract import competitions as wire
from brant.contract.competition_messages import (
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiDownloadSubmissionRequest,
)
from brant.contract.method import HttpRedirect
from brant.transfer.http.retry import RetryPolicy


def source(session: Session, competition: str, *, retry: RetryPolicy | None = None) -> Source:
    """The data of a competition, as its newest version has them; `retry` is for asking where they lie."""

    def ask(path: str | None) -> HttpRedirect:
        if path is None:
            everything = ApiDownloadDataFilesRequest(competition_name=competition)
            return session.call(wire.DOWNLOAD_DATA_FILES, everything, retry=retry)
        one = ApiDownloadDataFileRequest(competition_name=competition, file_name=path)
        return session.call(wire.DOWNLOAD_DATA_FILE, one, retry=retry)

    return Source(session, "competitions", competition, f"{competition}.zip", ask)


def download_submission(session: Session, submission: int, into: Path, how: How) -> Arrived:
    """Fetch the file that was submitted into the folder `into`, under the name that it was submitted by.

    Raises NotFound, PermissionDenied, and what ends a transfer.
    """
    request = ApiDownloadSubmissionRequest(submission_id=submission)
    address = SignedAddress(session.endpoint, lambda: session.call(wire.DOWNLOAD_SUBMISSION, request))
    name = local_name(address.file_name, "competitions")
    return fetch_address(session, address, into / name, how)
