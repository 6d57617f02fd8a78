"""A room: a competition, its participants and real workers beside it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from brant.server.domain.actor import Actor
from brant.server.domain.competitions.results import SCORE, SOLUTION, Results
from brant.server.jobs.child import Child
from brant.server.jobs.halting import Halt
from brant.server.jobs.scoring import ScoringJob
from brant.server.jobs.scratch import scratch_folder
from brant.server.jobs.solutions import SolutionJob
from brant.server.jobs.worker import Job, Worker
from brant.server.store.tables import jobs, submissions
from tests.server.domain.competitions.conftest import Contest, contest, host, unlaunched
from tests.server.domain.competitions.playing import FILE, Players
from tests.server.domain.conftest import World, new_data, world

__all__ = ["contest", "host", "new_data", "unlaunched", "world"]

# Every time that a submission gets its outcome, by whichever process.
_JOURNAL = (
    "CREATE TABLE journal (submission_id INTEGER, state TEXT)",
    """CREATE TRIGGER journal_of_scores AFTER UPDATE OF scored ON submissions
    BEGIN INSERT INTO journal VALUES (NEW.id, NEW.state); END""",
)


@dataclass
class Room:
    """A competition in a data folder that a server may serve, and who plays in it."""

    contest: Contest
    players: Players
    ann: Actor

    @classmethod
    def open(cls, contest: Contest) -> "Room":
        contest.world.now = datetime.now(UTC)  # servers beside it go by it, too
        players, ann = Players(contest), contest.world.user("ann")
        contest.setup(max_daily_submissions=1_000)
        players.join(ann)
        with contest.world.services.db.write() as connection:
            for statement in _JOURNAL:
                connection.exec_driver_sql(statement)
        return cls(contest, players, ann)

    @property
    def data(self) -> Path:
        return self.contest.world.data

    def submit(self, content: bytes = FILE) -> int:
        return self.players.create(self.ann, self.players.upload(self.ann, content))

    def row(self, number: int) -> Any:
        """A submission as it is stored."""
        with self.contest.world.services.db.read() as connection:
            return connection.execute(sa.select(submissions).where(submissions.c.id == number)).one()

    def states(self) -> dict[int, str]:
        with self.contest.world.services.db.read() as connection:
            rows = connection.execute(sa.select(submissions.c.id, submissions.c.state))
            return {row.id: row.state for row in rows}

    def journal(self) -> list[tuple[int, str]]:
        """Every outcome that was recorded, in the order in which they were."""
        with self.contest.world.services.db.read() as connection:
            rows = connection.exec_driver_sql("SELECT submission_id, state FROM journal ORDER BY rowid")
            return [(row[0], row[1]) for row in rows]

    def in_line(self) -> int:
        """How many jobs there are."""
        with self.contest.world.services.db.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(jobs)) or 0


@dataclass
class Crew:
    """A real worker in this process, whose clock the test sets."""

    worker: Worker
    child: Child
    halt: Halt
    ahead: timedelta = field(default_factory=timedelta)

    def work_all(self) -> None:
        """Until nothing is due."""
        while self.worker.work():
            pass


@pytest.fixture
def room(contest: Contest) -> Room:
    return Room.open(contest)


@pytest.fixture
def new_crew(world: World) -> Iterator[Callable[..., Crew]]:
    """Makes workers over the data folder of this test: `new_crew(name, memory=bytes)`."""
    with ExitStack() as stack:

        def make(name: str = "one", *, memory: int = 2_000_000_000) -> Crew:
            halt = Halt()
            stack.callback(halt.close)
            child = Child(stack.enter_context(scratch_folder(world.data)), world.data, halt)
            stack.callback(child.end)
            results = Results(world.services.db, world.services.store)
            kinds: dict[str, Job] = {
                SCORE: ScoringJob(results, memory),
                SOLUTION: SolutionJob(results, memory),
            }
            ahead: list[Crew] = []
            worker = Worker(
                world.services.db,
                kinds,
                child,
                halt,
                name=name,
                clock=lambda: datetime.now(UTC) + ahead[0].ahead,
            )
            ahead.append(Crew(worker, child, halt))
            return ahead[0]

        yield make


@pytest.fixture
def crew(new_crew: Callable[..., Crew]) -> Crew:
    return new_crew()
