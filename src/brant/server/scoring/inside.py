"""What runs inside the sandbox: a host's own metric, by Kaggle's convention, with limits that it cannot lift.

It is run as a program with pandas alone: nothing of this project can be imported there. Its one argument
(written by jobs/sandbox.py) and the one line that it prints are JSON.
"""

import importlib
import json
import linecache
import os
import resource
import sys
import traceback
import types
from pathlib import Path
from typing import IO, Any, Final

_METRIC: Final = "metric.py"
# What metrics raise by this name is for the participant; they define it, or import it from Kaggle's module.
_FOR_PARTICIPANTS: Final = "ParticipantVisibleError"
_KAGGLE_MODULE: Final = "kaggle_metric_utilities"
_FUNCTION: Final = "score(solution, submission, row_id_column_name)"


class Unfit(Exception):
    """The metric cannot be run at all; the message says why."""


def main() -> None:
    """Runs the metric that the argument names and prints what came of it."""
    orders = json.loads(sys.argv[1])
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    # The files are the server's own, and in a moment this process is nobody.
    code = Path(orders["code"]).read_bytes()
    with Path(orders["solution"]).open("rb") as solution, Path(orders["submission"]).open("rb") as submission:
        _become(orders["user"])
        for name, most in orders["limits"].items():
            resource.setrlimit(getattr(resource, name), (most, most))
        sys.path += orders["path"]
        answer.write(json.dumps(verdict(code, solution, submission, orders["row_id_column"])))
        answer.flush()
    os._exit(0)  # whatever the metric left running ends with this


def verdict(code: bytes, solution: IO[bytes], submission: IO[bytes], row_id_column: str) -> dict[str, Any]:
    """{"score": text}, {"participant": words}, {"memory": true} or {"host": words, "detail": traceback}."""
    try:
        return {"score": repr(_score(code, solution, submission, row_id_column))}
    except MemoryError:
        return {"memory": True}
    except Unfit as error:
        return {"host": str(error), "detail": ""}
    except BaseException as error:  # noqa: BLE001 - it may as well raise SystemExit
        if any(kind.__name__ == _FOR_PARTICIPANTS for kind in type(error).__mro__):
            return {"participant": str(error)}
        return {"host": f"the metric failed: {type(error).__name__}", "detail": _traceback(error)}


def _score(code: bytes, solution: IO[bytes], submission: IO[bytes], row_id_column: str) -> float:
    metric = _loaded(code)
    if not callable(metric.get("score")):
        raise Unfit(f"the metric defines no function {_FUNCTION}")
    try:
        pd: Any = importlib.import_module("pandas")
    except ImportError:
        raise Unfit(
            "custom metrics need pandas beside the server: pip install pandas, then score again"
        ) from None
    returned = metric["score"](pd.read_csv(solution), pd.read_csv(submission), row_id_column)
    try:
        return float(returned)
    except (TypeError, ValueError):
        raise Unfit(f"the metric returned a {type(returned).__name__}: it must return a number") from None


def _loaded(code: bytes) -> dict[str, Any]:
    """The names that the metric's code defines."""
    utilities = types.ModuleType(_KAGGLE_MODULE)
    for name in (_FOR_PARTICIPANTS, "HostVisibleError"):
        setattr(utilities, name, type(name, (Exception,), {}))
    module = types.ModuleType("metric")
    module.__file__ = _METRIC
    sys.modules.update({_KAGGLE_MODULE: utilities, "metric": module})
    lines = code.decode("utf-8-sig", "replace").splitlines(keepends=True)
    linecache.cache[_METRIC] = (len(code), None, lines, _METRIC)  # for tracebacks: the file is not there
    exec(compile(code, _METRIC, "exec"), module.__dict__)  # noqa: S102 - what this program is for
    return module.__dict__


def _traceback(error: BaseException) -> str:
    """As Python prints it, without what is not the metric's."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if frame.filename != __file__]
    )
    return "".join(told.format())


def _become(user: int | None) -> None:
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


if __name__ == "__main__":
    main()
