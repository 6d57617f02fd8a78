"""Roles: what a caller is to a competition, for pages that show each what they can do."""

from brant.server.domain.actor import Context
from brant.server.domain.competitions.entering import membership
from brant.server.domain.competitions.permissions import Role, find_competition, role_of
from brant.server.store.database import Database


class Roles:
    """What a caller is to a competition. It decides nothing: every call asks for itself."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, context: Context, slug: str) -> Role:
        """The caller's role. Raises NotFound where they may not see the competition."""
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, slug, context.now)
            return role_of(connection, context.actor, found)

    def must_accept(self, context: Context, slug: str) -> bool:
        """Whether the rules come first: they are required, and the caller has not accepted them."""
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, slug, context.now)
        return bool(found.rules_required) and not self.has_accepted(context, slug)

    def has_accepted(self, context: Context, slug: str) -> bool:
        """Whether the caller is in and has accepted the rules, which a first submission may do without."""
        if context.actor is None:
            return False
        with self._db.read() as connection:
            found = find_competition(connection, context.actor, slug, context.now)
            member = membership(connection, found, context.actor.user_id)
            return member is not None and member.accepted is not None
