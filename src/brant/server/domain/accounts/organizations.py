"""Organizations: groups of users with an OAuth client of their own, `org:<slug>`."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.accounts import names, redirects
from brant.server.store.database import Database
from brant.server.store.tables import clients, members, organizations, users

CLIENT_PREFIX: Final = "org:"

Role = Literal["owner", "member"]


class Organization(NamedTuple):
    """One organization; `slug` is what handles and its client id say, `name` what people read."""

    id: int
    slug: str
    name: str
    created: datetime

    @property
    def client_id(self) -> str:
        """Of its OAuth client."""
        return CLIENT_PREFIX + self.slug


class Member(NamedTuple):
    """A user in an organization."""

    user_id: int
    name: str
    role: Role


class Organizations:
    """The organizations of a server. Who may change one is for the caller to check (`is_owner`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(
        self, slug: str, name: str, owner_id: int, now: datetime, reserved: Collection[str] = ()
    ) -> Organization:
        """A new one with one owner, and its client, which has no redirect URI yet.

        Its slug is of the namespace of user names. Raises InvalidInput, Conflict where the slug is taken,
        NotFound where there is no such owner.
        """
        slug = names.checked(slug, "an organization's slug", reserved)
        name = names.label(name, "the organization's name") or slug
        with self._db.write(durable=True) as connection:
            names.claim(connection, slug)
            if connection.scalar(sa.select(users.c.id).where(users.c.id == owner_id)) is None:
                raise NotFound("there is no such user any more: name another owner")
            made = connection.execute(
                sa.insert(organizations)
                .values(slug=slug, name=name, created=now)
                .returning(organizations.c.id)
            ).scalar_one()
            connection.execute(
                sa.insert(members).values(organization_id=made, user_id=owner_id, role="owner")
            )
            connection.execute(
                sa.insert(clients).values(
                    id=CLIENT_PREFIX + slug, name=name, organization_id=made, redirect_uris="[]", created=now
                )
            )
        return Organization(made, slug, name, now)

    def all(self) -> list[Organization]:
        """All organizations, by slug."""
        with self._db.read() as connection:
            return _organizations(connection, sa.true())

    def of(self, user_id: int) -> list[Organization]:
        """Those that a user is an owner or a member of, by slug."""
        mine = sa.select(members.c.organization_id).where(members.c.user_id == user_id)
        with self._db.read() as connection:
            return _organizations(connection, organizations.c.id.in_(mine))

    def find(self, slug: str) -> Organization:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _find(connection, slug)

    def members(self, slug: str) -> list[Member]:
        """The owners, then the members, each by name. Raises NotFound."""
        with self._db.read() as connection:
            rows = connection.execute(
                sa.select(users.c.id, users.c.name, members.c.role)
                .join(users, users.c.id == members.c.user_id)
                .where(members.c.organization_id == _find(connection, slug).id)
                .order_by(members.c.role.desc(), users.c.name)
            )
            return [Member(*row) for row in rows]

    def is_owner(self, slug: str, user_id: int) -> bool:
        """Whether that user is an owner of that organization; False also where there is none."""
        with self._db.read() as connection:
            return is_owner(connection, slug, user_id)

    def add_member(self, slug: str, name: str, role: str = "member") -> None:
        """Takes the user `name` in, or gives them another role.

        Raises NotFound for an unknown organization or user, InvalidInput for a role that is none, Conflict
        where it would leave the organization without an owner.
        """
        if role not in ("owner", "member"):
            raise InvalidInput(f"{role[:60]!r} is no role: expected owner or member")
        with self._db.write(durable=True) as connection:
            mine = _membership(_find(connection, slug).id, _user_id(connection, name))
            if connection.execute(sa.update(members).where(*_is(mine)).values(role=role)).rowcount:
                _keep_an_owner(connection, slug, mine["organization_id"])
            else:
                connection.execute(sa.insert(members).values(**mine, role=role))

    def remove_member(self, slug: str, name: str) -> None:
        """Raises NotFound where the user `name` is not in it, Conflict for the last owner."""
        with self._db.write(durable=True) as connection:
            mine = _membership(_find(connection, slug).id, _user_id(connection, name))
            if not connection.execute(sa.delete(members).where(*_is(mine))).rowcount:
                raise NotFound(f"{name[:60]!r} is not in the organization {slug[:60]!r}: look at its members")
            _keep_an_owner(connection, slug, mine["organization_id"])

    def redirect_uris(self, slug: str) -> list[str]:
        """Where its client may send browsers, exactly as registered. Raises NotFound."""
        with self._db.read() as connection:
            found = connection.scalar(
                sa.select(clients.c.redirect_uris).where(
                    clients.c.organization_id == _find(connection, slug).id
                )
            )
        listed: list[str] = json.loads(found or "[]")
        return listed

    def set_redirect_uris(self, slug: str, uris: Sequence[str]) -> None:
        """Puts these in place of those before. Raises NotFound, InvalidInput."""
        listed = json.dumps(redirects.of_organization(uris))
        with self._db.write(durable=True) as connection:
            connection.execute(
                sa.update(clients)
                .where(clients.c.organization_id == _find(connection, slug).id)
                .values(redirect_uris=listed)
            )


def is_owner(connection: Connection, slug: str, user_id: int) -> bool:
    """As `Organizations.is_owner`, inside a transaction of the caller's."""
    found = sa.exists().where(
        organizations.c.slug == names.key(slug),
        members.c.organization_id == organizations.c.id,
        members.c.user_id == user_id,
        members.c.role == "owner",
    )
    return bool(connection.scalar(sa.select(found)))


def _organizations(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Organization]:
    table = organizations.c
    query = sa.select(table.id, table.slug, table.name, table.created).where(condition).order_by(table.slug)
    return [Organization(*row) for row in connection.execute(query)]


def _find(connection: Connection, slug: str) -> Organization:
    found = _organizations(connection, organizations.c.slug == names.key(slug))
    if not found:
        raise NotFound(f"there is no organization {slug[:60]!r}: make one with `brant admin org create`")
    return found[0]


def _user_id(connection: Connection, name: str) -> int:
    found: int | None = connection.scalar(sa.select(users.c.id).where(users.c.name == names.key(name)))
    if found is None:
        raise NotFound(f"there is no user {name[:60]!r}: check how the name is spelled")
    return found


def _membership(organization_id: int, user_id: int) -> dict[str, int]:
    return {"organization_id": organization_id, "user_id": user_id}


def _is(membership: dict[str, int]) -> list[Any]:
    return [members.c[name] == value for name, value in membership.items()]


def _keep_an_owner(connection: Connection, slug: str, organization_id: int) -> None:
    """Raises Conflict, which undoes the transaction, where no owner is left."""
    owners = sa.exists().where(members.c.organization_id == organization_id, members.c.role == "owner")
    if not connection.scalar(sa.select(owners)):
        raise Conflict(f"{slug[:60]!r} would be left without an owner: make somebody else one first")
