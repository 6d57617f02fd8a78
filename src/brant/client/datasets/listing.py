"""Lists datasets, and the files of a version: a page at a time, all of them, or folder by folder."""

from collections.abc import Iterator
from typing import Final

from brant.client.paging import every
from brant.client.session import Session
from brant.client.words import word
from brant.contract import datasets as wire
from brant.contract.dataset_messages import (
    ApiDatasetFile,
    ApiDirectoryContent,
    ApiListDatasetFilesRequest,
    ApiListDatasetFilesResponse,
    ApiListDatasetsRequest,
    ApiListDatasetsResponse,
    ApiListTreeDatasetFilesRequest,
    DatasetFileTypeGroup,
    DatasetLicenseGroup,
    DatasetSelectionGroup,
    DatasetSortBy,
)
from brant.contract.handles import DatasetHandle
from brant.errors import InvalidInput, NotFound

_PAGE: Final = 200


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
        sort_by=word("--sort-by", DatasetSortBy, sort_by) or DatasetSortBy.DATASET_SORT_BY_HOTTEST,
        file_type=word("--file-type", DatasetFileTypeGroup, file_type)
        or DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_ALL,
        license=word("--license", DatasetLicenseGroup, license_name)
        or DatasetLicenseGroup.DATASET_LICENSE_GROUP_ALL,
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


def files(
    session: Session, handle: DatasetHandle, *, page_size: int | None = None, page_token: str | None = None
) -> ApiListDatasetFilesResponse:
    """One page of the files of a version, the newest where the handle names none. Raises NotFound."""
    request = ApiListDatasetFilesRequest(
        owner_slug=handle.owner,
        dataset_slug=handle.slug,
        dataset_version_number=handle.version,
        page_size=page_size,
        page_token=page_token or "",
    )
    found = session.call(wire.LIST_DATASET_FILES, request)
    if found.error_message:
        raise NotFound(f"{handle}: {found.error_message}")
    return found


def all_files(session: Session, handle: DatasetHandle) -> Iterator[ApiDatasetFile]:
    """Every file of a version, page by page. Raises ServerFailure if the pages go in a circle."""

    def page(token: str) -> tuple[list[ApiDatasetFile], str | None]:
        found = files(session, handle, page_size=_PAGE, page_token=token)
        return found.dataset_files, found.next_page_token

    return every(session, page, f"the files of {handle}")


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
