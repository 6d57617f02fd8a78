"""The worker's end of its scorer: it starts it, watches its time and memory, and replaces it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from brant.server.jobs.errands import Errand, Outcome
from brant.server.jobs.halting import Halt
from brant.server.jobs.memory import descendants, held_by
from brant.server.jobs.scratch import clear

# How often memory is looked at, and how often the lease is asked for.
_LOOK_SECONDS: Final = 0.05
_KEEP_SECONDS: Final = 3.0
# What a scorer may hold on to when it has nothing to do; one that holds more is replaced.
_SPENT_BYTES: Final = 256 * 1024 * 1024
# A sandbox ends by its own clock, which tells the host; this is for the rest of the work.
_GRACE_SECONDS: Final = 10.0

_PROGRAM: Final = """\
import sys
sys.path.insert(0, sys.argv[1])
from brant.server.jobs.scorer import main
main(int(sys.argv[2]), *sys.argv[3:])
"""
_ROOT: Final = Path(__file__).parents[3]


class Child:
    """One scorer at a time, started by the first errand."""

    def __init__(self, scratch: Path, hidden: Path, halt: Halt) -> None:
        """`scratch` is its folder for temporary files; `hidden` is never shown to a custom metric."""
        self._scratch = scratch
        self._arguments = [str(_ROOT), str(os.getpid()), str(scratch), str(hidden)]
        self._halt = halt
        self._process: subprocess.Popen[bytes] | None = None

    def attend(self, errand: Errand, keep: Callable[[], bool]) -> Outcome | None:
        """Has the errand done; None when the worker is to stop, or `keep` answers that its lease is lost.

        `keep` is called every few seconds meanwhile.
        """
        process = self._process = self._process or self._started()
        outcome = None
        try:
            with contextlib.suppress(BrokenPipeError):  # its answer then ends at once
                process.stdin.write(msgspec.json.encode(errand) + b"\n")  # type: ignore[union-attr]
            outcome = self._watched(process, errand, keep)
        finally:  # whatever broke it off: what it still answers would be taken for the next errand's
            if outcome is None or outcome.ended != "done" or held_by(process.pid) > _SPENT_BYTES:
                self.end()
        return outcome

    def end(self) -> None:
        """Ends the scorer, and with it whatever it started; the next errand starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        below = list(descendants(process.pid))
        process.kill()
        process.wait()
        # A sandbox that is only being set up does not yet go with its parent.
        for each in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        for stream in (process.stdin, process.stdout):
            stream.close()  # type: ignore[union-attr]
        clear(self._scratch)

    def _started(self) -> "subprocess.Popen[bytes]":
        # Without a session of its own it would hear the Ctrl-C that is meant for the worker.
        return subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-c", _PROGRAM, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )

    def _watched(
        self, process: "subprocess.Popen[bytes]", errand: Errand, keep: Callable[[], bool]
    ) -> Outcome | None:
        begun = renewed = time.monotonic()
        allowed = errand.seconds + (_GRACE_SECONDS if errand.metric_code else 0)
        answer = process.stdout.fileno()  # type: ignore[union-attr]
        heard = b""
        while True:
            if self._halt.wait(_LOOK_SECONDS, answer):
                piece = os.read(answer, 1 << 16)
                if not piece:
                    words = f"the process that scored it ended by itself ({_told(process.wait())})"
                    return Outcome(ended="died", words=words)
                heard += piece
                if heard.endswith(b"\n"):
                    return _with_reason(msgspec.json.decode(heard, type=Outcome), errand)
            if self._halt.asked:
                return None
            now = time.monotonic()
            if now - renewed > _KEEP_SECONDS:
                if not keep():
                    return None
                renewed = now
            if now - begun > allowed:
                return _with_reason(Outcome(ended="time"), errand)
            if held_by(process.pid) > errand.memory:
                return _with_reason(Outcome(ended="memory"), errand)


def _with_reason(outcome: Outcome, errand: Errand) -> Outcome:
    words = {
        "memory": f"scoring needed more than {errand.memory // 1_000_000:,} MB of memory",
        "time": f"scoring took longer than the {errand.seconds:g} seconds that it may take",
    }.get(outcome.ended)
    return outcome if words is None else msgspec.structs.replace(outcome, words=words)


def _told(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
