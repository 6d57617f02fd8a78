"""Seeded runs of one file's download: lives full of faults, disturbance between them, a last one in peace."""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from tests.faults import disturb
from tests.faults.engine import Job, Outcome
from tests.faults.evidence import Held, Truth, look
from tests.faults.origin import Thing
from tests.faults.schedule import (
    BODY_KINDS,
    DAMAGE_KINDS,
    RANGE_KINDS,
    TRANSIENT,
    Schedule,
    draw,
    draw_schedule,
)
from tests.faults.stage import Leaks, Life, Stage, Tally, Watch, live

MIB: Final = 1024 * 1024
POOL: Final = Random(1).randbytes(9 * MIB)
"""Every object is a part of it: to make random bytes anew takes longer than to move them."""
_STATUS_KINDS: Final = tuple(f"status {code}" for code in (403, 404, 416, 429, 500, 503))
_PASSING: Final = tuple(
    kind for kind in (*BODY_KINDS, "refuse", *RANGE_KINDS, *_STATUS_KINDS) if kind in TRANSIENT
)
# A silent peer is noticed by the clock: such runs have a short one, and the others a long one.
_SILENT: Final = ("stall", "trickle")
_IN_BUFFERS: Final = MIB
"""What may lie in the buffers of a connection that is closed early, and so is sent and never used."""


@dataclass
class Case:
    """What is downloaded, and how much may be expected of it."""

    thing: Thing
    then: Thing | None
    hashed: bool
    sha256: bool
    tickets: bool
    rate: float | None


def run(seed: int, stage: Stage, folder: Path, *, kill: bool = False) -> Tally:
    """One run. With `kill` its lives are processes, which end by SIGKILL."""
    chance = Random(f"download {seed} {kill}")
    case = _draw_case(chance, kill=kill)
    versions = [case.thing.data, *([case.then.data] if case.then else [])]
    place = folder / "data" / "penguins.csv"
    return _Run(stage, chance, case, place, Truth.of_file(place.name, *versions), kill=kill).play()


def _draw_case(chance: Random, *, kill: bool) -> Case:
    size = chance.choice(
        (0, 1, chance.randrange(5000), chance.randrange(300_000), chance.randrange(MIB, 4 * MIB))
    )
    rate = None
    if kill or chance.random() < 0.2:
        size = chance.randrange(2 * MIB, 6 * MIB)
        rate = chance.choice((None, 2e7, 2e7))
    start = chance.randrange(len(POOL) - size)
    etag, date = chance.choice(
        (('"one"', _DATE), ('"one"', None), (None, _DATE), ('W/"one"', _DATE), (None, None))
    )
    with_md5 = chance.random() < 0.3
    sha256 = chance.random() < 0.3
    thing = Thing(POOL[start : start + size], etag, date, with_md5=with_md5, ranges=chance.random() < 0.85)
    then = None
    if etag and size and chance.random() < 0.12:
        other = chance.choice((size, chance.randrange(1, 2 * MIB)))
        then = Thing(
            POOL[-other:], '"two"', "Thu, 22 Oct 2015 07:28:00 GMT" if date else None, with_md5=with_md5
        )
        sha256 = False
    return Case(thing, then, with_md5 or sha256, sha256, chance.random() < 0.3, rate)


_DATE: Final = "Wed, 21 Oct 2015 07:28:00 GMT"


