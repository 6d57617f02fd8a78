"""Contests: competitions for the tests of pages, with teams whose submissions were scored at given times."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from brant.contract.blobs import ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.codec import FieldMask, Timestamp
from brant.contract.competition_extensions import (
    CompetitionRequest,
    CompetitionSetup,
    InviteTeamRequest,
    PostMessageRequest,
    PostMessageResponse,
    UpdateCompetitionSetupRequest,
)
from brant.contract.competition_messages import (
    ApiCreateSubmissionRequest,
    ApiGetSubmissionRequest,
    ApiStartSubmissionUploadRequest,
    SubmissionStatus,
)
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCompetitionPage,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiLaunchCompetitionRequest,
    ApiUpdateCompetitionPageRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionPrivacy,
    CompetitionSettings,
)
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions import standings
from brant.server.domain.competitions.services import Competitions
from brant.server.edge.links import SignedLinks, Signer
from brant.server.store.tables import competitions, submissions, team_members
from tests.server.jobs.processes import until
from tests.web.stage import Browser, Person, Town

# What no participant may ever read; each of these is to be found nowhere else.
SECRET_SPECIES = "chinstrap-of-the-solution"
SECRET_SCORE = 0.43219
SOLUTION = f"id,species,Usage\n1,adelie,Public\n2,gentoo,Public\n3,{SECRET_SPECIES},Private\n".encode()
DATA = {"train.csv": b"id,length,species\n9,40,adelie\n", "test.csv": b"id,length\n1,41\n2,42\n3,43\n"}
_BY_WORKERS = ("solution_facts", "solution_error")
SUBMISSION = b"id,species\n1,adelie\n2,gentoo\n3,adelie\n"


@dataclass
class Contest:
    """A competition of the town, and what every test does with it, below the pages."""

    town: Town
    host: Person
    slug: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def address(self) -> str:
        return f"{self.town.address}{self.path}"

    @property
    def path(self) -> str:
        return f"/competitions/{self.slug}"

    @property
    def calls(self) -> Competitions:
        return self.town.services.competitions

    def context(self, person: Person | None = None) -> Context:
        """A call of somebody; of the host where nobody is named."""
        user = self.town.services.users.find((person or self.host).name)
        assert user is not None
        actor = Actor(user.id, user.name, user.is_admin)
        return Context(actor, self.now, SignedLinks(self.town.address, Signer(bytes(32)), self.now, actor))

    def visitor(self, person: Person | None) -> Browser:
        """The browser of somebody, or of nobody."""
        visitor = Browser(self.town)
        if person is not None:
            visitor.enter(person)
        return visitor

    def row(self) -> Any:
        with self.town.services.db.read() as connection:
            return connection.execute(sa.select(competitions).where(competitions.c.slug == self.slug)).one()

    def kept(self) -> dict[str, Any]:
        """The same without what a worker writes beside."""
        return {name: value for name, value in self.row()._mapping.items() if name not in _BY_WORKERS}

    def create(
        self, title: str = "Penguin species", privacy: CompetitionPrivacy = CompetitionPrivacy.PUBLIC
    ) -> "Contest":
        request = ApiCreateCompetitionRequest(
            title=title,
            slug=self.slug,
            brief_description="Tell three kinds of penguins apart.",
            privacy=privacy,
        )
        self.calls.hosting.create(self.context(), request)
        return self

    def ready(self) -> "Contest":
        """With all that a launch needs, and data."""
        self.data(DATA)
        setup = CompetitionSetup(metric="accuracy")
        self.calls.setup.update(
            self.context(),
            UpdateCompetitionSetupRequest(
                competition_name=self.slug, setup=setup, update_mask=FieldMask.of("metric")
            ),
        )
        token = self._upload("solution.csv", SOLUTION, ApiBlobType.COMPETITION_SOLUTION)
        request = ApiCreateCompetitionSolutionRequest(competition_name=self.slug, blob_token=token)
        self.calls.solution.create(self.context(), request)
        return self

    def launch(self) -> "Contest":
        """Launched a month ago: so many days of submissions are behind everybody."""
        request = ApiLaunchCompetitionRequest(competition_name=self.slug)
        then = replace(self.context(), now=self.now - timedelta(days=30))
        self.calls.hosting.launch(then, request)
        return self

    def data(self, files: Mapping[str, bytes]) -> None:
        given = [
            ApiCompetitionDataFile(name=name, token=self._upload(name.rpartition("/")[2], content))
            for name, content in files.items()
        ]
        request = ApiCreateCompetitionDataRequest(competition_name=self.slug, files=given)
        self.calls.data.create(self.context(), request)

    def text(self, name: str, content: str, mime_type: str = "text/markdown") -> None:
        request = ApiUpdateCompetitionPageRequest(
            competition_name=self.slug,
            page_name=name,
            page=ApiCompetitionPage(content=content, mime_type=mime_type),
            update_mask=FieldMask.of("content", "mime_type"),
        )
        self.calls.pages.update(self.context(), request)

    def settings(self, **fields: Any) -> None:
        request = ApiUpdateCompetitionSettingsRequest(
            competition_name=self.slug,
            settings=CompetitionSettings(**fields),
            update_mask=FieldMask.of(*fields),
        )
        self.calls.settings.update(self.context(), request)

    def end(self) -> None:
        """The deadline lies a moment back."""
        self.settings(deadline=Timestamp.of(datetime.now(UTC) - timedelta(seconds=1)))

    def enter(self, person: Person) -> int:
        """Makes somebody a team of one; its number."""
        request = CompetitionRequest(competition_name=self.slug)
        return self.calls.teams.join(self.context(person), request).id

    def invite(self, person: Person, other: Person) -> None:
        """Asks the team of another to become one."""
        request = InviteTeamRequest(competition_name=self.slug, user_name=other.name)
        self.calls.teams.invite(self.context(person), request)

    def submit(self, person: Person, content: bytes) -> int:
        """Hands a file in and waits until the server's worker has scored it; its number."""
        context, calls = self.context(person), self.calls.submissions
        opening = ApiStartSubmissionUploadRequest(
            competition_name=self.slug, content_length=len(content), file_name="submission.csv"
        )
        token = calls.start_upload(context, opening).token
        self.town.services.uploads.receive(token, first=0, total=len(content), chunks=[content], now=self.now)
        made = ApiCreateSubmissionRequest(competition_name=self.slug, blob_file_tokens=token)
        number = calls.create(context, made).ref
        asked = ApiGetSubmissionRequest(ref=number)
        until(lambda: calls.get(context, asked).status != SubmissionStatus.PENDING, "the score")
        return number

    def submitted(self, person: Person, *, ago: timedelta = timedelta(), **fields: Any) -> int:
        """A submission of somebody as it is once it was scored; its number."""
        found = self.row()
        self._upload("submission.csv", SUBMISSION, by=person)
        with self.town.services.db.write() as connection:
            user_id = self.context(person).caller.user_id
            team_id = connection.scalar(
                sa.select(team_members.c.team_id).where(
                    team_members.c.competition_id == found.id, team_members.c.user_id == user_id
                )
            )
            assert team_id is not None
            values: dict[str, Any] = {
                "competition_id": found.id,
                "team_id": team_id,
                "user_id": user_id,
                "created": self.now - ago,
                "file_name": "submission.csv",
                "description": "",
                "sha256": hashlib.sha256(SUBMISSION).hexdigest(),
                "size": len(SUBMISSION),
                "state": "complete",
                "scored": self.now - ago,
                "revision": found.revision,
                "is_selected": False,
                "is_late": False,
                "is_trial": False,
            }
            made = connection.scalar(
                sa.insert(submissions).values(values | fields).returning(submissions.c.id)
            )
            standings.recompute(connection, found, team_id)
        assert made is not None
        return int(made)

    def _upload(
        self,
        name: str,
        content: bytes,
        kind: ApiBlobType = ApiBlobType.DATASET,
        by: Person | None = None,
    ) -> str:
        uploads, context = self.town.services.uploads, self.context(by)
        request = ApiStartBlobUploadRequest(type=kind, name=name, content_length=len(content))
        token = uploads.start(context, request).token
        assert uploads.receive(token, first=0, total=len(content), chunks=[content], now=self.now).complete
        return token

    def say(self, person: Person, content: str, **where: Any) -> PostMessageResponse:
        """Writes to the discussion."""
        request = PostMessageRequest(competition_name=self.slug, content=content, **where)
        return self.calls.discussion.post(self.context(person), request)


