"""All pages of competitions, put together."""

from itertools import chain

from brant.server.domain.blobs.uploads import Uploads
from brant.server.domain.competitions.services import Competitions
from brant.server.edge.links import Signer
from brant.server.web.competitions.all_submissions import AllSubmissions
from brant.server.web.competitions.board import LeaderboardPage
from brant.server.web.competitions.data import DataPage
from brant.server.web.competitions.desk import Desk
from brant.server.web.competitions.discussion import DiscussionPages
from brant.server.web.competitions.host_files import HostFiles
from brant.server.web.competitions.hosting import HostPage
from brant.server.web.competitions.listing import CompetitionList
from brant.server.web.competitions.overview import Overview
from brant.server.web.competitions.scoring import ScoringPage
from brant.server.web.competitions.settings import SettingsPage
from brant.server.web.competitions.submissions import SubmissionsPage
from brant.server.web.competitions.team import TeamPage
from brant.server.web.competitions.texts import TextPages
from brant.server.web.site import Page


class CompetitionPages:
    """`/competitions` and everything below it; `signer` signs the addresses of bytes."""

    def __init__(self, services: Competitions, uploads: Uploads, signer: Signer) -> None:
        desk = Desk(services, signer)
        self._parts = (
            CompetitionList(desk),
            Overview(desk),
            DataPage(desk),
            LeaderboardPage(desk),
            DiscussionPages(desk),
            SubmissionsPage(desk),
            TeamPage(desk),
            HostPage(desk),
            HostFiles(desk, uploads),
            ScoringPage(desk),
            SettingsPage(desk),
            TextPages(desk),
            AllSubmissions(desk),
        )

    def pages(self) -> tuple[Page, ...]:
        """All their addresses."""
        return tuple(chain.from_iterable(part.pages() for part in self._parts))
