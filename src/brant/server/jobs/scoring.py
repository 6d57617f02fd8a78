"""The job that scores a submission."""

from datetime import datetime

from brant.server.domain.competitions.results import Results, ScoringTask
from brant.server.jobs.errands import Errand, Outcome
from brant.server.store.queue import Lease


class ScoringJob:
    """Scores submissions. `memory` is how many bytes one may need."""

    def __init__(self, results: Results, memory: int) -> None:
        self._results = results
        self._memory = memory

    def task(self, subject_id: int) -> ScoringTask | None:
        """The submission of that id, where it is to be scored."""
        return self._results.scoring_task(subject_id)

    def errand(self, task: ScoringTask) -> Errand:
        """The same for the scorer."""
        return Errand(
            solution=str(task.solution),
            submission=str(task.submission),
            file_name=task.file_name,
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

    def record(self, lease: Lease, task: ScoringTask, outcome: Outcome, now: datetime) -> bool:
        """Scores; or the participant's error, which a file that needs too much is; or the host's."""
        if outcome.host:
            return self._results.record_held(lease, task, told_to_host(outcome), now)
        if outcome.ended != "done":
            advice = "tell the host" if outcome.ended == "died" else "send a smaller file"
            return self._results.record_error(lease, task, f"{outcome.words}: {advice}", now)
        if outcome.participant:
            return self._results.record_error(lease, task, outcome.participant, now)
        return self._results.record_scores(lease, task, outcome.public, outcome.private, now)


def told_to_host(outcome: Outcome) -> str:
    """What is wrong, and below it the detail."""
    return f"{outcome.host}\n{outcome.detail}".strip()
