"""Seeded runs of the download of one file."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.faults.archives import MIB, POOL
from tests.faults.engine import Job
from tests.faults.evidence import Held, Truth
from tests.faults.origin import Thing
from tests.faults.runs import DATE, LATER, SeededRun
from tests.faults.stage import Stage, Tally


def run(seed: int, stage: Stage, folder: Path, *, kill: bool = False) -> Tally:
    """One run. With `kill` its lives are processes, which end by SIGKILL."""
    return _Download(Random(f"download {seed} {kill}"), stage, folder, kill=kill).play()


class _Download(SeededRun):
    """One file of any size, from a server of any manners."""

    def __init__(self, chance: Random, stage: Stage, folder: Path, *, kill: bool) -> None:
        large = kill or chance.random() < 0.2
        rate = chance.choice((None, 2e7, 2e7)) if large else None
        things = _draw_things(chance, large=large)
        self._sha256 = len(things) == 1 and chance.random() < 0.3
        self._place = folder / "data" / "penguins.csv"
        super().__init__(
            stage,
            chance,
            self._place.parent,
            name=self._place.name,
            things=things,
            truth=Truth.of_file(self._place.name, *(thing.data for thing in things)),
            hashed=self._sha256 or things[0].with_md5,
            kill=kill,
            rate=rate,
        )

    def job(self, url: str) -> Job:
        job = Job("download", url, str(self._place))
        return replace(job, sha256=sha256(self.thing.data).hexdigest()) if self._sha256 else job

    def missing(self, before: Held) -> int | None:
        size = len(self.thing.data)
        if before.whole:
            # Only a hash that is known beforehand tells without a request that nothing is missing.
            return 0 if self._sha256 else size
        can_resume = self.thing.etag or self.thing.last_modified or self.thing.with_md5 or self._sha256
        # Where nothing is missing, one byte is fetched: it tells whether the object is still the same.
        return max(1, size - before.total) if can_resume else size


def _draw_things(chance: Random, *, large: bool) -> tuple[Thing, ...]:
    """The object, and now and then what it changes into."""
    sizes = (0, 1, chance.randrange(5000), chance.randrange(300_000), chance.randrange(MIB, 4 * MIB))
    size = chance.randrange(2 * MIB, 6 * MIB) if large else chance.choice(sizes)
    start = chance.randrange(len(POOL) - size)
    etag, date = chance.choice(
        (('"one"', DATE), ('"one"', None), (None, DATE), ('W/"one"', DATE), (None, None))
    )
    with_md5, ranges = chance.random() < 0.3, chance.random() < 0.85
    thing = Thing(POOL[start : start + size], etag, date, with_md5=with_md5, ranges=ranges)
    if not etag or not size or chance.random() > 0.12:
        return (thing,)
    other = chance.choice((size, chance.randrange(1, 2 * MIB)))
    return (thing, Thing(POOL[-other:], '"two"', LATER if date else None, with_md5=with_md5, ranges=ranges))
