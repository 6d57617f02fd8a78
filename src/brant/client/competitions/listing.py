"""Finds competitions, tells of one, and lists its data: a page at a time, all of it, or folder by folder."""

from collections.abc import Iterator
from typing import Final

from brant.client.paging import every
from brant.client.session import Session
from brant.client.words import word
from brant.contract import competitions as wire
from brant.contract.competition_messages import (
    ApiCompetition,
    ApiDataFile,
    ApiGetCompetitionDataFilesSummaryRequest,
    ApiGetCompetitionRequest,
    ApiListCompetitionsRequest,
    ApiListCompetitionsResponse,
    ApiListDataFilesRequest,
    ApiListDataFilesResponse,
    ApiListDataTreeFilesRequest,
    CompetitionListTab,
    CompetitionSortBy,
    HostSegment,
)
from brant.contract.dataset_messages import ApiDirectoryContent, ApiFilesSummary

_PAGE: Final = 200


def list_competitions(
    session: Session,
    *,
    group: str | None = None,
    category: str | None = None,
    sort_by: str | None = None,
    search: str | None = None,
    page: int | None = None,
    page_token: str | None = None,
    page_size: int | None = None,
) -> ApiListCompetitionsResponse:
    """One page of competitions. `group`, `category` and `sort_by` take the words of official commands.

    `page` counts from 1 and gives way to `page_token`. Raises InvalidInput for words that cannot be.
    """
    request = ApiListCompetitionsRequest(
        group=word("--group", CompetitionListTab, _but_all(group)),
        category=word("--category", HostSegment, _but_all(category)),
        sort_by=word("--sort-by", CompetitionSortBy, sort_by),
        search=search or None,
        page=None if page_token else page or 1,
        page_token=page_token or "",
        page_size=page_size,
    )
    return session.call(wire.LIST_COMPETITIONS, request)


def view(session: Session, competition: str) -> ApiCompetition:
    """What is known of a competition. Raises NotFound."""
    return session.call(wire.GET_COMPETITION, ApiGetCompetitionRequest(competition_name=competition))


def files(
    session: Session, competition: str, *, page_size: int | None = None, page_token: str | None = None
) -> ApiListDataFilesResponse:
    """One page of the files of a competition, in path order. Raises NotFound."""
    request = ApiListDataFilesRequest(
        competition_name=competition, page_size=page_size, page_token=page_token or ""
    )
    return session.call(wire.LIST_DATA_FILES, request)


def all_files(session: Session, competition: str) -> Iterator[ApiDataFile]:
    """Every file of a competition, page by page."""

    def page(token: str) -> tuple[list[ApiDataFile], str | None]:
        found = files(session, competition, page_size=_PAGE, page_token=token)
        return found.files, found.next_page_token

    return every(session, page, f"the files of {competition}")


def summary(session: Session, competition: str) -> ApiFilesSummary:
    """The data of a competition in numbers. Raises NotFound."""
    request = ApiGetCompetitionDataFilesSummaryRequest(competition_name=competition)
    return session.call(wire.GET_COMPETITION_DATA_FILES_SUMMARY, request)


def tree(
    session: Session,
    competition: str,
    path: str = "",
    *,
    page_size: int | None = None,
    page_token: str | None = None,
) -> ApiDirectoryContent:
    """One page of what lies directly in the folder `path` of a competition's data. Raises NotFound."""
    request = ApiListDataTreeFilesRequest(
        competition_name=competition,
        path=path or None,
        page_size=page_size,
        page_token=page_token or None,
    )
    return session.call(wire.LIST_DATA_TREE_FILES, request)


def _but_all(chosen: str | None) -> str | None:
    """None for the words by which official commands ask for everything."""
    return None if chosen in ("all", "unspecified") else chosen
