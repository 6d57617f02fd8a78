"""Many files go up at once, as many as help; what fails or is interrupted can be gone on with."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from brant.client import datasets
from brant.client.uploads.crew import Crew
from brant.client.uploads.folder import LocalFile
from brant.client.uploads.pace import MOST, Pace
from brant.errors import NotFound, PermissionDenied, ServerFailure
from tests.client.stranger import Stranger, stranger
from tests.transfer.peer import Exchange, status

MIB = 1 << 20


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, to be published as ada/palmer-penguins."""
    made = tmp_path / "palmer-penguins"
    made.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (made / name).write_text(name * 1000)
    metadata = {"id": "ada/palmer-penguins", "title": "Palmer penguins", "licenses": [{"name": "CC0-1.0"}]}
    (made / "dataset-metadata.json").write_text(json.dumps(metadata))
    return made


# The number at once


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def served(pace: Pace, clock: Clock, rate: Callable[[int], float], seconds: float) -> list[int]:
    """The numbers wanted meanwhile, where so many at once have `rate` files a second done."""
    seen, until = [pace.wanted], clock.now + seconds
    while clock.now < until:
        clock.now += 1 / rate(pace.wanted)
        pace.finished()
        if pace.wanted != seen[-1]:
            seen.append(pace.wanted)
    return seen


def test_a_line_with_a_long_way_gets_more_at_once_up_to_a_limit() -> None:
    clock = Clock()
    assert served(Pace(clock), clock, lambda number: number * 12.0, 15) == [4, 8, MOST]


def test_where_more_bring_nothing_it_stays_at_what_brought_something() -> None:
    clock = Clock()
    assert served(Pace(clock), clock, lambda number: min(number, 8) * 50.0, 15) == [4, 8, 16, 8]


def test_it_is_tried_again_after_a_while() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert served(pace, clock, lambda _: 200.0, 15) == [4, 8, 4]

    assert served(pace, clock, lambda number: number * 50.0, 30) == [4, 8, MOST]


def test_large_files_count_by_their_bytes() -> None:
    clock = Clock()
    pace = Pace(clock)
    while clock.now < 10:
        clock.now += 0.05
        pace.moved(pace.wanted * MIB)
    assert pace.wanted == MOST


