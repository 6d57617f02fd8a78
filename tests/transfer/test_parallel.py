"""One file over many connections: as many as help, whatever happens to some of them."""

import io
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from brant.errors import Conflict, PermissionDenied, RateLimited, ServerFailure, Unreachable
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.lanes import MOST
from brant.transfer.disk.places import write_at
from brant.transfer.disk.spans import Spans
from brant.transfer.download import Downloaded, download
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.progress import Silent
from tests.transfer.conftest import Waits
from tests.transfer.partials import proven
from tests.transfer.peer import Blob, Exchange, Peer, peer, status

MIB = 1024 * 1024
DATA = random.Random(30).randbytes(24 * MIB)
NEW = random.Random(31).randbytes(24 * MIB)


class Slow:
    """Serves a blob at some 20 MB/s for each connection, and can do something else to the n-th request."""

    def __init__(self, blob: Blob, *others: tuple[int, Callable[[Exchange], None]]) -> None:
        self.blob = blob
        self.others = dict(others)
        self.most = 0
        self.sent = 0
        self._count = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        with self._lock:
            number, self._count = self._count, self._count + 1
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            self.others.get(number, self.serve)(exchange)
        finally:
            with self._lock:
                self._now -= 1

    def serve(self, exchange: Exchange, *, until: int | None = None) -> None:
        exchange.read_body()
        code, start, stop, headers = self.blob.plan(exchange.request)
        exchange.head(code, headers)
        stop = stop if until is None else min(stop, start + until)
        for at in range(start, stop, 256 * 1024):
            piece = self.blob.data[at : min(at + 256 * 1024, stop)]
            exchange.send(piece)
            self.sent += len(piece)
            time.sleep(0.012)

    def cut(self, exchange: Exchange) -> None:
        self.serve(exchange, until=MIB + 12345)
        exchange.hang_up()

    def stall(self, exchange: Exchange) -> None:
        self.serve(exchange, until=MIB)
        exchange.stall()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data" / "penguins.csv"


def fetch(server: Peer, target: Path, *, patience: float = 10, **options: object) -> Downloaded:
    with Pool(TransportSettings(read_timeout=patience)) as pool:
        waits = Waits()
        return download(pool, server.url(), target, **{"sleep": waits.sleep, **options})  # type: ignore[arg-type]


def assert_alone(target: Path, data: bytes = DATA) -> None:
    assert target.read_bytes() == data
    assert list(target.parent.iterdir()) == [target]


def test_a_slow_line_is_shared_by_many_connections_and_no_byte_comes_twice(target: Path) -> None:
    slow = Slow(Blob(DATA))
    with peer(slow) as server:
        fetch(server, target)
    assert slow.most > 4
    # A connection whose rest another took over has some bytes under way that nobody reads.
    assert slow.sent < len(DATA) + slow.most * 8 * MIB
    assert_alone(target)


def test_the_first_request_is_for_the_whole_and_the_others_for_ranges_of_the_same(target: Path) -> None:
    slow = Slow(Blob(DATA))
    with peer(slow) as server:
        fetch(server, target)
        first, *others = server.requests
    assert "range" not in first.headers
    assert others
    assert all(asked.headers["range"].startswith("bytes=") for asked in others)
    assert {asked.headers["if-range"] for asked in others} == {'"one"'}


def test_a_server_without_ranges_is_asked_for_some_by_the_first_few_connections_only(target: Path) -> None:
    slow = Slow(Blob(DATA, ranges=False))
    with peer(slow) as server:
        fetch(server, target)
        assert ["range" in asked.headers for asked in server.requests[:2]] == [False, True]
        assert len(server.requests) < MOST // 2
    assert_alone(target)


def test_an_object_that_nothing_identifies_comes_over_one_connection(target: Path) -> None:
    slow = Slow(Blob(DATA[: 8 * MIB], etag=None, last_modified=None, with_md5=False))
    with peer(slow) as server:
        fetch(server, target)
        assert len(server.requests) == 1
    assert_alone(target, DATA[: 8 * MIB])


@pytest.mark.parametrize("number", [0, 1, 2, 4])
def test_a_connection_that_is_cut_costs_only_what_it_had_in_hand(target: Path, number: int) -> None:
    slow = Slow(Blob(DATA))
    slow.others[number] = slow.cut
    with peer(slow) as server:
        fetch(server, target)
    assert_alone(target)


