"""The job that checks the solution of a competition."""

from datetime import datetime

from brant.server.domain.competitions.results import Results, SolutionTask
from brant.server.jobs.errands import Errand, Outcome
from brant.server.jobs.scoring import told_to_host
from brant.server.store.queue import Lease


class SolutionJob:
    """Checks solutions. `memory` is how many bytes one may need."""

    def __init__(self, results: Results, memory: int) -> None:
        self._results = results
        self._memory = memory

    def task(self, subject_id: int) -> SolutionTask | None:
        """The solution of the competition of that id, where it has one."""
        return self._results.solution_task(subject_id)

    def errand(self, task: SolutionTask) -> Errand:
        """The same for the scorer."""
        return Errand(
            solution=str(task.solution),
            metric=task.metric,
            parameters=task.parameters,
            metric_code=None if task.metric_code is None else str(task.metric_code),
            row_id_column=task.row_id_column,
            public_percent=task.public_percent,
            split_seed=task.split_seed,
            max_bytes=task.max_bytes,
            seconds=task.seconds,
            memory=self._memory,
        )

    def record(self, lease: Lease, task: SolutionTask, outcome: Outcome, now: datetime) -> bool:
        """What was found in it, or what is wrong."""
        error = told_to_host(outcome) or outcome.words or outcome.participant
        return self._results.record_solution(lease, task, outcome.facts, error, now)
