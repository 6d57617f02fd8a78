"""Rate limits: how much one user, one token and one address may ask for in a while.

Counted in sliding windows of the `limits` library's storages; measured per call, limits and all: see bench/.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from math import floor
from typing import Final, Literal, NamedTuple

from limits.storage import SlidingWindowCounterSupport

from brant.errors import Quota, RateLimited, Unauthenticated
from brant.server.domain.accounts.peers import network
from brant.server.domain.actor import Actor

WINDOW: Final = 60
"""Seconds in which calls are counted, where nothing else is said."""

Kind = Literal["user", "token", "address", "anonymous", "open", "bytes", "failures"]

# A request is ten points, so that what costs little can cost a tenth.
REQUEST: Final = 10
_LIST: Final = 20
COSTS: Final[Mapping[str, int]] = {
    # One action of a person asks for thousands of these: one for each file.
    "StartBlobUpload": 1,
    "ClaimBlobs": 2,
    "DownloadDataset": 2,
    # Polled while something is under way.
    "GetDatasetStatus": 5,
    # These write much in one transaction.
    "CreateDataset": 20,
    "CreateDatasetVersion": 20,
    "CreateDatasetVersionById": 20,
    # The OAuth endpoints. An application may ask about each request that it gets itself.
    "introspect": 2,
    # A small answer from the storage: half of what the address for it has cost.
    "bytes": 1,
    # Anybody may, and each leaves a row, by whichever door.
    "register": 50,
    "RegisterOAuthClient": 50,
}
"""What a call costs, in tenths of a request, where it is not one request: by the name of a method, or by a
word of `OPEN`.

