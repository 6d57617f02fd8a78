"""Pages: the texts of a competition."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiCreateCompetitionPageRequest,
    ApiDeleteCompetitionPageRequest,
    ApiListCompetitionPagesRequest,
    ApiListCompetitionPagesResponse,
    ApiUpdateCompetitionPageRequest,
)
from brant.contract.method import Empty
from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.actor import Context
from brant.server.domain.competitions import rules
from brant.server.domain.competitions.permissions import Role, find_competition, require_host, role_of
from brant.server.store.database import Database
from brant.server.store.tables import competition_pages

RULES: Final = "rules"
# Names as the official command line gives them for examples (kaggle/cli.py:431), and that of the data page.
_DEFAULTS: Final = ("description", "evaluation", RULES, "data-description")
_FIRST_RULES: Final = (
    "Work on your own or in one team. Do not share code or data outside of your team while the competition "
    "runs. Do not label the test data by hand."
)
_MOST_PAGES: Final = 100
_FIELDS: Final = ("name", "content", "is_published", "post_title", "mime_type")


class Pages:
    """The texts of a competition; those that are not published are seen by its hosts alone."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_pages(
        self, context: Context, request: ApiListCompetitionPagesRequest
    ) -> ApiListCompetitionPagesResponse:
        """All of them in their order, or the one of a name: none, where there is none to see."""
        with self._db.read() as connection:
            competition = find_competition(connection, context.actor, request.competition_name, context.now)
            query = sa.select(competition_pages).where(competition_pages.c.competition_id == competition.id)
            if request.page_name:
                query = query.where(_named(request.page_name))
            if role_of(connection, context.actor, competition) < Role.HOST:
                query = query.where(competition_pages.c.is_published)
            rows = connection.execute(query.order_by(competition_pages.c.position)).all()
        return ApiListCompetitionPagesResponse(pages=[_shown(row) for row in rows])

    def create(self, context: Context, request: ApiCreateCompetitionPageRequest) -> ApiCompetitionPage:
        """A new page behind the others; not published where nothing is said of it."""
        actor = context.caller
        page = request.page or ApiCompetitionPage()
        name = rules.page_name(page.name)
        with self._db.write() as connection:
            competition = find_competition(connection, actor, request.competition_name, context.now)
            require_host(connection, actor, competition, "add a page to")
            _check_free(connection, competition, name)
            count, last = connection.execute(
                sa.select(sa.func.count(), sa.func.max(competition_pages.c.position)).where(
                    competition_pages.c.competition_id == competition.id
                )
            ).one()
            if count >= _MOST_PAGES:
                raise InvalidInput(f"{competition.slug} has {count} pages already: delete one first")
            connection.execute(
                sa.insert(competition_pages).values(
                    competition_id=competition.id,
                    name=name,
                    position=0 if last is None else last + 1,
                    content=rules.text("the page", page.content),
                    mime_type=rules.mime_type(page.mime_type),
                    post_title=rules.line("the page's title", page.post_title) or name,
                    is_published=bool(page.is_published),
                )
            )
            return _shown(_find(connection, competition, name))

    def update(self, context: Context, request: ApiUpdateCompetitionPageRequest) -> ApiCompetitionPage:
        """Changes the fields that the mask names; without a mask, those that are set."""
        actor = context.caller
        given = request.page or ApiCompetitionPage()
        values = _changes(given, _masked(request))
        with self._db.write() as connection:
            competition = find_competition(connection, actor, request.competition_name, context.now)
            require_host(connection, actor, competition, "edit the pages of")
            page = _find(connection, competition, request.page_name)
            name = values.get("name", page.name)
            if name.lower() != page.name.lower():
                _check_free(connection, competition, name)
            if name.lower() != page.name.lower() or values.get("is_published") is False:
                _refuse_losing_rules(competition, page)
            if values:
                connection.execute(sa.update(competition_pages).where(*_is(page)).values(values))
            return _shown(_find(connection, competition, name))

    def delete(self, context: Context, request: ApiDeleteCompetitionPageRequest) -> Empty:
        """Removes a page; not the rules, while they are to be accepted."""
        actor = context.caller
        with self._db.write() as connection:
            competition = find_competition(connection, actor, request.competition_name, context.now)
            require_host(connection, actor, competition, "delete a page of")
            page = _find(connection, competition, request.page_name)
            _refuse_losing_rules(competition, page)
            connection.execute(sa.delete(competition_pages).where(*_is(page)))
        return Empty()


