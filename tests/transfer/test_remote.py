"""A remote zip into a folder: what is fetched, what is left, and how it is verified."""

import io
import itertools
import tarfile
import threading
import time
import zipfile
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brant.errors import (
    BrantError,
    Conflict,
    Corrupt,
    InvalidInput,
    LocalFailure,
    NotFound,
    PermissionDenied,
    Unreachable,
)
from brant.transfer.archive.directory import Listed
from brant.transfer.archive.extraction import Extracted
from brant.transfer.connections.deadline import Deadline
from brant.transfer.disk.partial import Partial
from brant.transfer.http.pool import Pool
from brant.transfer.unpacking.fetching import Fetching
from brant.transfer.unpacking.inplace import InPlace, Stopped
from brant.transfer.unpacking.job import Job
from brant.transfer.unpacking.occupy import occupied
from brant.transfer.unpacking.remote import unpack
from tests.transfer.forged import Forged, descriptor, forged, wide_extra
from tests.transfer.partials import partial_of
from tests.transfer.peer import Blob, Exchange, Peer, Step, peer, status
from tests.transfer.remotes import (
    KIB,
    MIB,
    TAIL,
    Notes,
    blob,
    contents,
    crc32,
    csv,
    data_of,
    files,
    flipped,
    get,
    holds,
    noise,
    packed,
    span_of,
    spans,
    stored,
    when,
)

SMALL = [
    packed("penguins.csv", csv(1, 3000)),
    stored("islands/biscoe.csv", csv(2, 500)),
    packed("islands/dream.csv", csv(3, 70_000)),
    stored("empty.csv", b""),
]
# More than the tail, so that they have to be asked for.
MANY = [packed(f"rows/{number}.csv", csv(number, 40_000)) for number in range(60)]
LARGE = [packed("large.csv", csv(4, 9 * MIB)), stored("large.bin", noise(5, 3 * MIB))]


def test_every_member_comes_to_its_place_and_is_told_in_the_order_of_the_list(tmp_path: Path) -> None:
    with peer(blob(*SMALL)) as server:
        done = get(server, tmp_path / "out")
    assert done == [Extracted(each.name.decode(), len(each.data), crc32(each.data)) for each in SMALL]
    assert files(tmp_path / "out") == contents(*SMALL)


def test_a_small_archive_takes_one_request(tmp_path: Path) -> None:
    with peer(blob(*SMALL)) as server:
        get(server, tmp_path / "out")
    [request] = server.requests
    assert request.headers["range"] == f"bytes=-{TAIL}"


def test_small_and_large_members_come_together(tmp_path: Path) -> None:
    members = [*MANY, *LARGE, *SMALL]
    with peer(blob(*members)) as server:
        done = get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(*members)
    assert all(each.fresh for each in done)


def test_neighbours_share_a_request(tmp_path: Path) -> None:
    with peer(blob(*MANY)) as server:
        get(server, tmp_path / "out")
    assert len(server.requests) <= 3
    assert files(tmp_path / "out") == contents(*MANY)


def test_a_list_longer_than_the_tail_is_fetched_once_and_no_byte_of_it_twice(tmp_path: Path) -> None:
    members = [stored(f"{number:05}-{'x' * 80}.csv", b"") for number in range(2500)]
    archive = forged(*members)
    start = archive.index(members[0].entry(0))
    assert len(archive) - start > TAIL + 1000
    with peer(Blob(archive, with_md5=False)) as server:
        done = get(server, tmp_path / "out", select=lambda name: name.startswith("00000"))
    assert len(done) == 1
    assert (start, len(archive) - TAIL) in spans(server)


def test_folders_are_made_though_nothing_is_in_them(tmp_path: Path) -> None:
    with peer(blob(*SMALL, Forged(b"none/here/", b"", method=0))) as server:
        get(server, tmp_path / "out")
    assert (tmp_path / "out/none/here").is_dir()


