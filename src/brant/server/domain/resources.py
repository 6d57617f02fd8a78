"""Resources: the handle of what a request is about, as its handler takes it, to hold scopes against."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract import scopes
from brant.contract.codec import Message
from brant.contract.competitions import CREATE_SUBMISSION
from brant.contract.datasets import CREATE_DATASET
from brant.contract.method import Method
from brant.server.domain.actor import Actor
from brant.server.domain.datasets.publishing import handle_of_new
from brant.server.store.database import Database
from brant.server.store.tables import competitions, datasets, submissions, teams, users


class Resources:
    """Tells what requests are about."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, method: Method[Any, Any], actor: Actor, request: Message) -> str | None:
        """The handle in lower case; None where the request names none, or a number that nothing has.

        Raises InvalidInput where the method makes something under a name that it cannot have.
        """
        number = number_in(method, request)
        if number is not None:
            return self._numbered(method, number)
        name = _NAMED_OTHERWISE.get(method)
        parts = _fields(method, request) if name is None else name(actor, request)
        # Handlers compare part by part: what one part holds must not pass for two.
        if any(not isinstance(part, str) or "/" in part for part in parts):
            return None
        return scopes.handle("/".join(parts))

    def _numbered(self, method: Method[Any, Any], number: int) -> str | None:
        with self._db.read() as connection:
            return _NUMBERED[method.service, *(method.resource or ())](connection, number)


def number_in(method: Method[Any, Any], request: Message) -> int | None:
    """The number by which the request names what it is about; None where it names it by a handle."""
    fields = _fields(method, request)
    return fields[0] if len(fields) == 1 and isinstance(fields[0], int) else None


def _fields(method: Method[Any, Any], request: Message) -> tuple[Any, ...]:
    return tuple(getattr(request, field) for field in method.resource or ())


def _dataset(connection: Connection, number: int) -> str | None:
    row = connection.execute(
        sa.select(users.c.name, datasets.c.slug)
        .join(users, users.c.id == datasets.c.owner_id)
        .where(datasets.c.id == number)
    ).one_or_none()
    return None if row is None else f"{row.name}/{row.slug}"


def _of_submission(connection: Connection, number: int) -> str | None:
    return _slug(connection, submissions, number)


def _of_team(connection: Connection, number: int) -> str | None:
    return _slug(connection, teams, number)


def _slug(connection: Connection, table: sa.Table, number: int) -> str | None:
    found: str | None = connection.scalar(
        sa.select(competitions.c.slug)
        .join(table, table.c.competition_id == competitions.c.id)
        .where(table.c.id == number)
    )
    return found


def _of_episode(_: Connection, __: int) -> None:
    """No competition here is played in episodes."""


# By service and field. A number stays with one handle for good: nothing is renamed, none is given twice.
_NUMBERED: Final[Mapping[tuple[str, ...], Callable[[Connection, int], str | None]]] = {
    (CREATE_DATASET.service, "id"): _dataset,
    (CREATE_SUBMISSION.service, "submission_id"): _of_submission,
    (CREATE_SUBMISSION.service, "ref"): _of_submission,
    (CREATE_SUBMISSION.service, "team_id"): _of_team,
    (CREATE_SUBMISSION.service, "episode_id"): _of_episode,
}
_NAMED_OTHERWISE: Final[Mapping[Method[Any, Any], Callable[[Actor, Any], tuple[str, ...]]]] = {
    CREATE_DATASET: handle_of_new,
}
