"""Applications: what a user lets in, for them to look at and to end."""

from datetime import datetime
from typing import NamedTuple

from brant.errors import NotFound
from brant.server.oauth import grants
from brant.server.oauth.clients import Clients
from brant.server.oauth.grants import Grant
from brant.server.store.database import Database


class Application(NamedTuple):
    """One grant, and how its client is called."""

    grant: Grant
    client_name: str
    client_is_organization: bool


class Applications:
    """The applications of users."""

    def __init__(self, db: Database, clients: Clients) -> None:
        self._db = db
        self._clients = clients

    def of(self, user_id: int, now: datetime) -> list[Application]:
        """Which applications may act for a user, the newest first."""
        with self._db.read() as connection:
            found = []
            for grant in grants.of_user(connection, user_id, now):
                client = self._clients.find(connection, grant.client_id)
                name = grant.client_id if client is None else client.name
                found.append(Application(grant, name, client is not None and not client.is_public))
        return found

    def revoke(self, user_id: int, grant_id: int, now: datetime) -> None:
        """Ends a grant, with all its tokens. Raises NotFound for one that is not that user's."""
        with self._db.write(durable=True) as connection:
            if not grants.belongs_to(connection, grant_id, user_id):
                raise NotFound("you let no such application in: it may have been ended already")
            grants.end(connection, grant_id, now)
