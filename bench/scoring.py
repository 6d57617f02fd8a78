"""A million rows scored: how long it takes, and how much memory, in a process that does nothing else."""

import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.stage import ROOT

_TURNS: Final = 3
# What a worker's scorer does with one submission; what it imports, it has imported before the first one.
_PROGRAM: Final = """
import json, resource, sys, time
from pathlib import Path
from brant.server.scoring.scoring import Rules, score

folder, metric, times = Path(sys.argv[1]), sys.argv[2], []
rules = Rules(metric=metric, parameters={}, row_id_column="id", public_percent=30, split_seed=7,
              metric_code=None, max_bytes=1 << 30)
small = folder / "small.csv"
score(small, small, "submission.csv", rules, None)
for _ in range(int(sys.argv[3])):
    before = time.perf_counter(), time.process_time()
    score(folder / "solution.csv", folder / "submission.csv", "submission.csv", rules, None)
    times.append((time.perf_counter() - before[0], time.process_time() - before[1]))
print(json.dumps([times, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def run(*, rows: int = 1_000_000) -> str:
    """The table: metrics of labels, numbers and probabilities."""
    lines = [("scoring, one file", "rows", "median", "processor time", "peak memory"), ("---",) * 5]
    with tempfile.TemporaryDirectory(prefix="brant-bench-") as name:
        folder = Path(name)
        for metric, kind in (
            ("accuracy", "label"),
            ("rmse", "number"),
            ("log_loss", "chance"),
            ("auc", "chance"),
        ):
            _write(folder, kind, rows)
            seconds, busy, peak = _measure(folder, metric)
            lines.append((metric, f"{rows:,}", f"{seconds:.2f} s", f"{busy:.2f} s", f"{peak:.0f} MiB"))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _measure(folder: Path, metric: str) -> tuple[float, float, float]:
    """Seconds on the clock, seconds of all processors, peak memory in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(folder), metric, str(_TURNS)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        raise SystemExit(f"{metric}: {done.stderr[-600:]}")
    times, peak = json.loads(done.stdout)
    seconds, busy = (statistics.median(column) for column in zip(*times, strict=True))
    return seconds, busy, peak


def _write(folder: Path, kind: str, rows: int) -> None:
    """The solution, and a submission in another order that is mostly right; a small one to warm up with."""
    chance = random.Random(7)
    truth = [chance.randrange(2) for _ in range(rows)]
    _table(folder / "solution.csv", ((row, truth[row]) for row in range(rows)))
    _table(folder / "small.csv", ((row, truth[row]) for row in range(100)))
    order = list(range(rows))
    chance.shuffle(order)
    _table(folder / "submission.csv", ((row, _said(kind, truth[row], chance)) for row in order))


def _said(kind: str, truth: int, chance: random.Random) -> object:
    if kind == "label":
        return truth if chance.random() < 0.8 else 1 - truth
    if kind == "number":
        return f"{truth + chance.gauss(0, 1):.6f}"
    return f"{0.1 + 0.6 * truth + 0.2 * chance.random():.6f}"


def _table(path: Path, cells: Iterator[tuple[int, object]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,target\n")
        file.writelines(f"{row},{value}\n" for row, value in cells)
