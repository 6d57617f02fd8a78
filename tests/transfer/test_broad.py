"""A tar comes over several connections, and is read in order, as from one."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock

import pytest

from brant.errors import PermissionDenied, Unreachable
from brant.transfer.archive.extraction import Extracted
from brant.transfer.connections.broad import Broad
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import run
from brant.transfer.connections.forward import Forward
from brant.transfer.connections.once import Once
from brant.transfer.connections.pinned import TAIL, Pinned
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.unpacking.remote import unpack
from tests.transfer.conftest import Waits
from tests.transfer.peer import Blob, Exchange, Peer, peer, status
from tests.transfer.test_streams import Told, found, tarred

MIB = 1024 * 1024
CHANCE = random.Random(5)
FILES = {f"{number}.bin": CHANCE.randbytes(2 * MIB + number) for number in range(7)}
TAR = tarred(FILES, "w:gz")


def get(server: Peer, out: Path, **options: object) -> list[Extracted]:
    options = {"name": "model.tar.gz", "sleep": Waits().sleep, **options}
    with Pool(TransportSettings(read_timeout=10)) as pool:
        return unpack(pool, server.url(), out, **options)  # type: ignore[arg-type]


def spans(server: Peer) -> list[tuple[int, int]]:
    """What was asked for by first and last byte."""
    asked = [re.fullmatch(r"bytes=(\d+)-(\d+)", one.headers.get("range", "")) for one in server.requests]
    return sorted((int(each[1]), int(each[2]) + 1) for each in asked if each)


def test_a_tar_comes_in_ranges_that_are_each_asked_for_once(tmp_path: Path) -> None:
    with peer(Blob(TAR)) as server:
        done = get(server, tmp_path / "out")
    assert found(tmp_path / "out") == FILES
    assert [one.path for one in done] == list(FILES)
    asked = spans(server)
    assert [start for start, _ in asked] == [0, *(stop for _, stop in asked[:-1])]
    # The end of it came with the first answer.
    assert len(TAR) - TAIL <= asked[-1][1] < len(TAR)


def test_no_more_than_its_window_is_in_memory(pool: Pool) -> None:
    blob, window = Blob(bytes(32 * MIB)), 24 * MIB
    is_full, is_beyond = Event(), Event()

    def step(exchange: Exchange) -> None:
        asked = re.match(r"bytes=(\d+)", exchange.request.headers.get("range", ""))
        start = int(asked[1]) if asked else 0
        if start >= window:
            is_beyond.set()
        blob(exchange)
        if start == window - 2 * MIB:
            is_full.set()

    with peer(step) as server:
        delays = RetryPolicy().delays(CHANCE.random)
        source = Pinned(pool, server.url(), "model.tar.gz")
        run(Once(source.look), delays, sleep=Waits().sleep)
        with Forward(source, body=Broad(source, delays), delays=delays) as stream:
            taken = len(stream.read())
            assert is_full.wait(30)
            assert not is_beyond.wait(0.3)
            while taken < len(blob.data):
                taken += len(stream.read())
    assert is_beyond.is_set()


def test_every_range_is_of_the_object_begun(tmp_path: Path) -> None:
    blob = Blob(TAR)
    with peer(blob) as server:
        get(server, tmp_path / "out")
    ranged = [one for one in server.requests if re.match(r"bytes=\d", one.headers.get("range", ""))]
    assert {one.headers.get("if-range") for one in ranged} == {blob.etag}


def disturbed(blob: Blob, instead: Callable[[Exchange], None], *, of: int) -> Callable[[Exchange], None]:
    """The right answers, but to every `of`-th ranged request another."""
    lock, count = Lock(), [0]

    def step(exchange: Exchange) -> None:
        with lock:
            count[0] += bool(re.match(r"bytes=\d", exchange.request.headers.get("range", "")))
            is_disturbed = count[0] % of == of - 1
        (instead if is_disturbed else blob)(exchange)

    return step


BLOB = Blob(TAR)
FAULTS: dict[str, Callable[[Exchange], None]] = {
    "cut": BLOB.up_to(700_000),
    "reset": BLOB.up_to(99_999, then=Exchange.reset),
    "429": status(429, Retry_After="1"),
    "503": status(503),
    "all": replace(BLOB, ranges=False),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_cost_no_byte(fault: str, tmp_path: Path) -> None:
    with peer(disturbed(BLOB, FAULTS[fault], of=3)) as server:
        get(server, tmp_path / "out")
    assert found(tmp_path / "out") == FILES


@pytest.mark.parametrize("count", [None, 0, 700_000])
def test_who_falls_silent_is_not_waited_for(
    count: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fleet._SILENT_SECONDS", "broad._STALLED_SECONDS"):
        monkeypatch.setattr(f"brant.transfer.connections.{name}", 0.1)
    silent = Exchange.stall if count is None else BLOB.up_to(count, then=Exchange.stall)
    with peer(BLOB, BLOB, silent, BLOB) as server:
        get(server, tmp_path / "out", deadline=Deadline(8))
    assert found(tmp_path / "out") == FILES


def test_a_server_that_gives_less_than_asked_for_is_asked_for_the_rest_at_once(tmp_path: Path) -> None:
    def some(exchange: Exchange) -> None:
        asked = re.match(r"bytes=(\d+)-(\d+)", exchange.request.headers.get("range", ""))
        if asked is None:
            BLOB(exchange)
            return
        start, stop = int(asked[1]), min(int(asked[2]) + 1, int(asked[1]) + 700_000)
        span = f"bytes {start}-{stop - 1}/{len(TAR)}"
        exchange.answer(206, TAR[start:stop], {**BLOB.headers(), "Content-Range": span})

    waits = Waits()
    with peer(some) as server:
        get(server, tmp_path / "out", sleep=waits.sleep)
    assert found(tmp_path / "out") == FILES
    assert waits == []


def test_a_refusal_ends_it(tmp_path: Path) -> None:
    with peer(disturbed(BLOB, status(403), of=5)) as server, pytest.raises(PermissionDenied):
        get(server, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.bin"))


def first(count: int, blob: Blob, then: Callable[[Exchange], None]) -> Callable[[Exchange], None]:
    """So many right answers, and then others."""
    answers = iter([blob] * count)

    def step(exchange: Exchange) -> None:
        next(answers, then)(exchange)

    return step


def test_a_server_that_stays_away_is_given_up(tmp_path: Path) -> None:
    with peer(first(4, BLOB, status(503))) as server, pytest.raises(Unreachable):
        get(server, tmp_path / "out", attempts=3)


def test_a_tar_that_changes_meanwhile_is_read_anew(tmp_path: Path) -> None:
    new = Blob(tarred({"new": b"x"}, "w:gz"), etag='"two"')
    told = Told()
    with peer(first(4, BLOB, new)) as server:
        get(server, tmp_path / "out", progress=told)
    assert found(tmp_path / "out") == {"new": b"x"}
    assert "changed" in told.notes[0]


def test_without_a_validator_one_connection_has_to_do(tmp_path: Path) -> None:
    with peer(Blob(TAR, etag=None, last_modified=None)) as server:
        get(server, tmp_path / "out")
    assert found(tmp_path / "out") == FILES
    assert spans(server) == []


def test_what_is_closed_asks_for_nothing_more(pool: Pool) -> None:
    with peer(first(1, BLOB, BLOB.up_to(300_000, then=Exchange.stall))) as server:
        delays = RetryPolicy().delays(CHANCE.random)
        source = Pinned(pool, server.url(), "model.tar.gz")
        run(Once(source.look), delays, sleep=Waits().sleep)
        broad = Broad(source, delays)
        assert broad.take()
        broad.readinto(memoryview(bytearray(1)))
        broad.close()
        assert broad.take() is None


def test_ctrl_c_stops_every_connection(tmp_path: Path) -> None:
    with peer(BLOB) as server:
        with pytest.raises(KeyboardInterrupt):
            get(server, tmp_path / "out", progress=Told(stop_at=5 * MIB))
        get(server, tmp_path / "out")
    assert found(tmp_path / "out") == FILES
