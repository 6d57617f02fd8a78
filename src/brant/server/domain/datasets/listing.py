"""ListDatasets: whose, which, in what order, page by page."""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from brant.contract.dataset_messages import (
    ApiListDatasetsRequest,
    ApiListDatasetsResponse,
    DatasetFileTypeGroup,
    DatasetLicenseGroup,
    DatasetSizeGroup,
    DatasetSortBy,
    DatasetViewedGroup,
)
from brant.errors import InvalidInput, Unauthenticated
from brant.server.domain import paging
from brant.server.domain.actor import Actor, Context
from brant.server.domain.datasets import rules, shapes
from brant.server.domain.datasets.permissions import shared_with, visible_to
from brant.server.store import search
from brant.server.store.database import Database
from brant.server.store.tables import datasets, extensions, tags, users, versions, views

_PAGE: Final = 20
_LONGEST_PAGE: Final = 200
_LAST_PAGE: Final = 1 << 31
_GIB: Final = 1 << 30
# From, and up to but not including; in bytes.
_SIZES: Final = {
    DatasetSizeGroup.DATASET_SIZE_GROUP_SMALL: (0, _GIB),
    DatasetSizeGroup.DATASET_SIZE_GROUP_MEDIUM: (_GIB, 10 * _GIB),
    DatasetSizeGroup.DATASET_SIZE_GROUP_LARGE: (10 * _GIB, (1 << 63) - 1),
}
_FILE_TYPES: Final = {
    DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_CSV: (".csv",),
    DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_SQLITE: (".sqlite", ".sqlite3", ".db"),
    DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_JSON: (".json",),
    DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_BIG_QUERY: (),
    DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_PARQUET: (".parquet",),
}


