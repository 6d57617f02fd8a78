"""An upload ends with every byte at the server, once, or with one clear error."""

import hashlib
import os
import random
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from brant.errors import (
    Conflict,
    InvalidInput,
    LocalFailure,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    RateLimited,
    ServerFailure,
    Unauthenticated,
    Unreachable,
)
from brant.transfer.disk.hashes import hashes_of
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.progress import Silent
from brant.transfer.upload import Garbled, Uploaded, upload
from tests.transfer.conftest import Waits
from tests.transfer.peer import Exchange, Peer, Step, peer, status

MIB = 1024 * 1024
DATA = random.Random(11).randbytes(3 * MIB + 17)
SIZE = len(DATA)
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "penguins.csv"
    path.write_bytes(DATA)
    return path


class Inbox:
    """The server's side of the protocol: appends what comes, answers how much it has."""

    def __init__(self, size: int = SIZE) -> None:
        self.held = b""
        self.size = size

    def __call__(self, exchange: Exchange) -> None:
        """The right answer."""
        self._take(exchange, exchange.read_body())
        if len(self.held) == self.size:
            exchange.answer(201, b"{}")
        else:
            self.incomplete(exchange)

    def _take(self, exchange: Exchange, body: bytes) -> None:
        span = exchange.request.headers.get("content-range", f"bytes 0-{self.size - 1}/{self.size}")
        if span.startswith("bytes */"):
            assert span == f"bytes */{self.size}"
            assert not body
            return
        start = int(span.removeprefix("bytes ").split("-")[0])
        assert start <= len(self.held)
        self.held = self.held[:start] + body

    def incomplete(self, exchange: Exchange) -> None:
        exchange.answer(308, b"", {"Range": f"bytes=0-{len(self.held) - 1}"} if self.held else {})

    def cut_after(self, count: int, then: Callable[[Exchange], None] = Exchange.reset) -> Step:
        """Take so many bytes of the body, then break off."""

        def step(exchange: Exchange) -> None:
            self._take(exchange, exchange.read_body(at_most=count))
            then(exchange)

        return step

    def lose(self, exchange: Exchange) -> None:
        """Take everything, and hang up without an answer."""
        self._take(exchange, exchange.read_body())
        exchange.hang_up()


def send(server: Peer, file: Path, waits: Waits | None = None, **options: object) -> Uploaded:
    with Pool(TransportSettings(read_timeout=10)) as pool:
        sleep = (waits if waits is not None else Waits()).sleep
        return upload(pool, server.url("/upload"), file, sleep=sleep, **options)  # type: ignore[arg-type]


def test_a_file_goes_whole_in_one_request(file: Path) -> None:
    inbox = Inbox()
    with peer(inbox) as server:
        result = send(server, file, size=SIZE)
    assert inbox.held == DATA
    assert result == Uploaded(SIZE, SHA256)
    asked = server.requests[0]
    assert asked.method == "PUT"
    assert asked.headers["content-length"] == str(SIZE)
    assert asked.headers["content-type"] == "application/octet-stream"
    assert "content-range" not in asked.headers


def test_files_go_over_one_connection(pool: Pool, file: Path) -> None:
    with peer(status(200, b"{}")) as server:
        for _ in range(3):
            upload(pool, server.url("/upload"), file)
        assert [asked.connection for asked in server.requests] == [0, 0, 0]


