"""A worker: whatever a submission or a metric does to it, what comes of it is recorded, and once."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from brant.errors import Unreachable
from brant.server.jobs import child, worker
from brant.server.jobs.scoring import ScoringJob
from brant.server.store.queue import Queue
from tests.server.domain.competitions.playing import FILE
from tests.server.jobs.conftest import Crew, Room
from tests.server.jobs.metrics import metric
from tests.server.jobs.processes import children_of, is_sandbox, is_scorer, until


def custom(room: Room, code: str) -> None:
    room.contest.custom_metric(code.encode())


@contextmanager
def meanwhile(action: Callable[[], None]) -> Iterator[None]:
    """Does something in another thread while the body runs."""
    thread = threading.Thread(target=action)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def sandboxed() -> bool:
    """Whether a host's metric is running now."""
    return any(map(is_sandbox, children_of(os.getpid())))


def scorers() -> list[int]:
    return [process for process in children_of(os.getpid()) if is_scorer(process)]


def test_a_submission_is_scored_on_both_splits(room: Room, crew: Crew) -> None:
    number = room.submit(b"id,species\n1,adelie\n2,adelie\n3,adelie\n4,chinstrap\n")
    crew.work_all()
    row = room.row(number)
    assert (row.state, row.public_score, row.private_score) == ("complete", 0.5, 1.0)
    assert room.in_line() == 0


def test_a_solution_is_checked(room: Room, crew: Crew) -> None:
    crew.work_all()
    assert '"total_rows": 4' in room.contest.row().solution_facts
    room.contest.solution(b"id,Usage\n1,Public\n")
    crew.work_all()
    assert room.contest.row().solution_facts == ""
    assert room.contest.row().solution_error


def test_a_participants_mistake_is_their_error(room: Room, crew: Crew) -> None:
    number = room.submit(b"id,kind\n1,adelie\n")
    crew.work_all()
    row = room.row(number)
    assert row.state == "error"
    assert "species" in row.error


def test_a_custom_metric_scores(room: Room, crew: Crew) -> None:
    custom(room, metric("return (solution.species == submission.species).sum() / 4"))
    number = room.submit(b"id,species\n1,adelie\n2,adelie\n3,adelie\n4,chinstrap\n")
    crew.work_all()
    row = room.row(number)
    assert (row.state, row.public_score, row.private_score) == ("complete", 0.25, 0.5)


def test_a_broken_metric_holds_submissions_until_it_is_mended(room: Room, crew: Crew) -> None:
    custom(room, metric("return solution.nothing"))
    number = room.submit()
    crew.work_all()
    held = room.row(number)
    assert (held.state, held.error) == ("pending", "")
    assert "return solution.nothing" in held.held
    custom(room, metric("return 7"))
    crew.work_all()
    mended = room.row(number)
    assert (mended.state, mended.held, mended.public_score) == ("complete", "", 7.0)


def test_words_for_the_participant_are_theirs(room: Room, crew: Crew) -> None:
    custom(
        room,
        "class ParticipantVisibleError(Exception): pass\n"
        + metric("raise ParticipantVisibleError('no such penguin')"),
    )
    number = room.submit()
    crew.work_all()
    assert (room.row(number).state, room.row(number).error) == ("error", "no such penguin")


@pytest.mark.parametrize("returned", ["float('nan')", "float('inf')", "'x'"])
def test_what_is_no_number_is_never_a_score(room: Room, crew: Crew, returned: str) -> None:
    custom(room, metric(f"return {returned}"))
    number = room.submit()
    crew.work_all()
    assert room.row(number).state == "pending"
    assert "returned" in room.row(number).held


def test_a_metric_that_loops_is_held_when_its_time_is_over(room: Room, crew: Crew) -> None:
    custom(room, metric("while True: pass"))
    room.contest.setup(scoring_seconds=1)
    number = room.submit()
    crew.work_all()
    assert "longer than the 1 seconds" in room.row(number).held


def test_a_file_that_needs_too_much_memory_is_an_error_with_a_reason(
    room: Room, new_crew: Callable[..., Crew]
) -> None:
    crew = new_crew(memory=150_000_000)
    small = room.submit()
    large = room.submit(b"id,species\n" + b"".join(b"%d,adelie\n" % number for number in range(4_000_000)))
    after = room.submit()
    crew.work_all()
    assert room.row(large).state == "error"
    assert room.row(large).error == "scoring needed more than 150 MB of memory: send a smaller file"
    assert (room.row(small).state, room.row(after).state) == ("complete", "complete")


def test_a_file_of_two_gigabytes_is_an_error_with_a_reason(room: Room, crew: Crew) -> None:
    number = room.submit()
    path = room.contest.world.services.store.path(room.row(number).sha256)
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.truncate(2_000_000_000)
    crew.work_all()
    assert room.row(number).state == "error"
    assert room.row(number).error


def test_scoring_that_takes_too_long_is_an_error_with_a_reason(room: Room, crew: Crew) -> None:
    room.contest.setup(scoring_seconds=1)
    crew.work_all()
    (scorer,) = scorers()
    os.kill(scorer, signal.SIGSTOP)
    number = room.submit()
    crew.work_all()
    assert room.row(number).error == (
        "scoring took longer than the 1 seconds that it may take: send a smaller file"
    )
    assert not scorers()


def test_when_the_scorer_dies_the_job_is_begun_again(room: Room, crew: Crew) -> None:
    crew.work_all()
    number = room.submit()
    os.kill(scorers()[0], signal.SIGKILL)
    crew.work_all()
    assert room.row(number).state == "pending"
    crew.ahead = timedelta(seconds=5)
    crew.work_all()
    assert room.row(number).state == "complete"