class Listing:
    """Lists datasets."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_datasets(self, context: Context, request: ApiListDatasetsRequest) -> ApiListDatasetsResponse:
        """A page of the datasets that the caller may see. A page token goes on after the last one shown."""
        length = paging.size(request.page_size, default=_PAGE, most=_LONGEST_PAGE)
        query, key = _ordered(request, context.actor)
        query = query.where(*_conditions(request, context.actor)).limit(length + 1)
        query = query.order_by(key.desc(), datasets.c.id.desc())
        if request.page_token:
            query = query.where(_after(key, request.page_token))
        elif request.page is not None and request.page > 1:
            query = query.offset((min(request.page, _LAST_PAGE) - 1) * length)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            shown = rows[:length]
            words = shapes.tags_of(connection, [row.id for row in shown])
        return ApiListDatasetsResponse(
            datasets=[shapes.dataset(context, row, words[row.id]) for row in shown],
            next_page_token=_token(shown[-1]) if len(rows) > length else "",
        )


def _ordered(
    request: ApiListDatasetsRequest, actor: Actor | None
) -> tuple[sa.Select[Any], ColumnElement[Any]]:
    """The query, and what it is ordered by, falling; equal ones come newest first."""
    source: sa.FromClause = datasets.join(users, users.c.id == datasets.c.owner_id)
    key: ColumnElement[Any] = _SORT_KEYS[request.sort_by]
    if request.search and request.search.strip():
        found = search.matches(request.search)
        source = source.join(found, found.c.id == datasets.c.id)
        if request.sort_by is DatasetSortBy.DATASET_SORT_BY_RELEVANCE:
            key = found.c.relevance
    if request.sort_by is DatasetSortBy.DATASET_SORT_BY_LAST_VIEWED and actor is not None:
        viewed = (
            sa.select(views.c.last_viewed)
            .where(views.c.dataset_id == datasets.c.id, views.c.user_id == actor.user_id)
            .scalar_subquery()
        )
        key = sa.func.coalesce(viewed, sa.literal(datetime.fromisoformat(_LONG_AGO), datasets.c.created.type))
    query = sa.select(datasets, users.c.name.label("owner"), key.label("place")).select_from(source)
    return query, key


_LONG_AGO: Final = "1970-01-01T00:00:00+00:00"
# There are no votes and no notebooks here yet; those orders are that of the last change.
_SORT_KEYS: Final[dict[DatasetSortBy, ColumnElement[Any]]] = {
    DatasetSortBy.DATASET_SORT_BY_HOTTEST: datasets.c.download_count,
    DatasetSortBy.DATASET_SORT_BY_VOTES: datasets.c.updated,
    DatasetSortBy.DATASET_SORT_BY_UPDATED: datasets.c.updated,
    DatasetSortBy.DATASET_SORT_BY_ACTIVE: datasets.c.updated,
    DatasetSortBy.DATASET_SORT_BY_PUBLISHED: datasets.c.created,
    DatasetSortBy.DATASET_SORT_BY_RELEVANCE: datasets.c.updated,
    DatasetSortBy.DATASET_SORT_BY_LAST_VIEWED: datasets.c.updated,
    DatasetSortBy.DATASET_SORT_BY_USABILITY: datasets.c.usability,
    DatasetSortBy.DATASET_SORT_BY_DOWNLOAD_COUNT: datasets.c.download_count,
    DatasetSortBy.DATASET_SORT_BY_NOTEBOOK_COUNT: datasets.c.updated,
}


def _conditions(request: ApiListDatasetsRequest, actor: Actor | None) -> list[ColumnElement[bool]]:
    low, high = _SIZES.get(request.size, (0, None))
    low = max(low, request.min_size or 0)
    highest = request.max_size or None
    conditions = [visible_to(actor), *_of_group(request, actor), datasets.c.total_bytes >= low]
    if high is not None:
        conditions.append(datasets.c.total_bytes < high)
    if highest is not None:
        conditions.append(datasets.c.total_bytes <= highest)
    if request.user:
        conditions.append(users.c.name == request.user.lower())
    if request.license is not DatasetLicenseGroup.DATASET_LICENSE_GROUP_ALL:
        conditions.append(datasets.c.license_group == request.license.value)
    if request.file_type in _FILE_TYPES:
        conditions.append(_holds(_FILE_TYPES[request.file_type]))
    if request.viewed is DatasetViewedGroup.DATASET_VIEWED_GROUP_VIEWED:
        conditions.append(_viewed(actor))
    return [*conditions, *map(_tagged, _words(request.tag_ids or ""))]


def _words(listed: str) -> list[str]:
    words = dict.fromkeys(word.strip().lower() for word in listed.split(","))
    words.pop("", None)
    if len(words) > rules.MOST_TAGS:
        raise InvalidInput(f"no dataset has {len(words)} tags: ask for at most {rules.MOST_TAGS}")
    return list(words)


def _of_group(request: ApiListDatasetsRequest, actor: Actor | None) -> list[ColumnElement[bool]]:
    """Which of the visible ones. Nothing is voted for, bookmarked, featured, or an organization's here."""
    group = request.group.value.removeprefix("DATASET_SELECTION_GROUP_")
    public = datasets.c.is_private.is_(False)
    if group in ("ALL", "USER"):
        return []
    if group in ("PUBLIC", "UNFEATURED"):
        return [] if request.user else [public]
    if group in ("UPVOTED", "BOOKMARKED", "FEATURED", "ORGANIZATION"):
        return [sa.false()]
    if actor is None:
        raise Unauthenticated(f"the group {group} is about who asks: sign in, or ask for PUBLIC")
    mine = datasets.c.owner_id == actor.user_id
    return {"MY": [mine], "MY_PRIVATE": [mine, ~public], "MY_PUBLIC": [mine, public]}.get(
        group, [shared_with(actor.user_id)]
    )


def _holds(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    return (
        sa.exists()
        .where(versions.c.dataset_id == datasets.c.id, versions.c.number == datasets.c.current_number)
        .where(extensions.c.version_id == versions.c.id, extensions.c.extension.in_(kinds))
    )


def _viewed(actor: Actor | None) -> ColumnElement[bool]:
    if actor is None:
        return sa.false()
    return sa.exists().where(views.c.dataset_id == datasets.c.id, views.c.user_id == actor.user_id)


def _tagged(word: str) -> ColumnElement[bool]:
    return sa.exists().where(tags.c.dataset_id == datasets.c.id, tags.c.tag == word)


def _token(last: Any) -> str:
    place = last.place
    return paging.encode((place.isoformat() if isinstance(place, datetime) else place, last.id))


def _after(key: ColumnElement[Any], token: str) -> ColumnElement[bool]:
    """The condition of coming behind the last one shown."""
    place, dataset_id = paging.decode(token, tuple[str | float | int, int])
    try:
        moment = datetime.fromisoformat(place).astimezone(UTC) if isinstance(place, str) else None
    except (ValueError, OverflowError):
        raise InvalidInput("this is no page token of this list: begin at the first page") from None
    if (moment is not None) != isinstance(key.type, type(datasets.c.updated.type)):
        raise InvalidInput("this page token is of a list in another order: begin at the first page")
    last = sa.literal(place if moment is None else moment, key.type)
    return sa.tuple_(key, datasets.c.id) < sa.tuple_(last, sa.literal(dataset_id))
