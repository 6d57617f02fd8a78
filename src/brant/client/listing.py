"""The files of a version, a page at a time or all of them."""

from collections.abc import Iterator
from typing import Final

from brant.client.session import Session
from brant.contract import datasets as wire
from brant.contract.dataset_messages import (
    ApiDatasetFile,
    ApiListDatasetFilesRequest,
    ApiListDatasetFilesResponse,
)
from brant.contract.handles import DatasetHandle
from brant.errors import NotFound, ServerFailure

_PAGE: Final = 200


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
    token, seen = "", set[str]()
    while True:
        page = files(session, handle, page_size=_PAGE, page_token=token)
        yield from page.dataset_files
        token = page.next_page_token or ""
        if not token:
            return
        if token in seen:
            raise ServerFailure(
                f"{session.endpoint} lists the files of {handle} in a circle: try again later"
            )
        seen.add(token)
