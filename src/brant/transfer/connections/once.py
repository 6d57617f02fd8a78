"""A single errand as the whole work of a fleet: it gets the fleet's retries, and can be stopped."""

from collections.abc import Callable
from typing import Generic, TypeVar

from brant.transfer.connections.fleet import Errand, Lane

_T = TypeVar("_T")


class Once(Generic[_T]):
    """Done when `errand` has not failed; `result` is then what it gave."""

    result: _T

    def __init__(self, errand: Callable[[Lane], _T]) -> None:
        self._errand = errand
        self._is_waiting = True

    def take(self) -> Errand | None:
        if not self._is_waiting:
            return None
        self._is_waiting = False
        return self._run

    def _run(self, lane: Lane) -> None:
        try:
            self.result = self._errand(lane)
        except BaseException:
            self._is_waiting = True
            raise