def test_what_a_stalled_connection_owes_is_brought_by_another(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brant.transfer.connections.ranged._STALLED_SECONDS", 0.3)
    slow = Slow(Blob(DATA))
    slow.others[1] = slow.stall
    started = time.monotonic()
    with peer(slow) as server:
        fetch(server, target, patience=60)
    assert time.monotonic() - started < 30
    assert_alone(target)


def test_the_only_connection_is_not_waited_for_either_once_it_is_silent(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fleet._SILENT_SECONDS", "ranged._STALLED_SECONDS"):
        monkeypatch.setattr(f"brant.transfer.connections.{name}", 0.1)
    slow = Slow(Blob(DATA[: MIB + MIB // 2]))
    # Half a MiB is not worth a connection of its own.
    slow.others[0] = slow.stall
    with peer(slow) as server:
        fetch(server, target, patience=60, deadline=Deadline(10))
        assert len(server.requests) == 2
    assert_alone(target, DATA[: MIB + MIB // 2])


def test_a_server_that_thinks_longer_than_the_others_wait_is_waited_for_longer(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brant.transfer.connections.ranged._STALLED_SECONDS", 0.05)
    slow = Slow(Blob(DATA))

    def think(exchange: Exchange) -> None:
        time.sleep(0.25)
        Blob(DATA)(exchange)

    slow.others = dict.fromkeys(range(8, 1000), think)
    slow.others[0] = slow.stall
    with peer(slow) as server:
        fetch(server, target, deadline=Deadline(30))
        assert len(server.requests) < 200
    assert_alone(target)


@pytest.mark.parametrize("code", [429, 503])
def test_a_server_that_wants_fewer_connections_gets_fewer(target: Path, code: int) -> None:
    refusal = status(code, b"", Retry_After="0")
    slow = Slow(Blob(DATA), *((number, refusal) for number in range(1, 4)))
    with peer(slow) as server:
        fetch(server, target)
    assert slow.most < MOST // 2
    assert_alone(target)


def test_a_server_that_refuses_every_second_connection_still_gives_all(target: Path) -> None:
    slow = Slow(Blob(DATA), *((number, status(429, b"")) for number in range(1, 200, 2)))
    with peer(slow) as server:
        fetch(server, target)
    assert_alone(target)


@pytest.mark.parametrize(
    ("code", "error"), [(403, PermissionDenied), (429, RateLimited), (500, ServerFailure)]
)
def test_when_nothing_comes_any_more_the_reason_is_told_and_what_came_stays(
    target: Path, code: int, error: type[Exception]
) -> None:
    slow = Slow(Blob(DATA), *((number, status(code, b"x" * 99)) for number in range(1, 200)))
    slow.others[0] = slow.cut
    with peer(slow) as server, pytest.raises(error):
        fetch(server, target, attempts=3)
    kept = sum(map(len, proven(target).values()))
    assert kept == MIB + 12345
    with peer(Blob(DATA)) as server:
        assert fetch(server, target).resumed_from == kept
    assert_alone(target)


def test_an_object_that_changes_between_ranges_is_fetched_anew_and_said(target: Path) -> None:
    notes: list[str] = []

    class Told(Silent):
        def note(self, text: str) -> None:
            notes.append(text)

    old, new = Slow(Blob(DATA)), Slow(Blob(NEW, etag='"two"'))
    old.others = dict.fromkeys(range(3, 200), new.serve)
    with peer(old) as server:
        result = fetch(server, target, progress=Told())
    assert_alone(target, NEW)
    assert result.resumed_from == 0
    assert [note for note in notes if "has changed" in note]


def test_what_a_slow_disk_still_writes_of_the_old_object_does_not_land_in_the_new(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delayed: list[int] = []

    def delay(file: io.FileIO, at: int, piece: memoryview) -> int:
        if at > 4 * MIB and not delayed:
            delayed.append(at)
            # Longer than a transfer that ends waits for its connections.
            time.sleep(0.6)
        return write_at(file, at, piece)

    monkeypatch.setattr("brant.transfer.disk.partial.write_at", delay)
    monkeypatch.setattr("brant.transfer.connections.fleet._FAREWELL", 0.1)
    old = Slow(Blob(DATA))
    old.others = dict.fromkeys(range(5, 200), Blob(NEW, etag='"two"'))
    with peer(old) as server:
        fetch(server, target)
    assert delayed
    assert_alone(target, NEW)


def test_an_object_that_keeps_changing_is_a_conflict(target: Path) -> None:
    count = iter(range(10_000))

    def restless(exchange: Exchange) -> None:
        Slow(Blob(DATA, etag=f'"{next(count)}"')).serve(exchange)

    with peer(restless) as server, pytest.raises(Conflict, match="keeps changing"):
        fetch(server, target)


def test_a_time_that_is_up_ends_it_and_keeps_what_came(target: Path) -> None:
    with peer(Slow(Blob(DATA))) as server:
        with pytest.raises(Unreachable, match=r"longer than 0\.3 s"):
            fetch(server, target, deadline=Deadline(0.3))
        kept = sum(map(len, proven(target).values()))
        assert 0 < kept < len(DATA)
        assert fetch(server, target).resumed_from == kept
    assert_alone(target)


def test_a_later_process_fetches_the_gaps_only(target: Path) -> None:
    slow = Slow(Blob(DATA))
    slow.others = dict.fromkeys(range(50), slow.cut)
    with peer(slow) as server, pytest.raises(Unreachable):
        fetch(server, target, attempts=1)
    held = Spans()
    for start, piece in proven(target).items():
        held.add(start, start + len(piece))
    assert 0 < held.total < len(DATA)
    with peer(Blob(DATA)) as server:
        assert fetch(server, target).resumed_from == held.total
        starts = [int(request.headers["range"][len("bytes=") :].split("-")[0]) for request in server.requests]
    assert not [start for start in starts if held.covers(start, start + 1)]
    assert_alone(target)
