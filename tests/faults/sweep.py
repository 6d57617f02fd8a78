"""Does run after run of the suites, for so many seconds or seeds, and tells which seeds failed and why."""

import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.faults.stage import Stage, Tally
from tests.faults.suites import SUITES

_LOG: Final = logging.getLogger(__name__)


@dataclass
class Swept:
    """What came of a sweep: figures by suite, and the failures with the command that repeats each."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Swept") -> None:
        for name, tally in other.tallies.items():
            self.tallies.setdefault(name, Tally()).add(tally)
        self.failures += other.failures

    def lines(self) -> Iterator[str]:
        for name, tally in sorted(self.tallies.items()):
            yield f"{name}: {tally.runs} runs in {tally.seconds:.0f} s, {sum(tally.faults.values())} faults"
            yield f"    faults: {_counted(tally.faults)}"
            yield f"    outcomes: {_counted(tally.outcomes)}"
            yield f"    bytes fetched beyond what was missing: {tally.refetched}"
        total = sum(tally.runs for tally in self.tallies.values())
        yield f"{total} runs, {len(self.failures)} failed"
        yield from self.failures


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def sweep(
    stage: Stage, names: Sequence[str], *, first: int, seconds: float = float("inf"), seeds: int | None = None
) -> Swept:
    """Run the suites in turn, from the seed `first` on, for `seconds` or for so many `seeds` of each."""
    swept = Swept({name: Tally() for name in names})
    until = time.monotonic() + seconds
    numbers = count(first)
    seed = first
    for name in cycle(names):
        if name == names[0]:
            seed = next(numbers)
            if seeds is not None and seed >= first + seeds:
                break
        if time.monotonic() > until:
            break
        _one(stage, name, seed, swept)
    return swept


def _one(stage: Stage, name: str, seed: int, swept: Swept) -> None:
    tally, began = swept.tallies[name], time.monotonic()
    try:
        with TemporaryDirectory(prefix="faults-") as folder:
            tally.add(SUITES[name](seed, stage, Path(folder)))
    except Exception as error:  # noqa: BLE001 - the sweep goes on, and tells in the end
        tally.runs += 1
        said = " ".join(f"{type(error).__name__}: {error}".split())
        swept.failures.append(f"python -m tests.faults.again {name} {seed}    # {said[:400]}")
        _LOG.info("%s", swept.failures[-1])
    tally.seconds += time.monotonic() - began


def main(names: str, first: str, seeds: str) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    _LOG.setLevel(logging.INFO)
    with Stage() as stage:
        swept = sweep(stage, names.split(","), first=int(first), seeds=int(seeds))
    sys.stdout.write("\n".join(swept.lines()) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