class _Run:
    """One run of `run`."""

    def __init__(
        self, stage: Stage, chance: Random, case: Case, place: Path, truth: Truth, *, kill: bool
    ) -> None:
        self._stage = stage
        self._chance = chance
        self._case = case
        self._place = place
        self._kill = kill
        self._watch = Watch(place.parent, truth)
        self._watch.may_shrink = case.then is not None
        self._tally = Tally(runs=1)
        self._url = stage.origin.put(place.name, case.thing, then=case.then, after=chance.randrange(1, 4))

    def play(self) -> Tally:
        leaks = Leaks()
        try:
            for _ in range(self._chance.randint(1, 3)):
                life = self._draw_life()
                outcome = self._live(life)
                if outcome.done:
                    break
                if self._chance.random() < 0.4:
                    self._disturb()
            self._last_life()
            leaks.check()
        finally:
            self._stage.origin.drop(self._url)
        return self._tally

    def _live(self, life: Life) -> Outcome:
        return live(self._stage, life, lambda proxy: self._job(life, proxy), self._watch, self._tally)

    def _draw_life(self) -> Life:
        chance = self._chance
        kinds = (*_PASSING, *_STATUS_KINDS)
        if self._case.hashed:
            kinds += DAMAGE_KINDS
        if self._kill:
            kinds = _PASSING
        schedule = draw_schedule(chance, kinds, most=4, among=5)
        if not self._kill and chance.random() < 0.35:
            schedule = self._draw_endless(kinds)
        if schedule.planned & set(DAMAGE_KINDS):
            self._watch.may_shrink = True
        life = Life(schedule, rate=self._case.rate)
        life.must = schedule.ever is None and schedule.planned <= TRANSIENT and not self._case.then
        life.may = {"Conflict"} if self._case.then else set()
        if self._kill:
            life.in_process, life.must = False, False
            life.may |= {"killed"}
            life.kill_at = chance.randrange(1, max(2, len(self._case.thing.data)))
            life.linger = chance.choice((0.0, chance.random() * 0.002))
        return life

    def _draw_endless(self, kinds: tuple[str, ...]) -> Schedule:
        """Nothing but one kind of fault, as when a server is down: the run ends, and what came stays."""
        fault = draw(self._chance, kinds)
        first = draw(self._chance, ("cut", "reset"))
        return Schedule({0: first} if self._chance.random() < 0.7 else {}, ever=fault)

    def _disturb(self) -> None:
        kind = self._chance.choice(disturb.KINDS)
        before = look(self._watch.folder, self._watch.truth)
        if disturb.disturb(self._chance, kind, self._watch.folder, before):
            self._tally.faults[kind] += 1
            self._watch.last = before
            # What the journal says of the object may be wrong now: it is another one, for all we know.
            self._watch.may_shrink |= kind == "flip in the journal" and not before.begun

    def _last_life(self) -> None:
        """Nothing goes wrong any more: it ends well, and fetches what was missing."""
        before = self._watch.last
        life = Life(Schedule(), must=True)
        self._live(life)
        served = self._stage.origin.served(self._url)
        assert served is None or self._place.read_bytes() == served.data, "the object of before its change"
        if self._case.thing.ranges and not self._watch.may_shrink:
            # Where nothing is missing, one byte is fetched: it tells whether the object is still the same.
            missing, unused = max(1, self._missing(before)), life.abandoned * _IN_BUFFERS
            self._tally.refetched += max(0, life.fetched - missing)
            assert life.fetched <= missing + unused, f"{life.fetched} bytes came where {missing} were missing"

    def _missing(self, before: Held) -> int:
        size = len(self._case.thing.data)
        if before.whole:
            # Only a hash that is known beforehand tells without a request that nothing is missing.
            return 0 if self._case.sha256 else size
        can_resume = self._case.thing.etag or self._case.thing.last_modified or self._case.hashed
        return size - before.total if can_resume else size

    def _job(self, life: Life, proxy: str) -> Job:
        chance, case = self._chance, self._case
        tickets: tuple[str, ...] = ()
        if case.tickets:
            sign, status = self._stage.origin.sign, chance.choice((400, 401, 403, 404, 410))
            # Others may be on their way to a fresh one at the same time, so that does not run out again.
            tickets = (sign(self._url, chance.randint(1, 3), status), sign(self._url, 10**9, 403))
        job = Job("download", self._url, str(self._place), proxy, tickets, seed=chance.getrandbits(32))
        if case.sha256:
            job = replace(job, sha256=_sha256(case.thing.data))
        if any(kind in life.schedule.planned for kind in _SILENT):
            job = replace(job, read_timeout=0.15, min_rate=5000.0, rate_window=0.15)
        attempts = 3 if life.schedule.ever else 8
        return replace(job, attempts=attempts)


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()
