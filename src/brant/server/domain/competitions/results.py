"""Results: what workers need to score submissions and to check solutions, and what came of it."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.server.domain.competitions import standings
from brant.server.store import queue
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database
from brant.server.store.queue import Lease
from brant.server.store.tables import competitions, submissions

SCORE: Final = "score"
"""The kind of the job that scores a submission, its subject."""
SOLUTION: Final = "solution"
"""The kind of the job that checks the solution of a competition, its subject."""

_WITHOUT_RULES: Final = "the competition has no metric or no solution yet: set both, then it is scored"


class ScoringTask(NamedTuple):
    """A submission with all that its scores depend on; `metric_code` is set where the metric is `custom`.

    `max_bytes` is what a submission may measure, `seconds` what scoring may take. `file_name`
    tells of what kind the file is; its path does not.
    """

    submission_id: int
    competition_id: int
    revision: int
    solution: Path
    submission: Path
    file_name: str
    metric: str
    parameters: dict[str, str]
    metric_code: Path | None
    higher_is_better: bool
    row_id_column: str
    public_percent: int
    split_seed: int
    max_bytes: int
    seconds: int


class SolutionTask(NamedTuple):
    """A solution with the rules that it is to be checked by; as in `ScoringTask`."""

    competition_id: int
    revision: int
    solution: Path
    metric: str
    parameters: dict[str, str]
    metric_code: Path | None
    higher_is_better: bool
    row_id_column: str
    public_percent: int
    split_seed: int
    max_bytes: int
    seconds: int


class Results:
    """Tasks for workers, and their outcomes.

    An outcome is recorded once, in the transaction that ends the job, and only while the lease is the job's
    own: False means that nothing was, since another worker has the job, or the rules changed meanwhile.
    """

    def __init__(self, db: Database, store: BlobStore) -> None:
        self._db = db
        self._store = store

    def scoring_task(self, submission_id: int) -> ScoringTask | None:
        """What it takes to score a submission; None where it is gone, or is held for want of rules."""
        with self._db.read() as connection:
            submission, competition = _submission(connection, submission_id)
        if submission is None:
            return None
        if not competition.metric or competition.solution_sha256 is None:
            with self._db.write() as connection:
                _hold(connection, submission_id, _WITHOUT_RULES)
            return None
        return ScoringTask(
            submission_id=submission_id,
            submission=self._store.path(submission.sha256),
            file_name=submission.file_name,
            **self._rules(competition),
        )

    def solution_task(self, competition_id: int) -> SolutionTask | None:
        """What it takes to check a solution; None where there is none."""
        with self._db.read() as connection:
            competition = _competition(connection, competition_id)
        if competition is None or competition.solution_sha256 is None:
            return None
        return SolutionTask(**self._rules(competition))

    def record_scores(
        self, lease: Lease, task: ScoringTask, public: float | None, private: float | None, now: datetime
    ) -> bool:
        """The submission is complete, its team placed. A score that is no number is the host's error."""
        if any(score is not None and not math.isfinite(score) for score in (public, private)):
            words = f"the metric gave {public} on the public rows and {private} on the private ones: mend it"
            return self.record_held(lease, task, words, now)
        scores = {"public_score": public, "private_score": private}
        return self._record(lease, task, {**scores, "state": "complete", "error": "", "held": ""}, now)

    def record_error(self, lease: Lease, task: ScoringTask, words: str, now: datetime) -> bool:
        """The participant's error: the submission ends without scores, and they read `words`."""
        scores = {"public_score": None, "private_score": None}
        return self._record(lease, task, {**scores, "state": "error", "error": words, "held": ""}, now)

    def record_held(self, lease: Lease, task: ScoringTask, detail: str, now: datetime) -> bool:
        """The host's error: the submission waits, for hosts to read `detail`. Scores that it has stay."""
        with self._db.write() as connection:
            if not queue.finish(connection, lease):
                return False
            if self._is_stale(connection, lease, task, now):
                return False
            _hold(connection, task.submission_id, detail)
        return True

    def record_solution(
        self, lease: Lease, task: SolutionTask, facts: Mapping[str, Any] | None, error: str, now: datetime
    ) -> bool:
        """What was found in a solution, or what is wrong with it."""
        with self._db.write() as connection:
            if not queue.finish(connection, lease):
                return False
            if self._is_stale(connection, lease, task, now):
                return False
            connection.execute(
                sa.update(competitions)
                .where(competitions.c.id == task.competition_id)
                .values(solution_facts="" if facts is None else json.dumps(dict(facts)), solution_error=error)
            )
        return True

    def _record(self, lease: Lease, task: ScoringTask, outcome: Mapping[str, Any], now: datetime) -> bool:
        with self._db.write() as connection:
            if not queue.finish(connection, lease):
                return False
            if self._is_stale(connection, lease, task, now):
                return False
            team_id = connection.scalar(
                sa.update(submissions)
                .where(submissions.c.id == task.submission_id)
                .values(**outcome, scored=now, revision=task.revision)
                .returning(submissions.c.team_id)
            )
            competition = _competition(connection, task.competition_id)
            if team_id is None or competition is None:
                return False
            standings.recompute(connection, competition, team_id)
        return True

    def _is_stale(
        self, connection: Connection, lease: Lease, task: ScoringTask | SolutionTask, now: datetime
    ) -> bool:
        """Whether the rules changed since the task was made; if so, the job is in line again."""
        competition = _competition(connection, task.competition_id)
        if competition is None or competition.revision == task.revision:
            return False
        queue.enqueue(connection, lease.kind, lease.subject_id, now)
        return True

    def _rules(self, competition: Any) -> dict[str, Any]:
        code = competition.metric_sha256 if competition.metric == "custom" else None
        return {
            "competition_id": competition.id,
            "revision": competition.revision,
            "solution": self._store.path(competition.solution_sha256),
            "metric": competition.metric,
            "parameters": json.loads(competition.metric_parameters),
            "metric_code": None if code is None else self._store.path(code),
            "higher_is_better": competition.higher_is_better,
            "row_id_column": competition.row_id_column,
            "public_percent": competition.public_percent,
            "split_seed": competition.split_seed,
            "max_bytes": competition.max_submission_bytes,
            "seconds": competition.scoring_seconds,
        }


def _competition(connection: Connection, competition_id: int) -> Any:
    return connection.execute(
        sa.select(competitions).where(competitions.c.id == competition_id)
    ).one_or_none()


def _submission(connection: Connection, submission_id: int) -> tuple[Any, Any]:
    row = connection.execute(sa.select(submissions).where(submissions.c.id == submission_id)).one_or_none()
    return row, None if row is None else _competition(connection, row.competition_id)


def _hold(connection: Connection, submission_id: int, detail: str) -> None:
    connection.execute(sa.update(submissions).where(submissions.c.id == submission_id).values(held=detail))
