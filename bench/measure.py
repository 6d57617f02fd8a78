"""Measures whole processes side by side: the candidates take turns, and only their medians are compared."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Candidate:
    """One command to measure. `prepare` runs before each turn and is not counted."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Figure:
    """The median wall time in seconds, and the largest resident set in MiB."""

    name: str
    seconds: float
    peak_mib: float


def side_by_side(candidates: Sequence[Candidate], *, rounds: int, warm_up: bool = True) -> list[Figure]:
    """Lets every candidate run once to warm up, then `rounds` times in turn."""
    times: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
    peaks: dict[str, float] = {}
    for turn in range(0 if warm_up else 1, rounds + 1):
        for candidate in candidates:
            candidate.prepare()
            seconds, peak = _run(candidate)
            if turn:
                times[candidate.name].append(seconds)
            peaks[candidate.name] = max(peak, peaks.get(candidate.name, 0.0))
    return [Figure(name, statistics.median(taken), peaks[name]) for name, taken in times.items()]


def table(title: str, figures: Sequence[Figure], *, against: str, memory: bool = False) -> str:
    """A Markdown table of ratios to the candidate named `against`, or to each of several (with commas)."""
    seconds = {figure.name: figure.seconds for figure in figures}
    bases = [name for name in against.split(", ") if name in seconds]
    extra = ["peak memory"] if memory else []
    lines = [[title, "median", *[f"against {name}" for name in bases], *extra]]
    lines.append(["---"] * len(lines[0]))
    for figure in figures:
        ratios = [f"{figure.seconds / seconds[name]:.2f}x" for name in bases]
        peak = [f"{figure.peak_mib:.0f} MiB"] if memory else []
        lines.append([figure.name, _seconds(figure.seconds), *ratios, *peak])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _seconds(value: float) -> str:
    if value < 0.01:
        return f"{value * 1000:.2f} ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _run(candidate: Candidate) -> tuple[float, float]:
    before = time.perf_counter()
    process = subprocess.Popen(
        list(candidate.command),
        cwd=candidate.folder,
        env=dict(candidate.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - before
    if process.returncode:
        raise SystemExit(
            f"{candidate.name} ended with {process.returncode}: {output.decode(errors='replace')[-600:]}"
        )
    return seconds, _mib(usage)


def _mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024