def test_an_answer_whose_end_is_missing_still_says_done(pool: Pool, file: Path) -> None:
    def step(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.head(200, {"Content-Length": "2"})
        exchange.hang_up()

    with peer(step) as server:
        assert upload(pool, server.url("/upload"), file).size == SIZE
        assert len(server.requests) == 1


def test_an_empty_file_goes_with_its_length(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with peer(status(200, b"")) as server:
        result = send(server, tmp_path / "empty")
    assert (result.size, result.sha256) == (0, hashlib.sha256().hexdigest())
    assert [asked.headers["content-length"] for asked in server.requests] == ["0"]


@pytest.mark.parametrize("code", [200, 201])
def test_both_words_for_done_are_understood(file: Path, code: int) -> None:
    with peer(status(code, b"")) as server:
        assert send(server, file).size == SIZE


@pytest.mark.parametrize("count", [0, 1, MIB - 1, MIB, 2 * MIB + 5, SIZE - 1])
def test_a_cut_is_followed_by_a_question_and_the_rest(file: Path, waits: Waits, count: int) -> None:
    inbox = Inbox()
    with peer(inbox.cut_after(count), inbox) as server:
        result = send(server, file, waits)
    assert inbox.held == DATA
    assert result.sha256 == SHA256
    question, rest = server.requests[1:]
    assert question.headers["content-range"] == f"bytes */{SIZE}"
    assert question.headers["content-length"] == "0"
    assert rest.headers.get("content-range") == (f"bytes {count}-{SIZE - 1}/{SIZE}" if count else None)
    assert len(waits) == 1


def test_many_cuts_at_random_bytes_end_well(file: Path, waits: Waits) -> None:
    chance = random.Random(12)
    for _ in range(8):
        inbox, left, steps = Inbox(), SIZE, list[Step]()
        for _ in range(chance.randint(1, 4)):
            count = chance.randint(0, left)
            left -= count
            steps += [inbox.cut_after(count), inbox]
        with peer(*steps, inbox) as server:
            result = send(server, file, waits)
        assert (inbox.held, result.sha256) == (DATA, SHA256)


def test_attempts_that_brought_something_do_not_count(file: Path, waits: Waits) -> None:
    inbox = Inbox()
    steps = [step for _ in range(8) for step in (inbox.cut_after(100_000), inbox)]
    with peer(*steps, inbox) as server:
        send(server, file, waits, attempts=3)
    assert inbox.held == DATA


def test_an_answer_that_was_lost_is_asked_for(file: Path) -> None:
    inbox = Inbox()
    with peer(inbox.lose, inbox) as server:
        assert send(server, file).sha256 == SHA256
    assert inbox.held == DATA
    assert [asked.body for asked in server.requests] == [DATA, b""]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(file: Path, waits: Waits, code: int) -> None:
    inbox = Inbox()
    with peer(status(code), status(code), inbox) as server:
        send(server, file, waits)
    assert inbox.held == DATA
    assert len(waits) == 2
    assert server.requests[1].headers["content-range"] == f"bytes */{SIZE}"


def test_the_servers_wish_for_patience_is_granted(file: Path, waits: Waits) -> None:
    inbox = Inbox()
    with peer(status(503, b"", Retry_After="9"), inbox) as server:
        send(server, file, waits, random=lambda: 0.0)
    assert waits == [9.0]


def test_a_stalled_server_is_given_up_and_asked(file: Path, waits: Waits) -> None:
    inbox = Inbox()
    stall = inbox.cut_after(MIB, Exchange.stall)
    with peer(stall, inbox) as server, Pool(TransportSettings(read_timeout=10)) as pool:
        upload(pool, server.url(), file, sleep=waits.sleep, answer_timeout=0.3)
    assert inbox.held == DATA


def test_a_308_to_the_first_request_goes_on_from_there(file: Path, waits: Waits) -> None:
    inbox = Inbox()

    def some(exchange: Exchange) -> None:
        inbox.held = exchange.read_body()[:MIB]
        inbox.incomplete(exchange)

    with peer(some, inbox) as server:
        send(server, file, waits)
    assert inbox.held == DATA
    assert server.requests[1].headers["content-range"] == f"bytes {MIB}-{SIZE - 1}/{SIZE}"
    assert waits == []


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-4999"}, {"Range": f"bytes=0-{SIZE - 1}"}])
def test_a_server_that_is_stuck_is_given_up_after_the_attempts(
    file: Path, waits: Waits, headers: dict[str, str]
) -> None:
    with (
        peer(lambda exchange: exchange.answer(308, b"", headers)) as server,
        pytest.raises(ServerFailure, match="takes no more"),
    ):
        send(server, file, waits, attempts=4)
    assert len(waits) == 3
    assert len(server.requests) <= 10


def test_a_server_that_has_every_byte_but_is_not_done_is_asked_again(file: Path, waits: Waits) -> None:
    whole = status(308, b"", Range=f"bytes=0-{SIZE - 1}")
    with peer(whole, whole, status(200, b"")) as server:
        send(server, file, waits)
    assert [asked.headers["content-range"] for asked in server.requests[1:]] == [f"bytes */{SIZE}"] * 2


def test_a_308_is_not_followed_like_a_redirect(file: Path, waits: Waits) -> None:
    with peer(status(308, b"", Location="/elsewhere")) as server, pytest.raises(ServerFailure):
        send(server, file, waits, attempts=2)
    assert {asked.target for asked in server.requests} == {"/upload"}


@pytest.mark.parametrize("claim", [f"bytes=0-{SIZE}", "bytes=5-9", "0-5", "bytes=0-"])
def test_a_range_that_makes_no_sense_is_an_error(file: Path, claim: str) -> None:
    with (
        peer(status(308, b"", Range=claim)) as server,
        pytest.raises(ServerFailure, match="claims the range"),
    ):
        send(server, file)


@pytest.mark.parametrize("code", [404, 410])
@pytest.mark.parametrize("when", ["at once", "when asked"])
def test_an_upload_the_server_has_forgotten_is_for_the_caller(
    file: Path, waits: Waits, code: int, when: str
) -> None:
    steps = [status(code)] if when == "at once" else [Inbox().cut_after(100), status(code)]
    with peer(*steps) as server, pytest.raises(NotFound, match="begin it again"):
        send(server, file, waits)


@pytest.mark.parametrize(
    ("code", "error"), [(400, InvalidInput), (401, Unauthenticated), (413, PayloadTooLarge)]
)
def test_a_refusal_is_final_and_says_why(file: Path, waits: Waits, code: int, error: type[Exception]) -> None:
    body = b'{"code": 1, "message": "quota is used up"}'
    with peer(status(code, body)) as server, pytest.raises(error, match="quota is used up"):
        send(server, file, waits)
    assert (len(server.requests), waits) == (1, [])


def test_an_answer_of_another_kind_is_not_taken_for_done(file: Path, waits: Waits) -> None:
    with peer(status(204, b"")) as server, pytest.raises(ServerFailure, match="204"):
        send(server, file, waits)


def test_a_refusal_while_the_body_is_still_sent_is_not_lost(tmp_path: Path, waits: Waits) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as sparse:
        sparse.truncate(100 * MIB)

    def refuse(exchange: Exchange) -> None:
        exchange.read_body(at_most=10)
        exchange.head(413, {"Content-Length": "31", "Connection": "close"})
        exchange.send(b'{"message": "100 MB at most"}  ')
        exchange.stall()

    with peer(refuse) as server, pytest.raises(PayloadTooLarge, match="100 MB at most"):
        send(server, large, waits)
    assert waits == []


def test_attempts_end(file: Path, waits: Waits) -> None:
    with peer(Exchange.hang_up) as server, pytest.raises(Unreachable):
        send(server, file, waits, attempts=3)
    assert (len(server.requests), len(waits)) == (3, 2)


def test_a_wish_for_an_hour_is_handed_to_the_caller(file: Path, waits: Waits) -> None:
    with peer(status(429, b"", Retry_After="3600")) as server, pytest.raises(RateLimited):
        send(server, file, waits)
    assert waits == []


@pytest.mark.parametrize("held", [0, 1, 2 * MIB, SIZE])
def test_a_later_process_asks_first(file: Path, held: int) -> None:
    inbox = Inbox()
    inbox.held = DATA[:held]
    with peer(inbox) as server:
        result = send(server, file, resume=True)
    assert inbox.held == DATA
    assert result == Uploaded(SIZE, SHA256)
    assert sum(len(asked.body) for asked in server.requests) == SIZE - held
    assert server.requests[0].headers["content-range"] == f"bytes */{SIZE}"


# The file is not what it was


def test_a_file_of_another_size_than_announced_is_not_sent(file: Path) -> None:
    with peer(status(200)) as server, pytest.raises(Conflict, match=r"penguins\.csv"):
        send(server, file, size=SIZE + 1)
    assert server.requests == []


def grow(file: Path) -> None:
    with file.open("ab") as handle:
        handle.write(b"more")


def rewrite(file: Path) -> None:
    facts = file.stat()
    file.write_bytes(bytes(SIZE))
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))


