"""Expiry: forgets sessions, codes, tokens and grants that have long been of no use to anybody."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from brant.server.store.database import Database
from brant.server.store.tables import codes, grants, sessions, tokens

# What was shown after its end is told from what never was for so long; a replaced refresh token is
# remembered until its own end and then for as long, so that its replay is noticed.
REMEMBERED: Final = timedelta(days=30)


def forget(db: Database, now: datetime) -> int:
    """Removes rows that ended long ago; returns how many, without those that went with others."""
    before = now - REMEMBERED
    ended = (
        sa.delete(sessions).where(sessions.c.expires <= now),
        sa.delete(codes).where(codes.c.expires <= before),
        # With their tokens and codes.
        sa.delete(grants).where(grants.c.revoked <= before),
        sa.delete(tokens).where(sa.or_(tokens.c.expires <= before, tokens.c.revoked <= before)),
        sa.delete(grants).where(
            grants.c.created <= before, ~sa.exists().where(tokens.c.grant_id == grants.c.id)
        ),
    )
    with db.write() as connection:
        return sum(connection.execute(statement).rowcount for statement in ended)
