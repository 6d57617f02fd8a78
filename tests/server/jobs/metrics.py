"""Metrics of hosts, good and bad, and how one is run in the sandbox."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

from brant.server.jobs.custom import CustomMetric

SOLUTION = "id,y\n1,2\n2,3\n"
SUBMISSION = "id,y\n1,2\n2,4\n"


def metric(body: str) -> str:
    """A metric by Kaggle's convention."""
    return (
        "def score(solution, submission, row_id_column_name):\n" + indent(dedent(body).strip(), "    ") + "\n"
    )


@dataclass
class Bench:
    """Where metrics are run: a folder of the host's files beside the server's own."""

    folder: Path
    data: Path

    def run(self, code: str, *, seconds: float = 20, memory: int = 1_000_000_000) -> float:
        """The score that the code gives. Raises what the runner does."""
        runner = CustomMetric(seconds=seconds, memory=memory, hidden=self.data)
        return runner(
            self._file("metric", code),
            self._file("solution", SOLUTION),
            self._file("answers", SUBMISSION),
            "id",
        )

    def _file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return path
