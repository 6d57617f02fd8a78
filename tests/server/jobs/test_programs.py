"""The programs: a server and its workers as processes, stopped and killed, and nobody left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import RunningServer
from tests.server.jobs.conftest import Room
from tests.server.jobs.metrics import metric
from tests.server.jobs.processes import (
    children_of,
    is_sandbox,
    is_scorer,
    is_there,
    is_worker,
    until,
    words_of,
)

Serve = Callable[..., RunningServer]
LONG = metric("import time; time.sleep(600)").encode()


@contextmanager
def working(data: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """`brant worker` as somebody starts it, once it says that it works."""
    command = [sys.executable, "-m", "brant", "worker", "--data", str(data), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"brant: working (data {data})\n"
        yield process
        process.kill()


def found(root: int, wanted: Callable[[int], bool]) -> int:
    """The process of that kind below `root`, once there is one."""
    seen: list[int] = []

    def is_seen() -> bool:
        seen.extend(process for process in children_of(root) if wanted(process))
        return bool(seen)

    until(is_seen, "the start of a process")
    return seen[0]


def scored(room: Room, *numbers: int) -> None:
    until(lambda: all(room.states()[number] == "complete" for number in numbers), "scoring")


def test_a_server_scores_by_itself(room: Room, new_server: Serve) -> None:
    server = new_server(data=room.data)
    first = room.submit()
    scored(room, first)
    second = room.submit()
    scored(room, second)
    assert room.row(second).public_score == 1.0
    assert server.log.read_text() == ""


def test_a_server_without_a_job_starts_no_worker(room: Room, new_server: Serve, tmp_path: Path) -> None:
    server = new_server(data=tmp_path / "another")
    server.new_user()
    assert children_of(server.process.pid) == []


def test_as_many_workers_score_as_are_asked_for(room: Room, new_server: Serve) -> None:
    room.contest.custom_metric(LONG)
    room.submit(), room.submit()
    server = new_server("--workers", "2", data=room.data)
    until(lambda: sum(map(is_worker, children_of(server.process.pid))) == 2, "two workers")
    until(lambda: sum(map(is_scorer, children_of(server.process.pid))) == 2, "two scorers")


def test_a_worker_may_work_beside_a_server_that_has_none(room: Room, new_server: Serve) -> None:
    server = new_server("--workers", "0", data=room.data)
    number = room.submit()
    with working(room.data):
        scored(room, number)
    assert children_of(server.process.pid) == []


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_takes_all_its_processes_along(
    room: Room, new_server: Serve, kind: signal.Signals
) -> None:
    room.contest.custom_metric(LONG)
    number = room.submit()
    server = new_server(data=room.data)
    found(server.process.pid, is_sandbox)
    everyone = children_of(server.process.pid)
    server.process.send_signal(kind)
    assert server.process.wait(20) == 0
    until(lambda: not any(map(is_there, everyone)), "the end of all processes")
    assert room.row(number).state == "pending"
    assert room.in_line() == 1


@pytest.mark.parametrize("victim", ["server", "worker", "scorer"])
def test_what_is_killed_leaves_nobody_behind(room: Room, new_server: Serve, victim: str) -> None:
    room.contest.custom_metric(LONG)
    room.submit()
    server = new_server(data=room.data)
    sandbox = found(server.process.pid, is_sandbox)
    below = children_of(server.process.pid)
    killed = {
        "server": lambda: server.process.pid,
        "worker": lambda: found(server.process.pid, is_worker),
        "scorer": lambda: found(server.process.pid, is_scorer),
    }[victim]()
    lost = below if victim == "server" else children_of(killed)
    assert sandbox in lost
    os.kill(killed, signal.SIGKILL)
    until(lambda: not any(map(is_there, lost)), "the end of all that it started")


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_worker_gives_back_its_job_and_ends_well(room: Room, kind: signal.Signals) -> None:
    room.contest.custom_metric(LONG)
    room.submit()
    with working(room.data) as worker:
        found(worker.pid, is_sandbox)
        below = children_of(worker.pid)
        worker.send_signal(kind)
        assert worker.wait(20) == 0
        until(lambda: not any(map(is_there, below)), "the end of all that it started")
        assert worker.stderr is not None
        assert worker.stderr.read() == ""
    assert room.in_line() == 1


def test_a_worker_has_nothing_large_in_memory_before_its_first_job(room: Room) -> None:
    with working(room.data) as worker:
        until(lambda: room.in_line() == 0, "the check of the solution")
        mapped = Path(f"/proc/{worker.pid}/maps").read_text()
        scorer = found(worker.pid, is_scorer)
        assert "polars" in Path(f"/proc/{scorer}/maps").read_text()
    assert "sqlite" in mapped
    for large in ("polars", "numpy", "pandas"):
        assert large not in mapped


def test_a_worker_without_a_job_has_no_scorer(room: Room, new_server: Serve) -> None:
    with working(room.data):
        until(lambda: room.in_line() == 0, "the check of the solution")
    with working(room.data) as worker:
        assert children_of(worker.pid) == []


def test_the_scorer_knows_nothing_of_the_servers_environment_but_how_to_run(room: Room) -> None:
    with working(room.data) as worker:
        room.contest.custom_metric(LONG)
        room.submit()
        sandbox = found(worker.pid, is_sandbox)
        environment = Path(f"/proc/{sandbox}/environ").read_bytes()
    assert b"BRANT" not in environment
    assert b"PYTEST" not in environment


@pytest.mark.parametrize("options", [("--worker-memory", "99"), ("--worker-memory", "much")])
def test_too_little_memory_is_refused(room: Room, options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "brant", "worker", "--data", str(room.data), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is too little memory: expected megabytes, 100 or more" in done.stderr


def test_a_worker_needs_a_data_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "brant", "worker", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert "is no data folder" in done.stderr


def test_the_words_of_a_worker_tell_who_it_is(room: Room, new_server: Serve) -> None:
    room.contest.custom_metric(LONG)
    room.submit()
    server = new_server(data=room.data)
    assert "serve/0" in words_of(found(server.process.pid, is_worker))
