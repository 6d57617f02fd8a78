"""Brings the data of a competition to disk, or what was chosen of it, and files that were submitted."""

from collections.abc import Callable, Iterable
from pathlib import Path

from brant.client.downloads import choosing, fetching
from brant.client.downloads.addresses import SignedAddress
from brant.client.downloads.fetching import Arrived, How, local_name
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
from brant.transfer.progress import Progress


def source(session: Session, competition: str, *, retry: RetryPolicy | None = None) -> Source:
    """The data of a competition, as its newest version has them; `retry` is for asking where they lie."""

    def ask(path: str | None) -> HttpRedirect:
        if path is None:
            everything = ApiDownloadDataFilesRequest(competition_name=competition)
            return session.call(wire.DOWNLOAD_DATA_FILES, everything, retry=retry)
        one = ApiDownloadDataFileRequest(competition_name=competition, file_name=path)
        return session.call(wire.DOWNLOAD_DATA_FILE, one, retry=retry)

    return Source(session, "competitions", competition, f"{competition}.zip", ask)


def download(
    session: Session,
    competition: str,
    into: Path,
    *,
    file: str | None = None,
    folder: str | None = None,
    unzip: bool = False,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    force: bool = False,
    trust: bool = False,
    progress: Progress | None = None,
    timeout: float | None = None,
) -> list[Arrived]:
    """Fetch a competition's data into the folder `into`, and say what arrived.

    Arguments and errors are those of `choosing.download`; the zip of all of it is called `{slug}.zip`.
    """
    return choosing.download(
        source(session, competition),
        into,
        file=file,
        folder=folder,
        unzip=unzip,
        include=include,
        exclude=exclude,
        force=force,
        trust=trust,
        progress=progress,
        timeout=timeout,
    )


def fetch(session: Session, competition: str, path: str | None, destination: Path, how: How) -> Arrived:
    """Fetch the file at `path` of the data, or with None all of them as a zip, to `destination`."""
    return fetching.fetch(source(session, competition), path, destination, how)


def fetch_unpacked(
    session: Session,
    competition: str,
    into: Path,
    how: How,
    *,
    select: Callable[[str], bool] | None = None,
) -> list[Arrived]:
    """Fetch the files of the data that `select` takes by their paths, all without it, into `into`."""
    return fetching.fetch_unpacked(source(session, competition), into, how, select=select)


def download_submission(session: Session, submission: int, into: Path, how: How) -> Arrived:
    """Fetch the file that was submitted into the folder `into`, under the name that it was submitted by.

    Raises NotFound, PermissionDenied, and what ends a transfer.
    """
    request = ApiDownloadSubmissionRequest(submission_id=submission)
    address = SignedAddress(session.endpoint, lambda: session.call(wire.DOWNLOAD_SUBMISSION, request))
    name = local_name(address.file_name, "competitions")
    return fetching.fetch_address(session, address, into / name, how)