Methods that list or search cost two (`cost_of`).
"""
OPEN: Final = frozenset({"token", "introspect", "revoke", "register", "page", "bytes"})
"""What is no method, and is asked for without an access token: OAuth endpoints, pages, small answers from the
storage."""
SMALL: Final = 64 * 1024
"""Bytes from which on an answer from the storage costs nothing: the wire limits how many there can be."""
AT_ONCE: Final = 512
"""Answers from the storage that may be under way to one address."""


class _Rule(NamedTuple):
    """`share` of the limit of one user; what is counted, and for whom; what they can do besides waiting."""

    share: float
    what: str
    whom: str
    advice: str


_ASK_LESS: Final = "and keep what you have, or ask for larger pages, instead of asking so often"
_RULES: Final[Mapping[Kind, _Rule]] = {
    "user": _Rule(1.0, "requests", "one user", _ASK_LESS),
    # A script that runs wild leaves its user something for everything else.
    "token": _Rule(0.75, "requests", "one token", _ASK_LESS),
    "address": _Rule(5.0, "requests", "all users at one address together", _ASK_LESS),
    "anonymous": _Rule(
        0.5, "requests", "callers without credentials at one address", "or send a token: with one it is more"
    ),
    "open": _Rule(0.5, "requests", "pages and logins at one address", "and let fewer programs ask at once"),
    "bytes": _Rule(
        5.0,
        "small requests to the storage",
        "one address",
        "and ask for larger ranges, or for the whole as one archive",
    ),
    "failures": _Rule(
        0.1, "wrong credentials", "one address", "with a token or key that has worked here it is at once"
    ),
}
_TOO_MANY_AT_ONCE: Final = (
    f"more than {AT_ONCE} downloads are under way to one address: try again once some have ended, "
    "and use fewer connections"
)
# What is left of each limit when the server is as busy as can be.
_LEAST: Final = 0.25
_PROVEN: Final = 10_000


class Limits:
    """Counts what callers ask for. `requests`: of one user in `window` seconds; 0 limits nothing.

    `storage` holds the counters: any of the `limits` library's that knows sliding windows. `load` tells how
    busy the server is, from 0 to 1; limits fall with it, to a quarter.
    """

    def __init__(
        self,
        requests: int,
        storage: SlidingWindowCounterSupport,
        load: Callable[[], float] = lambda: 0.0,
        window: int = WINDOW,
    ) -> None:
        self._requests = requests
        self._window = window
        self._storage = storage
        self._load = load
        self._proven: OrderedDict[bytes, None] = OrderedDict()
        self._under_way: Counter[str] = Counter()

    def spend(self, *, what: str, address: str, actor: Actor | None = None) -> None:
        """Counts one call of `what`: the name of a method, or a word of `OPEN`.

        A caller who is no actor is known by address alone. A call that is refused costs nothing.
        Raises RateLimited, which names the limit and says when the same call will fit into it.
        """
        if not self._requests:
            return
        who: tuple[tuple[Kind, object], ...]
        who = (("open" if what in OPEN else "anonymous", network(address)),)
        if actor is not None:
            who = (("address", network(address)), ("user", actor.user_id), ("token", actor.token_id))
        charges = [
            self._charge(kind, caller, cost_of(what), what) for kind, caller in who if caller is not None
        ]
        for charge in charges:
            self._storage.acquire_sliding_window_entry(charge.key, charge.limit, self._window, charge.points)

    @contextmanager
    def fetching(self, address: str) -> Iterator[Callable[[int], None]]:
        """Around an answer from the storage; what it gives is told the bytes that were sent.

        Whoever downloads with dozens of connections, in hundreds of ranges, is counted for nothing; who has
        small ones answered without end is, once each is answered. Raises RateLimited, also for more than
        `AT_ONCE`.
        """
        if not self._requests:
            yield lambda _: None
            return
        sent = 0

        def note(count: int) -> None:
            nonlocal sent
            sent += count

        peer = network(address)
        if self._under_way[peer] >= AT_ONCE:
            raise RateLimited(_TOO_MANY_AT_ONCE, 1)
        charge = self._charge("bytes", peer, cost_of("bytes"), "bytes")
        self._under_way[peer] += 1
        try:
            yield note
        finally:
            self._under_way[peer] -= 1
            if not self._under_way[peer]:
                del self._under_way[peer]
            if sent < SMALL:
                self._storage.acquire_sliding_window_entry(
                    charge.key, charge.limit, self._window, charge.points
                )

    @contextmanager
    def guarding(self, address: str, credentials: Sequence[str]) -> Iterator[None]:
        """`admit`, then takes Unauthenticated, raised inside, for `wrong`, and a good end for `right`."""
        self.admit(address, credentials)
        try:
            yield
        except Unauthenticated:
            self.wrong(address)
            raise
        self.right(credentials)

    def admit(self, address: str, credentials: Sequence[str]) -> None:
        """Raises RateLimited, before anything is looked up, where too many wrong ones came from `address`.

        `credentials` that have been right lately are let through all the same: who guesses shuts out nobody
        who works at the same address.
        """
        if self._requests and _digest(credentials) not in self._proven:
            self._charge("failures", network(address), REQUEST, "")

    def wrong(self, address: str) -> None:
        """Credentials from `address` were wrong."""
        if self._requests:
            key, limit = f"failures/{network(address)}", self._limit("failures", 1.0)
            self._storage.acquire_sliding_window_entry(key, limit, self._window, REQUEST)

    def right(self, credentials: Sequence[str]) -> None:
        """`credentials` were right. Never say so of what nobody has looked up."""
        if self._requests:
            digest = _digest(credentials)
            self._proven[digest] = None
            self._proven.move_to_end(digest)
            if len(self._proven) > _PROVEN:
                self._proven.popitem(last=False)

    def _charge(self, kind: Kind, caller: object, cost: int, what: str) -> "_Charge":
        """What is to be counted where. Raises RateLimited where it does not fit."""
        limit = self._limit(kind, 1 - (1 - _LEAST) * self._load())
        charge = _Charge(f"{kind}/{caller}", limit, min(cost, limit))
        previous, left, current, ttl = self._storage.get_sliding_window(charge.key, self._window)
        used = floor(previous * left / self._window + current)
        if used + charge.points > limit:
            wait = _wait(
                previous,
                left,
                current,
                ttl - self._window,
                room=limit - charge.points + 1,
                window=self._window,
            )
            quota = Quota(limit // REQUEST, max(0, limit - used) // REQUEST, self._window, wait)
            raise RateLimited(_words(kind, quota, cost, what, self._limit(kind, 1.0)), wait, quota)
        return charge

    def _limit(self, kind: Kind, share: float) -> int:
        """In points."""
        return max(1, int(self._requests * _RULES[kind].share * share)) * REQUEST


class _Charge(NamedTuple):
    """`points` to be counted under `key`, which has `limit` of them."""

    key: str
    limit: int
    points: int


def cost_of(what: str) -> int:
    """What a call of `what` costs, in points: ten are a request."""
    return COSTS.get(what) or (_LIST if what.startswith(("List", "Search")) else REQUEST)


def _digest(credentials: Sequence[str]) -> bytes:
    return sha256("\0".join(credentials).encode()).digest()


def _wait(previous: int, left: float, current: int, rest: float, *, room: int, window: int) -> int:
    """Whole seconds until less than `room` points are in the sliding window, if none come meanwhile.

    `previous` weighs `left` seconds' worth; the window under way ends in `rest` seconds, and `current` then
    fades in its turn.
    """
    if current < room:
        seconds = left - (room - current) * window / previous
    else:
        seconds = rest + window - room * window / current
    return max(1, floor(seconds) + 1)


def _words(kind: Kind, quota: Quota, cost: int, what: str, usual: int) -> str:
    rule = _RULES[kind]
    counts = "" if cost == REQUEST else f" ({what} counts as {cost / REQUEST:g})"
    busy = (
        ""
        if quota.limit * REQUEST == usual
        else f", lowered from {usual // REQUEST} while the server is busy"
    )
    period = "a minute" if quota.window == 60 else f"in {quota.window:.0f} s"
    return (
        f"too many {rule.what}: the limit is {quota.limit} {period} for {rule.whom}{counts}{busy}; "
        f"try again in {quota.resets:.0f} s, {rule.advice}"
    )
