"""Runs the command line, or the library, as whole programs do; for a process that does nothing else."""

import os
import sys
from pathlib import Path

from brant import errors
from brant.errors import BrantError
from tests.faults.engine import Job, Outcome


def run_program(job: Job) -> Outcome:
    """How the program of `job.words` ends: with which error, by its exit code, and which last words."""
    os.environ.clear()
    os.environ.update(job.environ)
    if job.proxy:
        os.environ["http_proxy"] = job.proxy
    first, *rest = job.words
    return _command(rest) if first == "brant" else _library(*rest)


def _library(handle: str) -> Outcome:
    import brant

    try:
        brant.dataset_download(handle)
    except BrantError as error:
        return Outcome(type(error).__name__, error.message)
    return Outcome("done")


def _command(words: list[str]) -> Outcome:
    from brant.cli.main import main

    said = Path(os.environ["HOME"]) / f"stderr-{os.getpid()}"
    with said.open("w") as errors_, open(os.devnull, "w") as nothing:  # noqa: PTH123 - no path
        os.dup2(errors_.fileno(), 2)
        os.dup2(nothing.fileno(), 1)
        sys.stdout, sys.stderr = nothing, errors_
        code = main(words)
        sys.stderr.flush()
    # Before its last line it may have told of a wait.
    text = said.read_text().removesuffix("\n").rpartition("…\n")[2]
    said.unlink()
    return Outcome("done" if code == 0 else _name(code), text)


def _name(code: int) -> str:
    """The class of the error tree that has this exit code."""
    kinds = (
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, BrantError)
    )
    found = [kind for kind in kinds if kind.exit_code == code]
    return found[0].__name__ if found else f"exit code {code}"