def replace(file: Path) -> None:
    facts = file.stat()
    other = file.with_name("other")
    other.write_bytes(DATA)
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    other.replace(file)


@pytest.mark.parametrize("change", [grow, rewrite, replace, Path.unlink])
@pytest.mark.parametrize("fault", [False, True])
def test_a_file_that_changes_while_it_is_sent_is_a_conflict(
    file: Path, waits: Waits, change: Callable[[Path], None], fault: bool
) -> None:
    inbox = Inbox()

    def step(exchange: Exchange) -> None:
        exchange.read_body(at_most=5)
        change(file)
        if fault:
            exchange.reset()
        else:
            exchange._read = False
            exchange.read_body(at_most=SIZE - 5)
            exchange.answer(200, b"")

    with peer(step, inbox) as server, pytest.raises(Conflict, match=r"penguins\.csv changed"):
        send(server, file, waits)
    assert len(server.requests) == 1


def test_a_file_that_shrinks_while_it_is_sent_is_a_conflict(tmp_path: Path, waits: Waits) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as sparse:
        sparse.truncate(100 * MIB)
    gone = threading.Event()

    def step(exchange: Exchange) -> None:
        exchange.read_body(at_most=5)
        os.truncate(large, 10)
        exchange.stall()
        gone.set()

    with peer(step) as server, pytest.raises(Conflict, match=r"large\.bin changed"):
        send(server, large, waits)


