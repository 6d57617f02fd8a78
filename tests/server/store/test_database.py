"""The database: transactions, migrations, backup."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import brant.server.store.database as module
from brant.errors import LocalFailure
from brant.server.store.database import HEAD, Database
from brant.server.store.tables import metadata, users

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "brant.sqlite3")
    yield database
    database.close()


def add(connection: sa.Connection, name: str) -> None:
    connection.execute(sa.insert(users).values(name=name, is_admin=False, created=NOW))


def names(db: Database) -> list[str]:
    with db.read() as connection:
        return list(connection.scalars(sa.select(users.c.name).order_by(users.c.name)))


def tables(db: Database) -> set[str]:
    with db.read() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_the_migrations_make_the_tables_that_the_code_declares(db: Database) -> None:
    db.migrate()

    with db.read() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: not str(name).startswith("dataset_search")},
        )
        assert compare_metadata(context, metadata) == []


def test_its_state_changes_with_every_commit_of_any_process_and_only_then(db: Database) -> None:
    db.migrate()
    states = [db.state(), db.state()]
    names(db)
    states.append(db.state())
    assert len(set(states)) == 1

    with db.write() as connection:
        add(connection, "ada")
        assert db.state() == states[0]
    states.append(db.state())
    with sqlite3.connect(db.path) as other:
        other.execute("UPDATE users SET is_admin = 1")
    other.close()
    states.append(db.state())
    with pytest.raises(ZeroDivisionError), db.write() as connection:
        add(connection, "bob")
        raise ZeroDivisionError
    states.append(db.state())

    assert len(set(states)) == 3
    assert states[-1] == states[-2]


def test_the_migrations_go_down_to_nothing_and_up_again(db: Database) -> None:
    db.migrate()
    full = tables(db)

    db.migrate("base")
    assert tables(db) <= {"alembic_version", "sqlite_sequence"}

    db.migrate()
    assert tables(db) == full


def test_the_head_that_the_code_knows_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_database_of_a_later_release_is_refused(db: Database) -> None:
    db.migrate()
    with db.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(LocalFailure, match="later brant"):
        db.migrate()


def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    db.migrate()

    with pytest.raises(ZeroDivisionError), db.write() as connection:
        add(connection, "ada")
        raise ZeroDivisionError

    assert names(db) == []


def test_a_reader_sees_one_state_while_another_writes(db: Database) -> None:
    db.migrate()
    with db.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(users)) == 0
        with db.write() as writer:
            add(writer, "ada")
        assert connection.scalar(sa.select(sa.func.count()).select_from(users)) == 0

    assert names(db) == ["ada"]


def test_writers_take_turns_and_none_is_lost(db: Database) -> None:
    db.migrate()
    with db.write() as connection:
        add(connection, "0")

    def count_up() -> None:
        for _ in range(50):
            with db.write() as connection:
                last = connection.scalar(sa.select(sa.func.max(sa.cast(users.c.name, sa.Integer))))
                add(connection, str((last or 0) + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names(db)) == 201


def test_a_second_process_writes_too(db: Database, tmp_path: Path) -> None:
    db.migrate()
    other = Database(tmp_path / "brant.sqlite3")
    try:
        with other.write() as connection:
            add(connection, "ada")
    finally:
        other.close()

    assert names(db) == ["ada"]


def test_foreign_keys_hold(db: Database) -> None:
    db.migrate()
    with pytest.raises(sa.exc.IntegrityError), db.write() as connection:
        connection.execute(sa.text("INSERT INTO tags (dataset_id, tag) VALUES (1, 'birds')"))


def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    db.migrate()
    with pytest.raises(sa.exc.StatementError, match="time zone"), db.write() as connection:
        connection.execute(
            sa.insert(users).values(name="ada", is_admin=False, created=NOW.replace(tzinfo=None))
        )


def test_a_backup_is_one_state_though_others_write(db: Database, tmp_path: Path) -> None:
    db.migrate()
    with db.write() as connection:
        add(connection, "ada")

    with db.write() as connection:
        add(connection, "bob")
        db.backup(tmp_path / "copy.sqlite3")

    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    try:
        assert copy.execute("SELECT name FROM users").fetchall() == [("ada",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        copy.close()


def test_a_copy_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    db = Database(tmp_path / "one.sqlite3")
    try:
        db.migrate()
        with pytest.raises(LocalFailure, match="cannot copy the database"):
            db.backup(tmp_path)
    finally:
        db.close()


def test_what_is_only_noted_waits_for_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_NOTE_SECONDS", 0.01)
    db, other = Database(tmp_path / "one.sqlite3"), Database(tmp_path / "one.sqlite3")
    try:
        db.migrate()
        new = sa.insert(users).values(name="ada", is_admin=False, created=datetime.now(UTC))
        with other.write():
            noting = threading.Thread(target=db.note, args=(new,))
            noting.start()
            noting.join(timeout=20)
            assert not noting.is_alive()
        with db.write() as connection:
            assert connection.scalar(sa.text("PRAGMA busy_timeout")) == 30_000
            assert connection.scalar(sa.select(sa.func.count()).select_from(users)) == 0
    finally:
        db.close()
        other.close()


def test_what_is_only_noted_waits_for_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_NOTE_SECONDS", 0.01)
    db = Database(tmp_path / "one.sqlite3")
    try:
        db.migrate()
        new = sa.insert(users).values(name="ada", is_admin=False, created=datetime.now(UTC))
        with db.write():
            noting = threading.Thread(target=db.note, args=(new,))
            noting.start()
            noting.join(timeout=20)
            assert not noting.is_alive()
        with db.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(users)) == 0
        db.note(new)
        with db.read() as connection:
            assert connection.scalar(sa.select(users.c.name)) == "ada"
    finally:
        db.close()
