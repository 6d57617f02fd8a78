"""Uploads: bytes that come whole, in pieces, again, out of turn, too many, or not at all."""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brant.errors import Conflict, InvalidInput, LocalFailure, NotFound
from brant.server.domain.actor import Actor
from brant.server.domain.blobs.uploads import UploadState
from brant.server.domain.services import Services
from tests.server.domain.conftest import NOON, World


class Cut(Exception):
    """The connection ended too early."""


def cut_after(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise Cut


def content(world: World, data: bytes) -> bytes:
    return world.services.store.read(hashlib.sha256(data).hexdigest(), 0, len(data))


def whole(data: bytes) -> UploadState:
    return UploadState(len(data), len(data), complete=True, sha256=hashlib.sha256(data).hexdigest())


def receive(world: World, token: str, first: int, total: int | None, *chunks: bytes) -> UploadState:
    return world.services.uploads.receive(token, first=first, total=total, chunks=chunks, now=world.now)


def test_a_file_comes_whole(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)

    assert receive(world, token, 0, 6, b"abc", b"def") == whole(b"abcdef")
    assert content(world, b"abcdef") == b"abcdef"
    assert world.staged() == []


def test_a_cut_upload_goes_on_where_the_disk_says(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)

    with pytest.raises(Cut):
        world.services.uploads.receive(token, first=0, total=6, chunks=cut_after(b"abc"), now=world.now)
    assert world.services.uploads.state(token, world.now) == UploadState(3, 6, complete=False)

    assert receive(world, token, 3, 6, b"def").complete
    assert content(world, b"abcdef") == b"abcdef"


def test_an_upload_goes_on_in_another_process(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)
    with pytest.raises(Cut):
        world.services.uploads.receive(token, first=0, total=6, chunks=cut_after(b"abc"), now=world.now)

    again = Services.open(world.data)
    try:
        assert again.uploads.state(token, world.now).received == 3
        assert again.uploads.receive(token, first=3, total=6, chunks=[b"def"], now=world.now).complete
    finally:
        again.close()
    assert content(world, b"abcdef") == b"abcdef"


def test_a_gap_takes_nothing_and_says_where_to_go_on(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)
    assert receive(world, token, 4, 6, b"ef") == UploadState(0, 6, complete=False)
    assert world.services.uploads.state(token, world.now).received == 0


def test_bytes_sent_again_are_compared_and_the_new_ones_count(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)
    with pytest.raises(Cut):
        world.services.uploads.receive(token, first=0, total=6, chunks=cut_after(b"abXY"), now=world.now)

    assert receive(world, token, 0, 6, b"ab", b"cdef").complete
    assert content(world, b"abcdef") == b"abcdef"


def test_a_cut_while_equal_bytes_come_again_loses_none(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)
    for chunks in (cut_after(b"abcde"), cut_after(b"a")):
        with pytest.raises(Cut):
            world.services.uploads.receive(token, first=0, total=6, chunks=chunks, now=world.now)
    assert world.services.uploads.state(token, world.now).received == 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(min_size=1, max_size=40),
    attempts=st.lists(st.tuples(st.integers(0, 40), st.lists(st.integers(1, 15), max_size=4)), max_size=6),
)
def test_any_sequence_of_cut_attempts_ends_in_the_same_bytes(
    world: World, ada: Actor, data: bytes, attempts: list[tuple[int, list[int]]]
) -> None:
    token = world.start(ada, "a.bin", len(data))
    for first, cuts in attempts:
        start = min(first, len(data))
        pieces, at = [], start
        for length in cuts:
            pieces.append(data[at : at + length])
            at += length
        before = world.services.uploads.state(token, world.now)
        chunks = cut_after(*filter(None, pieces))
        with contextlib.suppress(Cut):
            world.services.uploads.receive(token, first=start, total=len(data), chunks=chunks, now=world.now)
        after = world.services.uploads.state(token, world.now)
        assert after.received >= before.received
        if after.complete:
            break
    received = world.services.uploads.state(token, world.now).received

    assert receive(world, token, received, len(data), data[received:]).complete
    assert content(world, data) == data


def test_more_bytes_than_declared_are_refused_and_none_stay(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 3)
    with pytest.raises(InvalidInput, match="changed meanwhile"):
        receive(world, token, 0, 3, b"ab", b"cd")
    assert world.services.uploads.state(token, world.now) == UploadState(0, 3, complete=False)


def test_another_total_than_declared_is_refused(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 3)
    with pytest.raises(InvalidInput, match="3 bytes were declared"):
        receive(world, token, 0, 4, b"abcd")


def test_an_empty_file_needs_no_bytes_but_an_end(world: World, ada: Actor) -> None:
    token = world.start(ada, "empty.csv", 0)
    assert not world.services.uploads.state(token, world.now).complete
    assert receive(world, token, 0, 0) == whole(b"")
    assert content(world, b"") == b""


