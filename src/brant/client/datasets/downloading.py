"""Tells where the files of a dataset lie, for whatever downloads them, and which version is the newest."""

from brant.client.downloads.source import Source
from brant.client.session import Session
from brant.contract import datasets as wire
from brant.contract.dataset_messages import ApiDownloadDatasetRequest, ApiGetDatasetRequest
from brant.contract.handles import DatasetHandle
from brant.contract.method import HttpRedirect
from brant.errors import NotFound
from brant.transfer.http.retry import RetryPolicy


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