def lively(town: Town, host: Person) -> tuple[Person, Contest, Contest, int]:
    """Somebody who competes where much has happened, that competition, one not yet launched, and a topic."""
    contest = Contest(town, host, f"penguins-{host.name}").create().ready().launch()
    contest.text("description", "Three kinds of penguins live on the islands.\n\n* adelie\n* gentoo\n")
    people = [town.person(stem) for stem in ("ada", "bob", "somebody-with-a-name-that-is-rather-long")]
    for number, person in enumerate(people):
        contest.enter(person)
        for day in range(5):
            score = 0.3 + 0.1 * number + 0.05 * (day if day != 2 else 0)
            contest.submitted(person, ago=timedelta(days=6 - day, hours=5 * number), public_score=score)
    ada, bob, other = people
    contest.submitted(ada, state="error", error="row 3: the id 9 is not in the solution", scored=None)
    contest.submitted(ada, state="pending", scored=None, description="with the flipper, too")
    contest.submitted(
        bob, state="pending", scored=None, held="Traceback (most recent call last):\nKeyError: 'kind'"
    )
    contest.invite(other, ada)
    contest.invite(ada, bob)
    topic = contest.say(ada, "I tried the bill alone.", title="Which features help most?")
    comment = contest.say(bob, "The flipper.", topic_id=topic.topic_id)
    contest.say(ada, "And the weight.", topic_id=topic.topic_id, parent_id=comment.message_id)
    return ada, contest, Contest(town, host, f"draft-{host.name}").create("Tide watch"), topic.topic_id
