"""Seeded runs of one file's upload to our server: cut, lied to, killed, and the file changed under way."""

import os
import time
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.archives import MIB, POOL
from tests.faults.engine import Job, Outcome
from tests.faults.schedule import UPLOAD_KINDS, Fault, Schedule, draw, draw_schedule
from tests.faults.stage import Leaks, Life, Stage, Tally, judge_end, live

_PASSING: Final = (
    "cut up",
    "reset up",
    "stall up",
    "lost answer",
    "refuse",
    "status 429",
    "status 500",
    "status 503",
)
_ALL: Final = (*_PASSING, *UPLOAD_KINDS, "status 403", "status 404")


def run(seed: int, stage: Stage, folder: Path, *, kill: bool = False) -> Tally:
    """One run. With `kill` its lives are processes, which end by SIGKILL."""
    return _Run(stage, Random(f"upload {seed} {kill}"), folder, kill=kill).play()


class _Run:
    """One run; it judges itself."""

    def __init__(self, stage: Stage, chance: Random, folder: Path, *, kill: bool) -> None:
        self._stage = stage
        self._chance = chance
        self._kill = kill
        size = chance.choice(
            (0, 1, chance.randrange(5000), chance.randrange(300_000), chance.randrange(MIB, 4 * MIB))
        )
        if kill:
            size = chance.randrange(MIB, 6 * MIB)
        start = chance.randrange(len(POOL) - size)
        self._data = POOL[start : start + size]
        self._file = folder / "penguins.csv"
        self._file.write_bytes(self._data)
        self._changes = bool(size) and not kill and chance.random() < 0.2
        self._url = stage.api.start_upload(size)
        self._held = 0
        self._is_garbled = False
        """The server may hold other bytes than were sent."""
        self._tally = Tally(runs=1)

    def play(self) -> Tally:
        leaks = Leaks()
        chance = self._chance
        for number in range(chance.randint(1, 3)):
            outcome = self._live(self._draw_life(), resume=number > 0)
            if outcome.done or self._changes or outcome.kind == "Garbled":
                break
        if not self._changes and not self._is_garbled:
            before = self._settled()
            self._last_life(before)
        leaks.check()
        return self._tally

    def _last_life(self, before: int) -> None:
        """Nothing goes wrong any more: it ends well, and sends what was missing."""
        peaceful = Life(Schedule(), must=not self._kill, may={"Conflict"})
        if not self._live(peaceful, resume=True).done:
            # The server has only just begun with what a killed process sent, and takes that for the newer.
            peaceful, before = Life(Schedule(), must=True), self._settled()
            self._live(peaceful, resume=True)
        missing = len(self._data) - before
        assert peaceful.sent <= missing, f"{peaceful.sent} bytes were sent where {missing} were missing"

    def _settled(self) -> int:
        """Bytes that the server has once it has taken in all that came before a line broke."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            before, self._held = self._held, self._stage.api.received(self._url, len(self._data))
            if before == self._held:
                break
            time.sleep(0.02)
        return self._held

    def observe(self, fault: Fault) -> None:
        """In some of the runs the file changes while it is on its way."""
        self._is_garbled |= fault.kind == "flip up"
        if self._changes:
            self._change()

    def after(self, outcome: Outcome, *, must: bool, may: set[str]) -> None:
        judge_end(outcome, must=must, may=may)
        held = self._stage.api.received(self._url, len(self._data))
        assert held >= self._held, f"the server had {self._held} bytes, and has {held}"
        self._held = held
        if outcome.done:
            assert held == len(self._data), "it is said to be there, and is not"
            assert self._stage.api.stores(self._data), "other bytes than the file's are there"

    def _live(self, life: Life, *, resume: bool) -> Outcome:
        def job(proxy: str) -> Job:
            seed, attempts = self._chance.getrandbits(32), 3 if life.schedule.ever else 10
            short = "stall up" in life.schedule.planned
            return Job(
                "upload",
                self._url,
                str(self._file),
                proxy,
                read_timeout=0.2 if short else 10.0,
                attempts=attempts,
                resume=resume,
                seed=seed,
            )

        return live(self._stage, life, job, self, self._tally)

    def _draw_life(self) -> Life:
        chance = self._chance
        schedule = draw_schedule(chance, _PASSING if self._kill else _ALL, most=4, among=5)
        if not self._kill and chance.random() < 0.25:
            schedule = Schedule(ever=draw(chance, _ALL))
        life = Life(schedule)
        life.must = schedule.ever is None and schedule.planned <= set(_PASSING) and not self._changes
        life.may = {"Conflict"} if self._changes else set()
        if self._is_garbled or "flip up" in schedule.planned:
            life.must = False
            life.may.add("Garbled")
        if self._kill:
            life.in_process, life.must = False, False
            life.may = {"killed"}
            life.kill_at = chance.randrange(1, len(self._data))
            life.linger = chance.choice((0.0, chance.random() * 0.002))
        return life

    def _change(self) -> None:
        with self._file.open("r+b") as file:
            file.seek(self._chance.randrange(len(self._data)))
            file.write(b"changed")
        facts = self._file.stat()
        os.utime(self._file, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