def test_a_job_on_which_the_scorer_dies_five_times_is_an_error_with_words(room: Room, crew: Crew) -> None:
    crew.work_all()
    number = room.submit()
    crew.child.end()
    killed: set[int] = set()

    def kill_all() -> None:
        def work_done() -> bool:
            for process in set(scorers()) - killed:
                os.kill(process, signal.SIGKILL)
                killed.add(process)
            return str(room.row(number).state) != "pending"

        until(work_done)

    with meanwhile(kill_all):
        while room.row(number).state == "pending":
            crew.worker.work()
            crew.ahead += timedelta(seconds=10)
    assert len(killed) == 5
    assert room.row(number).state == "error"
    assert (
        room.row(number).error == "scoring was begun 5 times, and each time what did it died: tell the host"
    )
    assert room.journal() == [(number, "error")]


def test_a_job_that_kills_five_workers_is_an_error_with_words(room: Room, crew: Crew) -> None:
    crew.work_all()
    number, queue = room.submit(), Queue(room.contest.world.services.db)
    for _ in range(5):
        assert queue.lease({"score"}, "dead", datetime.now(UTC), 60) is not None
        assert queue.release("dead") == 1
    crew.work_all()
    assert (
        room.row(number).error == "scoring was begun 5 times, and each time what did it died: tell the host"
    )


def test_an_attempt_that_broke_off_leaves_no_answer_to_the_next(
    room: Room, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_KEEP_SECONDS", -1.0)
    job = ScoringJob(room.contest.calls.results, memory=2_000_000_000)
    right, wrong = room.submit(), room.submit(FILE.replace(b"adelie", b"emperor"))

    def broken() -> bool:
        raise Unreachable("another process writes for too long")

    with pytest.raises(Unreachable):
        crew.child.attend(job.errand(room.players.task(wrong)[1]), broken)
    outcome = crew.child.attend(job.errand(room.players.task(right)[1]), lambda: True)
    assert outcome is not None
    assert outcome.public == 1.0


def test_where_no_scorer_can_be_started_the_job_waits_and_has_not_failed(
    room: Room, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_TROUBLE_SECONDS", 0.0)
    number = room.submit()
    with monkeypatch.context() as without_python:
        without_python.setattr(sys, "executable", "/nowhere/python")
        for _ in range(7):
            crew.worker.run(idle_seconds=-1)
    crew.work_all()
    assert room.row(number).state == "complete"


def test_who_lost_the_lease_writes_nothing(room: Room, new_crew: Callable[..., Crew]) -> None:
    slow, fast = new_crew("slow"), new_crew("fast")
    fast.work_all()
    number = room.submit()
    custom(room, metric("import time; time.sleep(600)"))
    fast_may_begin = threading.Event()
    results: list[str] = []

    def overtake() -> None:
        until(sandboxed)
        fast.ahead = timedelta(seconds=60)  # to it, the lease has run out
        custom(room, metric("return 3"))
        fast.work_all()
        results.append(room.row(number).state)
        fast_may_begin.set()

    with meanwhile(overtake):
        slow.worker.work()  # the solution
        slow.worker.work()
    assert results == ["complete"]
    assert room.row(number).public_score == 3.0
    assert room.journal() == [(number, "complete")]


def test_what_is_set_anew_meanwhile_is_done_anew(room: Room, crew: Crew) -> None:
    crew.work_all()
    custom(room, metric("import time; time.sleep(1); return 1"))
    number = room.submit()

    def change() -> None:
        until(sandboxed)
        custom(room, metric("return 2"))

    with meanwhile(change):
        crew.work_all()
    assert room.row(number).public_score == 2.0
    assert room.journal() == [(number, "complete")]


def test_a_worker_that_is_told_to_stop_gives_its_job_back(room: Room, crew: Crew) -> None:
    custom(room, metric("import time; time.sleep(600)"))
    number = room.submit()
    before = set(children_of(os.getpid()))  # servers of other tests, say

    def stop() -> None:
        until(sandboxed)
        crew.halt.ask()

    with meanwhile(stop):
        crew.worker.run()
    assert room.row(number).state == "pending"
    lease = Queue(room.contest.world.services.db).lease({"score"}, "next", datetime.now(UTC), 1)
    assert lease is not None
    assert (lease.subject_id, lease.attempt) == (number, 1)
    until(lambda: before >= set(children_of(os.getpid())))


def test_a_worker_without_work_ends_when_it_may(room: Room, crew: Crew) -> None:
    number = room.submit()
    crew.worker.run(idle_seconds=0)
    assert room.row(number).state == "complete"


def test_nothing_of_a_job_stays_on_the_disk(room: Room, crew: Crew) -> None:
    custom(room, metric("return 1"))
    room.submit()
    crew.work_all()
    crew.child.end()
    left = [path.name for path in (room.data / "scratch").rglob("*") if path.is_file()]
    assert set(left) == {"lock"}


def test_what_a_killed_worker_left_is_removed_by_the_next(room: Room, new_crew: Callable[..., Crew]) -> None:
    dead = room.data / "scratch" / "worker-dead"
    dead.mkdir(parents=True)
    (dead / "solution.csv").write_bytes(b"id")
    first = new_crew("one")
    assert not dead.exists()
    new_crew("two")
    assert len(list((room.data / "scratch").glob("worker-*"))) == 2
    first.work_all()
