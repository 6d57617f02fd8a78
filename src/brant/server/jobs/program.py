"""The program of one worker: put together over a data folder, and run until it is told to stop."""

import os
import platform
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from brant.errors import LocalFailure, NotFound
from brant.server.domain.competitions.results import SCORE, SOLUTION, Results
from brant.server.domain.services import DATABASE_NAME
from brant.server.jobs.child import Child
from brant.server.jobs.halting import Halt
from brant.server.jobs.scoring import ScoringJob
from brant.server.jobs.scratch import scratch_folder
from brant.server.jobs.solutions import SolutionJob
from brant.server.jobs.worker import Job, Worker
from brant.server.store.blobs import BlobStore
from brant.server.store.database import HEAD, Database

# A supervised worker without work for so long ends; the server starts another when there is some again.
_IDLE_SECONDS: Final = 300.0


def work(data: Path, *, memory: int, halt: Halt, name: str | None, ready: Callable[[], None]) -> None:
    """Works for the server of that data folder until `halt` asks it to stop.

    `name` is given to a supervised worker alone; `ready` is called before the first job. `memory` is how
    many bytes a job may need. Raises NotFound, and LocalFailure for a folder of another version.
    """
    if not (data / DATABASE_NAME).is_file():
        raise NotFound(f"{data} is no data folder: name the one that `brant serve` uses by --data")
    with closing(Database(data / DATABASE_NAME)) as db, scratch_folder(data) as scratch:
        if db.revision() != HEAD:
            raise LocalFailure(f"{data} is of another version: start `brant serve` of this one there first")
        results = Results(db, BlobStore(data))
        child = Child(scratch, data, halt)
        jobs: dict[str, Job] = {SCORE: ScoringJob(results, memory), SOLUTION: SolutionJob(results, memory)}
        own_name = name or f"{platform.node()}/{os.getpid()}"
        worker = Worker(db, jobs, child, halt, name=own_name, clock=lambda: datetime.now(UTC))
        ready()
        try:
            worker.run(None if name is None else _IDLE_SECONDS)
        finally:
            child.end()
