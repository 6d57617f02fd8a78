"""Brings a dataset, or what was chosen of it, to disk: verified, and at its place only when it is whole."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from brant.client.downloads import choosing, fetching
from brant.client.downloads.fetching import Arrived, How, local_name
from brant.client.downloads.source import Source
from brant.client.session import Session
from brant.contract import datasets as wire
from brant.contract.dataset_messages import ApiDownloadDatasetRequest, ApiGetDatasetRequest
from brant.contract.handles import DatasetHandle
from brant.contract.method import HttpRedirect
from brant.errors import NotFound
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.progress import Progress


def source(session: Session, handle: DatasetHandle) -> Source:
    """The files of a version, the newest where the handle names none."""

    def ask(path: str | None) -> HttpRedirect:
        request = ApiDownloadDatasetRequest(
            owner_slug=handle.owner,
            dataset_slug=handle.slug,
            dataset_version_number=handle.version,
            file_name=path,
        )
        return session.call(wire.DOWNLOAD_DATASET, request)

    return Source(session, "datasets", str(handle), f"{handle.slug}.zip", ask)


def download(
    session: Session,
    handle: DatasetHandle,
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
    """Fetch a version, the newest where the handle names none, into the folder `into`, and say what arrived.

    Arguments and errors are those of `choosing.download`; the zip of a version is called `{slug}.zip`.
    """
    return choosing.download(
        source(session, handle),
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


def fetch(session: Session, handle: DatasetHandle, path: str | None, destination: Path, how: How) -> Arrived:
    """Fetch the file at `path` of a version, or with None the whole version as a zip, to `destination`."""
    return fetching.fetch(source(session, handle), path, destination, how)


def fetch_unpacked(
    session: Session,
    handle: DatasetHandle,
    into: Path,
    how: How,
    *,
    select: Callable[[str], bool] | None = None,
) -> list[Arrived]:
    """Fetch the files of a version that `select` takes by their paths, all without it, into `into`."""
    return fetching.fetch_unpacked(source(session, handle), into, how, select=select)


def fetch_again(
    session: Session, handle: DatasetHandle, into: Path, paths: Collection[str], progress: Progress
) -> list[Arrived]:
    """Fetch the files of a version at `paths`, which are damaged or gone, into the folder `into`."""
    if len(paths) == 1:
        (path,) = paths
        return [fetch(session, handle, path, into / local_name(path), How(force=True, progress=progress))]
    return fetch_unpacked(session, handle, into, How(progress=progress), select=frozenset(paths).__contains__)


def current_version(
    session: Session, handle: DatasetHandle, *, retry: RetryPolicy | None = None
) -> DatasetHandle:
    """The handle with the number of the newest version, if it names none. Raises NotFound."""
    if handle.version is not None:
        return handle
    request = ApiGetDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    number = session.call(wire.GET_DATASET, request, retry=retry).current_version_number
    if not number:
        raise NotFound(f"{handle} has no version yet: try again when 'brant datasets status' says ready")
    return handle.at(number)
