"""One dataset as a whole: what is known of it, how far it has come, and its end."""

from brant.client.session import Session
from brant.contract import datasets as wire
from brant.contract.dataset_messages import (
    ApiDataset,
    ApiDeleteDatasetRequest,
    ApiGetDatasetMetadataRequest,
    ApiGetDatasetRequest,
    ApiGetDatasetStatusRequest,
    DatabundleVersionStatus,
    DatasetInfo,
)
from brant.contract.handles import DatasetHandle
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.transfer.http.retry import RetryPolicy


def view(session: Session, handle: DatasetHandle) -> ApiDataset:
    """What is known of a dataset, its newest version's number included. Raises NotFound."""
    return session.call(
        wire.GET_DATASET, ApiGetDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    )


def status(session: Session, handle: DatasetHandle) -> DatabundleVersionStatus:
    """How far the newest version has come. Raises NotFound."""
    request = ApiGetDatasetStatusRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    return session.call(wire.GET_DATASET_STATUS, request).status


def metadata(session: Session, handle: DatasetHandle, *, retry: RetryPolicy | None = None) -> DatasetInfo:
    """What dataset-metadata.json would say of a published dataset. Raises NotFound."""
    request = ApiGetDatasetMetadataRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    answer = session.call(wire.GET_DATASET_METADATA, request, retry=retry)
    if answer.error_message or answer.info is None:
        raise NotFound(f"{handle}: {answer.error_message or 'the server tells no metadata of it'}")
    return answer.info


def delete(session: Session, handle: DatasetHandle) -> None:
    """Remove a dataset, all its versions included. Raises NotFound, or PermissionDenied with the reason."""
    if handle.version is not None:
        raise InvalidInput(f"a dataset is deleted as a whole: write {handle.at(None)}")
    request = ApiDeleteDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    answer = session.call(wire.DELETE_DATASET, request)
    if answer.error:
        raise PermissionDenied(f"{handle} was not deleted: {answer.error}")
