"""Seeded runs of whole programs: a dataset comes from our server by the command line, or by the library."""

from pathlib import Path
from random import Random
from typing import Final

from tests.faults import disturb
from tests.faults.archives import archive
from tests.faults.engine import Job, Outcome
from tests.faults.evidence import Truth, look
from tests.faults.schedule import RANGE_KINDS, STATUSES, TRANSIENT, Schedule, draw_schedule
from tests.faults.stage import Leaks, Life, Stage, Tally, Watch, check_thrift, live

_KINDS: Final = ("cut", "reset", "refuse", *RANGE_KINDS, *(f"status {code}" for code in STATUSES))
# A page in the place of an archive that says that it is right; and what the API says of a request of ours.
_CONFUSING: Final = frozenset(("sign-in page", "range as 200", "status 416"))
_LARGE: Final = "raw/large-0.bin"
_LOOK: Final = 256 * 1024 + 100 * 1024
"""What a run may fetch beyond what is missing: the list of an archive, and the answers of the API."""


def run(seed: int, stage: Stage, folder: Path, *, kill: bool = False) -> Tally:
    """One run. With `kill` its lives end by SIGKILL."""
    return _Program(Random(f"program {seed} {kill}"), stage, folder, kill=kill).play()


class _Program:
    """One program, run again and again until it has what it wants."""

    def __init__(self, chance: Random, stage: Stage, folder: Path, *, kill: bool) -> None:
        handle, zipped = stage.dataset
        self._stage = stage
        self._chance = chance
        self._kill = kill
        self._home = folder
        into = folder / "data"
        files: dict[str, bytes] = dict(archive("mixed", 1).files)
        what = chance.choice(("unzip", "unzip", "include", "file", "zip", "library"))
        words: tuple[str, ...] = ("brant", "datasets", "download", handle, "-q", "-p", str(into))
        if what == "unzip":
            words = (*words, "--unzip")
        elif what == "include":
            words = (*words, "--include", "small/*")
            files = {name: data for name, data in files.items() if name.startswith("small/")}
        elif what == "file":
            words = (*words, "-f", _LARGE)
            files = {_LARGE: files[_LARGE]}
        elif what == "zip":
            files = {"many-geese.zip": zipped}
        else:
            words = ("library", handle)
            into = folder / "cache" / "datasets" / handle / "versions" / "1"
        self._words = words
        # Only the head of the answer tells whether the one file that is there is still the right one.
        self._asks_always = what in ("file", "zip")
        self._size = sum(map(len, files.values()))
        self._watch = Watch(into, Truth((zipped, archive("mixed", 1).files[_LARGE]), (files,)))
        # The library believes its cache, for `brant cache verify` to look into.
        self._watch.checks_finished = what != "library"
        self._tally = Tally(runs=1)

    def play(self) -> Tally:
        leaks = Leaks()
        for _ in range(self._chance.randint(1, 2)):
            outcome = self._live(self._draw_life())
            if self._chance.random() < 0.3:
                self._disturb()
            if outcome.done:
                break
        before = 0 if self._asks_always and self._watch.last.whole else self._watch.last.total
        peaceful = Life(Schedule(), must=True, in_process=False)
        self._live(peaceful)
        # Deflated or not, what is packed is not larger than what comes out of it by more than a little.
        if not self._watch.may_shrink:
            self._tally.refetched += check_thrift(peaceful, self._size - before + _LOOK)
        leaks.check()
        return self._tally

    def _live(self, life: Life) -> Outcome:
        environ = {
            **self._stage.api.environ,
            "HOME": str(self._home),
            "KAGGLEHUB_CACHE": str(self._home / "cache"),
            "LANG": "C.UTF-8",
        }

        def job(proxy: str) -> Job:
            return Job(
                "program", "", str(self._home), proxy, words=self._words, environ=tuple(environ.items())
            )

        return live(self._stage, life, job, self._watch, self._tally)

    def _draw_life(self) -> Life:
        chance = self._chance
        schedule = draw_schedule(chance, _KINDS, most=2, among=6)
        life = Life(schedule, in_process=False)
        # What a method of the API answers is no matter of luck: 500 is its last word.
        life.must = schedule.planned <= TRANSIENT - _CONFUSING - {"status 500"}
        life.may = {"InvalidInput"} if schedule.planned & _CONFUSING else set()
        if self._kill:
            life.must = False
            life.may |= {"killed"}
            life.kill_at = chance.randrange(1, self._size)
        return life

    def _disturb(self) -> None:
        kind = self._chance.choice(disturb.KINDS)
        before = look(self._watch.folder, self._watch.truth)
        if disturb.disturb(self._chance, kind, self._watch, before):
            self._tally.faults[kind] += 1
            self._watch.last = before
