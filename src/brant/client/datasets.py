"""Everything that can be done with datasets, as plain functions that take the session first."""

from typing import TYPE_CHECKING, Any, Final, TypeVar

from brant.client.listing import all_files, files
from brant.client.session import Session
from brant.contract import datasets as wire
from brant.contract.codec import WireEnum
from brant.contract.dataset_messages import (
    ApiDataset,
    ApiDeleteDatasetRequest,
    ApiDirectoryContent,
    ApiGetDatasetMetadataRequest,
    ApiGetDatasetRequest,
    ApiGetDatasetStatusRequest,
    ApiListDatasetsRequest,
    ApiListDatasetsResponse,
    ApiListTreeDatasetFilesRequest,
    DatabundleVersionStatus,
    DatasetFileTypeGroup,
    DatasetInfo,
    DatasetLicenseGroup,
    DatasetSelectionGroup,
    DatasetSortBy,
)
from brant.contract.handles import DatasetHandle
from brant.errors import InvalidInput, NotFound, PermissionDenied

if TYPE_CHECKING:
    from brant.client.downloading import Arrived, download
    from brant.client.publishing import DirMode, Published, create, create_version, publish
    from brant.client.updating import save_metadata, update_metadata

__all__ = [
    "Arrived",
    "DirMode",
    "Published",
    "all_files",
    "create",
    "create_version",
    "delete",
    "download",
    "files",
    "list_datasets",
    "metadata",
    "publish",
    "save_metadata",
    "status",
    "tree",
    "update_metadata",
    "view",
]

W = TypeVar("W", bound=WireEnum)

# What moves bytes is imported when it is first used, so that a list need not wait for it.
_ELSEWHERE: Final = {
    **dict.fromkeys(("Arrived", "download"), "downloading"),
    **dict.fromkeys(("DirMode", "Published", "create", "create_version", "publish"), "publishing"),
    **dict.fromkeys(("save_metadata", "update_metadata"), "updating"),
}


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"brant.client.{_ELSEWHERE[name]}"), name)


def list_datasets(
    session: Session,
    *,
    search: str | None = None,
    user: str | None = None,
    mine: bool = False,
    sort_by: str | None = None,
    file_type: str | None = None,
    license_name: str | None = None,
    tags: str | None = None,
    min_size: int | None = None,
    max_size: int | None = None,
    page: int | None = None,
    page_token: str | None = None,
    page_size: int | None = None,
) -> ApiListDatasetsResponse:
    """One page of datasets. The words of `sort_by`, `file_type` and `license_name` are the official command
    line's.

    `tags` are separated by commas, sizes are in bytes, `page` counts from 1 and gives way to `page_token`.
    Raises InvalidInput for words and numbers that cannot be.
    """
    if mine and user:
        raise InvalidInput("--mine and --user exclude each other: leave one of them out")
    if page is not None and page < 1:
        raise InvalidInput("--page counts from 1")
    if page_size is not None and page_size < 1:
        raise InvalidInput("--page-size must be at least 1")
    if min_size is not None and min_size < 0:
        raise InvalidInput("--min-size must be at least 0 bytes")
    if max_size is not None and (max_size < 1 or max_size < (min_size or 0)):
        raise InvalidInput("--max-size must be at least 1 byte, and not less than --min-size")
    group = DatasetSelectionGroup.DATASET_SELECTION_GROUP_PUBLIC
    if mine:
        group = DatasetSelectionGroup.DATASET_SELECTION_GROUP_MY
    elif user:
        group = DatasetSelectionGroup.DATASET_SELECTION_GROUP_USER
    request = ApiListDatasetsRequest(
        group=group,
        sort_by=_word("--sort-by", DatasetSortBy.DATASET_SORT_BY_HOTTEST, sort_by),
        file_type=_word("--file-type", DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_ALL, file_type),
        license=_word("--license", DatasetLicenseGroup.DATASET_LICENSE_GROUP_ALL, license_name),
        tag_ids=tags or None,
        search=search or None,
        user=user or None,
        min_size=min_size,
        max_size=max_size,
        page=None if page_token else page or 1,
        page_token=page_token or "",
        page_size=page_size,
    )
    return session.call(wire.LIST_DATASETS, request)


def tree(
    session: Session,
    handle: DatasetHandle,
    path: str = "",
    *,
    page_size: int | None = None,
    page_token: str | None = None,
) -> ApiDirectoryContent:
    """One page of what lies directly in the folder `path` of a version."""
    request = ApiListTreeDatasetFilesRequest(
        owner_slug=handle.owner,
        dataset_slug=handle.slug,
        dataset_version_number=handle.version,
        path=path or None,
        page_size=page_size,
        page_token=page_token or None,
    )
    return session.call(wire.LIST_TREE_DATASET_FILES, request)


def view(session: Session, handle: DatasetHandle) -> ApiDataset:
    """What is known of a dataset, its newest version's number included. Raises NotFound."""
    return session.call(
        wire.GET_DATASET, ApiGetDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    )


def status(session: Session, handle: DatasetHandle) -> DatabundleVersionStatus:
    """How far the newest version has come. Raises NotFound."""
    request = ApiGetDatasetStatusRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    return session.call(wire.GET_DATASET_STATUS, request).status


def metadata(session: Session, handle: DatasetHandle) -> DatasetInfo:
    """What dataset-metadata.json would say of a published dataset. Raises NotFound."""
    request = ApiGetDatasetMetadataRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    answer = session.call(wire.GET_DATASET_METADATA, request)
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


def _word(option: str, default: W, text: str | None) -> W:
    """The member of `default`'s enum that `text` names, whatever its case."""
    if not text:
        return default
    kind = type(default)
    member = kind(text)
    if not member.known:
        prefix = default.name.rsplit("_", 1)[0] + "_"
        words = ", ".join(_spelled(name.removeprefix(prefix)) for name in kind.__members__)
        raise InvalidInput(f"{option}: {text[:40]!r} is none of {words}")
    return member


def _spelled(member: str) -> str:
    """BIG_QUERY as the official command line spells it: bigQuery."""
    first, *rest = member.lower().split("_")
    return first + "".join(part.capitalize() for part in rest)
