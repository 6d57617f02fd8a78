"""Processes that tests look at: which there are, what they are, and how long to wait for them."""

import time
from collections.abc import Callable
from pathlib import Path

from brant.server.jobs.memory import descendants

_MINUTE = 60.0


def children_of(process: int) -> list[int]:
    """All that came of this process and are there now."""
    return list(descendants(process))


def is_there(process: int) -> bool:
    """Whether it runs; one that ended and was not yet asked for does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def words_of(process: int) -> str:
    """Its command line; empty when it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def is_scorer(process: int) -> bool:
    """Whether it is a scorer, past its very first moment."""
    return "jobs.scorer" in words_of(process)


def is_worker(process: int) -> bool:
    """Whether it is a worker, past its very first moment."""
    return " worker " in words_of(process)


def is_sandbox(process: int) -> bool:
    """Whether it is a metric in its sandbox, which stands."""
    words = words_of(process)
    return "bwrap " not in words and "/job/inside.py" in words


def until(true: Callable[[], bool], what: str = "it") -> None:
    """Waits; fails after a minute."""
    end = time.monotonic() + _MINUTE
    while not true():
        assert time.monotonic() < end, f"{what} did not happen within a minute"
        time.sleep(0.005)
