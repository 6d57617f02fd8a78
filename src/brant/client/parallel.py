"""Does the same with many things on a few threads, and stops at the first failure."""

from collections.abc import Callable, Iterable, Iterator
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


def for_each(items: Iterable[T], work: Callable[[T], None], *, workers: int) -> None:
    """Call `work` with each item, on `workers` threads; then raise the first error, if any.

    Items are taken one by one as threads get free, so that any number of them costs no memory.
    """
    queue = _Queue(items)

    def run() -> None:
        try:
            for item in queue:
                work(item)
        except BaseException as error:  # noqa: BLE001 - raised below, on the caller's thread
            queue.stop(error)

    threads = [Thread(target=run, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException as error:
        # The caller was interrupted (Ctrl-C): nobody begins another item.
        queue.stop(error)
        raise
    if queue.error is not None:
        raise queue.error


class _Queue(Generic[T]):
    """Items that several threads share; it ends for all of them at the first failure."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._lock = Lock()
        self.error: BaseException | None = None

    def stop(self, error: BaseException) -> None:
        with self._lock:
            self.error = self.error or error

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._lock:
            if self.error is not None:
                raise StopIteration
            return next(self._items)
