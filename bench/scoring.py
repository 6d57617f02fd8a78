"""Scoring a million rows, each metric in processes of its own: seconds and peak memory.

    python -m bench.scoring [ROWS]

Rows of the submission are in another order than those of the solution, which has no column Usage. What counts
is `score` itself, from two files on disk to two scores; the modules are imported before, as a worker does.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

ROWS: Final = 1_000_000
ROOT: Final = Path(__file__).parents[1]
_TURNS: Final = 3

Draw = Callable[[random.Random], str]


def _mask(rng: random.Random) -> str:
    return " ".join(f"{place * 100 + rng.randrange(50)} {rng.randrange(1, 50)}" for place in range(1, 4))


_FORMS: Final[dict[str, tuple[Draw, Draw]]] = {
    "number": (lambda rng: f"{rng.random() * 100 + 1:.6f}", lambda rng: f"{rng.random() * 100 + 1:.6f}"),
    "probability": (lambda rng: str(rng.randrange(2)), lambda rng: f"{rng.random():.6f}"),
    "label": (lambda rng: f"class{rng.randrange(20)}", lambda rng: f"class{rng.randrange(20)}"),
    "rating": (lambda rng: str(rng.randrange(5)), lambda rng: str(rng.randrange(5))),
    "list": (
        lambda rng: str(rng.randrange(50)),
        lambda rng: " ".join(str(rng.randrange(50)) for _ in range(5)),
    ),
    "mask": (_mask, _mask),
}
_METRICS: Final = {
    "accuracy": "label",
    "balanced_accuracy": "label",
    "f_beta": "label",
    "mcc": "label",
    "quadratic_weighted_kappa": "rating",
    "log_loss": "probability",
    "brier": "probability",
    "auc": "probability",
    "mae": "number",
    "rmse": "number",
    "rmsle": "number",
    "mape": "number",
    "r2": "number",
    "spearman": "number",
    "map_at_k": "list",
    "ndcg_at_k": "list",
    "mask_iou": "mask",
    "mask_dice": "mask",
    "levenshtein": "label",
}


_SHOWN: Final = ("accuracy", "log_loss", "auc", "rmse", "map_at_k", "mask_iou")


def run(*, rows: int = ROWS, metrics: Sequence[str] = _SHOWN) -> str:
    """The table: seconds on the clock, seconds of all processors, and the peak of memory."""
    lines = [("scoring one file", "rows", "median", "processor time", "peak memory"), ("---",) * 5]
    with tempfile.TemporaryDirectory(prefix="brant-bench-") as folder:
        for form in _FORMS:
            named = [name for name in metrics if _METRICS[name] == form]
            if named:
                _write(Path(folder), form, rows)
            lines += [(metric, f"{rows:,}", *_cells(_median(metric, folder, form))) for metric in named]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _median(metric: str, folder: str, form: str) -> tuple[float, ...]:
    command = [sys.executable, "-m", "bench.scoring", metric, folder, form]
    turns = [
        [float(word) for word in subprocess.check_output(command, text=True, cwd=ROOT).split()]
        for _ in range(_TURNS)
    ]
    return tuple(statistics.median(column) for column in zip(*turns, strict=True))


def _cells(figures: tuple[float, ...]) -> tuple[str, str, str]:
    seconds, busy, megabytes = figures
    return f"{seconds:.2f} s", f"{busy:.2f} s", f"{megabytes:.0f} MB"


def measure(metric: str, folder: Path, form: str) -> None:
    """Scores once and prints seconds, seconds of all processors, and the peak of memory in MB."""
    from brant.server.scoring.scoring import Rules, score

    rules = Rules(metric, {}, "", 30, 1, None, 1 << 31)
    wall, used = time.perf_counter(), time.process_time()
    score(folder / f"{form}-solution.csv", folder / f"{form}-submission.csv", "submission.csv", rules, None)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    print(f"{wall:6.2f} {used:6.2f} {_peak():5.0f}")


def _write(folder: Path, form: str, rows: int) -> None:
    rng = random.Random(1)
    ids = list(range(rows))
    for name, draw in zip(("solution", "submission"), _FORMS[form], strict=True):
        with (folder / f"{form}-{name}.csv").open("w", encoding="utf-8") as file:
            file.write("id,target\n")
            file.writelines(f"{each},{draw(rng)}\n" for each in ids)
        rng.shuffle(ids)


def _peak() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measure(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    else:
        rows = int(sys.argv[1].replace("_", "").replace(",", "")) if len(sys.argv) > 1 else ROWS
        print(run(rows=rows, metrics=tuple(_METRICS)))