def insert_default_pages(connection: Connection, competition_id: int, brief: str) -> None:
    """Those that every competition begins with."""
    texts = {"description": brief, RULES: _FIRST_RULES}
    _insert(connection, competition_id, {name: texts.get(name, "") for name in _DEFAULTS})


def ensure_rules(connection: Connection, competition_id: int) -> None:
    """Those that every competition begins with, where it has none."""
    mine = sa.select(competition_pages).where(competition_pages.c.competition_id == competition_id)
    if connection.execute(mine.where(_named(RULES))).first() is None:
        _insert(connection, competition_id, {RULES: _FIRST_RULES}, first=len(connection.execute(mine).all()))


def rules_are_published(connection: Connection, competition_id: int) -> bool:
    """Whether everybody who sees a competition can read its rules."""
    published = sa.select(competition_pages.c.name).where(
        competition_pages.c.competition_id == competition_id,
        competition_pages.c.is_published,
        _named(RULES),
    )
    return connection.scalar(published) is not None


def _insert(connection: Connection, competition_id: int, texts: Mapping[str, str], *, first: int = 0) -> None:
    connection.execute(
        sa.insert(competition_pages),
        [
            {
                "competition_id": competition_id,
                "name": name,
                "position": position,
                "content": text,
                "mime_type": "text/markdown",
                "post_title": name.replace("-", " ").capitalize(),
                "is_published": True,
            }
            for position, (name, text) in enumerate(texts.items(), first)
        ],
    )


def _masked(request: ApiUpdateCompetitionPageRequest) -> frozenset[str]:
    given = request.page or ApiCompetitionPage()
    if request.update_mask is None:
        return frozenset(name for name in _FIELDS if getattr(given, name) not in (None, ""))
    strange = request.update_mask.fields - set(_FIELDS)
    if strange:
        raise InvalidInput(f"a page has no field {min(strange)[:60]!r}: name some of {', '.join(_FIELDS)}")
    return request.update_mask.fields


def _changes(given: ApiCompetitionPage, masked: frozenset[str]) -> dict[str, Any]:
    rule: dict[str, Callable[[], Any]] = {
        "name": lambda: rules.page_name(given.name),
        "content": lambda: rules.text("the page", given.content),
        "is_published": lambda: bool(given.is_published),
        "post_title": lambda: rules.line("the page's title", given.post_title),
        "mime_type": lambda: rules.mime_type(given.mime_type),
    }
    return {name: rule[name]() for name in _FIELDS if name in masked}


def _named(name: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(competition_pages.c.name) == name.strip().lower()


def _is(page: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        competition_pages.c.competition_id == page.competition_id,
        competition_pages.c.name == page.name,
    )


def _find(connection: Connection, competition: Any, name: str) -> Any:
    page = connection.execute(
        sa.select(competition_pages).where(competition_pages.c.competition_id == competition.id, _named(name))
    ).one_or_none()
    if page is None:
        raise NotFound(f"{competition.slug} has no page {name[:60]!r}: list its pages to see their names")
    return page


def _check_free(connection: Connection, competition: Any, name: str) -> None:
    taken = connection.scalar(
        sa.select(competition_pages.c.name).where(
            competition_pages.c.competition_id == competition.id, _named(name)
        )
    )
    if taken is not None:
        raise Conflict(f"{competition.slug} has a page {taken!r} already: update it, or choose another name")


def _refuse_losing_rules(competition: Any, page: Any) -> None:
    if competition.rules_required and page.name.lower() == RULES:
        raise Conflict(
            f"the rules of {competition.slug} are to be accepted, so everybody must be able to read them: "
            "set rulesRequired to false first"
        )


def _shown(row: Any) -> ApiCompetitionPage:
    return ApiCompetitionPage(
        name=row.name,
        content=row.content,
        is_published=row.is_published,
        post_title=row.post_title,
        mime_type=row.mime_type,
    )
