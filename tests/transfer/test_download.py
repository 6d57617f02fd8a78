"""A download ends whole and verified, or leaves what it has for the next one."""

import errno
import fcntl
import hashlib
import io
import json
import os
import random
import resource
import stat
import threading
import time
import tracemalloc
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from brant.errors import (
    Conflict,
    Corrupt,
    InvalidInput,
    LocalFailure,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerFailure,
    Unimplemented,
    Unreachable,
)
from brant.transfer.disk.partial import Partial
from brant.transfer.disk.places import read_at
from brant.transfer.download import Downloaded, Expected, download
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.progress import Silent
from tests.transfer.conftest import Waits
from tests.transfer.partials import beginning, journal_of, partial_of, proven
from tests.transfer.peer import Blob, Exchange, Peer, Step, peer, status
from tests.transfer.remotes import Notes

MIB = 1024 * 1024
DATA = random.Random(1).randbytes(300_000)
BLOB = Blob(DATA)
SHA256 = hashlib.sha256(DATA).hexdigest()
MD5 = hashlib.md5(DATA).digest()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data" / "penguins.csv"


def assert_alone(target: Path, data: bytes = DATA) -> None:
    """The file is whole, and nothing lies beside it."""
    assert target.read_bytes() == data
    assert list(target.parent.iterdir()) == [target]


def fetch(server: Peer, target: Path, waits: Waits | None = None, **options: object) -> Downloaded:
    with Pool(TransportSettings(read_timeout=10)) as pool:
        sleep = (waits if waits is not None else Waits()).sleep
        return download(pool, server.url(), target, sleep=sleep, **options)  # type: ignore[arg-type]


def begun(target: Path, count: int, blob: Blob = BLOB) -> None:
    """Leave a partial file of `count` bytes, as a process does whose line was cut."""
    with peer(blob.up_to(count)) as server, pytest.raises(Unreachable):
        fetch(server, target, attempts=1)
    assert beginning(target) == blob.data[:count]
    assert not target.exists()


def test_a_file_arrives_whole_verified_and_dated(target: Path) -> None:
    with peer(BLOB) as server:
        result = fetch(server, target)
    assert_alone(target)
    assert result == Downloaded(target, len(DATA), SHA256, 0, verified="md5")
    assert target.stat().st_mtime == 1445412480
    assert "range" not in server.requests[0].headers


def test_a_file_without_any_validator_or_hash_arrives(target: Path) -> None:
    with peer(Blob(DATA, etag=None, last_modified=None, with_md5=False)) as server:
        result = fetch(server, target)
    assert_alone(target)
    assert result.sha256 == SHA256


@pytest.mark.parametrize("blob", [Blob(b""), Blob(b"", etag=None, last_modified=None, with_md5=False)])
def test_an_empty_file_arrives(target: Path, blob: Blob) -> None:
    with peer(blob) as server:
        assert fetch(server, target).size == 0
    assert_alone(target, b"")