def test_a_length_that_only_the_end_tells(world: World, ada: Actor) -> None:
    token = world.start(ada, "stream.csv", 0)
    assert receive(world, token, 0, None, b"abc", b"def") == whole(b"abcdef")


def test_a_shorter_second_attempt_of_unknown_length_counts_alone(world: World, ada: Actor) -> None:
    token = world.start(ada, "stream.csv", 0)
    with pytest.raises(Cut):
        world.services.uploads.receive(token, first=0, total=None, chunks=cut_after(b"abcdef"), now=world.now)
    assert receive(world, token, 0, None, b"abc") == whole(b"abc")
    assert content(world, b"abc") == b"abc"


def test_a_complete_upload_takes_no_more_bytes(world: World, ada: Actor) -> None:
    token = world.upload(ada, "a.csv", b"abc")
    assert receive(world, token, 0, 3, b"XYZ") == whole(b"abc")
    assert world.staged() == []


def test_bytes_that_a_crash_left_whole_are_completed_by_the_question(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.start(ada, "a.csv", 3)
    keep = world.services.store.keep

    def crash(files: Iterable[tuple[Path, str]]) -> None:
        keep(files)
        raise Cut

    monkeypatch.setattr(world.services.store, "keep", crash)
    with pytest.raises(Cut):
        receive(world, token, 0, 3, b"abc")
    monkeypatch.undo()

    assert world.services.uploads.state(token, world.now) == whole(b"abc")


def test_a_question_while_the_last_byte_is_taken_never_hears_of_fewer(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.start(ada, "a.csv", 6)
    with pytest.raises(Cut):
        world.services.uploads.receive(token, first=0, total=6, chunks=cut_after(b"abc"), now=world.now)
    staged_size = world.services.store.staged_size

    def overtaken(name: str) -> int:
        """The other connection brings the rest just before the disk is looked at."""
        monkeypatch.undo()
        receive(world, token, 3, 6, b"def")
        return staged_size(name)

    monkeypatch.setattr(world.services.store, "staged_size", overtaken)
    assert world.services.uploads.state(token, world.now) == whole(b"abcdef")


def test_an_unknown_and_an_expired_token_are_not_found(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 3)
    with pytest.raises(NotFound):
        world.services.uploads.state("nonsense", world.now)
    world.later(days=7)
    with pytest.raises(NotFound, match="start it again"):
        receive(world, token, 0, 3, b"abc")


def test_the_newer_connection_takes_over_from_the_one_that_waits(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)
    waiting, go_on = threading.Event(), threading.Event()
    ended: list[BaseException] = []

    def stalled() -> Iterator[bytes]:
        yield b"abc"
        waiting.set()
        go_on.wait()
        yield b"XXX"

    def send() -> None:
        try:
            world.services.uploads.receive(token, first=0, total=6, chunks=stalled(), now=NOON)
        except Conflict as error:
            ended.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    waiting.wait()
    assert receive(world, token, 3, 6, b"def").complete
    go_on.set()
    thread.join()

    assert len(ended) == 1
    assert content(world, b"abcdef") == b"abcdef"


def test_many_threads_send_one_file_and_it_is_whole(world: World, ada: Actor) -> None:
    data = os.urandom(200_000)
    token = world.start(ada, "a.bin", len(data))
    pieces = [data[at : at + 5000] for at in range(0, len(data), 5000)]

    def send() -> None:
        with contextlib.suppress(Conflict):
            world.services.uploads.receive(token, first=0, total=len(data), chunks=pieces, now=NOON)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert world.services.uploads.state(token, world.now).complete
    assert content(world, data) == data
    assert world.staged() == []


def test_a_full_disk_keeps_what_came_and_says_so(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.start(ada, "a.csv", 6)
    pwrite, left = os.pwrite, [4]

    def small_disk(descriptor: int, data: bytes, at: int) -> int:
        if not left[0]:
            raise OSError(28, "No space left on device")
        taken = min(left[0], len(data))
        left[0] -= taken
        return pwrite(descriptor, bytes(data)[:taken], at)

    monkeypatch.setattr(os, "pwrite", small_disk)
    with pytest.raises(LocalFailure, match="disk is full"):
        receive(world, token, 0, 6, b"abcdef")
    monkeypatch.undo()

    assert world.services.uploads.state(token, world.now).received == 4
    assert receive(world, token, 4, 6, b"ef").complete
    assert content(world, b"abcdef") == b"abcdef"


@pytest.mark.parametrize("name", ["", "folder/", "x" * 1025, "a\tb", "a\nb.csv", "a\0b"])
def test_a_name_that_is_none_is_refused(world: World, ada: Actor, name: str) -> None:
    with pytest.raises(InvalidInput, match="file name"):
        world.start(ada, name, 1)


def test_an_upload_is_good_for_a_week_after_it_is_complete(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 3)
    world.later(days=6)
    receive(world, token, 0, 3, b"abc")
    world.later(days=6)
    assert world.services.uploads.state(token, world.now).complete
    world.later(days=1)
    with pytest.raises(NotFound):
        world.services.uploads.state(token, world.now)
