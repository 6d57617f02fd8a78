"""Custom metrics: what a host's own code is given, and what becomes of its answer."""

from pathlib import Path

import pytest

from brant.server.scoring.errors import HostError, ParticipantError
from tests.server.scoring.contest import Contest

SOLUTION = 'id,t,note,Usage\n2,20,"b, c",Private\n10,100,,Public\n1,10,a,Public\n3,30,x,Ignored\n'
SUBMISSION = "extra,id,t\nw,3,33\nx,2,22\ny,1.0,11\nz,10,99\n"


def contest(folder: Path, answer: object = 1.0) -> tuple[Contest, list[tuple[str, str]]]:
    """One whose metric answers so, and what the metric was given."""
    given: list[tuple[str, str]] = []

    def run(code: Path, solution: Path, submission: Path, row_id_column: str) -> float:
        assert (code, row_id_column) == (folder / "metric.py", "id")
        given.append((solution.read_text(), submission.read_text()))
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[return-value]

    made = Contest(folder, SOLUTION, metric="custom", metric_code=folder / "metric.py", custom=run)
    return made, given


def test_each_split_gets_its_rows_in_one_order_and_no_usage(tmp_path: Path) -> None:
    made, given = contest(tmp_path, 0.5)
    assert made.scores(SUBMISSION) == (0.5, 0.5)
    assert given == [
        ("id,t,note\n1,10,a\n10,100,\n", "extra,id,t\ny,1,11\nz,10,99\n"),
        ('id,t,note\n2,20,"b, c"\n', "extra,id,t\nx,2,22\n"),
    ]


def test_a_split_without_rows_is_not_scored(tmp_path: Path) -> None:
    made, given = contest(tmp_path)
    made.solution = SOLUTION.replace("Private", "Ignored")
    assert made.scores(SUBMISSION) == (1.0, None)
    assert len(given) == 1


def test_ids_are_checked_before_the_metric_runs(tmp_path: Path) -> None:
    made, given = contest(tmp_path)
    assert 'ids that are missing: "10"' in made.refusal("id,t\n1,1\n2,2\n3,3\n")
    assert 'lacks the column "id"' in made.refusal("row,t\n1,1\n")
    assert given == []


def test_the_check_of_a_solution_runs_no_code(tmp_path: Path) -> None:
    made, given = contest(tmp_path)
    assert made.check()["required"] == [["id", "row id"]]
    assert made.check()["public_rows"] == 2
    assert given == []


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), "0.5", None, True])
def test_an_answer_that_is_no_number_is_the_hosts_error(tmp_path: Path, answer: object) -> None:
    made, _ = contest(tmp_path, answer)
    with pytest.raises(HostError, match="must return a finite number"):
        made.scores(SUBMISSION)


@pytest.mark.parametrize("error", [ParticipantError("prices must rise"), HostError("it failed", "line 7")])
def test_errors_of_the_metric_pass_through(tmp_path: Path, error: Exception) -> None:
    made, _ = contest(tmp_path, error)
    with pytest.raises(type(error)) as raised:
        made.scores(SUBMISSION)
    assert raised.value is error


def test_a_custom_metric_without_code_is_the_hosts_error(tmp_path: Path) -> None:
    made, _ = contest(tmp_path)
    made.metric_code = None
    with pytest.raises(HostError, match="upload the Python file"):
        made.scores(SUBMISSION)
