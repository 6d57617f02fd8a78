"""The database: one SQLite file in WAL mode, read by many, written by one at a time."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from brant.errors import InvalidInput, LocalFailure, Unreachable
from brant.server.store.disk import is_busy, recorded

HEAD: Final = "0003"

# How long a writer waits for another process before it gives up.
_BUSY_SECONDS: Final = 30
_NOTE_SECONDS: Final = 1
_TRY_SECONDS: Final = 0.001
_DURABLE: Final = ("durable", "migrate")
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Database:
    """Transactions on the file at `path`, which is made when it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = threading.Lock()
        self._watch = threading.Lock()
        self._watcher: sqlite3.Connection | None = None
        self._engine = sa.create_engine(
            sa.URL.create("sqlite+pysqlite", database=str(path)),
            connect_args={"timeout": _BUSY_SECONDS},
            pool_size=8,
            max_overflow=64,
            pool_timeout=_BUSY_SECONDS,
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout, and waits for nobody."""
        with self._transaction("") as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """The one writing transaction of this moment, in all processes; rolled back on any exception.

        Once it ends it outlives the process; a `durable` one, and all before it, outlives a power cut too.
        Not to be nested in another. Raises LocalFailure when the disk is full, Unreachable when another
        process writes for too long.
        """
        with self._writer, self._transaction("durable" if durable else "write") as connection:
            yield connection

    def note(self, *statements: sa.Executable) -> None:
        """Writes what is only nice to know, such as a count: reading must not fail or wait long for it.

        It is left out where this or another process writes for longer than a moment.
        """
        if not self._writer.acquire(timeout=_NOTE_SECONDS):
            return
        try:
            with contextlib.suppress(LocalFailure, Unreachable), self._transaction("note") as connection:
                for statement in statements:
                    connection.execute(statement)
        finally:
            self._writer.release()

    def state(self) -> int:
        """A number that is another one once anything was committed, by whichever process; takes microseconds.

        What was read after it was asked for holds as long as it stays the same.
        """
        with self._watch:
            if self._watcher is None:
                # One that never writes: its own commits would not show (PRAGMA data_version).
                self._watcher = sqlite3.connect(
                    self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
                )
            number: int = self._watcher.execute("PRAGMA data_version").fetchall()[0][0]
            return number

    def migrate(self, revision: str = HEAD) -> None:
        """Brings the tables to `revision`, up or down; at a start-up they mostly are there already."""
        current = self.revision()
        if current == revision:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
        if current is not None and current not in known:
            raise LocalFailure(
                f"{self.path} was written by a later brant (revision {current}): serve it with that one"
            )
        down = current is not None and (
            revision == "base" or known.index(current) < known.index(revision)  # newest first
        )
        # To change a table is to make it anew; what refers to it must not go with the old one.
        try:
            with self._writer, self._transaction("migrate") as connection:
                config.attributes["connection"] = connection
                (command.downgrade if down else command.upgrade)(config, revision)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise LocalFailure(
                        f"{self.path} has a row in {broken[0]} that refers to nothing: restore it"
                    )
        finally:
            self._engine.dispose()  # the connection that minds no foreign keys is of no further use

    def revision(self) -> str | None:
        """The revision that the tables are at; None for an empty database."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return found

    def backup(self, to: Path) -> None:
        """Writes one consistent state of the database to the new file `to`, while others read and write.

        Raises LocalFailure where that cannot be written.
        """
        try:
            with (
                self.read(),
                closing(sqlite3.connect(self.path)) as source,
                closing(sqlite3.connect(to)) as target,
            ):
                source.backup(target)
        except sqlite3.Error as error:
            raise LocalFailure(f"cannot copy the database to {to}: {error}") from error

    def close(self) -> None:
        """Closes every connection; the object is of no use afterwards."""
        self._engine.dispose()
        with self._watch:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[Connection]:
        with (
            recorded(),
            self._engine.connect().execution_options(brant_mode=mode) as connection,
            connection.begin(),
            _numbers_that_fit(),
        ):
            yield connection


@contextmanager
def _numbers_that_fit() -> Iterator[None]:
    """A number that came over the wire may be larger than any that is stored; so it can name nothing here."""
    try:
        yield
    except OverflowError:
        raise InvalidInput("a number in the request is beyond 64 bits: send a smaller one") from None


def _prepare(connection: Any, _record: object) -> None:
    # Transactions are begun by `_begin` alone, never by the driver.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "temp_store = MEMORY", "cache_size = -16384"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("brant_mode")
    # In WAL mode NORMAL survives the death of the process, FULL that of the machine.
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if mode in _DURABLE else 'NORMAL'}")
    if mode == "migrate":  # it cannot be told within a transaction
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if mode:
        _begin_writing(connection, _NOTE_SECONDS if mode == "note" else _BUSY_SECONDS)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection, seconds: float) -> None:
    """Begins once no other process writes; raises OperationalError when that takes longer than `seconds`.

    SQLite itself would sleep for up to 100 ms between two tries (`sqliteDefaultBusyCallback`): beside a
    process that writes one transaction after another, such a sleeper hardly ever comes in time for the gap.
    """
    end = time.monotonic() + seconds
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            break
        except OperationalError as error:
            if not is_busy(error) or time.monotonic() >= end:
                raise
        time.sleep(_TRY_SECONDS)
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
