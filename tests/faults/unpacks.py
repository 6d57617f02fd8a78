"""Seeded runs of unpacking a remote archive: by ranges where there are some, else as a stream."""

from pathlib import Path
from random import Random
from typing import Final

from tests.faults.archives import KINDS, archive
from tests.faults.engine import Job
from tests.faults.evidence import Held, Truth
from tests.faults.origin import Thing
from tests.faults.runs import DATE, LATER, SeededRun
from tests.faults.stage import Stage, Tally

_LOOK: Final = 256 * 1024
"""Bytes at the end of an archive that are fetched to see what is in it."""
_GAP: Final = 64 * 1024
"""Between two members that are fetched together at most so much is that nobody needs."""


def run(seed: int, stage: Stage, folder: Path, *, kill: bool = False, stream: bool = False) -> Tally:
    """One run. With `kill` its lives are processes that end by SIGKILL; with `stream` there are no ranges."""
    chance = Random(f"unpack {seed} {kill} {stream}")
    return _Unpack(chance, stage, folder, kill=kill, stream=stream).play()


class _Unpack(SeededRun):
    """One archive into one folder."""

    def __init__(self, chance: Random, stage: Stage, folder: Path, *, kill: bool, stream: bool) -> None:
        self._into = folder / "data"
        kind = chance.choice(KINDS if stream else KINDS[:4])
        etag, date = chance.choice((('"one"', DATE), ('"one"', None), (None, DATE), ('W/"one"', DATE)))
        if not stream and chance.random() < 0.2:
            etag = date = None
        packed = [archive(kind, 1)]
        ranges = not stream or (kind.startswith("tar") and chance.random() < 0.5)
        things = [Thing(packed[0].data, etag, date, ranges=ranges)]
        if etag and chance.random() < 0.12:
            packed.append(archive(kind, 2))
            things.append(Thing(packed[1].data, '"two"', LATER if date else None, ranges=ranges))
        self._packed = packed[0]
        self._is_streamed = stream
        truth = Truth(tuple(one.data for one in packed), tuple(one.files for one in packed))
        super().__init__(
            stage,
            chance,
            self._into,
            name="penguins.zip",
            things=tuple(things),
            truth=truth,
            # A tar has no checksums but of its headers.
            hashed=kind != "tar",
            kill=kill,
            rate=chance.choice((None, None, 2e7)),
        )
        self.watch.checks_finished = True
        # A part in the place of an archive, which says that it is all: nothing tells but that it is none.
        self.confusing = frozenset(("range as 200",))

    def job(self, url: str) -> Job:
        return Job("unpack", url, str(self._into))

    def missing(self, before: Held) -> int | None:
        """What lies between the members that are missing, and the list of all of them."""
        if self._is_streamed:
            return None
        missing, gaps, last = 0, 0, None
        for name, (start, stop) in self._packed.places.items():
            if name in before.whole:
                continue
            begun = before.begun.get(name)
            missing += stop - start - (begun.right.total if begun else 0)
            gaps += start != last
            last = stop
        return missing + _LOOK + gaps * _GAP
