"""The scorer: the one process that reads submissions. It does errand after errand until its input ends.

It is a process of its own so that what a file makes it do, such as take all memory, hits nobody else.
"""

import contextlib
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from brant.server.jobs.errands import MOST_DETAIL, Errand, Outcome
from brant.server.jobs.lifeline import die_with

if TYPE_CHECKING:
    from brant.server.scoring.custom import CustomRunner

# The API comes first.
_NICENESS: Final = 5


def main(parent: int, scratch: str, hidden: str) -> None:
    """Answers each errand that standard input brings by an outcome on standard output.

    `scratch` is the folder for what is only needed meanwhile, `hidden` one that no sandbox may show.
    """
    die_with(parent)
    _set_up(scratch)
    _warm_up()
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)  # a panic of a library tells of the file that it read
    for line in sys.stdin.buffer:
        outcome = attempt(msgspec.json.decode(line, type=Errand), Path(hidden))
        answers.write(msgspec.json.encode(outcome) + b"\n")


def attempt(errand: Errand, hidden: Path) -> Outcome:
    """Does it. Whatever it raises becomes part of the outcome."""
    from brant.server.scoring.errors import HostError, ParticipantError

    try:
        return _done(errand, hidden)
    except ParticipantError as error:
        return Outcome(participant=error.message)
    except HostError as error:
        return Outcome(host=error.message, detail=error.detail[-MOST_DETAIL:])
    except MemoryError:
        return Outcome(ended="memory")
    except BaseException as error:  # noqa: BLE001 - polars panics with what is no Exception
        return Outcome(
            host=f"the server itself failed ({type(error).__name__}): tell its operator",
            detail=traceback.format_exc()[-MOST_DETAIL:],
        )


def _done(errand: Errand, hidden: Path) -> Outcome:
    from brant.server.scoring.scoring import Rules, check_solution, score

    rules = Rules(
        metric=errand.metric,
        parameters=errand.parameters,
        row_id_column=errand.row_id_column,
        public_percent=errand.public_percent,
        split_seed=errand.split_seed,
        metric_code=None if errand.metric_code is None else Path(errand.metric_code),
        max_bytes=errand.max_bytes,
    )
    solution = Path(errand.solution)
    if errand.submission is None:
        return Outcome(facts=check_solution(solution, rules))
    custom = None if errand.metric_code is None else _custom(errand, hidden)
    scores = score(solution, Path(errand.submission), errand.file_name, rules, custom)
    return Outcome(public=scores.public, private=scores.private)


def _custom(errand: Errand, hidden: Path) -> "CustomRunner":
    from brant.server.jobs.custom import CustomMetric

    return CustomMetric(seconds=errand.seconds, memory=errand.memory, hidden=hidden)


def _warm_up() -> None:
    """Imports what is slow to import, so that the first errand does not wait for it."""
    import numpy as np
    import polars as pl

    from brant.server.scoring import scoring

    del np, pl, scoring


def _set_up(scratch: str) -> None:
    import tempfile

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    tempfile.tempdir = scratch
    os.umask(0o077)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