def test_a_chunked_answer_arrives(target: Path) -> None:
    def step(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"})
        exchange.send(b"4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n")

    with peer(step) as server:
        assert fetch(server, target).size == 7
    assert_alone(target, b"abcdefg")


def test_the_largest_name_has_room_for_its_partial_file(tmp_path: Path) -> None:
    target = tmp_path / ("ü" * 127)
    with peer(BLOB.up_to(1000), BLOB) as server:
        assert fetch(server, target).resumed_from == 0
        assert server.requests[1].headers["range"] == "bytes=1000-"
    assert_alone(target)


def test_a_redirect_is_followed(target: Path) -> None:
    with peer(BLOB) as store, peer(status(302, b"", Location=store.url("/signed"))) as server:
        fetch(server, target)
    assert_alone(target)


# Cuts


@pytest.mark.parametrize("count", [0, 1, 2, 1023, 150_000, 299_999])
def test_a_cut_is_resumed_where_it_was(target: Path, waits: Waits, count: int) -> None:
    with peer(BLOB.up_to(count), BLOB) as server:
        result = fetch(server, target, waits)
    assert_alone(target)
    assert len(waits) == 1
    second = server.requests[1].headers
    assert (second["range"], second["if-range"]) == (f"bytes={count}-", '"one"')
    assert result.sha256 == SHA256


def test_cuts_at_random_bytes_all_resume(tmp_path: Path) -> None:
    chance = random.Random(20)
    for number in range(25):
        data = chance.randbytes(chance.randint(1, 3 * MIB))
        blob = Blob(data, with_md5=chance.random() < 0.5)
        cuts = [blob.up_to(chance.randint(0, len(data))) for _ in range(chance.randint(1, 4))]
        target = tmp_path / str(number) / "data.bin"
        with peer(*cuts, blob) as server:
            fetch(server, target)
        assert_alone(target, data)


@pytest.mark.parametrize("then", [Exchange.reset, Exchange.stall])
def test_a_reset_or_stalled_line_is_resumed(
    target: Path, waits: Waits, then: Callable[[Exchange], None]
) -> None:
    settings = TransportSettings(read_timeout=0.3)
    with Pool(settings) as pool, peer(BLOB.up_to(100_000, then=then), BLOB) as server:
        download(pool, server.url(), target, sleep=waits.sleep)
    assert_alone(target)


def test_a_later_process_resumes_and_says_from_where(target: Path) -> None:
    begun(target, 123_456)
    with peer(BLOB) as server:
        result = fetch(server, target)
        assert server.requests[0].headers["range"] == "bytes=123456-"
    assert_alone(target)
    assert (result.resumed_from, result.sha256) == (123_456, SHA256)


def test_a_partial_that_is_complete_is_asked_about_and_not_fetched(target: Path) -> None:
    begun(target, len(DATA) - 1)
    with partial_of(target).open("r+b") as file:
        file.seek(-1, 2)
        file.write(DATA[-1:])
    with journal_of(target).open("a") as journal:
        line = {"at": len(DATA) - 1, "to": len(DATA), "crc32": zlib.crc32(DATA[-1:])}
        journal.write(json.dumps(line) + "\n")
    with peer(BLOB) as server:
        assert fetch(server, target).resumed_from == len(DATA)
        assert [asked.headers["range"] for asked in server.requests] == [f"bytes={len(DATA) - 1}-"]
    assert_alone(target)


def test_the_date_serves_where_the_tag_is_weak(target: Path) -> None:
    blob = Blob(DATA, etag='W/"one"')
    begun(target, 5000, blob)
    with peer(blob) as server:
        fetch(server, target)
        assert server.requests[0].headers["if-range"] == blob.last_modified
    assert_alone(target)


def test_without_a_validator_a_hash_is_what_makes_a_range_safe(target: Path) -> None:
    bare = Blob(DATA, etag=None, last_modified=None, with_md5=False)
    begun(target, 5000, bare)
    with peer(bare) as server:
        fetch(server, target, expected=Expected(sha256=SHA256))
        assert server.requests[0].headers["range"] == "bytes=5000-"
        assert "if-range" not in server.requests[0].headers
    assert_alone(target)


def test_without_validator_and_hash_the_start_is_compared(target: Path) -> None:
    bare = Blob(DATA, etag=None, last_modified=None, with_md5=False)
    begun(target, 5000, bare)
    with peer(bare) as server:
        fetch(server, target)
        assert "range" not in server.requests[0].headers
    assert_alone(target)


# Errors in place of the rest


@pytest.mark.parametrize("code", [403, 404, 410, 416, 429, 500, 502, 503, 504, 400, 401, 418])
def test_no_error_page_ever_touches_the_partial_file(target: Path, waits: Waits, code: int) -> None:
    begun(target, 200_000)
    page = status(code, b"x" * (len(DATA) - 200_000))
    with peer(page) as server, pytest.raises(Exception, match="penguins"):
        fetch(server, target, waits, attempts=3)
    assert beginning(target) == DATA[:200_000]
    assert not target.exists()
    with peer(BLOB) as server:
        assert fetch(server, target).resumed_from == 200_000
    assert_alone(target)


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(target: Path, waits: Waits, code: int) -> None:
    with peer(BLOB.up_to(10), status(code), status(code), BLOB) as server:
        fetch(server, target, waits)
        assert server.requests[3].headers["range"] == "bytes=10-"
    assert_alone(target)
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("code", "error"),
    [(403, PermissionDenied), (404, NotFound), (400, InvalidInput), (501, Unimplemented)],
)
def test_a_refusal_is_final_and_says_why(
    target: Path, waits: Waits, code: int, error: type[Exception]
) -> None:
    body = b'{"code": 403, "message": "Accept the rules first.\\nThen try again."}'
    with peer(status(code, body, Content_Type="application/json")) as server, pytest.raises(error) as raised:
        fetch(server, target, waits)
    assert "Accept the rules first. Then try again." in str(raised.value)
    assert (len(server.requests), waits) == (1, [])
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("kind", ["application/xml", "text/html"])
def test_a_page_is_no_reason(target: Path, kind: str) -> None:
    page = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    with peer(status(403, page, Content_Type=kind)) as server, pytest.raises(PermissionDenied) as raised:
        fetch(server, target)
    assert raised.value.message.endswith("answered 403 Scripted when downloading penguins.csv.")


def test_a_refusal_shows_no_token(target: Path) -> None:
    body = b'{"message": "token KGAT_abcdef is no good"}'
    with peer(status(403, body)) as server, pytest.raises(PermissionDenied) as raised:
        fetch(server, target)
    assert "KGAT_abcdef" not in raised.value.message


@pytest.mark.parametrize(("wish", "wait"), [("7", 7.0), ("0", 0.0)])
def test_the_servers_wish_for_patience_is_granted(target: Path, waits: Waits, wish: str, wait: float) -> None:
    with peer(status(429, b"", Retry_After=wish), BLOB) as server:
        fetch(server, target, waits, random=lambda: 0.0)
    assert waits == [wait]


