"""Where runs happen: an origin, a zygote, a proxy for each life; and what every life is judged by."""

import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol, Self

from tests.faults.api import Api
from tests.faults.archives import archive
from tests.faults.engine import Job, Outcome, perform
from tests.faults.evidence import Held, Truth, look
from tests.faults.origin import Origin
from tests.faults.proxy import Proxy
from tests.faults.schedule import DAMAGE_KINDS, Fault, Schedule
from tests.faults.zygote import Zygote

_LONGEST: Final = 30.0
_LOG: Final = logging.getLogger(__name__)

ENDS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("cut", "reset", "stall", "trickle", "refuse", "short range"), ("Unreachable",)),
    "other range": ("ServerFailure",),
    "whole for a range": ("Conflict", "ServerFailure"),
    "range as 200": ("Conflict", "ServerFailure", "Corrupt"),
    "sign-in page": ("Conflict", "ServerFailure", "Corrupt"),
    **dict.fromkeys(DAMAGE_KINDS, ("Corrupt", "InvalidInput", "Conflict", "ServerFailure")),
    **dict.fromkeys(("cut up", "reset up", "stall up", "lost answer"), ("Unreachable", "ServerFailure")),
    "flip up": ("Garbled",),
    "lie": ("ServerFailure", "InvalidInput", "Conflict"),
    "status 403": ("PermissionDenied",),
    "status 404": ("NotFound",),
    "status 416": ("ServerFailure", "InvalidInput"),
    "status 429": ("RateLimited",),
    "status 500": ("ServerFailure",),
    "status 503": ("Unreachable",),
}
"""How a run may end badly, by the kind of fault: each with the class that says what it was."""


@dataclass
class Tally:
    """What many runs did."""

    runs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    refetched: int = 0
    """Bytes that clean reruns fetched beyond what was missing."""

    def add(self, other: "Tally") -> None:
        self.runs += other.runs
        self.faults.update(other.faults)
        self.outcomes.update(other.outcomes)
        self.seconds += other.seconds
        self.refetched += other.refetched


class Stage:
    """Shared by all runs of a session. Used as a context manager."""

    def __init__(self) -> None:
        self.origin = Origin()
        self._zygotes = [Zygote(), Zygote()]
        self._api: Api | None = None
        self._dataset: tuple[str, bytes] | None = None

    def __enter__(self) -> Self:
        self.origin.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._api:
            self._api.close()
        for zygote in self._zygotes:
            zygote.__exit__()
        self.origin.__exit__()

    def zygote(self, number: int = 0) -> Zygote:
        """One of two: a job occupies one until it has ended."""
        return self._zygotes[number]

    @property
    def api(self) -> Api:
        """Our server, started when it is first needed."""
        if self._api is None:
            self._api = Api()
        return self._api

    @property
    def dataset(self) -> tuple[str, bytes]:
        """A dataset at our server with the files of `archive("mixed", 1)`: its handle, and its zip."""
        if self._dataset is None:
            from brant.client.datasets import source
            from brant.client.downloads.choosing import download
            from brant.contract.handles import DatasetHandle

            handle = self.api.publish(archive("mixed", 1).files)
            with TemporaryDirectory(prefix="faults-") as folder:
                (arrived,) = download(source(self.api.session, DatasetHandle.parse(handle)), Path(folder))
                self._dataset = handle, arrived.path.read_bytes()
        return self._dataset


class Judge(Protocol):
    """Checks the invariants of one run: at each fault, and after each life."""

    def observe(self, fault: Fault) -> None: ...

    def after(self, outcome: Outcome, *, must: bool, may: set[str]) -> None: ...


def judge_end(outcome: Outcome, *, must: bool, may: set[str]) -> None:
    """`must` a life have ended well, and else how `may` it have? Its error is one line."""
    assert outcome.done or not must, f"should have ended well, and: {outcome}"
    assert outcome.done or outcome.kind in may, f"ended with {outcome}, and not with one of {sorted(may)}"
    assert "\n" not in outcome.message, outcome.message
    assert outcome.done or outcome.message or outcome.kind == "killed", f"says nothing: {outcome}"


