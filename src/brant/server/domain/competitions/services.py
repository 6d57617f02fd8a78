"""Services of competitions: the objects that answer their calls, put together."""

from dataclasses import dataclass

from brant.server.domain.blobs.uploads import Uploads
from brant.server.domain.competitions.data import Data
from brant.server.domain.competitions.discussion import Discussion
from brant.server.domain.competitions.episodes import Episodes
from brant.server.domain.competitions.hosting import Hosting
from brant.server.domain.competitions.leaderboard import Leaderboard
from brant.server.domain.competitions.listing import Listing
from brant.server.domain.competitions.pages import Pages
from brant.server.domain.competitions.progress import Progress
from brant.server.domain.competitions.results import Results
from brant.server.domain.competitions.roles import Roles
from brant.server.domain.competitions.settings import Settings
from brant.server.domain.competitions.setup import Setup
from brant.server.domain.competitions.solution import Solution
from brant.server.domain.competitions.submissions import Submissions
from brant.server.domain.competitions.teams import Teams
from brant.server.domain.datasets.unpacking import Unpacker
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database


@dataclass(frozen=True)
class Competitions:
    """All of them."""

    listing: Listing
    hosting: Hosting
    settings: Settings
    setup: Setup
    pages: Pages
    data: Data
    solution: Solution
    teams: Teams
    submissions: Submissions
    leaderboard: Leaderboard
    episodes: Episodes
    discussion: Discussion
    roles: Roles
    progress: Progress
    results: Results


def compose(db: Database, store: BlobStore, uploads: Uploads) -> Competitions:
    """The services over a database, a blob store and the uploads to it."""
    return Competitions(
        listing=Listing(db),
        hosting=Hosting(db),
        settings=Settings(db),
        setup=Setup(db),
        pages=Pages(db),
        data=Data(db, Unpacker(db, store, uploads)),
        solution=Solution(db),
        teams=Teams(db),
        submissions=Submissions(db, uploads),
        leaderboard=Leaderboard(db),
        episodes=Episodes(db),
        discussion=Discussion(db),
        roles=Roles(db),
        progress=Progress(db),
        results=Results(db, store),
    )
