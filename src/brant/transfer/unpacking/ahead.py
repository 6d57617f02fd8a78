"""Takes the items of an iterator in another thread, some of them before they are asked for."""

from collections import deque
from collections.abc import Iterator
from threading import Condition, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from brant.transfer.connections.threads import begin

_T = TypeVar("_T")


class Ahead(Generic[_T]):
    """The items of an iterator, up to `depth` of them early, and then what it raises.

    To be left as a context manager: its thread has ended then, as soon as the iterator gives way.
    """

    def __init__(self, items: Iterator[_T], depth: int) -> None:
        self._items = items
        self._depth = depth
        self._early: deque[_T] = deque()
        self._changed = Condition()
        self._is_over = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        begin(self._thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join()

    def __iter__(self) -> Iterator[_T]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._early or self._is_over)
                if not self._early:
                    break
                item = self._early.popleft()
                self._changed.notify_all()
            yield item
        if self._error:
            raise self._error

    def _work(self) -> None:
        try:
            for item in self._items:
                if not self._offer(item):
                    return
        except BaseException as error:  # noqa: BLE001 - raised where the items are taken
            self._error = error
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()

    def _offer(self, item: _T) -> bool:
        """Once there is room for it; False when nobody takes any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or len(self._early) < self._depth)
            if not self._is_over:
                self._early.append(item)
                self._changed.notify_all()
            return not self._is_over
