"""Leaderboard: the best of every team, in order, to look at and to take away."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.competition_messages import (
    ApiDownloadLeaderboardRequest,
    ApiGetLeaderboardRequest,
    ApiGetLeaderboardResponse,
    ApiLeaderboardSubmission,
    ApiListTeamPublicSubmissionsRequest,
    ApiListTeamPublicSubmissionsResponse,
    ApiPublicSubmission,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain import paging
from brant.server.domain.actor import Actor, Context, File
from brant.server.domain.competitions import standings
from brant.server.domain.competitions.permissions import Role, find_competition, role_of, visible_to
from brant.server.domain.competitions.shapes import score_text
from brant.server.domain.competitions.standings import Board
from brant.server.store.database import Database
from brant.server.store.tables import competitions, team_members, teams, users

_A_PAGE: Final = 50
_LARGEST_PAGE: Final = 1000
# As the official site names them, a byte order mark first.
_COLUMNS: Final = (
    "Rank",
    "TeamId",
    "TeamName",
    "LastSubmissionDate",
    "Score",
    "SubmissionCount",
    "TeamMemberUserNames",
)


class Place(NamedTuple):
    """One place: its rank from 1, whose it is, the score as a text, and when that was handed in."""

    rank: int
    team_id: int
    team_name: str
    score: str
    reached: datetime
    entries: int


class BoardPage(NamedTuple):
    """Some places of a board in order, and the token of what follows, empty where nothing does."""

    board: Board
    places: list[Place]
    next_page_token: str


class _Last(NamedTuple):
    """The place where a page ended. Its score is told nowhere but in the digits that everybody sees."""

    board: str
    rank: int
    submission_id: int


class Leaderboard:
    """The best of every team, in order. It is everybody's who sees the competition, unless hosts hide it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def view(self, context: Context, request: ApiGetLeaderboardRequest) -> ApiGetLeaderboardResponse:
        """A page for the wire, which tells no ranks; otherwise as `page`."""
        page = self.page(
            context,
            request.competition_name,
            override_public=bool(request.override_public),
            size=request.page_size,
            token=request.page_token,
        )
        return ApiGetLeaderboardResponse(
            submissions=[
                ApiLeaderboardSubmission(
                    team_id=place.team_id,
                    team_name=place.team_name,
                    submission_date=Timestamp.of(place.reached),
                    score=place.score,
                )
                for place in page.places
            ],
            next_page_token=page.next_page_token,
        )

    def page(
        self,
        context: Context,
        name: str,
        *,
        override_public: bool = False,
        size: int | None = None,
        token: str | None = None,
    ) -> BoardPage:
        """A page of the board that everybody sees now; after the end `override_public` gives the public one.

        It costs the same wherever it begins. Raises NotFound, InvalidInput, PermissionDenied where hidden.
        """
        count = paging.size(size, default=_A_PAGE, most=_LARGEST_PAGE)
        with self._db.read() as connection:
            found = _find_shown(connection, context, name)
            board = standings.shown_board(connection, found, context.now, override_public=override_public)
            after = _decode(token, board) if token else None
            place = None if after is None else (after.rank, after.submission_id)
            rows = standings.places_after(connection, found.id, board, place, count + 1)
        first = 1 if after is None else after.rank + 1
        places = [_place(board, rank, row) for rank, row in enumerate(rows[:count], first)]
        if len(rows) <= count:
            return BoardPage(board, places, "")
        last = _Last(board, places[-1].rank, rows[count - 1].submission_id)
        return BoardPage(board, places, paging.encode(last))

    def download(self, context: Context, request: ApiDownloadLeaderboardRequest) -> File:
        """The whole board as a zip with one CSV file, its columns as the official site names them."""
        with self._db.read() as connection:
            found = _find_shown(connection, context, request.competition_name)
            board = standings.shown_board(connection, found, context.now)
            rows = standings.places_after(connection, found.id, board, None, None)
            members = _member_names(connection, found.id)
        places = [_place(board, rank, row) for rank, row in enumerate(rows, 1)]
        name = f"{found.slug}-{board}leaderboard-{context.now.astimezone(UTC):%Y-%m-%dT%H-%M-%S}.csv"
        content = _zipped(name, _csv(places, members), context.now)
        return File(f"{found.slug}.zip", "application/zip", content)

    def team_submissions(
        self, context: Context, request: ApiListTeamPublicSubmissionsRequest
    ) -> ApiListTeamPublicSubmissionsResponse:
        """The one submission that has a team its place on the public board, or none. Raises NotFound."""
        with self._db.read() as connection:
            slug = connection.scalar(
                sa.select(competitions.c.slug)
                .join(teams, teams.c.competition_id == competitions.c.id)
                .where(teams.c.id == request.team_id, visible_to(context.actor, context.now))
            )
            if slug is None:
                raise NotFound(f"there is no team number {request.team_id}: leaderboards tell the numbers")
            found = _find_shown(connection, context, slug)
            place = standings.place_of(connection, found.id, "public", request.team_id)
        if place is None:
            return ApiListTeamPublicSubmissionsResponse()
        shown = ApiPublicSubmission(
            id=place[1].submission_id,
            date_submitted=Timestamp.of(place[1].reached),
            public_score=score_text(place[1].public_score),
        )
        return ApiListTeamPublicSubmissionsResponse(submissions=[shown])


def _find_shown(connection: Connection, context: Context, name: str) -> Any:
    actor: Actor | None = context.actor
    found = find_competition(connection, actor, name, context.now)
    if not found.has_leaderboard and role_of(connection, actor, found) < Role.JUDGE:
        raise PermissionDenied(f"{found.slug} shows no leaderboard: its hosts keep it to themselves")
    return found


def _place(board: Board, rank: int, row: Any) -> Place:
    score = score_text(standings.score_on(board, row))
    return Place(rank, row.team_id, row.team_name, score, row.reached, row.entries)


def _decode(token: str, board: Board) -> _Last:
    last = paging.decode(token, _Last)
    if last.board != board:
        raise InvalidInput("another leaderboard is shown meanwhile: begin at its first page")
    return last


def _member_names(connection: Connection, competition_id: int) -> dict[int, str]:
    rows = connection.execute(
        sa.select(team_members.c.team_id, users.c.name)
        .join(users, users.c.id == team_members.c.user_id)
        .where(team_members.c.competition_id == competition_id)
        .order_by(team_members.c.team_id, users.c.name)
    )
    return {
        team_id: ",".join(row.name for row in of) for team_id, of in groupby(rows, lambda row: row.team_id)
    }


def _csv(places: Sequence[Place], members: dict[int, str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(
        (
            place.rank,
            place.team_id,
            place.team_name,
            f"{place.reached:%Y-%m-%d %H:%M:%S}",
            place.score,
            place.entries,
            members.get(place.team_id, ""),
        )
        for place in places
    )
    return text.getvalue()


def _zipped(name: str, text: str, now: datetime) -> bytes:
    content = io.BytesIO()
    entry = zipfile.ZipInfo(name, now.astimezone(UTC).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(entry, text.encode("utf-8-sig"))
    return content.getvalue()
