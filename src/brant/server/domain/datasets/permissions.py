"""Who may do what with a dataset: declared here, once."""

from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.store.tables import collaborators, datasets, users


class Role(IntEnum):
    """What an actor is to a dataset; each may do what those before it may.

    READER sees it though it is private, WRITER publishes versions and edits its metadata, ADMIN also says who
    sees it and who collaborates, OWNER also deletes it. An admin of the server counts as an owner everywhere.
    """

    NOBODY = 0
    READER = 1
    WRITER = 2
    ADMIN = 3
    OWNER = 4


def visible_to(actor: Actor | None) -> sa.ColumnElement[bool]:
    """The condition under which `actor` sees a row of `datasets`."""
    if actor is None:
        return datasets.c.is_private.is_(False)
    if actor.is_admin:
        return sa.true()
    return sa.or_(
        datasets.c.is_private.is_(False), datasets.c.owner_id == actor.user_id, shared_with(actor.user_id)
    )


def visible_to_user(user_id: int | None) -> sa.ColumnElement[bool]:
    """As `visible_to`, for who is known by number alone: what an address was once given to."""
    if user_id is None:
        return visible_to(None)
    is_admin = sa.exists().where(users.c.id == user_id, users.c.is_admin)
    return sa.or_(visible_to(Actor(user_id, name="")), is_admin)


def shared_with(user_id: int) -> sa.ColumnElement[bool]:
    """The condition that a user collaborates on a row of `datasets`, in any role."""
    return sa.exists().where(collaborators.c.dataset_id == datasets.c.id, collaborators.c.user_id == user_id)


def find_dataset(connection: Connection, actor: Actor | None, owner: str, slug: str) -> Any:
    """The dataset and its `owner` name. Raises NotFound when it is not there, or not for this actor."""
    row = _one(connection, actor, users.c.name == owner.lower(), datasets.c.slug == slug.lower())
    if row is None:
        raise NotFound(
            f"there is no dataset {f'{owner[:60]}/{slug[:60]}'!r} that you may see: "
            "check the handle, and sign in if it is private"
        )
    return row


def find_dataset_by_id(connection: Connection, actor: Actor | None, dataset_id: int) -> Any:
    """As `find_dataset`, by number."""
    row = _one(connection, actor, datasets.c.id == dataset_id)
    if row is None:
        raise NotFound(f"there is no dataset number {dataset_id} that you may see: check id_no")
    return row


def role_of(connection: Connection, actor: Actor | None, dataset: Any) -> Role:
    """What `actor` is to a dataset that it sees."""
    if actor is None:
        return Role.NOBODY
    if actor.is_admin or dataset.owner_id == actor.user_id:
        return Role.OWNER
    word = connection.scalar(
        sa.select(collaborators.c.role).where(
            collaborators.c.dataset_id == dataset.id, collaborators.c.user_id == actor.user_id
        )
    )
    return Role.NOBODY if word is None else Role[word]


def require(connection: Connection, actor: Actor, dataset: Any, least: Role, deed: str) -> None:
    """Raises PermissionDenied unless `actor` is at least `least`; `deed` says what was tried."""
    if role_of(connection, actor, dataset) < least:
        raise PermissionDenied(
            f"{actor.name} may not {deed} {dataset.owner}/{dataset.slug}: "
            f"ask {dataset.owner} for the role {least.name}"
            if least < Role.OWNER
            else f"{actor.name} may not {deed} {dataset.owner}/{dataset.slug}: only {dataset.owner} may"
        )


def _one(connection: Connection, actor: Actor | None, *conditions: sa.ColumnElement[bool]) -> Any:
    return connection.execute(
        sa.select(datasets, users.c.name.label("owner"))
        .join(users, users.c.id == datasets.c.owner_id)
        .where(*conditions, visible_to(actor))
    ).one_or_none()
