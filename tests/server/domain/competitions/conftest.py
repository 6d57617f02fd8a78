"""A competition of its own for each test: hosted by hope, launched, with data, a solution and a metric."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from brant.contract.blobs import ApiBlobType
from brant.contract.codec import FieldMask, Timestamp
from brant.contract.competition_extensions import (
    AdmitUserRequest,
    CompetitionRequest,
    CompetitionSetup,
    UpdateCompetitionSetupRequest,
)
from brant.contract.competition_messages import ApiListDataFilesRequest
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionDataResponse,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiLaunchCompetitionRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionPrivacy,
    CompetitionSettings,
    PubliclyCloneable,
)
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions import results
from brant.server.domain.competitions.services import Competitions
from brant.server.store.queue import Queue
from brant.server.store.tables import competitions, jobs
from tests.server.domain.conftest import World

SOLUTION = b"id,species,Usage\n1,adelie,Public\n2,gentoo,Public\n3,adelie,Private\n4,chinstrap,Private\n"
METRIC = b"""def score(solution, submission, row_id_column_name):
    return float((solution["species"] == submission["species"]).mean())
"""
SAMPLE = b"id,species\n1,adelie\n2,adelie\n3,adelie\n4,adelie\n"


@dataclass
class Contest:
    """A competition, and what every test does with it again and again, as its host."""

    world: World
    host: Actor
    slug: str
    id: int = 0

    @property
    def calls(self) -> Competitions:
        """The services that answer."""
        return self.world.services.competitions

    def context(self, actor: Actor | None = None) -> Context:
        """A call of an actor; of the host where none is named."""
        return self.world.context(actor or self.host)

    def row(self) -> Any:
        """The competition as it is stored."""
        with self.world.services.db.read() as connection:
            return connection.execute(sa.select(competitions).where(competitions.c.slug == self.slug)).one()

    def create(self, privacy: CompetitionPrivacy = CompetitionPrivacy.PUBLIC, **fields: Any) -> "Contest":
        request = ApiCreateCompetitionRequest(
            **{
                "title": f"Title of {self.slug}",
                "slug": self.slug,
                "brief_description": "Tell penguins apart.",
                "privacy": privacy,
                **fields,
            }
        )
        self.id = self.calls.hosting.create(self.context(), request).id
        return self

    def data(self, files: Mapping[str, bytes], notes: str = "") -> ApiCreateCompetitionDataResponse:
        """A new version of the data."""
        given = [
            ApiCompetitionDataFile(
                name=path, token=self.world.upload(self.host, path.split("/")[-1], content)
            )
            for path, content in files.items()
        ]
        request = ApiCreateCompetitionDataRequest(
            competition_name=self.slug, files=given, version_notes=notes
        )
        return self.calls.data.create(self.context(), request)

    def solution(self, content: bytes = SOLUTION, name: str = "solution.csv") -> None:
        token = self.world.upload(self.host, name, content, ApiBlobType.COMPETITION_SOLUTION)
        request = ApiCreateCompetitionSolutionRequest(competition_name=self.slug, blob_token=token)
        self.calls.solution.create(self.context(), request)

    def sample(self, content: bytes = SAMPLE, name: str = "sample_submission.csv") -> None:
        token = self.world.upload(self.host, name, content)
        request = ApiCreateCompetitionSampleSubmissionRequest(competition_name=self.slug, blob_token=token)
        self.calls.solution.create_sample(self.context(), request)

    def setup(self, **fields: Any) -> CompetitionSetup:
        """Sets exactly these fields of the setup."""
        request = UpdateCompetitionSetupRequest(
            competition_name=self.slug,
            setup=CompetitionSetup(**fields),
            update_mask=FieldMask.of(*fields),
        )
        return self.calls.setup.update(self.context(), request)

    def custom_metric(self, code: bytes = METRIC, name: str = "metric.py", **fields: Any) -> CompetitionSetup:
        """Sets code of its own for a metric."""
        token = self.world.upload(self.host, name, code)
        return self.setup(**{"metric": "custom", "metric_token": token, "higher_is_better": True, **fields})

    def shown_setup(self) -> CompetitionSetup:
        return self.calls.setup.get(self.context(), CompetitionRequest(competition_name=self.slug))

    def settings(self, **fields: Any) -> CompetitionSettings:
        """Sets exactly these settings."""
        request = ApiUpdateCompetitionSettingsRequest(
            competition_name=self.slug,
            settings=CompetitionSettings(**fields),
            update_mask=FieldMask.of(*fields),
        )
        return self.calls.settings.update(self.context(), request)

    def share(self, how: PubliclyCloneable) -> None:
        """Lets others begin with it."""
        self.settings(publicly_cloneable=how)

    def deadline(self, moment: datetime | None) -> None:
        self.settings(deadline=None if moment is None else Timestamp.of(moment))

    def admit(self, actor: Actor) -> None:
        request = AdmitUserRequest(competition_name=self.slug, user_name=actor.name)
        self.calls.hosting.admit(self.context(), request)

    def jobs(self) -> list[tuple[str, int]]:
        """The kinds and subjects of what workers are to do, in line."""
        with self.world.services.db.read() as connection:
            rows = connection.execute(
                sa.select(jobs.c.kind, jobs.c.subject_id).order_by(jobs.c.due, jobs.c.id)
            )
            return [(row.kind, row.subject_id) for row in rows]

    def check_solution(self, facts: Mapping[str, Any] | None = None, error: str = "") -> None:
        """A worker checks the solution, and finds this."""
        lease = Queue(self.world.services.db).lease({results.SOLUTION}, "tester", self.world.now, 3600)
        assert lease is not None, "nobody is to check a solution"
        task = self.calls.results.solution_task(lease.subject_id)
        assert task is not None
        assert self.calls.results.record_solution(lease, task, facts, error, self.world.now)

    def paths(self, actor: Actor | None = None) -> list[str]:
        """The files of the newest version of the data."""
        request = ApiListDataFilesRequest(competition_name=self.slug, page_size=1000)
        shown = self.calls.data.list_files(self.context(actor), request)
        return [file.name or "" for file in shown.files]

    def launch(self, at: datetime | None = None) -> None:
        request = ApiLaunchCompetitionRequest(
            competition_name=self.slug, future_time=None if at is None else Timestamp.of(at)
        )
        self.calls.hosting.launch(self.context(), request)

    def ready(self, **setup: Any) -> "Contest":
        """Everything that a launch needs, and data."""
        self.data({"train.csv": b"id,length,species\n9,40,adelie\n", "test.csv": b"id,length\n1,41\n"})
        self.sample()
        self.setup(**{"metric": "accuracy", **setup})
        self.solution()
        return self


@pytest.fixture
def host(world: World) -> Actor:
    return world.user("hope")


@pytest.fixture
def unlaunched(world: World, host: Actor) -> Contest:
    """A competition that was just created, and has nothing yet."""
    return Contest(world, host, "penguin-species").create()


@pytest.fixture
def contest(unlaunched: Contest) -> Contest:
    """One that is launched, with data, sample submission, solution and metric; rules are required."""
    unlaunched.ready().launch()
    return unlaunched
