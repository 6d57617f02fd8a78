"""The worker: takes one job after another from the queue, has it done, and records what came of it."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from brant.errors import BrantError
from brant.server.jobs.child import Child
from brant.server.jobs.errands import Errand, Outcome
from brant.server.jobs.halting import Halt
from brant.server.store.database import Database
from brant.server.store.queue import MOST_ATTEMPTS, Lease, Queue, attempts_over, finish

# A lease is renewed several times before it ends; a job whose worker is killed waits as long at most.
LEASE_SECONDS: Final = 15.0
# How soon a job that is enqueued is seen, and how soon one whose time has come.
_POLL_SECONDS: Final = 0.05
_LOOK_SECONDS: Final = 1.0
# Without work for so long, the scorer ends and its memory with it.
_REST_SECONDS: Final = 60.0
_TROUBLE_SECONDS: Final = 1.0

_log: Final = logging.getLogger(__name__)


class Job(Protocol):
    """One kind of job. A task is what it takes to do it, as the domain gives it."""

    def task(self, subject_id: int) -> Any:
        """What is to be done now; None when there is nothing to do any more."""

    def errand(self, task: Any) -> Errand:
        """The same, for the scorer."""

    def record(self, lease: Lease, task: Any, outcome: Outcome, now: datetime) -> bool:
        """Records the outcome in one transaction; False when the lease was lost, and nothing is recorded."""


class Worker:
    """Works until it is told to stop, or has had nothing to do for so long that it need not stay."""

    def __init__(
        self,
        db: Database,
        jobs: Mapping[str, Job],
        child: Child,
        halt: Halt,
        *,
        name: str,
        clock: Callable[[], datetime],
    ) -> None:
        """`name` is nobody else's. What an earlier worker of this name had in its hands is free again."""
        self._db = db
        self._queue = Queue(db)
        self._jobs = jobs
        self._child = child
        self._halt = halt
        self._name = name
        self._clock = clock

    def run(self, idle_seconds: float | None = None) -> None:
        """Works. With `idle_seconds` it ends after as long without a job."""
        self._queue.release(self._name)
        seen, looked, worked = -1, 0.0, time.monotonic()
        while not self._halt.asked:
            state, now = self._db.state(), time.monotonic()
            if state != seen or now - looked > _LOOK_SECONDS:
                if self._safely_work():
                    worked = time.monotonic()
                    continue
                seen, looked = state, now
            if idle_seconds is not None and now - worked > idle_seconds:
                return
            if now - worked > _REST_SECONDS:
                self._child.end()
            self._halt.wait(_POLL_SECONDS)

    def work(self) -> bool:
        """Does the next job that is due; False when there is none. Raises BrantError."""
        lease = self._queue.lease(self._jobs, self._name, self._clock(), LEASE_SECONDS)
        if lease is None:
            return False
        job = self._jobs[lease.kind]
        task = job.task(lease.subject_id)
        if task is None:
            with self._db.write() as connection:
                finish(connection, lease)
        elif attempts_over(lease):
            words = f"scoring was begun {MOST_ATTEMPTS} times, and each time what did it died"
            job.record(lease, task, Outcome(ended="died", words=words), self._clock())
        else:
            self._attempt(lease, job, task)
        return True

    def _attempt(self, lease: Lease, job: Job, task: Any) -> None:
        try:
            outcome = self._child.attend(
                job.errand(task), lambda: self._queue.renew(lease, self._clock(), LEASE_SECONDS)
            )
        except (BrantError, OSError):  # a machine without processes or disk to spare is not the job's doing
            self._queue.postpone(lease, self._clock())
            raise
        now = self._clock()
        if outcome is None:
            self._queue.postpone(lease, now)
        elif outcome.ended == "died":
            _log.warning("%s job of %d: %s", lease.kind, lease.subject_id, outcome.words)
            self._queue.postpone(lease, now + timedelta(seconds=0.1 * 2**lease.attempt), failed=True)
        elif not job.record(lease, task, outcome, now):
            _log.info("%s job of %d: what came of it was out of date", lease.kind, lease.subject_id)

    def _safely_work(self) -> bool:
        try:
            return self.work()
        except BrantError as error:
            _log.warning("a job could not be done now: %s", error.message)
        except Exception:  # noqa: BLE001 - its lease runs out, and the next attempt may do better
            _log.exception("a job failed")
        self._halt.wait(_TROUBLE_SECONDS)
        return False
