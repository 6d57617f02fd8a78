"""Upkeep: what a server does on its own, beside serving: it collects what nothing holds or knows any more."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from brant.errors import BrantError
from brant.server.domain.accounts.expiry import forget
from brant.server.domain.blobs import collection
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database

_log: Final = logging.getLogger(__name__)


@contextmanager
def collecting(
    db: Database, store: BlobStore, clock: Callable[[], datetime], every: timedelta
) -> Iterator[None]:
    """Collects at once and then again and again, in a thread of its own, until the body ends."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            _collect(db, store, clock(), over.is_set)
            over.wait(every.total_seconds())

    thread = threading.Thread(target=run, name="collection")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _collect(db: Database, store: BlobStore, now: datetime, stopped: Callable[[], bool]) -> None:
    try:
        forget(db, now)
        done = collection.collect(db, store, now, wait=False, stopped=stopped)
    except BrantError as error:
        _log.warning("nothing could be collected: %s", error.message)
    except Exception:  # noqa: BLE001 - the next one may do better
        _log.exception("collection failed")
    else:
        if done != collection.NOTHING:
            _log.info("collected %d blobs, %d bytes in all", done.blobs, done.bytes)