def test_a_missing_file_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with peer(status(200)) as server, pytest.raises(LocalFailure, match=r"nothing\.csv cannot be read"):
        send(server, tmp_path / "nothing.csv")
    assert server.requests == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with peer(status(200)) as server, pytest.raises(LocalFailure):
        send(server, tmp_path)
    assert server.requests == []


class Heard(Silent):
    """Adds up what a progress is told."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.total = 0

    def begin(self, name: str, size: int | None, *, held: int = 0) -> "Heard":
        self.events.append((name, size, held))
        self.total += held
        return self

    def advance(self, n: int) -> None:
        self.total += n

    def note(self, text: str) -> None:
        self.events.append(text)

    def finish(self, *, complete: bool = True) -> None:
        self.events.append("whole" if complete else "in part")


def test_progress_adds_up_to_the_size_however_it_was_cut(file: Path) -> None:
    inbox, heard = Inbox(), Heard()
    with peer(inbox.cut_after(MIB), inbox) as server:
        send(server, file, progress=heard)
    assert heard.events == [("penguins.csv", SIZE, 0), "whole"]
    assert heard.total == SIZE


@pytest.mark.parametrize("held", [0, 2 * MIB, SIZE])
def test_what_an_earlier_run_has_sent_counts_as_held(file: Path, held: int) -> None:
    inbox, heard = Inbox(), Heard()
    inbox.held = DATA[:held]
    with peer(inbox) as server:
        send(server, file, progress=heard, resume=True)
    assert heard.events == [("penguins.csv", SIZE, held), "whole"]
    assert heard.total == SIZE


def test_a_file_that_stays_behind_is_told_as_such(file: Path) -> None:
    heard = Heard()
    with peer(status(403)) as server, pytest.raises(PermissionDenied):
        send(server, file, progress=heard)
    assert heard.events == [("penguins.csv", SIZE, 0), "in part"]


def test_a_long_wait_is_told_and_a_short_one_is_not(file: Path) -> None:
    inbox, heard = Inbox(), Heard()
    with peer(status(503, b"", Retry_After="9"), status(503, b"", Retry_After="1"), inbox) as server:
        send(server, file, progress=heard, random=lambda: 0.0)
        told = f"127.0.0.1:{server.port} answered 503 Scripted when uploading penguins.csv"
    assert heard.events[1:-1] == [f"{told}; trying again in 9 s…"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path, pool: Pool) -> None:
    import tracemalloc

    large = tmp_path / "large.bin"
    with large.open("wb") as sparse:
        sparse.truncate(64 * MIB)

    def swallow(exchange: Exchange) -> None:
        left = 64 * MIB
        while left:
            left -= len(exchange._reader.read(min(left, MIB)))
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        exchange.hang_up()

    with peer(swallow) as server:
        tracemalloc.start()
        try:
            upload(pool, server.url(), large)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 12 * MIB


# What the bytes are compared with


def test_known_hashes_are_not_taken_again(file: Path) -> None:
    inbox = Inbox()
    with peer(inbox.cut_after(MIB), inbox) as server:
        assert send(server, file, known=hashes_of(file)) == Uploaded(SIZE, SHA256)
    assert inbox.held == DATA


@pytest.mark.parametrize("resume", [False, True])
def test_a_file_that_is_not_the_one_hashed_is_a_conflict_though_size_and_date_agree(
    file: Path, resume: bool
) -> None:
    known, facts = hashes_of(file), file.stat()
    file.write_bytes(DATA[:-1] + bytes([DATA[-1] ^ 1]))
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    with peer(Inbox()) as server, pytest.raises(Conflict, match=r"penguins\.csv changed"):
        send(server, file, known=known, resume=resume)


def told(digest: bytes) -> Step:
    return status(200, b"{}", Repr_Digest=f"sha-256=:{b64encode(digest).decode()}:")


def test_a_server_that_got_other_bytes_is_not_believed(file: Path) -> None:
    with peer(told(hashlib.sha256(DATA).digest())) as server:
        assert send(server, file).sha256 == SHA256
    with peer(told(hashlib.sha256(b"other").digest())) as server, pytest.raises(Garbled, match="other bytes"):
        send(server, file)


@pytest.mark.parametrize("digest", ["", "sha-256=:no base64:", "md5=:AAAA:", "sha-256=:AAAA:"])
def test_a_digest_that_says_nothing_counts_for_nothing(file: Path, digest: str) -> None:
    with peer(status(200, b"", Repr_Digest=digest)) as server:
        assert send(server, file).sha256 == SHA256


# Ends


def test_an_upload_that_nobody_wants_any_more_ends_with_its_piece(tmp_path: Path, waits: Waits) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as sparse:
        sparse.truncate(100 * MIB)
    unwanted = threading.Event()

    def step(exchange: Exchange) -> None:
        exchange.read_body(at_most=5)
        unwanted.set()
        while exchange.sock.recv(MIB):
            pass
        exchange.hang_up()

    with peer(step) as server, pytest.raises(Unreachable, match="run the same again to go on") as stopped:
        send(server, large, waits, stopped=unwanted.is_set)
    assert stopped.value.final
    assert (len(server.requests), waits) == (1, [])


def test_a_server_that_takes_a_trickle_is_given_up(tmp_path: Path, waits: Waits) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as sparse:
        sparse.truncate(100 * MIB)
    over = threading.Event()

    def trickle(exchange: Exchange) -> None:
        exchange.read_body(at_most=5)
        while not over.wait(0.02) and exchange.sock.recv(64 * 1024):
            pass
        exchange.hang_up()

    settings = TransportSettings(read_timeout=10, min_rate=50e6, rate_window=0.2)
    with peer(trickle) as server, Pool(settings) as pool:
        with pytest.raises(Unreachable, match="took only"):
            upload(pool, server.url(), large, sleep=waits.sleep, attempts=1)
        over.set()
