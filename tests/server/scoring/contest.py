"""A competition on paper: a solution, the rules, and submissions that are scored by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from brant.server.scoring.errors import HostError, ParticipantError
from brant.server.scoring.scoring import CustomRunner, Rules, Scores, check_solution, score


@dataclass
class Contest:
    """Writes both files into `folder` and scores; what is not given is as simple as can be."""

    folder: Path
    solution: str | bytes
    metric: str = "rmse"
    parameters: Mapping[str, str] = field(default_factory=dict)
    row_id_column: str = ""
    public_percent: int = 100
    split_seed: int = 7
    metric_code: Path | None = None
    max_bytes: int = 1_000_000
    custom: CustomRunner | None = None

    @property
    def rules(self) -> Rules:
        """As the server would have them."""
        return Rules(
            metric=self.metric,
            parameters=self.parameters,
            row_id_column=self.row_id_column,
            public_percent=self.public_percent,
            split_seed=self.split_seed,
            metric_code=self.metric_code,
            max_bytes=self.max_bytes,
        )

    def scores(self, submission: str | bytes, name: str = "submission.csv") -> Scores:
        """The scores of these bytes."""
        path = self.folder / "submission"
        path.write_bytes(_bytes(submission))
        return score(self._solution(), path, name, self.rules, self.custom)

    def public(self, submission: str | bytes) -> float:
        """The public score, which there must be."""
        value = self.scores(submission).public
        assert value is not None
        return value

    def check(self) -> dict[str, Any]:
        """What is found in the solution."""
        return check_solution(self._solution(), self.rules)

    def refusal(self, submission: str | bytes) -> str:
        """The words for the participant of a submission that cannot be scored."""
        with pytest.raises(ParticipantError) as refused:
            self.scores(submission)
        return refused.value.message

    def complaint(self) -> str:
        """The words for the host of a solution that cannot be used, by its check and by scoring alike."""
        with pytest.raises(HostError) as found:
            self.check()
        with pytest.raises(HostError):
            self.scores("id,t\n1,1\n")
        return found.value.message

    def _solution(self) -> Path:
        path = self.folder / "solution"
        path.write_bytes(_bytes(self.solution))
        return path


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
