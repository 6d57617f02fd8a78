"""Listing: competitions as a list, and one of them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from brant.contract.competition_messages import (
    ApiCompetition,
    ApiGetCompetitionRequest,
    ApiListCompetitionsRequest,
    ApiListCompetitionsResponse,
    CompetitionListTab,
    CompetitionSortBy,
    HostSegment,
)
from brant.errors import InvalidInput, Unauthenticated
from brant.server.domain import paging
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions import overview
from brant.server.domain.competitions.permissions import (
    find_competition,
    has_entered,
    is_one_of,
    visible_to,
)
from brant.server.store.database import Database
from brant.server.store.tables import competitions

_PAGE: Final = 20
_LONGEST_PAGE: Final = 200
_LAST_PAGE: Final = 1_000_000
_MOST_WORDS: Final = 10
_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


class Listing:
    """Competitions as a list, and one of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_competitions(
        self, context: Context, request: ApiListCompetitionsRequest
    ) -> ApiListCompetitionsResponse:
        """A page of those that are listed for the caller. A page token goes on after the last one shown."""
        length = paging.size(request.page_size, default=_PAGE, most=_LONGEST_PAGE)
        keys = _keys(request.sort_by, context.now)
        labels = [key.label(f"key_{index}") for index, key in enumerate(keys)]
        query = sa.select(competitions, *labels).where(*_conditions(context, request)).limit(length + 1)
        query = query.order_by(*(key.desc() for key in keys))
        if request.page_token:
            query = query.where(_after(keys, request.page_token))
        elif request.page is not None and request.page > 1:
            query = query.offset((min(request.page, _LAST_PAGE) - 1) * length)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            return ApiListCompetitionsResponse(
                competitions=overview.shown(connection, context, rows[:length]),
                next_page_token=_token(rows[length - 1], labels) if len(rows) > length else "",
            )

    def get(self, context: Context, request: ApiGetCompetitionRequest) -> ApiCompetition:
        """One competition. Raises NotFound for one that the caller may not see."""
        with self._db.read() as connection:
            row = find_competition(connection, context.actor, request.competition_name, context.now)
            return overview.shown(connection, context, [row])[0]


def _conditions(context: Context, request: ApiListCompetitionsRequest) -> list[ColumnElement[bool]]:
    conditions = [visible_to(context.actor, context.now), _of_group(context, request.group)]
    if request.category not in (None, HostSegment.HOST_SEGMENT_UNSPECIFIED):
        conditions.append(competitions.c.segment == request.category.value)
    return [*conditions, *map(_mentions, _words(request.search or ""))]


def _of_group(context: Context, group: CompetitionListTab | None) -> ColumnElement[bool]:
    """Which of the visible ones: those that are public, and the caller's own."""
    launched = sa.and_(competitions.c.launched.is_not(None), competitions.c.launched <= context.now)
    community = competitions.c.segment == HostSegment.HOST_SEGMENT_COMMUNITY.value
    word = (group or _EVERYTHING).value.removeprefix("COMPETITION_LIST_TAB_")
    if word in ("GENERAL", "COMMUNITY", "EVERYTHING"):
        listed = sa.and_(launched, sa.or_(competitions.c.privacy == "PUBLIC", *_own(context.actor)))
        return sa.and_(listed, community) if word == "COMMUNITY" else listed
    if context.actor is None:
        raise Unauthenticated(f"the group {word} is about who asks: sign in, or ask for GENERAL")
    user_id = context.actor.user_id
    if word == "ENTERED":
        return has_entered(user_id)
    hosted = is_one_of(user_id, "host", "judge")
    unlaunched = sa.and_(hosted, ~launched)
    if word == "UNLAUNCHED":
        return unlaunched
    return sa.and_(unlaunched, community) if word == "UNLAUNCHED_COMMUNITY" else hosted


def _own(actor: Actor | None) -> Sequence[ColumnElement[bool]]:
    return () if actor is None else (is_one_of(actor.user_id), has_entered(actor.user_id))


_EVERYTHING: Final = CompetitionListTab.COMPETITION_LIST_TAB_EVERYTHING


def _words(search: str) -> list[str]:
    words = search.casefold().split()
    if len(words) > _MOST_WORDS:
        raise InvalidInput(f"{len(words)} words are too many to search for: use at most {_MOST_WORDS}")
    return words


def _mentions(word: str) -> ColumnElement[bool]:
    places = (competitions.c.title_key, competitions.c.slug, competitions.c.brief)
    return sa.or_(*(place.icontains(word[:100], autoescape=True) for place in places))


def _keys(sort_by: CompetitionSortBy | None, now: datetime) -> list[ColumnElement[Any]]:
    """What a list is ordered by, each falling; the last one tells all apart."""
    word = sort_by or CompetitionSortBy.COMPETITION_SORT_BY_BEST
    return [*_SORT_KEYS.get(word, _best)(now), competitions.c.id]


def _best(now: datetime) -> list[ColumnElement[Any]]:
    """Open ones before those that ended, then the one that was launched last."""
    is_open = sa.or_(competitions.c.deadline.is_(None), competitions.c.deadline > now)
    return [sa.case((is_open, 1), else_=0), sa.func.coalesce(competitions.c.launched, competitions.c.created)]


def _deadline() -> ColumnElement[Any]:
    return sa.func.coalesce(competitions.c.deadline, sa.literal(_NEVER, competitions.c.deadline.type))


def _first_deadline(now: datetime) -> list[ColumnElement[Any]]:
    """What is over comes last: nobody can enter it."""
    return [*_best(now)[:1], -sa.func.julianday(_deadline(), type_=sa.Float)]


def _prize(_: datetime) -> list[ColumnElement[Any]]:
    """By the number that a reward begins with."""
    return [sa.cast(sa.func.replace(competitions.c.reward, ",", ""), sa.BigInteger)]


_SORT_KEYS: Final[dict[CompetitionSortBy, Callable[[datetime], list[ColumnElement[Any]]]]] = {
    CompetitionSortBy.COMPETITION_SORT_BY_PRIZE: _prize,
    CompetitionSortBy.COMPETITION_SORT_BY_EARLIEST_DEADLINE: _first_deadline,
    CompetitionSortBy.COMPETITION_SORT_BY_LATEST_DEADLINE: lambda _: [_deadline()],
    CompetitionSortBy.COMPETITION_SORT_BY_NUMBER_OF_TEAMS: lambda _: [competitions.c.team_count],
    CompetitionSortBy.COMPETITION_SORT_BY_RECENTLY_CREATED: lambda _: [competitions.c.created],
}


def _token(last: Any, labels: Sequence[Any]) -> str:
    values = [getattr(last, label.name) for label in labels]
    return paging.encode([value.isoformat() if isinstance(value, datetime) else value for value in values])


def _after(keys: Sequence[ColumnElement[Any]], token: str) -> ColumnElement[bool]:
    """The condition of coming behind the last one shown."""
    place = paging.decode(token, list[int | float | str])
    if len(place) != len(keys):
        raise InvalidInput("this page token is of a list in another order: begin at the first page")
    last = [sa.literal(_read(value, key), key.type) for value, key in zip(place, keys, strict=True)]
    return sa.tuple_(*keys) < sa.tuple_(*last)


def _read(value: Any, key: ColumnElement[Any]) -> Any:
    is_moment = isinstance(key.type, type(competitions.c.created.type))
    if is_moment != isinstance(value, str):
        raise InvalidInput("this page token is of a list in another order: begin at the first page")
    if not is_moment:
        return value
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("this is no page token of this list: begin at the first page") from None
