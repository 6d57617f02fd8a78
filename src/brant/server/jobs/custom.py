"""The custom metric: has a host's own code score one split, and makes of what it says a score or an error."""

import json
import math
import os
import select
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from brant.server.jobs import sandbox
from brant.server.jobs.errands import MOST_WORDS
from brant.server.jobs.memory import descendants, held_by
from brant.server.scoring.errors import HostError, ParticipantError

_LOOK_SECONDS: Final = 0.05
# What is looked at so often; the kernel stops more threads and processes than that at once.
_MOST_PROCESSES: Final = 16
_MOST_TASKS: Final = 64
_MOST_ANSWER: Final = 1 << 18


class CustomMetric:
    """Runs custom metrics, for as many seconds in all, and with as many bytes of memory at a time."""

    def __init__(self, *, seconds: float, memory: int, hidden: Path) -> None:
        """`hidden` is the folder that the sandbox never shows: the server's data."""
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._memory = memory
        self._hidden = hidden

    def __call__(self, code: Path, solution: Path, submission: Path, row_id_column: str) -> float:
        """The score of one split. Raises ParticipantError by the metric's own words, and HostError."""
        inputs = sandbox.Inputs(code, solution, submission, row_id_column)
        process = sandbox.started(
            sandbox.boundary(), inputs, self._memory, _MOST_TASKS, self._hidden.resolve()
        )
        try:
            answer = self._watched(process)
        finally:
            process.kill()  # bubblewrap takes with it all that is inside
            process.wait()
            complaint = _rest(process)
        return self._score(_parsed(answer, process.returncode, complaint))

    def _watched(self, process: "subprocess.Popen[bytes]") -> bytes:
        output = process.stdout.fileno()  # type: ignore[union-attr]
        answer = b""
        while True:
            if select.select([output], [], [], _LOOK_SECONDS)[0]:
                piece = os.read(output, 1 << 16)
                answer += piece
                if not piece or len(answer) > _MOST_ANSWER:
                    return answer
            self._check(process.pid)

    def _check(self, pid: int) -> None:
        if time.monotonic() > self._until:
            raise HostError(f"the metric ran longer than the {self._seconds:g} seconds that it may run")
        processes = list(descendants(pid))
        if len(processes) > _MOST_PROCESSES:
            raise HostError(f"the metric started more than {_MOST_PROCESSES} processes")
        if sum(map(held_by, processes)) > self._memory:
            raise HostError(self._too_much())

    def _too_much(self) -> str:
        return f"the metric needed more than {self._memory // 1_000_000:,} MB of memory"

    def _score(self, said: Mapping[str, Any]) -> float:
        if "participant" in said:
            words = str(said["participant"])[:MOST_WORDS]
            raise ParticipantError(words or "the metric refuses this file, and does not say why")
        if "memory" in said:
            raise HostError(self._too_much())
        if "score" not in said:
            raise HostError(str(said.get("host", "the metric failed")), str(said.get("detail", "")))
        score = float(said["score"])
        if not math.isfinite(score):
            raise HostError(f"the metric returned {score}: it must return a finite number")
        return score


def _parsed(answer: bytes, code: int, complaint: str) -> Mapping[str, Any]:
    try:
        said = json.loads(answer)
        if isinstance(said, dict) and isinstance(said.get("score", "0"), str):
            # JSON can spell halves of characters, which no database takes.
            return {name: str(text).encode("utf-8", "replace").decode() for name, text in said.items()}
    except ValueError:
        pass
    return {"host": f"the metric ended without an answer (exit code {code})", "detail": complaint}


def _rest(process: "subprocess.Popen[bytes]") -> str:
    """What bubblewrap said, when it had something to say; the metric itself has no standard error."""
    complaint = process.stderr.read(4096)  # type: ignore[union-attr]
    for stream in (process.stdout, process.stderr):
        stream.close()  # type: ignore[union-attr]
    return complaint.decode("utf-8", "replace")