def test_a_server_that_asks_to_be_spared_gets_half_for_a_while() -> None:
    clock = Clock()
    pace = Pace(clock)
    served(pace, clock, lambda number: number * 50.0, 10)

    pace.refused()

    assert served(pace, clock, lambda number: number * 50.0, 15) == [MOST // 2]
    for _ in range(9):
        pace.refused()
    assert pace.wanted == 1


def local(number: int) -> LocalFile:
    return LocalFile(f"{number}.csv", Path(f"/none/{number}.csv"), 1, 1)


def test_as_many_are_under_way_as_are_wanted_and_each_is_sent_once() -> None:
    pace = Pace()
    pace.wanted = 7
    together = threading.Barrier(7)
    sent: list[str] = []

    def send(file: LocalFile) -> None:
        together.wait(20)
        sent.append(file.path)

    Crew([local(number) for number in range(21)], send, pace).run()

    assert sorted(sent) == sorted(local(number).path for number in range(21))


def test_fewer_go_on_where_fewer_are_wanted() -> None:
    pace = Pace()
    lock, begun = threading.Condition(), 0
    at_once: list[int] = []
    under_way = 0

    def send(_: LocalFile) -> None:
        nonlocal begun, under_way
        with lock:
            begun, under_way = begun + 1, under_way + 1
            if begun <= 4:
                assert lock.wait_for(lambda: begun >= 4, 20)
                lock.notify_all()
                pace.wanted = 1
            at_once.append(under_way)
            under_way -= 1

    Crew([local(number) for number in range(30)], send, pace).run()

    assert begun == 30
    assert set(at_once[-20:]) == {1}


def test_after_a_failure_nobody_begins_another_and_the_rest_are_told() -> None:
    told: list[bool] = []
    begun: list[str] = []
    waiting = threading.Event()

    def send(file: LocalFile) -> None:
        begun.append(file.path)
        if file.path == "2.csv":
            raise ServerFailure("no")
        while not crew.stopped():
            waiting.wait(0.01)
        told.append(True)

    crew = Crew([local(number) for number in range(100)], send, Pace())
    with pytest.raises(ServerFailure):
        crew.run()

    assert len(begun) <= 4
    assert told == [True] * (len(begun) - 1)


def test_no_files_are_sent_at_once() -> None:
    Crew([], lambda _: None, Pace()).run()


# What the server has given up, or got wrong


def test_an_address_whose_time_ran_out_on_the_way_is_replaced_once(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    def once(exchange: Exchange) -> None:
        del other.on["b.csv"]
        exchange.answer(410)

    other.on["b.csv"] = once

    assert datasets.create(other.session(tmp_path / "state"), folder).sent == 3
    assert sorted(other.started) == ["a.csv", "b.csv", "b.csv", "c.csv"]
    assert len(other.published) == 1


def test_a_server_that_knows_none_of_its_addresses_is_given_up(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["b.csv"] = status(404)

    with pytest.raises(NotFound, match=r"b\.csv is no longer known to the server"):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.started.count("b.csv") == 2
    assert other.published == []


def test_a_file_that_arrived_garbled_is_sent_again(other: Stranger, folder: Path, tmp_path: Path) -> None:
    def garbled(exchange: Exchange) -> None:
        del other.on["b.csv"]
        digest = b64encode(sha256(b"something else").digest()).decode()
        exchange.answer(200, b"", {"Repr-Digest": f"sha-256=:{digest}:"})

    other.on["b.csv"] = garbled

    assert datasets.create(other.session(tmp_path / "state"), folder).sent == 3
    assert other.started.count("b.csv") == 2
    (published,) = other.published
    tokens = {file["token"].partition("-")[2]: file["token"] for file in published["files"]}
    assert bytes(other.held[tokens["b.csv"]]) == (folder / "b.csv").read_bytes()


def test_a_failure_stops_a_large_file_that_is_on_its_way_and_a_rerun_goes_on_with_it(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    with (folder / "c.csv").open("wb") as sparse:
        sparse.truncate(40 * MIB)
    half = threading.Event()

    def fail(exchange: Exchange) -> None:
        exchange.read_body()
        assert half.wait(20)
        exchange.answer(403)

    def take_some(exchange: Exchange) -> None:
        token = exchange.request.target.rpartition("/")[2]
        other.held[token] = bytearray(exchange.read_body(MIB))
        half.set()
        while exchange.sock.recv(MIB):
            pass
        exchange.hang_up()

    other.on.update({"b.csv": fail, "c.csv": take_some})
    with pytest.raises(PermissionDenied):
        datasets.create(other.session(tmp_path / "state"), folder)
    other.on.clear()

    assert datasets.create(other.session(tmp_path / "state"), folder).sent >= 1
    (resumed,) = [
        request.headers["content-range"]
        for request in other.peer.requests
        if request.headers.get("content-range", "").startswith(f"bytes {MIB}-")
    ]
    assert resumed == f"bytes {MIB}-{40 * MIB - 1}/{40 * MIB}"


@pytest.mark.parametrize("silent", [True, False])
def test_ctrl_c_leaves_what_a_rerun_goes_on_with(
    other: Stranger, folder: Path, tmp_path: Path, silent: bool
) -> None:
    with (folder / "c.csv").open("wb") as sparse:
        sparse.truncate(40 * MIB)
    running: list[subprocess.Popen[str]] = []
    gone = threading.Event()

    def interrupt(exchange: Exchange) -> None:
        token = exchange.request.target.rpartition("/")[2]
        other.held[token] = bytearray(exchange.read_body(MIB))
        running[0].send_signal(signal.SIGINT)
        if silent:  # takes nothing any more, and says nothing
            gone.wait(20)
        else:
            while exchange.sock.recv(MIB):
                pass
        exchange.hang_up()

    other.on["c.csv"] = interrupt
    code = f"""
        from pathlib import Path
        from brant.client import datasets
        from brant.client.credentials import AccessToken
        from brant.client.endpoints import Endpoint
        from brant.client.session import Session
        from brant.transfer.http.pool import Pool
        endpoint = Endpoint.of("http://127.0.0.1:{other.peer.port}")
        credentials = AccessToken("KGAT_stranger", "a test")
        with Session(endpoint, credentials, Pool(), state=Path({str(tmp_path / "state")!r})) as session:
            datasets.create(session, Path({str(folder)!r}))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    # Far less than the deadlines of the network, which would have to pass if anybody waited for it.
    said = running[0].communicate(timeout=15)[1]
    gone.set()
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    assert other.published == []
    other.on.clear()

    datasets.create(other.session(tmp_path / "state"), folder)

    assert sorted(other.started) == ["a.csv", "b.csv", "c.csv"]
    assert [
        request.headers["content-range"]
        for request in other.peer.requests
        if request.headers.get("content-range", "").startswith(f"bytes {MIB}-")
    ] == [f"bytes {MIB}-{40 * MIB - 1}/{40 * MIB}"]