def test_a_wish_for_a_date_is_granted(target: Path, waits: Waits) -> None:
    with peer(status(503, b"", Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"), BLOB) as server:
        fetch(server, target, waits, random=lambda: 0.0)
    assert waits == [0.0]


def test_a_wish_for_an_hour_is_handed_to_the_caller(target: Path, waits: Waits) -> None:
    with peer(status(429, b"", Retry_After="3600")) as server, pytest.raises(RateLimited) as raised:
        fetch(server, target, waits)
    assert raised.value.retry_after == 3600
    assert waits == []


def test_attempts_are_counted_in_a_row_without_progress(target: Path, waits: Waits) -> None:
    with peer(status(500)) as server:
        with pytest.raises(ServerFailure):
            fetch(server, target, waits, attempts=4, random=lambda: 1.0)
        assert len(server.requests) == 4
    assert waits == [0.5, 1.0, 2.0]


def test_a_mebibyte_of_progress_starts_the_count_anew(target: Path, waits: Waits) -> None:
    data = random.Random(2).randbytes(6 * MIB)
    blob = Blob(data)
    with peer(*[blob.up_to(MIB)] * 5, blob) as server:
        fetch(server, target, waits, attempts=2)
    assert_alone(target, data)


# Ranges that are not what was asked for


def ranged(start: int, *, total: int = len(DATA), etag: str = '"one"', body: bytes | None = None) -> Step:
    def step(exchange: Exchange) -> None:
        piece = DATA[start:] if body is None else body
        span = f"bytes {start}-{start + len(piece) - 1}/{total}"
        exchange.answer(206, piece, {"Content-Range": span, "ETag": etag})

    return step


@pytest.mark.parametrize(
    "wrong",
    [
        ranged(99_999),
        ranged(0),
        ranged(100_001),
        ranged(100_000, total=len(DATA) + 5),
        ranged(100_000, etag='"two"'),
        status(206, DATA[100_000:]),
        status(206, DATA[100_000:], Content_Range="bytes 100000-99/300000"),
        status(206, DATA[100_000:], Content_Range="bytes 100000-300000/300000"),
        status(206, DATA[100_000:], Content_Range="apples 1-2/3"),
        status(416, b"", Content_Range="bytes */5"),
        status(416, b""),
        status(206, b"", Content_Range="bytes */300000"),
        status(
            206, DATA[::-1][:200_000], Content_Range="bytes 100000-299999/300000", Content_Encoding="gzip"
        ),
    ],
)
def test_a_wrong_range_is_not_appended(target: Path, waits: Waits, wrong: Step) -> None:
    begun(target, 100_000)
    with peer(wrong, BLOB) as server:
        assert fetch(server, target, waits).resumed_from == 100_000
        # The whole is asked for next, and its start compared with what is there.
        assert "range" not in server.requests[1].headers
    assert_alone(target)


def test_a_range_that_ends_early_is_followed_by_the_next(target: Path, waits: Waits) -> None:
    begun(target, 100_000)
    with peer(ranged(100_000, body=DATA[100_000:150_000]), BLOB) as server:
        fetch(server, target, waits)
        assert server.requests[1].headers["range"] == "bytes=150000-"
    assert_alone(target)


def test_a_part_that_does_not_say_of_how_much_is_not_taken_for_the_rest(target: Path, waits: Waits) -> None:
    def chunked(exchange: Exchange, count: int) -> None:
        exchange.head(200, {**BLOB.headers(), "x-goog-hash": "", "Transfer-Encoding": "chunked"})
        exchange.send(b"%x\r\n" % count + DATA[:count] + b"\r\n")

    def cut(exchange: Exchange) -> None:
        chunked(exchange, 100_000)
        exchange.hang_up()

    def whole(exchange: Exchange) -> None:
        chunked(exchange, len(DATA))
        exchange.send(b"0\r\n\r\n")

    part = status(206, DATA[100_000:150_000], Content_Range="bytes 100000-149999/*", ETag='"one"')
    with peer(cut, part, whole) as server:
        fetch(server, target, waits)
    assert_alone(target)


def test_a_server_without_ranges_costs_no_byte_that_is_there(target: Path) -> None:
    blob = Blob(DATA, ranges=False)
    begun(target, 100_000, blob)
    seen: list[int] = []

    def watch(exchange: Exchange) -> None:
        blob.up_to(50_000)(exchange)
        seen.append(len(beginning(target)))

    with peer(watch, blob) as server:
        assert fetch(server, target).resumed_from == 100_000
    assert seen == [100_000]
    assert_alone(target)


def test_a_206_that_nobody_asked_for_is_not_taken(target: Path, waits: Waits) -> None:
    with peer(ranged(0), BLOB) as server:
        fetch(server, target, waits)
    assert_alone(target)


# The object changes


NEW = random.Random(3).randbytes(250_000)


@pytest.mark.parametrize(
    "changed",
    [
        Blob(NEW, etag='"two"'),
        Blob(NEW, etag=None, last_modified="Thu, 22 Oct 2015 07:28:00 GMT"),
        Blob(NEW, etag='"two"', last_modified=None, with_md5=False),
    ],
)
def test_a_new_object_is_fetched_from_its_start(target: Path, changed: Blob) -> None:
    begun(target, 100_000)
    with peer(changed) as server:
        result = fetch(server, target)
    assert_alone(target, NEW)
    assert result.resumed_from == 0


def test_an_object_that_changes_without_a_word_is_noticed_by_its_start(target: Path, waits: Waits) -> None:
    silent = Blob(DATA, etag=None, last_modified=None, with_md5=False)
    begun(target, 100_000, silent)
    changed = Blob(random.Random(4).randbytes(len(DATA)), etag=None, last_modified=None, with_md5=False)
    with peer(changed) as server:
        fetch(server, target, waits)
    assert_alone(target, changed.data)


def test_a_page_that_claims_success_is_not_taken_for_the_object(target: Path, waits: Waits) -> None:
    begun(target, 100_000)
    with peer(status(200, b"<html>please sign in</html>")) as server, pytest.raises(Conflict):
        fetch(server, target, waits, attempts=2)
    assert beginning(target) == DATA[:100_000]
    with peer(BLOB) as server:
        assert fetch(server, target).resumed_from == 100_000


SIGN_IN = status(200, b"<html>please sign in</html>", Content_Type="text/html; charset=utf-8")


@pytest.mark.parametrize("nameless", [False, True])
def test_a_page_in_the_place_of_the_object_costs_nothing_but_another_try(
    target: Path, waits: Waits, nameless: bool
) -> None:
    blob = Blob(DATA, etag=None, last_modified=None, with_md5=False) if nameless else BLOB
    notes = Notes()
    with peer(SIGN_IN, blob.up_to(100_000), SIGN_IN, blob) as server:
        fetch(server, target, waits, progress=notes)
    assert_alone(target)
    assert not any("changed" in note for note in notes.noted)


def test_a_page_and_nothing_else_is_told(target: Path, waits: Waits) -> None:
    with peer(SIGN_IN) as server, pytest.raises(ServerFailure, match="a web page"):
        fetch(server, target, waits, attempts=2)
    assert not target.exists()


@pytest.mark.parametrize("name", ["index.html", "data.csv"])
def test_a_page_that_is_the_object_comes(tmp_path: Path, name: str) -> None:
    """By its own name, or by what the server says of it."""
    page = b"<html>gentoo</html>"
    told = {"ETag": '"one"'} if name == "data.csv" else {}
    with peer(status(200, page, Content_Type="text/html", **told)) as server:
        fetch(server, tmp_path / name)
    assert (tmp_path / name).read_bytes() == page


def test_an_answer_of_the_wrong_size_is_not_even_begun(target: Path, waits: Waits) -> None:
    begun(target, 100_000)
    with peer(Blob(b"short", etag='"two"')) as server, pytest.raises(Corrupt):
        fetch(server, target, waits, expected=Expected(size=len(DATA)), attempts=2)
    assert beginning(target) == DATA[:100_000]


def test_an_encoded_answer_is_refused(target: Path) -> None:
    with peer(status(200, b"\x1f\x8b", Content_Encoding="gzip")) as server, pytest.raises(ServerFailure):
        fetch(server, target)
    assert list(target.parent.iterdir()) == []


def test_a_read_that_fails_while_the_rest_comes_is_tried_again_at_the_end(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_failed = threading.Event()
    blob = Blob(random.Random(40).randbytes(6 * MIB))

    def fail_once(file: io.FileIO, at: int, view: memoryview) -> int:
        if not has_failed.is_set():
            has_failed.set()
            raise OSError(errno.EIO, "bad block")
        return read_at(file, at, view)

    def wait_for_it(exchange: Exchange) -> None:
        _, start, stop, headers = blob.plan(exchange.request)
        exchange.head(200, headers)
        exchange.send(blob.data[start : start + MIB])
        assert has_failed.wait(10)
        exchange.send(blob.data[start + MIB : stop])

    monkeypatch.setattr("brant.transfer.disk.partial.read_at", fail_once)
    with peer(wait_for_it, blob) as server:
        result = fetch(server, target)
    assert has_failed.is_set()
    assert result.sha256 == hashlib.sha256(blob.data).hexdigest()


# Damage


@pytest.mark.parametrize("at", [0, 777, 99_999])
def test_a_bit_flipped_in_the_partial_file_is_found_and_fetched_again(target: Path, at: int) -> None:
    begun(target, 100_000, Blob(DATA, with_md5=False))
    with partial_of(target).open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))
    with peer(Blob(DATA, with_md5=False)) as server:
        assert fetch(server, target).resumed_from == 0
    assert_alone(target)


def test_only_the_damaged_range_is_fetched_again(target: Path) -> None:
    data = random.Random(5).randbytes(5 * MIB)
    blob = Blob(data, with_md5=False)
    begun(target, 4 * MIB + 5, blob)
    before = proven(target)
    with partial_of(target).open("r+b") as file:
        file.seek(3 * MIB + 17)
        file.write(b"?!?")
    lost = {start: piece for start, piece in before.items() if start not in proven(target)}
    assert len(lost) == 1
    with peer(blob) as server:
        result = fetch(server, target)
    assert result.resumed_from == 4 * MIB + 5 - sum(map(len, lost.values()))
    assert_alone(target, data)


def test_a_partial_of_the_right_length_and_wrong_bytes_is_found(target: Path) -> None:
    begun(target, 100_000, Blob(DATA, with_md5=False))
    partial_of(target).write_bytes(bytes(100_000))
    with peer(Blob(DATA, with_md5=False)) as server:
        fetch(server, target)
    assert_alone(target)


@pytest.mark.parametrize("length", [0, 1, 99_999, 100_001, 400_000])
def test_a_partial_cut_or_grown_by_others_is_set_right(target: Path, length: int) -> None:
    begun(target, 100_000, Blob(DATA, with_md5=False))
    os.truncate(partial_of(target), length)
    with peer(Blob(DATA, with_md5=False)) as server:
        result = fetch(server, target)
    assert result.resumed_from == (100_000 if length > 100_000 else 0)
    assert_alone(target)


def test_a_journal_torn_at_any_byte_loses_at_most_what_it_no_longer_proves(target: Path) -> None:
    begun(target, 100_000)
    whole = journal_of(target).read_bytes()
    partial = partial_of(target).read_bytes()
    for length in range(0, len(whole), 7):
        target.unlink(missing_ok=True)
        journal_of(target).write_bytes(whole[:length])
        partial_of(target).write_bytes(partial)
        with peer(BLOB.up_to(1000), BLOB) as server:
            fetch(server, target)
        assert_alone(target)


def test_what_is_noted_after_a_torn_line_is_read_again(target: Path) -> None:
    blob = Blob(random.Random(9).randbytes(3 * MIB))
    begun(target, 2 * MIB + 5, blob)
    os.truncate(journal_of(target), journal_of(target).stat().st_size - 3)
    with peer(blob.up_to(1000)) as server, pytest.raises(Unreachable):
        fetch(server, target, attempts=1)
    kept = len(beginning(target))
    assert kept > MIB
    with peer(blob) as server:
        assert fetch(server, target).resumed_from == kept
    assert_alone(target, blob.data)


@pytest.mark.parametrize("text", [b"\x00\xff", b"[]\n", b'{"object": {"surprise": 1}}\n', b'{"at": "x"}\n'])
def test_a_journal_of_nonsense_is_no_obstacle(target: Path, text: bytes) -> None:
    begun(target, 100_000)
    journal_of(target).write_bytes(text)
    with peer(BLOB) as server:
        assert fetch(server, target).resumed_from == 0
    assert_alone(target)


def test_a_long_journal_takes_no_more_memory_than_a_short_one(target: Path) -> None:
    begun(target, 100_000)
    with journal_of(target).open("a") as journal:
        journal.writelines(f'{{"at":{at},"to":{at + 9},"crc32":1}}\n' for at in range(10_000))
    tracemalloc.start()
    try:
        with Partial.claim(target) as left:
            peak = tracemalloc.get_traced_memory()[1]
            assert left.held.total == 100_000
    finally:
        tracemalloc.stop()
    # All its marks together would be twice as much.
    assert peak < 700_000


def test_a_file_whose_journal_is_left_over_is_not_fetched_again(target: Path) -> None:
    """As a process leaves it that is killed when the file has just got its name."""
    begun(target, 100_000)
    partial_of(target).unlink()
    target.write_bytes(DATA)
    with peer(BLOB) as server:
        assert fetch(server, target).reused
    assert_alone(target)


def test_a_partial_without_a_journal_is_not_believed(target: Path) -> None:
    target.parent.mkdir()
    partial_of(target).write_bytes(DATA[:100_000])
    with peer(BLOB) as server:
        assert fetch(server, target).resumed_from == 0
    assert_alone(target)


LIE = b64encode(hashlib.md5(b"something else").digest()).decode()


@pytest.mark.parametrize(
    "wrong",
    [
        status(200, DATA, x_goog_hash=f"crc32c=AAAA, md5={LIE}"),
        status(200, DATA, Content_MD5=LIE),
    ],
)
def test_damage_on_the_way_is_fetched_again_once(target: Path, wrong: Step) -> None:
    with peer(wrong, BLOB) as server:
        fetch(server, target)
        assert len(server.requests) == 2
    assert_alone(target)
    target.unlink()
    with peer(wrong) as server:
        with pytest.raises(Corrupt, match="MD5"):
            fetch(server, target)
        assert len(server.requests) == 2
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        (Expected(sha256="0" * 64), "SHA-256"),
        (Expected(md5=bytes(16)), "MD5"),
    ],
)
def test_what_the_caller_expects_is_checked(target: Path, expected: Expected, says: str) -> None:
    with peer(BLOB) as server, pytest.raises(Corrupt, match=says):
        fetch(server, target, expected=expected)
    assert list(target.parent.iterdir()) == []