def test_select_moves_the_list_and_what_is_selected(tmp_path: Path) -> None:
    members = [*MANY, *LARGE]
    archive = forged(*members)
    with peer(Blob(archive, with_md5=False)) as server:
        done = get(server, tmp_path / "out", select=lambda name: name in ("rows/3.csv", "rows/40.csv"))
    assert [each.path for each in done] == ["rows/3.csv", "rows/40.csv"]
    assert files(tmp_path / "out") == contents(MANY[3], MANY[40])
    moved = sum(stop - start for start, stop in spans(server))
    assert moved <= sum(len(each.header()) + len(each.bytes_of()) for each in (MANY[3], MANY[40]))


def test_select_of_nothing_moves_the_list_alone(tmp_path: Path) -> None:
    with peer(blob(*MANY, Forged(b"none/", b"", method=0))) as server:
        assert get(server, tmp_path / "out", select=lambda name: False) == []
        assert len(server.requests) == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_there_and_the_same_is_left(tmp_path: Path) -> None:
    members = [*MANY, *LARGE]
    with peer(blob(*members)) as server:
        get(server, tmp_path / "out")
        before = {path: path.stat().st_ino for path in (tmp_path / "out").rglob("*")}
        asked = len(server.requests)
        again = get(server, tmp_path / "out")
        assert len(server.requests) == asked + 1
    assert not any(each.fresh for each in again)
    assert before == {path: path.stat().st_ino for path in (tmp_path / "out").rglob("*")}


@pytest.mark.parametrize("name", ["rows/7.csv", "large.csv", "large.bin"])
def test_only_the_file_with_a_flipped_bit_is_fetched_again(tmp_path: Path, name: str) -> None:
    members = [*MANY, *LARGE]
    with peer(blob(*members)) as server:
        get(server, tmp_path / "out")
        target = tmp_path / "out" / name
        target.write_bytes(flipped(target.read_bytes(), 1000))
        again = get(server, tmp_path / "out")
    assert [each.path for each in again if each.fresh] == [name]
    assert files(tmp_path / "out") == contents(*members)


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").write_bytes(SMALL[0].data)
    (tmp_path / "out/penguins.csv").symlink_to(tmp_path / "elsewhere")
    with peer(blob(*SMALL)) as server:
        assert get(server, tmp_path / "out")[0].fresh
    assert not (tmp_path / "out/penguins.csv").is_symlink()
    assert files(tmp_path / "out") == contents(*SMALL)


def test_a_link_in_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out/islands").symlink_to(tmp_path / "elsewhere")
    with peer(blob(*SMALL)) as server, pytest.raises(LocalFailure, match="in the way"):
        get(server, tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("members", [SMALL, LARGE], ids=["small", "large"])
def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path, members: list[Forged]) -> None:
    (tmp_path / "out" / members[0].name.decode()).mkdir(parents=True)
    with peer(blob(*members)) as server, pytest.raises(LocalFailure):
        get(server, tmp_path / "out")


def test_force_fetches_what_is_there(tmp_path: Path) -> None:
    with peer(blob(*SMALL, *LARGE)) as server:
        get(server, tmp_path / "out")
        assert all(each.fresh for each in get(server, tmp_path / "out", force=True))
    assert files(tmp_path / "out") == contents(*SMALL, *LARGE)


def without_suffixes(answer: Blob, instead: Step) -> Step:
    return when(
        lambda request: request.headers.get("range", "").startswith("bytes=-"), instead, answer, times=99
    )


def whole(answer: Blob, **headers: str) -> Step:
    """All of it, though a part was asked for."""
    return status(200, answer.data, **answer.headers(), **headers)


@pytest.mark.parametrize("kind", ["whole", "unsatisfied"])
def test_a_server_that_counts_no_ranges_from_the_end_is_asked_from_the_start(
    tmp_path: Path, kind: str
) -> None:
    answer = blob(*MANY)
    size = len(answer.data)
    unsatisfied = status(416, b"", Content_Range=f"bytes */{size}")
    instead = whole(answer, Accept_Ranges="bytes") if kind == "whole" else unsatisfied
    with peer(without_suffixes(answer, instead)) as server:
        get(server, tmp_path / "out", select=lambda name: name == "rows/1.csv")
    assert spans(server)[0] == (size - TAIL, size)
    assert files(tmp_path / "out") == contents(MANY[1])


