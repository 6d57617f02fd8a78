"""What seeded runs have in common: lives full of faults, disturbance between them, a last life in peace."""

from dataclasses import replace
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
    STATUSES,
    TRANSIENT,
    Schedule,
    draw,
    draw_schedule,
)
from tests.faults.stage import Leaks, Life, Stage, Tally, Watch, check_thrift, live

DATE: Final = "Wed, 21 Oct 2015 07:28:00 GMT"
LATER: Final = "Thu, 22 Oct 2015 07:28:00 GMT"

_STATUS_KINDS: Final = tuple(f"status {code}" for code in STATUSES)
_PASSING: Final = tuple(
    kind for kind in (*BODY_KINDS, "refuse", *RANGE_KINDS, *_STATUS_KINDS) if kind in TRANSIENT
)
_OTHER_SIZE: Final = "range as 200"
# A silent peer is noticed by the clock: such runs have a short one, and the others a long one.
_SILENT: Final = ("stall", "trickle")


class SeededRun:
    """One run over one object, whose subclasses say what is done with it.

    `hashed`: damage on the wire can be told by more than chance. With `kill` its lives are processes, which
    end by SIGKILL.
    """

    def __init__(
        self,
        stage: Stage,
        chance: Random,
        folder: Path,
        *,
        name: str,
        things: tuple[Thing, ...],
        truth: Truth,
        hashed: bool,
        kill: bool,
        rate: float | None,
    ) -> None:
        self.stage = stage
        self.chance = chance
        self.thing, self._then = things[0], things[1] if len(things) > 1 else None
        self.watch = Watch(folder, truth)
        self.watch.may_shrink = self._then is not None
        self.url = stage.origin.put(name, self.thing, then=self._then, after=chance.randrange(1, 4))
        self._hashed = hashed
        self._kill = kill
        self._rate = rate
        self._signed = chance.random() < 0.3
        self._tally = Tally(runs=1)
        self.confusing: frozenset[str] = frozenset()
        """Kinds of faults after which a run may say that the object is not what it should be."""

    def job(self, url: str) -> Job:
        """What is to be done with the object at `url`."""
        raise NotImplementedError

    def missing(self, before: Held) -> int | None:
        """How many bytes a rerun may fetch after this look at the folder; None where that is not known."""
        raise NotImplementedError

    def play(self) -> Tally:
        leaks = Leaks()
        try:
            for _ in range(self.chance.randint(1, 3)):
                outcome = self._live(self._draw_life())
                if self.chance.random() < 0.4:
                    self._disturb()
                if outcome.done:
                    break
            self._last_life()
            leaks.check()
        finally:
            self.stage.origin.drop(self.url)
        return self._tally

    def _live(self, life: Life) -> Outcome:
        return live(self.stage, life, lambda proxy: self._job_of(life, proxy), self.watch, self._tally)

    def _draw_life(self) -> Life:
        chance = self.chance
        kinds = (*_PASSING, *_STATUS_KINDS, *(DAMAGE_KINDS if self._hashed else ()))
        if self._kill:
            kinds = _PASSING
        schedule = draw_schedule(chance, kinds, most=4, among=5)
        if not self._kill and chance.random() < 0.35:
            schedule = self._draw_endless(kinds)
        nameless = not (self.thing.etag or self.thing.last_modified)
        # Of an object that the server gives no name, another size is taken for another object.
        if schedule.planned & set(DAMAGE_KINDS) or (nameless and _OTHER_SIZE in schedule.planned):
            self.watch.may_shrink = True
        life = Life(schedule, rate=self._rate)
        life.must = schedule.ever is None and schedule.planned <= TRANSIENT and not self._then
        life.may = {"Conflict"} if self._then else set()
        if schedule.planned & self.confusing:
            life.must = False
            life.may.add("InvalidInput")
        if self._kill:
            life.in_process, life.must = False, False
            life.may |= {"killed"}
            life.kill_at = chance.randrange(1, max(2, len(self.thing.data)))
            life.linger = chance.choice((0.0, chance.random() * 0.002))
        return life

    def _draw_endless(self, kinds: tuple[str, ...]) -> Schedule:
        """Nothing but one kind of fault, as when a server is down: the run ends, and what came stays."""
        fault = draw(self.chance, kinds)
        first = draw(self.chance, ("cut", "reset"))
        return Schedule({0: first} if self.chance.random() < 0.7 else {}, ever=fault)

    def _disturb(self) -> None:
        kind = self.chance.choice(disturb.KINDS)
        before = look(self.watch.folder, self.watch.truth)
        if disturb.disturb(self.chance, kind, self.watch, before):
            self._tally.faults[kind] += 1
            self.watch.last = before

    def _last_life(self) -> None:
        """Nothing goes wrong any more: it ends well, and fetches what was missing."""
        before = self.watch.last
        life = Life(Schedule(), must=True)
        self._live(life)
        served = self.stage.origin.served(self.url)
        if served is self._then is not None:
            newest = self.watch.truth.files[-1]
            found = {name: (self.watch.folder / name).read_bytes() for name in newest}
            assert found == newest, "files of before the change"
        if not self.thing.ranges or self.watch.may_shrink:
            return
        missing = self.missing(before)
        if missing is not None:
            self._tally.refetched += check_thrift(life, missing)

    def _job_of(self, life: Life, proxy: str) -> Job:
        job = replace(self.job(self.url), proxy=proxy, seed=self.chance.getrandbits(32))
        if self._signed:
            sign, status = self.stage.origin.sign, self.chance.choice((400, 401, 403, 404, 410))
            # Others may be on their way to a fresh one at the same time, so that does not run out again.
            tickets = (sign(self.url, self.chance.randint(1, 3), status), sign(self.url, 10**9, 403))
            job = replace(job, tickets=tickets)
        if any(kind in life.schedule.planned for kind in _SILENT):
            job = replace(job, read_timeout=0.12, min_rate=5000.0, rate_window=0.1)
        return replace(job, attempts=3 if life.schedule.ever else 12)