def test_what_the_caller_expects_and_gets_is_taken(target: Path) -> None:
    expected = Expected(size=len(DATA), md5=MD5, sha256=SHA256.upper())
    with peer(Blob(DATA, with_md5=False)) as server:
        assert fetch(server, target, expected=expected).sha256 == SHA256
    assert_alone(target)


@pytest.mark.parametrize(
    "headers", [{"x_goog_hash": "md5=!!"}, {"Content_MD5": "short"}, {"Content_MD5": "c2hvcnQ="}]
)
def test_a_header_that_is_no_md5_is_ignored(target: Path, headers: dict[str, str]) -> None:
    with peer(status(200, DATA, **headers)) as server:
        fetch(server, target)
    assert_alone(target)


def google(exchange: Exchange, *stored: str) -> None:
    """As Google's store answers; of an object that it keeps compressed, the hashes are of those bytes."""
    fields = [
        "Transfer-Encoding: chunked",
        'ETag: W/"one"',
        "x-goog-hash: crc32c=AAAAAA==",
        f"x-goog-hash: md5={LIE}",
    ]
    exchange.send("\r\n".join(["HTTP/1.1 200 OK", *fields, *stored, "", ""]).encode())
    exchange.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(DATA), DATA))


def test_the_hash_of_an_object_that_is_unpacked_on_the_way_is_not_that_of_its_bytes(target: Path) -> None:
    with peer(lambda exchange: google(exchange, "x-goog-stored-content-encoding: gzip")) as server:
        fetch(server, target)
    assert_alone(target)


