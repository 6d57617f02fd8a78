"""Thousands of runs under injected faults: nothing is lost, nothing wrong is taken over, nothing leaks.

`FAULT_SECONDS` is for how long (600), `FAULT_SEED` the first seed (by the clock).
"""

import os
import re
import time
from pathlib import Path

from tests.faults.stage import Stage
from tests.faults.suites import SUITES
from tests.faults.sweep import sweep

GROWTH_MIB = 64


def test_faults_cost_nothing_but_time() -> None:
    seconds = float(os.environ.get("FAULT_SECONDS", "600"))
    first = int(os.environ.get("FAULT_SEED", str(int(time.time()))))
    names = tuple(SUITES)
    with Stage() as stage:
        # What is made once and kept, for each thread too, is there after the first half.
        swept = sweep(stage, names, first=first, seconds=seconds / 2)
        before = _resident()
        swept.add(sweep(stage, names, first=first + 1_000_000, seconds=seconds / 2))
        growth = _resident() - before
    print(f"\nseeds from {first} on; memory grew by {growth:.0f} MiB")
    print("\n".join(swept.lines()))
    assert not swept.failures
    assert growth < GROWTH_MIB


def _resident() -> float:
    """MiB of this process that are in memory."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