@pytest.mark.parametrize("members", [SMALL, [*MANY, *LARGE]], ids=["small", "large"])
def test_without_ranges_the_archive_is_unpacked_as_it_streams_in(
    tmp_path: Path, members: list[Forged]
) -> None:
    with peer(blob(*members, ranges=False)) as server:
        done = get(server, tmp_path / "out")
        assert len(server.requests) == 1
    assert len(done) == len(members)
    assert files(tmp_path / "out") == contents(*members)


def test_an_empty_object_is_no_archive(tmp_path: Path) -> None:
    with peer(Blob(b"", with_md5=False)) as server, pytest.raises(InvalidInput):
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {}


@pytest.mark.parametrize("ranges", [True, False])
def test_a_page_in_the_place_of_the_archive_costs_another_try(tmp_path: Path, ranges: bool) -> None:
    page = status(200, b"<html>please sign in</html>", Content_Type="text/html")
    with peer(page, replace(blob(*SMALL), ranges=ranges)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(*SMALL)


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    with peer(Blob(b"<html>sign in</html>" * 30_000, with_md5=False)) as server, pytest.raises(InvalidInput):
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {}


@pytest.mark.parametrize("kind", ["w", "w:gz"])
def test_a_tar_is_unpacked_as_a_stream_though_a_zip_lies_in_it(tmp_path: Path, kind: str) -> None:
    inner, raw = forged(*SMALL), io.BytesIO()
    with tarfile.open(fileobj=raw, mode=kind, **({"compresslevel": 0} if "gz" in kind else {})) as tar:  # type: ignore[call-overload]
        info = tarfile.TarInfo("inner.zip")
        info.size = len(inner)
        tar.addfile(info, io.BytesIO(inner))
    with peer(Blob(raw.getvalue(), with_md5=False)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {"inner.zip": inner}


def test_of_a_group_that_is_cut_only_the_rest_is_asked_for_again(tmp_path: Path) -> None:
    archive = forged(*MANY)
    at = archive.index(MANY[20].header())
    answer = Blob(archive, with_md5=False)
    with peer(when(holds(at), answer.up_to(at + 500), answer)) as server:
        get(server, tmp_path / "out")
    assert at in [start for start, _ in spans(server)]
    assert files(tmp_path / "out") == contents(*MANY)


def test_what_came_before_the_server_gave_up_stays(tmp_path: Path) -> None:
    archive, group = forged(*MANY), [each.name.decode() for each in MANY[:40]]
    answer = Blob(archive, with_md5=False)
    at = archive.index(MANY[20].header())
    with peer(answer, answer.up_to(at + 500), status(503)) as server, pytest.raises(Unreachable):
        get(server, tmp_path / "out", attempts=2, select=group.__contains__)
    assert files(tmp_path / "out") == contents(*MANY[:20])
    with peer(answer) as server:
        done = get(server, tmp_path / "out", select=group.__contains__)
        assert [start for start, _ in spans(server)] == [at]
    assert [each.path for each in done if not each.fresh] == group[:20]
    assert files(tmp_path / "out") == contents(*MANY[:40])


@pytest.mark.parametrize("number", [3, 59])
def test_a_small_member_that_came_damaged_is_fetched_again_by_itself(tmp_path: Path, number: int) -> None:
    archive = forged(*MANY)
    at = data_of(archive, MANY[number])
    # What lies in the tail came with the list.
    damaged = Blob(flipped(archive, at + 700), with_md5=False)
    good = Blob(archive, with_md5=False)
    with peer(damaged, damaged, good) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(*MANY)


def test_a_small_member_that_came_damaged_with_the_list_is_asked_for_by_itself(tmp_path: Path) -> None:
    archive = forged(*SMALL)
    damaged = Blob(flipped(archive, data_of(archive, SMALL[1]) + 7), with_md5=False)
    with peer(damaged, Blob(archive, with_md5=False)) as server:
        get(server, tmp_path / "out")
        [(start, stop)] = spans(server)
    assert archive[start:stop] == SMALL[1].header() + SMALL[1].data
    assert files(tmp_path / "out") == contents(*SMALL)


@pytest.mark.parametrize("member", LARGE, ids=["deflated", "stored"])
@pytest.mark.parametrize("in_header", [True, False])
def test_a_large_member_that_came_damaged_is_fetched_again_by_itself(
    tmp_path: Path, member: Forged, *, in_header: bool
) -> None:
    members = [*MANY, *LARGE]
    archive = forged(*members)
    at = data_of(archive, member) + (-3 if in_header else MIB)
    good, bad = Blob(archive, with_md5=False), Blob(flipped(archive, at), with_md5=False)
    with peer(when(holds(at), bad, good)) as server:
        done = get(server, tmp_path / "out")
    assert len(done) == len(members)
    assert files(tmp_path / "out") == contents(*members)
    start, stop = archive.index(member.header()), archive.index(member.header()) + 3 * MIB
    other = [span for span in spans(server) if span[1] <= start or span[0] >= stop]
    assert len(other) == len(set(other))


def test_a_large_member_of_no_packed_byte_is_told(tmp_path: Path) -> None:
    nothing = Forged(b"large.csv", csv(4, 9 * MIB), packed=b"")
    with peer(blob(nothing)) as server, pytest.raises(Corrupt, match="large"):
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {}


@pytest.mark.parametrize("member", LARGE, ids=["deflated", "stored"])
def test_who_still_checks_what_is_on_disk_when_the_time_is_up_keeps_it_from_nobody(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch, member: Forged
) -> None:
    monkeypatch.setattr("brant.transfer.connections.fleet._FAREWELL", 0.05)
    into, release = tmp_path / "out", threading.Event()
    with peer(blob(member), blob(member).up_to(MIB), status(403)) as server, pytest.raises(BrantError):
        get(server, into, attempts=1)
    claim = Partial.claim

    def late(destination: Path) -> Partial:
        partial = claim(destination)
        release.wait(10)
        return partial

    with peer(blob(member)) as server:
        with monkeypatch.context() as slow, pytest.raises(Unreachable, match="longer than"):
            slow.setattr(Partial, "claim", late)
            unpack(pool, server.url(), into, name="penguins.zip", deadline=Deadline(0.2))
        left = [each for each in threading.enumerate() if "_drive" in each.name]
        release.set()
        for each in left:
            each.join(10)
        assert get(server, into)
    assert files(into) == contents(member)


def test_a_connection_that_hangs_is_not_waited_for_once_others_have_brought_its_part(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brant.transfer.connections.ranged._STALLED_SECONDS", 0.2)
    archive, count = blob(stored("large.bin", noise(5, 30 * MIB))), itertools.count()

    def serve(exchange: Exchange) -> None:
        number = next(count)
        exchange.read_body()
        if number == 2:
            exchange.stall()
            return
        code, start, stop, headers = archive.plan(exchange.request)
        exchange.head(code, headers)
        for at in range(start, stop, 256 * KIB):
            exchange.send(archive.data[at : min(stop, at + 256 * KIB)])
            time.sleep(0.01)

    go_on, rounds = Fetching.go_on, itertools.count()
    monkeypatch.setattr(Fetching, "go_on", lambda *given: (next(rounds), go_on(*given))[1])
    with peer(serve) as server:
        done = unpack(pool, server.url(), tmp_path / "out", name="penguins.zip")
    assert [each.path for each in done] == ["large.bin"]
    assert next(rounds) < 10


def test_the_time_is_up_for_what_is_unpacked_too_and_what_came_of_it_stays(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    into, member = tmp_path / "out", LARGE[0]

    def crawl(self: InPlace, _: object) -> None:
        while not self._stopping:
            time.sleep(0.01)
        raise Stopped

    with peer(blob(member)) as server:
        with monkeypatch.context() as slow, pytest.raises(Unreachable, match=r"longer than 1\.5 s"):
            slow.setattr(InPlace, "_put", crawl)
            unpack(pool, server.url(), into, name="penguins.zip", deadline=Deadline(1.5))
        before = len(server.requests)
        unpack(pool, server.url(), into, name="penguins.zip")
        # The list, and one byte, to hear whether it is still the same archive.
        assert [span[1] - span[0] for span in map(span_of, server.requests[before:]) if span] == [1]
    assert files(into) == contents(member)


@pytest.mark.parametrize("member", [MANY[5], *LARGE], ids=["small", "deflated", "stored"])
def test_what_is_damaged_on_the_server_is_told_and_the_rest_stays(tmp_path: Path, member: Forged) -> None:
    members = [*MANY, *LARGE]
    archive = forged(*members)
    at = data_of(archive, member) + 700
    bad = Blob(flipped(archive, at), with_md5=False)
    with peer(bad) as server:
        with pytest.raises(Corrupt, match=member.name.decode()):
            get(server, tmp_path / "out")
        assert len([span for span in spans(server) if span[0] <= at < span[1]]) == 2
    left = files(tmp_path / "out")
    assert member.name.decode() not in left
    assert all(left[name] == data for name, data in contents(*members).items() if name in left)


def test_a_list_that_came_damaged_is_read_again(tmp_path: Path) -> None:
    archive = forged(*SMALL)
    checksum = archive.index(SMALL[0].entry(0)) + 16
    bad = Blob(flipped(archive, checksum), with_md5=False)
    with peer(bad, Blob(archive, with_md5=False)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(*SMALL)


@pytest.mark.parametrize("members", [MANY, LARGE], ids=["small", "large"])
def test_an_archive_that_changed_is_begun_again(tmp_path: Path, members: list[Forged]) -> None:
    old, new = (
        blob(*members),
        blob(*[Forged(each.name, each.data + b"more") for each in members], etag='"two"'),
    )
    with peer(old, new) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {name: data + b"more" for name, data in contents(*members).items()}


@pytest.mark.parametrize("member", LARGE, ids=["deflated", "stored"])
def test_what_an_earlier_run_began_serves_the_same_archive_alone(tmp_path: Path, member: Forged) -> None:
    answer = blob(member)
    at = data_of(answer.data, member)
    for etag, begun in (('"one"', True), ('"two"', False)):
        into = tmp_path / etag.strip('"')
        with peer(answer, answer.up_to(at + MIB), status(503)) as server, pytest.raises(Unreachable):
            get(server, into, attempts=1)
        assert partial_of(into / member.name.decode()).exists()
        with peer(blob(member, etag=etag)) as server:
            get(server, into)
            assert holds_start(server, at) is not begun
        assert files(into) == contents(member)


def holds_start(server: Peer, at: int) -> bool:
    return any(start <= at < stop for start, stop in spans(server))


def test_with_force_nothing_that_an_earlier_run_began_is_used(tmp_path: Path) -> None:
    answer = blob(LARGE[1])
    at = data_of(answer.data, LARGE[1])
    with peer(answer, answer.up_to(at + MIB), status(503)) as server, pytest.raises(Unreachable):
        get(server, tmp_path / "out", attempts=1)
    with peer(answer) as server:
        get(server, tmp_path / "out", force=True)
        assert holds_start(server, at)
    assert files(tmp_path / "out") == contents(LARGE[1])


def appears(path: Path) -> bool:
    pause = threading.Event()
    return any(path.exists() or pause.wait(0.01) for _ in range(1000))


def test_what_came_of_an_archive_that_changed_goes_where_the_new_one_has_it_no_more(tmp_path: Path) -> None:
    old, new = blob(*MANY), blob(*SMALL, etag='"two"')
    last, seen = data_of(old.data, MANY[49]), []

    def switching(exchange: Exchange) -> None:
        if seen or holds(last)(exchange.request):
            seen.append(appears(tmp_path / "out/rows/0.csv"))
            new(exchange)
        else:
            old(exchange)

    with peer(switching) as server:
        get(server, tmp_path / "out")
    assert seen[0], "nothing of the old one was there"
    assert files(tmp_path / "out") == contents(*SMALL)


def test_the_beginning_of_a_large_member_goes_with_the_archive_that_is_no_more(tmp_path: Path) -> None:
    old, new = blob(LARGE[1]), blob(*SMALL, etag='"two"')
    with peer(old, old.up_to(2 * MIB), new) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(*SMALL)


def test_what_was_begun_in_ranges_does_not_stay_beside_what_then_streamed_in(tmp_path: Path) -> None:
    whole = blob(LARGE[1])
    with peer(whole, whole.up_to(2 * MIB), status(404)) as server, pytest.raises(NotFound):
        get(server, tmp_path / "out")
    assert set(files(tmp_path / "out")) - {LARGE[1].name.decode()}
    with peer(blob(LARGE[1], ranges=False)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(LARGE[1])


def test_a_connection_serves_again_though_bytes_stand_behind_a_member(tmp_path: Path, pool: Pool) -> None:
    members = [packed(f"{number}.csv", csv(number, 600_000)) for number in range(2)]
    for each in members:
        each.descriptor = descriptor(crc32(each.data), len(each.bytes_of()), len(each.data))
    answer = blob(*members)

    def late(exchange: Exchange) -> None:
        """The last bytes, which are of no member, come when it is written."""
        exchange.read_body()
        code, start, stop, headers = answer.plan(exchange.request)
        exchange.head(code, headers)
        exchange.send(answer.data[start : stop - 10])
        assert appears(tmp_path / "out/0.csv")
        exchange.send(answer.data[stop - 10 : stop])

    with peer(answer, late, answer) as server:
        for _ in range(2):
            unpack(pool, server.url(), tmp_path / "out", name="penguins.zip", select="0.csv".__eq__)
        assert {request.connection for request in server.requests} == {0}


def test_an_archive_that_keeps_changing_is_given_up(tmp_path: Path) -> None:
    blobs = [blob(*MANY, etag=f'"{number}"') for number in range(9)]
    with peer(*blobs) as server, pytest.raises(Conflict, match="keeps changing"):
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {}


def shifted(answer: Blob, *, by: int) -> Step:
    """A part, rightly labelled, that is not the one asked for."""

    def step(exchange: Exchange) -> None:
        span = span_of(exchange.request)
        assert span
        start, stop = span[0] + by, span[1] + by
        said = {"Content-Range": f"bytes {start}-{stop - 1}/{len(answer.data)}", **answer.headers()}
        exchange.answer(206, answer.data[start:stop], said)

    return step


PAGE = b"<html>an error page</html>" * 100_000


@pytest.mark.parametrize("members", [MANY, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("code", [200, 206, 403, 404, 416, 429, 500, 503])
def test_another_answer_than_the_part_asked_for_reaches_no_file(
    tmp_path: Path, members: list[Forged], code: int
) -> None:
    answer = blob(*members)
    strange = shifted(answer, by=100) if code == 206 else status(code, PAGE, ETag='"one"')
    if code == 200:
        strange = status(200, answer.data, **answer.headers())
    ending, notes = when(lambda request: span_of(request) is not None, strange, answer), Notes()
    with peer(ending) as server:
        try:
            get(server, tmp_path / "out", progress=notes)
        except PermissionDenied:
            assert code == 403
        except Exception as error:  # noqa: BLE001 - any other is told below
            assert code == 404, error
    left = files(tmp_path / "out")
    assert all(left[name] == data for name, data in contents(*members).items() if name in left)
    assert not any(b"error page" in data for data in left.values())
    assert code in (403, 404) or left == contents(*members)
    assert notes.noted == []


@pytest.mark.parametrize("lie", ["416", "206"])
def test_a_size_that_only_an_odd_answer_tells_is_no_sign_that_the_archive_changed(
    tmp_path: Path, lie: str
) -> None:
    answer = blob(LARGE[0])

    def odd(exchange: Exchange) -> None:
        if lie == "416":
            exchange.answer(416, b"", {"Content-Range": "bytes */7"})
        else:
            exchange.answer(206, b"x", {**answer.headers(), "Content-Range": "bytes 0-0/7"})

    notes = Notes()
    with peer(answer, answer.up_to(2 * MIB), odd, odd, answer) as server:
        get(server, tmp_path / "out", progress=notes)
    assert files(tmp_path / "out") == contents(LARGE[0])
    assert not [note for note in notes.noted if "changed" in note]


def test_what_has_just_come_is_told_as_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who unpacked it had given it its place, and was about to say so, when the job ended without."""

    def slow(*fields: Any) -> Job:
        job = Job(*fields)

        def tell(member: Listed) -> None:
            threading.Event().wait(0.1)
            job.done(member)

        return job._replace(done=tell)

    monkeypatch.setattr("brant.transfer.unpacking.remote.Job", slow)
    with peer(blob(*LARGE)) as server:
        assert all(each.fresh for each in get(server, tmp_path / "out"))


def test_only_one_process_at_a_time_unpacks_into_a_folder(tmp_path: Path) -> None:
    with peer(blob(*SMALL)) as server:
        with occupied(tmp_path / "out"), pytest.raises(Conflict, match="another process"):
            get(server, tmp_path / "out")
        assert server.requests == []
        get(server, tmp_path / "out")


def test_what_a_killed_process_left_under_passing_names_is_removed(tmp_path: Path) -> None:
    (tmp_path / "out/islands").mkdir(parents=True)
    (tmp_path / "out/.brant-unpacking").touch()
    (tmp_path / "out/islands/.brant-123-4.tmp").write_bytes(b"half")
    (tmp_path / "out/islands/.brant-notes").write_bytes(b"not ours")
    with peer(blob(*SMALL)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {**contents(*SMALL), "islands/.brant-notes": b"not ours"}


@pytest.mark.parametrize("method", [12, 14], ids=["bzip2", "lzma"])
def test_a_large_member_of_another_method_is_unpacked_in_place_too(tmp_path: Path, method: int) -> None:
    raw, data = io.BytesIO(), noise(6, MIB + 100 * KIB)
    with zipfile.ZipFile(raw, "w", compression=method) as archive:
        archive.writestr("large.csv", data)
    with peer(Blob(raw.getvalue(), with_md5=False)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {"large.csv": data}


def test_a_member_that_shrinks_by_unpacking_is_fetched_once_more_with_room_for_both(tmp_path: Path) -> None:
    data = bytes(9 * MIB) + noise(8, 100)
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = machine.compress(data[: 9 * MIB]) + machine.flush(zlib.Z_FULL_FLUSH)
    # Empty blocks: more than all the room that there is.
    raw += b"\0\0\0\xff\xff" * 14_000_000 + machine.compress(data[9 * MIB :]) + machine.flush()
    with peer(blob(Forged(b"odd.bin", data, packed=raw))) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {"odd.bin": data}


class Sparse(bytes):
    """Zeros, and behind them what is here: too many bytes for any memory."""

    hole: int

    def __len__(self) -> int:
        return self.hole + super().__len__()

    def __getitem__(self, span: object) -> bytes:
        assert isinstance(span, slice)
        start, stop = span.start or 0, len(self) if span.stop is None else span.stop
        zeros = bytes(max(0, min(stop, self.hole) - start))
        return zeros + super().__getitem__(slice(max(0, start - self.hole), max(0, stop - self.hole)))


def test_a_member_behind_more_than_four_gibibytes_is_found(tmp_path: Path) -> None:
    hole = 5 * 1024 * MIB
    member = Forged(b"behind.csv", csv(7, 3 * MIB), method=0)
    member.listed_extra, member.listed = wide_extra(hole), {"offset": 0xFFFFFFFF}
    body, entry = member.header() + member.data, member.entry(0)
    listed = {"here": 1, "count": 1, "size": len(entry)}
    ends = forged(
        wide={**listed, "start": hole + len(body)},
        locator={"end": hole + len(body) + len(entry)},
        end={**listed, "start": 0xFFFFFFFF},
    )
    data = Sparse(body + entry + ends)
    data.hole = hole
    with peer(Blob(data, with_md5=False)) as server:
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == {"behind.csv": member.data}
    assert sum(stop - start for start, stop in spans(server)) < 4 * MIB


@pytest.mark.parametrize("most", range(6))
def test_a_machine_that_starts_few_threads_does_with_them_or_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def limited(thread: threading.Thread) -> None:
        # Those of the peer are of another machine.
        if thread._target.__module__.startswith("brant."):  # type: ignore[attr-defined]
            if len(started) == most:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    with peer(blob(*LARGE, *SMALL)) as server:
        monkeypatch.setattr(threading.Thread, "start", limited)
        with suppress(LocalFailure):
            get(server, tmp_path / "out")
        monkeypatch.undo()
        get(server, tmp_path / "out")
    assert files(tmp_path / "out") == contents(*LARGE, *SMALL)