class Watch:
    """The invariants of one run, checked at each fault and after each life."""

    def __init__(self, folder: Path, truth: Truth) -> None:
        self.folder = folder
        self.truth = truth
        self.may_shrink = False
        """Set where a check may fail: damaged bytes, a changed object."""
        self.checks_finished = False
        """Set where a file at its place is told from one that is damaged."""
        self.spoiled: set[str] = set()
        """Finished files that somebody has laid hands on."""
        self.last = Held()

    def observe(self, fault: Fault) -> None:
        """Just before a fault: what was proven still is."""
        self._take(f"before the {fault.kind}", look(self.folder, self.truth))

    def after(self, outcome: Outcome, *, must: bool, may: set[str]) -> None:
        held = look(self.folder, self.truth)
        self._take(f"after {outcome.kind}", held)
        judge_end(outcome, must=must, may=may)
        if outcome.done:
            self._is_whole(held)

    def _take(self, when: str, held: Held) -> None:
        assert not held.violations, f"{when}: {held.violations}"
        self.spoiled &= held.wrong
        wrong = held.wrong - self.spoiled
        assert not wrong, f"{when}: not the right bytes: {sorted(wrong)}"
        if not self.may_shrink:
            lost = held.lost_since(self.last)
            if lost:
                # A file that gets its name while it is being read is seen in part before, in part after.
                held = look(self.folder, self.truth)
                lost = held.lost_since(self.last)
            assert not lost, f"{when}: proven bytes were lost: {lost}"
        self.last = held

    def _is_whole(self, held: Held) -> None:
        names = {frozenset(files) for files in self.truth.files}
        assert frozenset(held.whole) in names, f"there should be {names}, and there is {sorted(held.whole)}"
        assert not held.begun, f"left over: {sorted(held.begun)}"
        files = {
            path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()
        }
        assert files == set(held.whole), f"left over: {sorted(files - set(held.whole))}"


@dataclass
class Life:
    """One process, or one call: what befalls it, and how it may end."""

    schedule: Schedule
    must: bool = False
    may: set[str] = field(default_factory=set)
    kill_at: int | None = None
    """Bytes after which it is killed."""
    linger: float = 0.0
    """Seconds between these bytes and the kill."""
    rate: float | None = None
    """Bytes per second of one connection."""
    in_process: bool = True
    fetched: int = 0
    """Afterwards: bytes of bodies that were sent to the client."""
    asked: int = 0
    """Afterwards: bytes of objects that answers began to bring, each byte counted once."""
    sent: int = 0
    """Afterwards: bytes of bodies that were sent to origins."""
    abandoned: int = 0
    """Afterwards: answers that the client left before their end."""


def live(stage: Stage, life: Life, job: Callable[[str], Job], judge: Judge, tally: Tally) -> Outcome:
    """Let one life pass, and judge it. `job` makes the job for a proxy's address."""
    proxy = Proxy(life.schedule, observe=judge.observe, rate=life.rate)
    with proxy:
        made = job(proxy.address)
        _LOG.info("%s %s", life.schedule, made)
        with _bounded(_LONGEST):
            outcome = perform(made) if life.in_process else _apart(stage.zygote(), life, made, proxy)
    life.fetched, life.sent, life.abandoned = proxy.down, proxy.up, proxy.abandoned
    life.asked = sum(spans.total for spans in proxy.spans.values())
    _LOG.info("%s: %s", life.schedule.injected, outcome)
    for error in proxy.errors:
        raise error
    tally.faults.update(life.schedule.injected)
    tally.outcomes[outcome.kind] += 1
    may = life.may | {name for kind in life.schedule.planned for name in ENDS.get(kind, ())}
    judge.after(outcome, must=life.must, may=may)
    return outcome


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Every life ends: one that does not is broken off, and is a failure."""

    def ring(*_: object) -> None:
        raise AssertionError(f"it is still at it after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _apart(zygote: Zygote, life: Life, job: Job, proxy: Proxy) -> Outcome:
    begun = threading.Event()

    def kill() -> None:
        begun.wait(10)
        if life.linger:
            time.sleep(life.linger)
        with suppress(ProcessLookupError):
            zygote.kill()

    if life.kill_at is not None:
        proxy.when_carried(life.kill_at, kill)
    zygote.begin(job)
    begun.set()
    try:
        return zygote.end()
    except BaseException:
        zygote.kill()
        zygote.end()
        raise


IN_BUFFERS: Final = 6 * 1024 * 1024
"""What the buffers of a connection can hold: who closes it early has been sent so much, and never took it."""


def check_thrift(life: Life, missing: int) -> int:
    """No byte was asked for but those missing, and none came twice; how many more than these came."""
    assert life.asked <= missing, f"{life.asked} bytes were asked for where {missing} were missing"
    most = missing + life.abandoned * IN_BUFFERS
    assert life.fetched <= most, f"{life.fetched} bytes came where {missing} were missing"
    return max(0, life.fetched - missing)


class Leaks:
    """Open files and threads of this process: as many after a run as before it."""

    def __init__(self) -> None:
        self._files, self._threads = self._count()

    def check(self) -> None:
        """What is being left behind has a few seconds to end by itself."""
        until = time.monotonic() + 8
        while time.monotonic() < until:
            files, threads = self._count()
            if files <= self._files and threads <= self._threads:
                return
            time.sleep(0.005)
        raise AssertionError(
            f"{files - self._files} open files and {threads - self._threads} threads more than before: "
            f"{[thread.name for thread in threading.enumerate()]}"
        )

    @staticmethod
    def _count() -> tuple[int, int]:
        return sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count()
