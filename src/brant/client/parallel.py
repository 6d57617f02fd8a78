"""Does the same with many things on a few threads, and stops at the first failure."""

from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import TypeVar

T = TypeVar("T")


def for_each(items: Iterable[T], work: Callable[[T], None], *, workers: int) -> None:
    """Call `work` with each item, on `workers` threads; raise the first error when those under way have
    ended.

    Items are taken one by one as threads get free, so that any number of them costs no memory.
    """
    waiting = iter(items)
    lock = Lock()
    errors: list[BaseException] = []

    def run() -> None:
        while True:
            with lock:
                if errors:
                    return
                try:
                    item = next(waiting)
                except StopIteration:
                    return
                except BaseException as error:  # noqa: BLE001 - raised below, on the caller's thread
                    errors.append(error)
                    return
            try:
                work(item)
            except BaseException as error:  # noqa: BLE001 - raised below, on the caller's thread
                with lock:
                    errors.append(error)
                return

    threads = [Thread(target=run, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        # The caller was interrupted (Ctrl-C): nobody begins another item.
        with lock:
            errors.append(KeyboardInterrupt())
        raise
    if errors:
        raise errors[0]
