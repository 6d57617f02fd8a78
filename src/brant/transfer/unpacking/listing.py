"""Lists the members of a remote zip: its directory comes, and no member."""

import random as chance
import time
from collections.abc import Callable
from typing import TypeVar

from brant.errors import Conflict
from brant.transfer.archive.directory import Listed, read_directory
from brant.transfer.archive.limits import Limits
from brant.transfer.connections.fleet import Lane, run
from brant.transfer.connections.once import Once
from brant.transfer.connections.pinned import Pinned
from brant.transfer.connections.verdicts import Changed
from brant.transfer.http.pool import Pool
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.progress import Progress, Silent, Waits

_T = TypeVar("_T")


def list_members(
    pool: Pool,
    address: str | Callable[[], str],
    *,
    name: str,
    limits: Limits | None = None,
    progress: Progress | None = None,
    attempts: int = 5,
    sleep: Callable[[float], None] = time.sleep,
    random: Callable[[], float] = chance.random,
) -> list[Listed] | None:
    """The members of the zip at `address`, called `name`; None where the server has no ranges.

    Raises Corrupt for what is no zip or contradicts itself, Conflict when it changes meanwhile, and what
    `download` does for the network and the server.
    """
    delays, note = RetryPolicy(attempts=attempts).delays(random), Waits(progress or Silent()).before
    source = Pinned(pool, address, name)

    def do(errand: Callable[[Lane], _T]) -> _T:
        once = Once(errand)
        run(once, delays, sleep=sleep, note=note)
        return once.result

    whole = do(source.look)
    if whole is not None:
        whole.close()
        return None
    try:
        return read_directory(source.reader(do), source.size, name, limits or Limits())
    except Changed:
        raise Conflict(f"{name} has changed on the server meanwhile; run the same again.") from None
