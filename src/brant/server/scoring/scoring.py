"""Scoring: a submission and a solution in, the public and the private score out; the same to the last bit."""

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brant.errors import InvalidInput
from brant.server.scoring import ids
from brant.server.scoring.catalogue import check_parameters
from brant.server.scoring.complaints import Complaints, quoted
from brant.server.scoring.custom import CustomRunner, score_split
from brant.server.scoring.errors import HostError, ParticipantError
from brant.server.scoring.forms import Column
from brant.server.scoring.measures import MEASURES, Measure
from brant.server.scoring.metrics.sums import scaled
from brant.server.scoring.solutions import Solution, read_solution
from brant.server.scoring.submissions import read_submission

CUSTOM: Final = "custom"


class Rules(NamedTuple):
    """How a competition is scored.

    `row_id_column` "" is the first one; `public_percent` and `split_seed` count where the solution has no
    column Usage; `metric_code` is the file of the metric `custom`; `max_bytes` bounds a submission.
    """

    metric: str
    parameters: Mapping[str, str]
    row_id_column: str
    public_percent: int
    split_seed: int
    metric_code: Path | None
    max_bytes: int


class Scores(NamedTuple):
    """None where the split has no such row."""

    public: float | None
    private: float | None


class _Key(NamedTuple):
    """What submissions are compared with: the truth of the rows that count, and how."""

    measure: Measure
    parameters: dict[str, Any]
    columns: tuple[Column, ...]
    truth: Any
    scored: NDArray[np.int64]
    weights: NDArray[np.float64] | None

    def of(self, part: NDArray[np.int64]) -> tuple[Any, Any]:
        """Truth and weights of these rows of the solution."""
        weights = None if self.weights is None else scaled(self.weights[part])
        return self.truth[np.searchsorted(self.scored, part)], weights


def score(
    solution: Path, submission: Path, file_name: str, rules: Rules, custom: CustomRunner | None
) -> Scores:
    """The scores of a submission. `file_name` is what its participant calls it.

    Raises ParticipantError for what is wrong with the submission, HostError for all else that is.
    """
    complaints = Complaints(ParticipantError, file_name or "the file")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        answers = _solution(solution, rules, folder)
        if rules.metric == CUSTOM:
            return _custom_scores(answers, submission, rules, custom, folder=folder, complaints=complaints)
        key = _key(answers, rules)
        # The memory of texts is wanted once they are numbers.
        answers = answers._replace(table=answers.table.only(answers.row_id_column))
        names = [each.name for each in key.columns]
        table = read_submission(
            submission, answers.row_id_column, names, rules.max_bytes, folder=folder, complaints=complaints
        )
        guess = key.measure.form.guess(table, key.columns, complaints)
        table = table.only(answers.row_id_column)
        places = ids.places(answers.ids, table, answers.row_id_column, complaints)
        complaints.settle()
        return Scores(*(_score(key, part, guess[places[part]], complaints) for part in answers.split))


def check_solution(solution: Path, rules: Rules) -> dict[str, Any]:
    """What is found in a solution: its columns, rows and splits, and what a submission must hold.

    Raises HostError where submissions could not be scored with it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        answers = _solution(solution, rules, Path(scratch))
    columns = () if rules.metric == CUSTOM else _key(answers, rules).columns
    return {
        "row_id_column": answers.row_id_column,
        "columns": answers.table.frame.columns,
        "total_rows": len(answers.ids),
        "public_rows": len(answers.split.public),
        "private_rows": len(answers.split.private),
        "required": [[answers.row_id_column, "row id"], *([each.name, each.type] for each in columns)],
    }


def _solution(path: Path, rules: Rules, folder: Path) -> Solution:
    if rules.metric != CUSTOM and rules.metric not in MEASURES:
        raise HostError(f'there is no metric "{rules.metric}": set one of {", ".join(MEASURES)}')
    place = folder / "solution"
    place.mkdir()
    return read_solution(path, rules.row_id_column, rules.public_percent, rules.split_seed, place)


def _key(solution: Solution, rules: Rules) -> _Key:
    try:
        parameters = check_parameters(rules.metric, rules.parameters)
    except InvalidInput as error:
        raise HostError(error.message) from None
    measure = MEASURES[rules.metric]
    weighted = parameters.pop("weight_column", "")
    names = [name for name in solution.truths if name != weighted]
    complaints = Complaints(HostError, "the solution")
    if not names:
        raise complaints.failure("has no column beside the row id and the weight: what is the truth?")
    weights = solution.weights(weighted) if weighted else None
    scored = np.sort(np.concatenate(solution.split))
    counted = solution.table if len(scored) == len(solution.ids) else solution.table.take(scored)
    truth = measure.form.truth(counted, names, complaints)
    complaints.settle()
    if solution.row_id_column in {each.name for each in truth.columns}:
        raise complaints.failure(
            f"has the label {quoted(solution.row_id_column)}, which is also the name of its row id column; "
            "submissions have a column for each label: give that of the row id another name"
        )
    key = _Key(measure, parameters, truth.columns, truth.values, scored, weights)
    for word, part in zip(solution.split._fields, solution.split, strict=True):
        _check_defined(key, part, word)
    return key


def _check_defined(key: _Key, part: NDArray[np.int64], word: str) -> None:
    if not len(part):
        return
    try:
        key.measure.defined(*key.of(part), **key.parameters)
    except HostError as error:
        raise HostError(f"among the {word} rows of the solution {error.message}") from None


def _score(key: _Key, part: NDArray[np.int64], guess: Any, complaints: Complaints) -> float | None:
    if not len(part):
        return None
    truth, weights = key.of(part)
    try:
        with np.errstate(over="ignore"):
            value = key.measure.score(truth, guess, weights, **key.parameters)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise complaints.failure(
            "has numbers so far from any truth that their score cannot be written: look for those too large"
        )
    return float(value)


def _custom_scores(
    solution: Solution,
    submission: Path,
    rules: Rules,
    run: CustomRunner | None,
    *,
    folder: Path,
    complaints: Complaints,
) -> Scores:
    code = rules.metric_code
    if code is None or run is None:
        raise HostError("the metric is custom, but there is no code of it: upload the Python file")
    table = read_submission(
        submission, solution.row_id_column, None, rules.max_bytes, folder=folder, complaints=complaints
    )
    places = ids.places(solution.ids, table, solution.row_id_column, complaints)
    complaints.settle()
    scores = (
        _number(
            score_split(
                run, code, solution=solution, submission=table, places=places, part=part, folder=folder
            )
        )
        if len(part)
        else None
        for part in solution.split
    )
    return Scores(*scores)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise HostError(f"the metric returned {value!r}: it must return a finite number")
    return float(value)
