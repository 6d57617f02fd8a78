"""Supervision: a server starts its workers when there is work, and again when they die."""

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from brant.errors import BrantError
from brant.server.domain.services import DATABASE_NAME
from brant.server.settings import Settings
from brant.server.store.database import Database
from brant.server.store.tables import jobs

_POLL_SECONDS: Final = 0.1
# A worker that dies is started again after this, then after twice as long, and so on.
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 10.0
# One that lived for so long did not die of its start.
_LIVED_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 3.0

_PROGRAM: Final = """\
import sys
sys.path.insert(0, sys.argv[1])
from brant.server.main import main
sys.exit(main(sys.argv[2:]))
"""
_ROOT: Final = Path(__file__).parents[3]

_log: Final = logging.getLogger(__name__)


@contextmanager
def supervising(settings: Settings) -> Iterator[None]:
    """Keeps workers as the settings tell while the body runs; none are started before there is a job.

    The database must be up to date.
    """
    arguments = ["--data", str(settings.data), "--worker-memory", str(settings.worker_megabytes)]
    if settings.verbose:
        arguments.append("--verbose")
    over = threading.Event()
    with closing(Database(settings.data / DATABASE_NAME)) as db:
        places = range(settings.workers)
        overseers = [_Overseer(db, [*arguments, "--leash", f"serve/{place}"], over) for place in places]
        for overseer in overseers:
            overseer.start()
        try:
            yield
        finally:
            over.set()
            for overseer in overseers:
                overseer.stop()
            for overseer in overseers:
                overseer.join()


class _Overseer(threading.Thread):
    """Sees to one worker."""

    def __init__(self, db: Database, arguments: Sequence[str], over: threading.Event) -> None:
        super().__init__(name="overseer")
        self._db = db
        self._command = [sys.executable, "-c", _PROGRAM, str(_ROOT), "worker", *arguments]
        self._over = over
        self._beginning = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Starts it when there is work, again and again."""
        pause = _FIRST_PAUSE
        while self._work_awaited():
            begun = time.monotonic()
            complaint = self._attended()
            if not complaint or self._over.is_set():
                continue
            _log.warning("%s; another one follows", complaint)
            pause = (
                _FIRST_PAUSE if time.monotonic() - begun > _LIVED_SECONDS else min(2 * pause, _LONGEST_PAUSE)
            )
            self._over.wait(pause)

    def stop(self) -> None:
        """Tells the worker to stop, and waits until it has."""
        with self._beginning:
            process = self._process
        if process is None:
            return
        process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()

    def _attended(self) -> str:
        """Has a worker from its start to its end; what was wrong with that, if anything."""
        try:
            process = self._begun()
        except OSError as error:  # no process or memory to spare: the next moment may have some
            return f"a worker cannot be started ({error})"
        code = 0 if process is None else process.wait()
        return f"a worker ended by itself (code {code})" if code else ""

    def _begun(self) -> "subprocess.Popen[bytes] | None":
        """A worker that hears by the end of its standard input that the server is gone, however it went."""
        with self._beginning:
            if self._over.is_set():
                return None
            # In a session of its own: a Ctrl-C is the server's, which tells the worker.
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
            )
            return self._process

    def _work_awaited(self) -> bool:
        """Waits for a job; False when the server stops first."""
        seen = -1
        while not self._over.is_set():
            try:
                state = self._db.state()
                if state != seen and self._is_work():
                    return True
                seen, pause = state, _POLL_SECONDS
            except (BrantError, sa.exc.SQLAlchemyError, sqlite3.Error):
                _log.exception("the queue cannot be read")
                pause = _LONGEST_PAUSE
            self._over.wait(pause)
        return False

    def _is_work(self) -> bool:
        with self._db.read() as connection:
            return connection.scalar(sa.select(jobs.c.id).limit(1)) is not None
