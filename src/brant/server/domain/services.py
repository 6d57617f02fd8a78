"""Services: the objects that answer calls, put together over one data folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from brant.server.domain.accounts.expiry import forget
from brant.server.domain.accounts.guesses import Guesses
from brant.server.domain.accounts.organizations import Organizations
from brant.server.domain.accounts.passwords import Passwords
from brant.server.domain.accounts.sessions import Sessions
from brant.server.domain.accounts.tokens import Tokens
from brant.server.domain.accounts.users import Users
from brant.server.domain.blobs import collection
from brant.server.domain.blobs.claims import Claims
from brant.server.domain.blobs.uploads import Uploads
from brant.server.domain.competitions.services import Competitions
from brant.server.domain.competitions.services import compose as compose_competitions
from brant.server.domain.datasets.downloads import Downloads
from brant.server.domain.datasets.listing import Listing
from brant.server.domain.datasets.metadata import Metadata
from brant.server.domain.datasets.publishing import Publishing
from brant.server.domain.datasets.unpacking import Unpacker
from brant.server.domain.datasets.views import Views
from brant.server.domain.stored import Stored
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database

DATABASE_NAME: Final = "brant.sqlite3"


@dataclass(frozen=True)
class Services:
    """All of them. `db` and `store` are what they share."""

    db: Database
    store: BlobStore
    users: Users
    tokens: Tokens
    sessions: Sessions
    organizations: Organizations
    uploads: Uploads
    claims: Claims
    publishing: Publishing
    listing: Listing
    views: Views
    metadata: Metadata
    downloads: Downloads
    stored: Stored
    competitions: Competitions

    @classmethod
    def open(cls, data: Path, passwords: Passwords | None = None) -> "Services":
        """Over the data folder, which is made and brought up to date when need be.

        `passwords` are hashed with other parameters than the default ones, where they are given.
        """
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        services = cls.over(data, passwords)
        try:
            services.db.migrate()
        except BaseException:
            services.close()
            raise
        return services

    @classmethod
    def over(cls, data: Path, passwords: Passwords | None = None) -> "Services":
        """The same over a folder that is there; `db.migrate` has yet to bring it up to date."""
        return compose(Database(data / DATABASE_NAME), BlobStore(data), passwords)

    def collect(self, now: datetime) -> collection.Collected:
        """Removes what nothing holds any more, and logins that ended long ago; safe at any time."""
        forget(self.db, now)
        return collection.collect(self.db, self.store, now)

    def preview(self, now: datetime) -> collection.Collected:
        """What `collect` would remove."""
        return collection.preview(self.db, self.store, now)

    def backup(self, to: Path) -> None:
        """Writes a folder that can be served in this one's place; safe at any time."""
        collection.backup(self.db, self.store, to)

    def close(self) -> None:
        """Closes the database."""
        self.db.close()


def compose(db: Database, store: BlobStore, passwords: Passwords | None = None) -> Services:
    """The services over a database, whose tables may still have to be made, and a blob store."""
    uploads = Uploads(db, store)
    return Services(
        db=db,
        store=store,
        users=Users(db, passwords or Passwords(), Guesses()),
        tokens=Tokens(db),
        sessions=Sessions(db),
        organizations=Organizations(db),
        uploads=uploads,
        claims=Claims(db),
        publishing=Publishing(db, Unpacker(db, store, uploads)),
        listing=Listing(db),
        views=Views(db),
        metadata=Metadata(db),
        downloads=Downloads(db),
        stored=Stored(db, store),
        competitions=compose_competitions(db, store, uploads),
    )
