"""The leaderboard of a competition: a page of it, all of it, or all of it as a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from brant.client.paging import every
from brant.client.session import Session
from brant.contract import competitions as wire
from brant.contract.competition_messages import (
    ApiDownloadLeaderboardRequest,
    ApiGetLeaderboardRequest,
    ApiGetLeaderboardResponse,
    ApiLeaderboardSubmission,
)
from brant.errors import DestinationExists

_PAGE: Final = 200


def leaderboard(
    session: Session,
    competition: str,
    *,
    public: bool = False,
    page_size: int | None = None,
    page_token: str | None = None,
) -> ApiGetLeaderboardResponse:
    """One page, the best first; with `public` that of the public one even after the end. Raises NotFound."""
    request = ApiGetLeaderboardRequest(
        competition_name=competition,
        override_public=public or None,
        page_size=page_size,
        page_token=page_token or "",
    )
    return session.call(wire.GET_LEADERBOARD, request)


def whole_leaderboard(
    session: Session, competition: str, *, public: bool = False
) -> Iterator[ApiLeaderboardSubmission]:
    """Every place, page by page."""

    def page(token: str) -> tuple[list[ApiLeaderboardSubmission], str]:
        found = leaderboard(session, competition, public=public, page_size=_PAGE, page_token=token)
        return found.submissions, found.next_page_token

    return every(session, page, f"the leaderboard of {competition}")


def download_leaderboard(session: Session, competition: str, into: Path) -> Path:
    """Put the whole leaderboard, a zip with one CSV file, into the folder `into`; where it lies.

    One that is there is replaced, and nothing else: the data of the competition bear the same name. Raises
    DestinationExists, NotFound, LocalFailure.
    """
    destination = into / f"{competition}.zip"
    if destination.exists() and not _is_leaderboard(destination):
        raise DestinationExists(
            f"{destination} is there already, and is no leaderboard: name another folder with --path"
        )
    request = ApiDownloadLeaderboardRequest(competition_name=competition)
    session.save(wire.DOWNLOAD_LEADERBOARD, request, destination)
    return destination


def _is_leaderboard(file: Path) -> bool:
    """Whether this is one that came before: a zip with one CSV file whose name says so."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
    except (OSError, BadZipFile):
        return False
    return len(names) == 1 and "leaderboard" in names[0]
