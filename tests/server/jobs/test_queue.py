"""The queue: who works at what, when a lease ends, and whose outcome counts."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from brant.server.store.database import Database
from brant.server.store.queue import Lease, Queue, attempts_over, enqueue, enqueue_all, finish
from brant.server.store.tables import jobs

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
KINDS = ("score", "solution")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "brant.sqlite3")) as made:
        with made.write() as connection:
            jobs.create(connection)
        yield made


@pytest.fixture
def queue(db: Database) -> Queue:
    return Queue(db)


def put(db: Database, subject: int, *, at: datetime = NOON, due: datetime | None = None) -> None:
    with db.write() as connection:
        enqueue(connection, "score", subject, at, due=due)


def ended(db: Database, lease: Lease) -> bool:
    with db.write() as connection:
        return finish(connection, lease)


def taken(queue: Queue, at: datetime = NOON, worker: str = "one") -> Lease:
    lease = queue.lease(KINDS, worker, at, 10)
    assert lease is not None, "there is nothing to do"
    return lease


def test_jobs_are_done_in_the_order_in_which_they_are_due(db: Database, queue: Queue) -> None:
    put(db, 1, due=after(5))
    put(db, 2, at=after(1))
    put(db, 3, at=after(1))
    assert [taken(queue, after(6)).subject_id for _ in range(3)] == [2, 3, 1]
    assert queue.lease(KINDS, "one", after(6), 10) is None


def test_a_job_is_not_begun_before_its_time(db: Database, queue: Queue) -> None:
    put(db, 1, due=after(5))
    assert queue.lease(KINDS, "one", after(4.9), 10) is None
    assert taken(queue, after(5)).subject_id == 1


def test_a_worker_takes_only_the_kinds_that_it_knows(db: Database, queue: Queue) -> None:
    put(db, 1)
    assert queue.lease(("solution",), "one", NOON, 10) is None


def test_a_leased_job_is_nobody_elses_until_the_lease_ends(db: Database, queue: Queue) -> None:
    put(db, 1)
    first = taken(queue)
    assert queue.lease(KINDS, "two", after(9.9), 10) is None
    second = taken(queue, after(10), "two")
    assert second == first._replace(attempt=2)


def test_a_renewed_lease_lasts_on(db: Database, queue: Queue) -> None:
    put(db, 1)
    lease = taken(queue)
    assert queue.renew(lease, after(9), 10)
    assert queue.lease(KINDS, "two", after(18.9), 10) is None
    assert taken(queue, after(19), "two").attempt == 2
    assert not queue.renew(lease, after(20), 10)


def test_only_the_outcome_of_the_last_lease_counts_and_once(db: Database, queue: Queue) -> None:
    put(db, 1)
    slow, fast = taken(queue), taken(queue, after(10), "two")
    assert not ended(db, slow)
    assert ended(db, fast)
    assert not ended(db, fast)


def test_a_lease_that_ran_out_still_counts_while_nobody_else_has_begun(db: Database, queue: Queue) -> None:
    put(db, 1)
    lease = taken(queue)
    assert ended(db, lease)
    assert queue.lease(KINDS, "one", after(100), 10) is None


def test_no_job_waits_for_a_clock_that_was_set_back(db: Database, queue: Queue) -> None:
    put(db, 1)
    put(db, 2)
    assert taken(queue).subject_id == 1
    assert taken(queue, after(-3600), "two").subject_id == 1, "no lease of ten seconds lasts for an hour"
    assert taken(queue, after(-3600), "two").subject_id == 2
    assert queue.lease(KINDS, "three", after(-3600), 10) is None


def test_the_next_job_is_found_without_a_look_at_all_others(db: Database, queue: Queue) -> None:
    rows = [
        {"kind": "score", "subject_id": number, "created": NOON, "due": NOON, "attempt": 0, "worker": ""}
        for number in range(3000)
    ]
    with db.write() as connection:
        connection.execute(sa.insert(jobs), rows)
    steps: list[None] = []
    with db.read() as connection:  # the same is used for what follows
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(lambda: steps.append(None), 10)
    assert taken(queue).subject_id == 0
    assert 0 < len(steps) < 100, "in tens of instructions of SQLite's machine"


def test_what_is_enqueued_again_is_done_again_from_the_start(db: Database, queue: Queue) -> None:
    put(db, 1)
    out_of_date = taken(queue)
    put(db, 1, at=after(1))
    assert not ended(db, out_of_date)
    assert not queue.renew(out_of_date, after(1), 10)
    assert not queue.postpone(out_of_date, after(1))
    again = taken(queue, after(1))
    assert (again.subject_id, again.attempt) == (1, 1)
    assert not ended(db, out_of_date), "though both are the first attempt"
    assert ended(db, again)


def test_what_is_enqueued_again_keeps_its_place_in_line(db: Database, queue: Queue) -> None:
    put(db, 1)
    put(db, 2, at=after(1))
    put(db, 1, at=after(2))
    assert [taken(queue, after(3)).subject_id for _ in range(2)] == [1, 2]


def test_many_are_enqueued_in_one_go_and_again_where_they_were(db: Database, queue: Queue) -> None:
    put(db, 2)
    out_of_date = taken(queue)
    numbers = sa.table("numbers", sa.column("n", sa.Integer))
    with db.write() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE numbers AS SELECT 1 AS n UNION SELECT 2 UNION SELECT 3")
        ordered = sa.select(numbers.c.n).order_by(numbers.c.n.desc())
        assert enqueue_all(connection, "score", ordered, NOON) == 3
    assert not ended(db, out_of_date)
    assert [taken(queue).subject_id for _ in range(3)] == [3, 2, 1]


def test_a_job_that_a_stopped_worker_gives_back_has_not_failed(db: Database, queue: Queue) -> None:
    put(db, 1)
    lease = taken(queue)
    assert queue.postpone(lease, after(2))
    assert not ended(db, lease)
    assert queue.lease(KINDS, "two", after(1.9), 10) is None
    assert taken(queue, after(2), "two").attempt == 1


def test_a_failed_attempt_counts(db: Database, queue: Queue) -> None:
    put(db, 1)
    assert queue.postpone(taken(queue), after(2), failed=True)
    assert taken(queue, after(2)).attempt == 2


def test_what_a_dead_worker_had_is_free_at_once_and_counts(db: Database, queue: Queue) -> None:
    put(db, 1)
    put(db, 2)
    dead, other = taken(queue, worker="dead"), taken(queue, worker="other")
    assert queue.release("dead") == 1
    assert queue.release("dead") == 0
    again = taken(queue, worker="new")
    assert (again.subject_id, again.attempt) == (dead.subject_id, 2)
    assert not ended(db, dead)
    assert ended(db, other)


def test_a_job_that_was_begun_five_times_is_not_begun_again(db: Database, queue: Queue) -> None:
    put(db, 1)
    begun = []
    for number in range(6):
        lease = taken(queue, after(number * 10))
        begun.append(attempts_over(lease))
    assert begun == [False] * 5 + [True]
