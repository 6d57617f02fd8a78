"""Guesses: who tries passwords again and again has to wait, for longer each time."""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from brant.errors import RateLimited, Unauthenticated
from brant.server.domain.accounts import peers

# Beyond so many, those untouched for longest are forgotten: no flood of names fills the memory.
_REMEMBERED: Final = 10_000


class Rule(NamedTuple):
    """After `free` wrong tries in a row the next wait doubles, from one second up to `longest`.

    A wrong try is forgotten in `longest`, so those who go on end up with one try in as much time.
    """

    free: int
    longest: timedelta


# One address that tries one name: what a guesser is, and a person who forgot.
PAIR: Final = Rule(5, timedelta(minutes=15))
# One address, whatever the names: an office behind one address must get by.
ADDRESS: Final = Rule(20, timedelta(minutes=1))
# One name, whatever the addresses. Gentle, since it is what strangers can do to the owner of the name;
# an address from which they signed in before is free of it.
NAME: Final = Rule(100, timedelta(seconds=10))
# Behind a proxy on this machine everybody has a loopback address, so it must not keep anybody out for long.
SHARED_PAIR: Final = Rule(5, timedelta(seconds=30))
SHARED_ADDRESS: Final = Rule(100, timedelta(seconds=10))

_Key = tuple[str, ...]


class _Tally(NamedTuple):
    level: float
    last: datetime


class Guesses:
    """Counts wrong tries, in memory.

    One process serves a data folder, and nobody outside decides when it starts again; in the database each
    wrong try of a stranger would cost a write.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: OrderedDict[_Key, _Tally] = OrderedDict()
        self._known: OrderedDict[_Key, None] = OrderedDict()

    @contextmanager
    def attempt(self, name: str, address: str, now: datetime) -> Iterator[None]:
        """Around one try of `name` from an IP `address`: wrong if the body raises Unauthenticated.

        Raises RateLimited where it comes too early; that one does not count.
        """
        network, is_shared = peers.network(address), peers.is_shared(address)
        rules = self._rules(name, network, is_shared=is_shared)
        self._begin(rules, now)
        try:
            yield
        except Unauthenticated:
            raise
        except BaseException:
            self._withdraw(rules)
            raise
        self._withdraw(rules)
        self._remember(name, network, is_shared=is_shared)

    def _rules(self, name: str, network: str, *, is_shared: bool) -> dict[_Key, Rule]:
        with self._lock:
            is_known = (name, network) in self._known
        rules = {
            (name, network): SHARED_PAIR if is_shared else PAIR,
            ("address", "", network): SHARED_ADDRESS if is_shared else ADDRESS,
        }
        return rules if is_known else {**rules, ("name", name, ""): NAME}

    def _begin(self, rules: dict[_Key, Rule], now: datetime) -> None:
        """Counts the try as wrong before it is known to be; else a hundred at once would count as none."""
        with self._lock:
            wait = max(_wait(rule, self._tallies.get(key), now) for key, rule in rules.items())
            if wait > timedelta():
                seconds = math.ceil(wait.total_seconds())
                raise RateLimited(f"too many wrong tries: wait {_in_words(seconds)}, then try again", seconds)
            for key, rule in rules.items():
                self._tallies[key] = _Tally(_level(rule, self._tallies.get(key), now) + 1, now)
                self._tallies.move_to_end(key)
            while len(self._tallies) > _REMEMBERED:
                self._tallies.popitem(last=False)

    def _withdraw(self, rules: dict[_Key, Rule]) -> None:
        with self._lock:
            for key in rules:
                tally = self._tallies.get(key)
                if tally is not None:
                    self._tallies[key] = tally._replace(level=max(0.0, tally.level - 1))

    def _remember(self, name: str, network: str, *, is_shared: bool) -> None:
        with self._lock:
            # Only the pair starts anew: signing in to an account of one's own must not buy tries of others.
            self._tallies.pop((name, network), None)
            if not is_shared:
                self._known[(name, network)] = None
                self._known.move_to_end((name, network))
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _level(rule: Rule, tally: _Tally | None, now: datetime) -> float:
    return 0.0 if tally is None else max(0.0, tally.level - _since(tally, now) / rule.longest)


def _wait(rule: Rule, tally: _Tally | None, now: datetime) -> timedelta:
    if tally is None or tally.level < rule.free:
        return timedelta()
    # Beyond 2**20 seconds any rule's longest wait has been reached.
    doubled = timedelta(seconds=2 ** min(tally.level - rule.free, 20))
    return min(doubled, rule.longest) - _since(tally, now)


def _since(tally: _Tally, now: datetime) -> timedelta:
    """A clock that is set back must not make anybody wait until it is there again."""
    return max(timedelta(), now - tally.last)


def _in_words(seconds: int) -> str:
    if seconds <= 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{math.ceil(seconds / 60)} minutes"
