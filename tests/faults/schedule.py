"""Which fault befalls which request: drawn from a seed, so that a run can be had again."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

BODY_KINDS: Final = ("cut", "reset", "stall", "trickle")
"""The answer is right, and ends before its end: by FIN, by RST, by silence, or byte after byte."""

RANGE_KINDS: Final = ("other range", "range as 200", "whole for a range", "sign-in page", "short range")
"""Answers to a ranged request that are of something else than what was asked for."""

UPLOAD_KINDS: Final = ("cut up", "reset up", "stall up", "lost answer", "lie", "flip up")
"""The request is broken off or damaged on its way, its answer is lost, or is a 308 that lies."""

DAMAGE_KINDS: Final = ("flipped bit", "zeros", "lying range")
"""Bytes of the right number that are not the object's: nothing but a hash can tell."""

STATUSES: Final = (403, 404, 416, 429, 500, 503)

KINDS: Final = frozenset(
    {
        *BODY_KINDS,
        *RANGE_KINDS,
        *UPLOAD_KINDS,
        *DAMAGE_KINDS,
        "refuse",
        *(f"status {code}" for code in STATUSES),
    }
)
"""All that a proxy can do."""

TRANSIENT: Final = frozenset({*BODY_KINDS, *RANGE_KINDS, "refuse", "status 429", "status 500", "status 503"})
"""What passes by itself: a download that meets only few of these ends well."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. `where` is how far into the answer, from 0 to 1; `pick` chooses details."""

    kind: str
    where: float = 0.5
    pick: int = 0

    @property
    def status(self) -> int:
        return int(self.kind.removeprefix("status "))


def draw(chance: Random, kinds: tuple[str, ...]) -> Fault:
    """A fault of one of these kinds; the very first and the very last byte come up often."""
    where = chance.choice((0.0, 1.0, chance.random(), chance.random(), chance.random()))
    return Fault(chance.choice(kinds), where, chance.getrandbits(32))


@dataclass
class Schedule:
    """Faults by the number of the request that meets them, counted from 0 as requests come in.

    `ever` befalls each request that no other fault does. Safe to share between threads.
    """

    faults: dict[int, Fault] = field(default_factory=dict)
    ever: Fault | None = None
    injected: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> Fault | None:
        with self._lock:
            number, self.requests = self.requests, self.requests + 1
        return self.faults.get(number, self.ever)

    def note(self, fault: Fault) -> None:
        """The fault has been done, not only planned."""
        with self._lock:
            self.injected[fault.kind] += 1

    @property
    def planned(self) -> set[str]:
        """The kinds that may turn up."""
        return {fault.kind for fault in (*self.faults.values(), *([self.ever] if self.ever else ()))}


def draw_schedule(chance: Random, kinds: tuple[str, ...], *, most: int, among: int) -> Schedule:
    """Up to `most` faults, at least one, among the first `among` requests; often the very first."""
    count = chance.randint(1, most)
    numbers = {0 if chance.random() < 0.3 else chance.randrange(among) for _ in range(count)}
    return Schedule({number: draw(chance, kinds) for number in sorted(numbers)})
