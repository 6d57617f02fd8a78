"""A stream gives every byte of one object, in order, whatever happens to its connections."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from brant.errors import (
    BrantError,
    Conflict,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerFailure,
    Unreachable,
)
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.forward import Forward
from brant.transfer.disk.checksums import crc32
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.http.source import Source
from tests.transfer.conftest import Waits
from tests.transfer.peer import Blob, Exchange, Peer, Step, peer, status

DATA = random.Random(8).randbytes(300_000)
OTHER = random.Random(9).randbytes(300_000)
BLOB = Blob(DATA)
BLOBS = {
    "ranges": BLOB,
    "ranges by date": replace(BLOB, etag=None),
    "weak ETag": replace(BLOB, etag='W/"one"', last_modified=None),
    "no ranges": replace(BLOB, ranges=False),
    "no validator": Blob(DATA, etag=None, last_modified=None, with_md5=False),
    "nothing": Blob(DATA, etag=None, last_modified=None, with_md5=False, ranges=False),
}


def forward(
    pool: Pool,
    server: Peer,
    waits: Waits | None = None,
    *,
    attempts: int = 5,
    address: Callable[[], str] | None = None,
    note: Callable[[BrantError, float], None] | None = None,
) -> Forward:
    delays = RetryPolicy(attempts=attempts).delays(random.Random(1).random)
    source = Source(pool, address or server.url(), "penguins.zip")
    return Forward(source, delays=delays, sleep=(waits if waits is not None else Waits()).sleep, note=note)


def everything(stream: Forward, piece: int = 64 * 1024) -> bytes:
    return b"".join(iter(lambda: stream.read(piece), b""))


def read(server: Peer, waits: Waits | None = None, *, attempts: int = 5) -> bytes:
    with Pool(TransportSettings(read_timeout=10)) as pool:
        return everything(forward(pool, server, waits, attempts=attempts))


@pytest.fixture(params=BLOBS)
def blob(request: pytest.FixtureRequest) -> Blob:
    return BLOBS[request.param]


def test_an_object_is_read_whole_by_one_request(blob: Blob, pool: Pool) -> None:
    with peer(blob) as server:
        stream = forward(pool, server)
        assert (stream.size, stream.position) == (len(DATA), 0)
        assert everything(stream) == DATA
        assert stream.read(10) == b""
        assert stream.position == len(DATA)
    assert ["range" in request.headers for request in server.requests] == [False]


@pytest.mark.parametrize("kind", BLOBS)
def test_an_object_of_nothing_is_read_by_one_request(kind: str, pool: Pool) -> None:
    with peer(replace(BLOBS[kind], data=b"")) as server:
        assert forward(pool, server).read() == b""
    assert len(server.requests) == 1


def test_no_read_gives_more_than_asked_for(pool: Pool) -> None:
    with peer(BLOB) as server, forward(pool, server) as stream:
        assert stream.read(0) == b""
        assert 0 < len(stream.read(7)) <= 7


def test_an_answer_that_came_already_is_used(pool: Pool) -> None:
    with peer(BLOB.up_to(100), BLOB) as server:
        source = Source(pool, server.url(), "penguins.zip")
        delays = RetryPolicy().delays(random.Random(1).random)
        with Forward(source, body=source.get(), delays=delays, sleep=Waits().sleep) as stream:
            assert everything(stream) == DATA
    assert len(server.requests) == 2


@pytest.mark.parametrize("seed", range(8))
def test_cuts_anywhere_cost_no_byte(blob: Blob, seed: int) -> None:
    chance = random.Random(seed)
    ends: list[Callable[[Exchange], None]] = [Exchange.hang_up, Exchange.reset]
    cuts: list[Step] = [
        blob.up_to(chance.choice([0, 1, chance.randrange(len(DATA))]), then=chance.choice(ends))
        for _ in range(4)
    ]
    with peer(*cuts, blob) as server:
        assert read(server, attempts=6) == DATA


def test_a_cut_is_followed_by_a_request_for_the_rest_of_the_same_object() -> None:
    with peer(BLOB.up_to(1000), BLOB) as server:
        assert read(server) == DATA
    asked = server.requests[1].headers
    assert (asked["range"], asked["if-range"]) == ("bytes=1000-", BLOB.etag)


@pytest.mark.parametrize("kind", ["no validator", "weak ETag"])
def test_without_a_validator_no_range_is_asked_for(kind: str) -> None:
    with peer(replace(BLOBS[kind]).up_to(1000), BLOBS[kind]) as server:
        assert read(server) == DATA
    assert "range" not in server.requests[1].headers


def test_a_stalled_connection_is_given_up_for_another() -> None:
    stalled = BLOB.up_to(1000, then=Exchange.stall)
    with peer(stalled, BLOB) as server, Pool(TransportSettings(read_timeout=0.2)) as pool:
        assert everything(forward(pool, server)) == DATA


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(code: int) -> None:
    waits = Waits()
    busy = status(code, Retry_After="7")
    with peer(busy, BLOB.up_to(500), busy, BLOB) as server:
        assert read(server, waits) == DATA
    assert len(waits) == 3
    assert waits[0] >= 7
    assert waits[2] >= 7


def test_the_waits_are_told(pool: Pool) -> None:
    told: list[tuple[BrantError, float]] = []
    with peer(status(429, Retry_After="7"), BLOB) as server:
        everything(forward(pool, server, note=lambda failure, seconds: told.append((failure, seconds))))
    assert isinstance(told[0][0], RateLimited)
    assert told[0][1] >= 7


def test_a_server_that_stays_away_is_given_up() -> None:
    waits = Waits()
    with peer(BLOB.up_to(10), status(503)) as server, pytest.raises(Unreachable):
        read(server, waits, attempts=3)
    assert len(server.requests) == 3
    assert len(waits) == 2


def test_an_object_that_takes_too_long_is_given_up(pool: Pool) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.head(200, BLOB.headers() | {"Content-Length": str(len(DATA))})
        # As fast as it is read: what ends it is the clock alone.
        for at in range(len(DATA)):
            exchange.send(DATA[at : at + 1])

    delays = RetryPolicy().delays(random.Random(1).random)
    with peer(drip) as server:
        source = Source(pool, server.url(), "penguins.zip")
        stream = Forward(source, delays=delays, sleep=Waits().sleep, deadline=Deadline(0.05))
        with pytest.raises(Unreachable, match=r"longer than 0\.05 s"):
            everything(stream, 1)


def test_no_wait_goes_beyond_the_time_allowed(pool: Pool) -> None:
    waits = Waits()
    delays = RetryPolicy().delays(random.Random(1).random)
    with peer(status(503, Retry_After="60")) as server:
        source = Source(pool, server.url(), "penguins.zip")
        stream = Forward(source, delays=delays, sleep=waits.sleep, deadline=Deadline(50))
        with pytest.raises(Unreachable, match="503"):
            stream.read()
    assert waits == []


def test_attempts_that_get_further_do_not_count(pool: Pool) -> None:
    step = 1024 * 1024
    long = Blob(random.Random(3).randbytes(8 * step))
    with peer(*[long.up_to(step)] * 7, long) as server:
        assert everything(forward(pool, server, attempts=2)) == long.data


@pytest.mark.parametrize(("code", "error"), [(403, PermissionDenied), (404, NotFound)])
@pytest.mark.parametrize("begun", [0, 1000])
def test_a_refusal_is_raised_and_never_read_as_data(code: int, error: type[BrantError], begun: int) -> None:
    steps = [BLOB.up_to(begun)] if begun else []
    with peer(*steps, status(code)) as server, pytest.raises(error, match="downloading penguins"):
        read(server)


def test_an_address_that_has_expired_is_asked_for_anew(pool: Pool) -> None:
    def step(exchange: Exchange) -> None:
        if exchange.request.target.endswith(f"signed={len(server.requests) // 2}"):
            BLOB.up_to(100_000)(exchange)
        else:
            exchange.answer(403, b"expired")

    asked: list[str] = []

    def address() -> str:
        asked.append(server.url(f"/x?signed={len(asked)}"))
        return asked[-1]

    with peer(step) as server:
        assert everything(forward(pool, server, address=address)) == DATA
    assert len(asked) == 3


@pytest.mark.parametrize(
    "after",
    [
        replace(BLOB, data=OTHER, etag='"two"'),
        replace(BLOB, data=OTHER, etag='"two"', ranges=False),
        replace(BLOB, data=OTHER + b"more", etag=None, last_modified=None),
    ],
)
def test_bytes_of_two_objects_are_never_mixed(after: Blob) -> None:
    with peer(BLOB.up_to(1000), after) as server, pytest.raises(Conflict):
        read(server)


def test_an_object_that_nothing_names_is_known_by_its_bytes() -> None:
    before = Blob(DATA, etag=None, last_modified=None, with_md5=False)
    flipped = bytes([DATA[0] ^ 1]) + DATA[1:]
    after = replace(before, data=flipped)
    with peer(before.up_to(200_000), after) as server, pytest.raises(Conflict, match="changed"):
        read(server)


def test_objects_of_one_crc_are_told_apart_where_no_validator_does() -> None:
    before = Blob(DATA, etag=None, last_modified=None, with_md5=False)
    # The polynomial of CRC-32 itself, added to the data.
    changed = bytes(one ^ two for one, two in zip(DATA, (0x1DB710641).to_bytes(5, "little"), strict=False))
    after = replace(before, data=changed + DATA[5:])
    assert crc32(after.data) == crc32(DATA)
    with peer(before.up_to(200_000), after) as server, pytest.raises(Conflict, match="changed"):
        read(server)


def test_what_has_changed_behind_the_same_validator_is_noticed_when_it_is_read_again() -> None:
    before = replace(BLOB, ranges=False)
    flipped = bytes([DATA[0] ^ 1]) + DATA[1:]
    after = replace(before, data=flipped)
    with peer(before.up_to(200_000), after) as server, pytest.raises(Conflict, match="changed"):
        read(server)


def test_after_a_restart_the_object_of_then_is_read(pool: Pool) -> None:
    after = Blob(OTHER, etag='"two"')
    with peer(BLOB.up_to(1000), after) as server:
        stream = forward(pool, server)
        stream.read(10)
        stream.restart()
        assert stream.position == 0
        assert everything(stream) == OTHER
        assert stream.identity.etag == '"two"'


@pytest.mark.parametrize(
    "span",
    ["bytes 0-299999/300000", "bytes 900-299999/300000", "bytes 1000-299999/300001", "lines 1-2/3", ""],
)
def test_another_range_than_the_one_asked_for_is_not_taken(span: str) -> None:
    def wrong(exchange: Exchange) -> None:
        exchange.answer(206, b"z" * 299_000, {"Content-Range": span} if span else {})

    with peer(BLOB.up_to(1000), wrong, BLOB) as server:
        assert read(server) == DATA
    assert "range" not in server.requests[2].headers


def test_a_server_that_refuses_the_rest_sends_all_again() -> None:
    with peer(BLOB.up_to(1000), status(416), BLOB) as server:
        assert read(server) == DATA


def test_a_server_that_gives_less_than_asked_for_is_asked_for_the_rest() -> None:
    def some(exchange: Exchange) -> None:
        start = int(exchange.request.headers["range"][6:-1])
        stop = min(start + 100_000, len(DATA))
        span = f"bytes {start}-{stop - 1}/{len(DATA)}"
        exchange.answer(206, DATA[start:stop], {**BLOB.headers(), "Content-Range": span})

    with peer(BLOB.up_to(1000), some) as server:
        assert read(server) == DATA


def chunks(*pieces: bytes, whole: bool = True) -> Step:
    def step(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"})
        for piece in pieces:
            exchange.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        if whole:
            exchange.send(b"0\r\n\r\n")
        exchange.keep = whole

    return step


def test_an_object_of_unknown_size_is_read_to_its_end(pool: Pool) -> None:
    with peer(chunks(DATA[:99], whole=False), chunks(DATA[:5000], DATA[5000:])) as server:
        stream = forward(pool, server)
        assert stream.size is None
        assert everything(stream) == DATA
        assert stream.size == len(DATA)


def test_bytes_that_are_encoded_on_the_way_are_refused() -> None:
    with peer(status(200, DATA, Content_Encoding="gzip")) as server, pytest.raises(ServerFailure):
        read(server)