def test_a_hash_in_a_repeated_header_is_checked(target: Path) -> None:
    with (
        peer(lambda exchange: google(exchange, "x-goog-stored-content-encoding: identity")) as server,
        pytest.raises(Corrupt, match="MD5"),
    ):
        fetch(server, target)


# A file that is there already


def test_the_file_itself_is_not_fetched_again(target: Path) -> None:
    with peer(BLOB) as server:
        fetch(server, target)
        assert fetch(server, target).reused
    assert_alone(target)


def test_a_flipped_byte_in_the_file_is_noticed(target: Path) -> None:
    with peer(BLOB) as server:
        fetch(server, target)
        facts = target.stat()
        target.write_bytes(DATA[:-1] + bytes([DATA[-1] ^ 1]))
        os.utime(target, (facts.st_mtime, facts.st_mtime))
        assert not fetch(server, target).reused
    assert_alone(target)


def test_of_a_file_that_has_come_another_way_no_beginning_is_left(target: Path) -> None:
    begun(target, 100_000)
    target.write_bytes(DATA)
    with peer(BLOB) as server:
        assert fetch(server, target, expected=Expected(sha256=SHA256)).reused
        assert server.requests == []
    assert_alone(target)


def test_a_file_with_a_known_hash_needs_no_network(target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(DATA)
    with peer(BLOB) as server:
        assert fetch(server, target, expected=Expected(sha256=SHA256)).reused
        assert server.requests == []
    assert_alone(target)


def test_a_file_of_another_date_is_replaced(target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(bytes(len(DATA)))
    with peer(Blob(DATA, with_md5=False)) as server:
        assert not fetch(server, target).reused
    assert_alone(target)


def test_force_uses_nothing_that_is_there(target: Path) -> None:
    begun(target, 100_000)
    target.write_bytes(DATA)
    with peer(BLOB) as server:
        result = fetch(server, target, force=True, expected=Expected(sha256=SHA256))
        assert "range" not in server.requests[0].headers
    assert (result.resumed_from, result.reused) == (0, False)
    assert_alone(target)


def test_an_older_file_stays_until_the_new_one_is_whole(target: Path, waits: Waits) -> None:
    target.parent.mkdir()
    target.write_bytes(b"old")
    with peer(BLOB.up_to(1000), status(500)) as server, pytest.raises(ServerFailure):
        fetch(server, target, waits)
    assert target.read_bytes() == b"old"


# Addresses that expire


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_an_expired_address_is_asked_for_anew(pool: Pool, target: Path, waits: Waits, code: int) -> None:
    with peer(BLOB.up_to(1000), status(code), BLOB) as server:
        given = iter(["/first", "/second"])
        download(pool, lambda: server.url(next(given)), target, sleep=waits.sleep)
        assert [asked.target for asked in server.requests] == ["/first", "/first", "/second"]
        assert server.requests[2].headers["range"] == "bytes=1000-"
    assert_alone(target)
    assert len(waits) == 1


def test_a_fresh_address_that_is_refused_is_final(pool: Pool, target: Path, waits: Waits) -> None:
    with peer(BLOB.up_to(1000), status(403)) as server:
        with pytest.raises(PermissionDenied):
            download(pool, server.url, target, sleep=waits.sleep)
        assert len(server.requests) == 3
    assert beginning(target) == DATA[:1000]


def test_an_address_refused_at_first_sight_is_not_asked_for_again(pool: Pool, target: Path) -> None:
    with peer(status(404)) as server:
        with pytest.raises(NotFound):
            download(pool, server.url, target)
        assert len(server.requests) == 1


def test_a_caller_who_cannot_be_reached_for_an_address_is_asked_again(
    pool: Pool, target: Path, waits: Waits
) -> None:
    with peer(BLOB) as server:
        answers: Iterator[str | Exception] = iter([Unreachable("no line"), server.url()])

        def address() -> str:
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        download(pool, address, target, sleep=waits.sleep)
    assert_alone(target)


def test_a_certificate_that_is_not_trusted_is_not_tried_again(target: Path, waits: Waits) -> None:
    with peer(BLOB, tls=True) as server, pytest.raises(Unreachable, match="not trusted"):
        fetch(server, target, waits)
    assert waits == []


# This machine's disk


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """A disk that is full once a file has `size` bytes: the kernel refuses every byte beyond."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_too_small_is_said_before_a_byte_is_fetched(target: Path, waits: Waits) -> None:
    with peer(BLOB) as server:
        with files_up_to(100_000), pytest.raises(LocalFailure, match="make room"):
            fetch(server, target, waits)
        assert (len(server.requests), waits) == (1, [])
        assert list(target.parent.iterdir()) == []
        fetch(server, target)
    assert_alone(target)


@pytest.mark.parametrize("room", [100_000, 4096])
def test_of_a_file_of_unknown_size_what_fits_on_the_disk_is_kept(
    target: Path, waits: Waits, room: int
) -> None:
    def chunked(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked", "ETag": '"one"'})
        exchange.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(DATA), DATA))

    with peer(chunked, BLOB) as server:
        with files_up_to(room), pytest.raises(LocalFailure, match="make room"):
            fetch(server, target, waits)
        assert beginning(target) == DATA[:room]
        assert fetch(server, target).resumed_from == room
    assert_alone(target)


def test_an_object_without_validators_that_has_another_size_is_fetched_anew(target: Path) -> None:
    bare = Blob(DATA, etag=None, last_modified=None, with_md5=False)
    begun(target, 1000, bare)
    with peer(replace(bare, data=DATA[::-1][:5000])) as server:
        assert fetch(server, target).resumed_from == 0
    assert_alone(target, DATA[::-1][:5000])


def test_another_size_under_the_same_tag_costs_no_byte(target: Path, waits: Waits) -> None:
    begun(target, 1000)
    with peer(replace(BLOB, data=DATA[:500], ranges=False)) as server, pytest.raises(Conflict):
        fetch(server, target, waits)
    assert beginning(target) == DATA[:1000]


def test_a_page_of_unknown_size_and_date_costs_no_byte(target: Path, waits: Waits) -> None:
    def page(exchange: Exchange, *, tag: str = "", body: bytes = b"please sign in") -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n%b\r\n" % tag.encode())
        exchange.send(b"%x\r\n%b\r\n" % (len(body), body))
        exchange.hang_up()

    def cut(exchange: Exchange) -> None:
        page(exchange, tag='ETag: "one"\r\n', body=DATA[:1000])

    with peer(cut) as server, pytest.raises(Unreachable):
        fetch(server, target, attempts=1)
    with peer(page) as server, pytest.raises(Conflict):
        fetch(server, target, waits)
    assert beginning(target) == DATA[:1000]


@pytest.mark.parametrize("total", [1000, len(DATA)])
def test_a_416_that_does_not_fit_what_was_begun_ends_and_loses_nothing(target: Path, total: int) -> None:
    begun(target, 1000)
    with peer(status(416, b"", Content_Range=f"bytes */{total}"), BLOB) as server:
        assert fetch(server, target).resumed_from == 1000
        assert "range" not in server.requests[1].headers
    assert_alone(target)


def test_what_a_slow_line_brings_is_on_disk_before_it_ends(target: Path) -> None:
    sizes = [0]

    def slow(exchange: Exchange) -> None:
        exchange.head(*BLOB.plan(exchange.request)[::3])
        for at in range(500):
            exchange.send(DATA[at : at + 1])
            time.sleep(0.02)
            sizes.append(len(beginning(target)))
            if sizes[-1]:
                break
        exchange.hang_up()

    with peer(slow, BLOB) as server:
        fetch(server, target)
    assert sizes[-1] > 0
    assert_alone(target)


def test_a_link_in_place_of_the_journal_is_not_followed(target: Path, tmp_path: Path) -> None:
    target.parent.mkdir()
    (tmp_path / "mine").write_text("mine")
    journal_of(target).symlink_to(tmp_path / "mine")
    with peer(BLOB) as server, pytest.raises(LocalFailure, match="penguins"):
        fetch(server, target)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_journal_that_is_removed_while_it_is_being_locked_is_made_anew(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def late(handle: int, operation: int) -> None:
        monkeypatch.setattr("fcntl.flock", lock)
        journal_of(target).unlink()
        lock(handle, operation)

    monkeypatch.setattr("fcntl.flock", late)
    begun(target, 1000)
    with peer(BLOB) as server:
        assert fetch(server, target).resumed_from == 1000


def test_what_is_no_file_in_place_of_the_partial_one_is_said_and_let_go(target: Path) -> None:
    target.parent.mkdir()
    os.mkfifo(partial_of(target))
    for _ in range(2):
        with peer(BLOB) as server, pytest.raises(LocalFailure, match="penguins"):
            fetch(server, target)
        assert server.requests == []


def test_a_file_system_without_locks_is_good_enough(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(handle: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("fcntl.flock", flock)
    with peer(BLOB) as server:
        fetch(server, target)
    assert_alone(target)


def test_a_folder_that_cannot_be_made_is_said_at_once(tmp_path: Path, waits: Waits) -> None:
    (tmp_path / "data").write_text("a file")
    with peer(BLOB) as server, pytest.raises(LocalFailure, match="penguins"):
        fetch(server, tmp_path / "data" / "penguins.csv", waits)
    assert (server.requests, waits) == ([], [])


def test_a_folder_in_place_of_the_file_is_said_at_once(target: Path) -> None:
    target.mkdir(parents=True)
    with peer(BLOB) as server, pytest.raises(LocalFailure, match="is a folder"):
        fetch(server, target)
    assert server.requests == []


def test_a_name_that_the_disk_cannot_hold_is_said_at_once(tmp_path: Path) -> None:
    with peer(BLOB) as server, pytest.raises(LocalFailure):
        fetch(server, tmp_path / ("x" * 300) / "penguins.csv")
    assert server.requests == []


def test_a_link_laid_in_the_way_is_not_followed(target: Path, tmp_path: Path) -> None:
    target.parent.mkdir()
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    partial_of(target).symlink_to(victim)
    with peer(BLOB) as server, pytest.raises(LocalFailure):
        fetch(server, target)
    assert victim.read_bytes() == b"precious"


def test_the_file_has_the_mode_that_a_new_file_has(target: Path) -> None:
    with peer(BLOB) as server:
        fetch(server, target)
    (target.parent / "other").touch()
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((target.parent / "other").stat().st_mode)


class Heard(Silent):
    """Adds up what a progress is told; raises when `stop_at` bytes are there."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.events: list[object] = []
        self.total = 0
        self._stop_at = stop_at

    def begin(self, name: str, size: int | None, *, held: int = 0) -> "Heard":
        self.events.append((name, size, held))
        return self

    def advance(self, n: int) -> None:
        self.total += n
        if self._stop_at is not None and self.total >= self._stop_at:
            raise KeyboardInterrupt

    def finish(self, *, complete: bool = True) -> None:
        self.events.append(complete)


def test_progress_adds_up_to_the_size_however_it_was_cut(target: Path) -> None:
    heard = Heard()
    with peer(BLOB.up_to(100_000), BLOB.up_to(50), BLOB) as server:
        fetch(server, target, progress=heard)
    assert heard.events == [("penguins.csv", len(DATA), 0), True]
    assert heard.total == len(DATA)


def test_progress_goes_back_when_the_object_changes(target: Path) -> None:
    heard = Heard()
    with peer(BLOB.up_to(100_000), Blob(NEW, etag='"two"')) as server:
        fetch(server, target, progress=heard)
    assert heard.total == len(NEW)


def test_an_interrupt_leaves_what_can_be_resumed(target: Path) -> None:
    data = random.Random(6).randbytes(5 * MIB)
    with peer(Blob(data)) as server:
        with pytest.raises(KeyboardInterrupt):
            fetch(server, target, progress=Heard(stop_at=2 * MIB))
        kept = len(beginning(target))
        assert kept >= 2 * MIB
        assert fetch(server, target).resumed_from == kept
    assert_alone(target, data)


def test_memory_does_not_grow_with_the_file(target: Path, pool: Pool) -> None:
    import tracemalloc

    block = random.Random(7).randbytes(MIB)

    def endless(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Length": str(64 * MIB)})
        for _ in range(64):
            exchange.send(block)

    with peer(endless) as server:
        tracemalloc.start()
        try:
            assert download(pool, server.url(), target).size == 64 * MIB
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8 * MIB


def test_the_error_for_an_unwritable_file_names_it(target: Path) -> None:
    from brant.transfer.disk.partial import local_failure

    failure = local_failure(OSError(errno.EROFS, os.strerror(errno.EROFS)), target)
    assert "Read-only file system" in failure.message
    assert str(target) in failure.message
