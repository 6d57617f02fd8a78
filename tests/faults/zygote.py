"""A process that has the engine loaded and forks a fresh one for every job: real processes, in milliseconds.

Reads a job a line on standard input; answers with the child's number, then with how it ended.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import IO, Final, Self

from tests.faults.engine import Job, Outcome, limit_files, pause, perform
from tests.faults.programs import run_program

_ROOT: Final = Path(__file__).parents[2]


class Zygote:
    """The process, seen from the tests; one job at a time. Used as a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in: IO[str] = self._process.stdin
        self._out: IO[str] = self._process.stdout
        self.pid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._in.close()
        self._process.wait(20)
        self._out.close()

    def begin(self, job: Job) -> None:
        """Start a job in a process of its own, whose number is `pid`."""
        self._in.write(job.to_json() + "\n")
        self._in.flush()
        self.pid = int(self._out.readline())

    def kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> Outcome:
        """Wait for it."""
        return Outcome(**json.loads(self._out.readline()))


# What a first job would import is there before it is forked.
_LOADED: Final = (
    "brant.transfer.download",
    "brant.transfer.upload",
    "brant.transfer.unpacking.remote",
    "brant.transfer.unpacking.streamed",
    "brant.transfer.connections.forward",
    "brant.cli.dispatch",
    "brant.cli.datasets.download",
    "brant.client.datasets.downloading",
    "brant.hub.datasets",
)


def _serve() -> None:
    # A program waits by the clock: here it need not. To be set before anything keeps the function.
    time.sleep = pause  # type: ignore[assignment]
    for module in _LOADED:
        import_module(module)
    for line in sys.stdin:
        reader, writer = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reader)
            os._exit(_child(Job.from_json(line), writer))
        os.close(writer)
        _tell(str(pid))
        with os.fdopen(reader) as told:
            text = told.read()
        # Reaped before it is told of: a number that is known to be ended is never signalled.
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        kind = "killed" if code == -signal.SIGKILL else f"ended with {code}"
        _tell(text or json.dumps(asdict(Outcome(kind))))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _child(job: Job, writer: int) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if job.file_limit is not None:
        limit_files(job.file_limit)
    try:
        outcome = run_program(job) if job.what == "program" else perform(job)
    except BaseException as error:  # noqa: BLE001 - told to who asked
        outcome = Outcome(f"raised {type(error).__name__}", str(error))
    os.write(writer, json.dumps(asdict(outcome)).encode())
    return 0


if __name__ == "__main__":
    _serve()
