"""Load: how busy the server is, told by how late its event loop wakes and by calls in want of a thread."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from anyio.to_thread import current_default_thread_limiter

_INTERVAL: Final = 0.25
# One look moves the level by a fifth of the difference: about a second to follow a change.
_SMOOTHING: Final = 0.2
# Seconds late: what busy threads cause by themselves is no load; a second late is all of it.
_LATE: Final = (0.1, 1.0)
# Calls that wait for one of the 40 threads.
_WAITING: Final = (40.0, 200.0)


class Load:
    """A smoothed level from 0 (nothing waits) to 1 (everything does)."""

    def __init__(self) -> None:
        self._level = 0.0

    def __call__(self) -> float:
        """The level now."""
        return self._level

    def note(self, late: float, waiting: int) -> None:
        """The event loop woke `late` seconds after its time, with `waiting` calls in want of a thread."""
        seen = max(_share(late, *_LATE), _share(waiting, *_WAITING))
        self._level += (seen - self._level) * _SMOOTHING

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Looks four times a second at the running event loop and its threads."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        time: Callable[[], float] = asyncio.get_running_loop().time
        threads = current_default_thread_limiter()
        while True:
            due = time() + _INTERVAL
            await asyncio.sleep(_INTERVAL)
            self.note(time() - due, threads.statistics().tasks_waiting)


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
