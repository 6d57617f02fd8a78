"""Unpacking a member inside the file that its packed bytes wait in."""

import os
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Semaphore

import pytest

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.directory import HEADER, Listed
from brant.transfer.disk.journal import Identity
from brant.transfer.disk.partial import Partial
from brant.transfer.unpacking.ahead import Ahead
from brant.transfer.unpacking.inplace import InPlace, NoRoom, Room, Stopped, layout_of
from tests.transfer.forged import deflated
from tests.transfer.partials import proven
from tests.transfer.remotes import MIB, csv, flipped, noise

START = HEADER + 5


def member_of(data: bytes, packed: bytes) -> Listed:
    stop = START + len(packed)
    return Listed("a.csv", False, 8, zlib.crc32(data), len(packed), len(data), 0, stop, b"a.csv")


def begun(tmp_path: Path, member: Listed, room: int) -> Partial:
    partial = Partial.claim(tmp_path / "a.csv")
    partial.begin(Identity(etag='"one"', size=member.stop), layout_of(member, START, room))
    return partial


def write(partial: Partial, packed: bytes, at: int = 0, size: int = 64 * 1024) -> None:
    for start in range(at, len(packed), size):
        partial.write(start, memoryview(packed)[start : start + size])


@pytest.mark.parametrize("room", [0, 4096, MIB, 8 * MIB])
def test_what_is_packed_becomes_what_it_was_in_the_same_file(tmp_path: Path, room: int) -> None:
    data = csv(1, 3 * MIB)
    packed = deflated(data)
    member = member_of(data, packed)
    with begun(tmp_path, member, max(room, 2048)) as partial:
        write(partial, packed)
        InPlace(partial, member, Semaphore(1)).run()
        partial.publish(None, size=member.size)
    assert (tmp_path / "a.csv").read_bytes() == data
    assert list(tmp_path.iterdir()) == [tmp_path / "a.csv"]


@pytest.mark.parametrize("room", [2048, 8 * MIB])
def test_what_has_come_is_unpacked_while_the_rest_still_comes(tmp_path: Path, room: int) -> None:
    data = csv(2, 3 * MIB)
    packed = deflated(data)
    member = member_of(data, packed)
    with begun(tmp_path, member, room) as partial:
        thread = threading.Thread(target=InPlace(partial, member, Semaphore(1)).run, daemon=True)
        thread.start()
        # The end first: nothing is to be taken for the beginning.
        half = len(packed) // 2
        write(partial, packed, half)
        write(partial, packed[:half], size=10_007)
        await_end(thread)
        partial.publish(None, size=member.size)
    assert (tmp_path / "a.csv").read_bytes() == data


@pytest.mark.parametrize("room", [2048, 512 * 1024])
def test_as_long_as_something_is_missing_no_packed_byte_is_lost(tmp_path: Path, room: int) -> None:
    data = csv(3, 3 * MIB)
    packed = deflated(data)
    member = member_of(data, packed)
    with begun(tmp_path, member, room) as partial:
        machine, ended = InPlace(partial, member, Semaphore(1)), threading.Event()

        def unpack() -> None:
            with pytest.raises(Stopped):
                machine.run()
            ended.set()

        thread = threading.Thread(target=unpack, daemon=True)
        thread.start()
        write(partial, packed[:-1])
        wait_until(lambda: machine._read == len(packed) - 1 or machine._written > len(data) // 4)
        machine.stop()
        await_end(thread)
        assert ended.is_set()
        assert b"".join(piece for _, piece in sorted(proven_of(partial, tmp_path))) == packed[:-1]
    with Partial.claim(tmp_path / "a.csv") as again:
        assert again.frontier() == len(packed) - 1


def await_end(thread: threading.Thread) -> None:
    thread.join(30)
    assert not thread.is_alive(), "it waits for what does not come any more"


def wait_until(done: Callable[[], bool]) -> None:
    pause = threading.Event()
    assert any(done() or pause.wait(0.01) for _ in range(3000))


def proven_of(partial: Partial, tmp_path: Path) -> Iterator[tuple[int, bytes]]:
    """As the next process will read it: by the journal, but for where the payload begins in the file."""
    base, path = partial.layout.base, tmp_path / "a.csv.brant-partial"
    shifted = tmp_path / "shifted.brant-partial"
    shifted.write_bytes(path.read_bytes()[base:])
    (tmp_path / "shifted.brant-journal").write_bytes((tmp_path / "a.csv.brant-journal").read_bytes())
    yield from proven(tmp_path / "shifted").items()


class Killed(InPlace):
    """Ends as a process does that is killed, once it has written over so many packed bytes."""

    def _put(self, batch: list[bytes | memoryview]) -> None:
        if self._written > self._partial.layout.base + 100_000:
            raise Stopped
        super()._put(batch)


def test_of_packed_bytes_written_over_only_those_have_to_come_again(tmp_path: Path) -> None:
    data = csv(9, 4 * MIB)
    packed = deflated(data)
    member = member_of(data, packed)
    with begun(tmp_path, member, 300_000) as partial:
        write(partial, packed)
        with pytest.raises(Stopped):
            Killed(partial, member, Semaphore(1)).run()
    with Partial.claim(tmp_path / "a.csv") as again:
        lost = again.missing(0, len(packed))
        assert lost == [(0, lost[0].stop)]
        assert 100_000 < lost[0].stop < 500_000
        again.write(0, memoryview(packed)[: lost[0].stop])
        InPlace(again, member, Semaphore(1)).run()
        again.publish(None, size=member.size)
    assert (tmp_path / "a.csv").read_bytes() == data


@pytest.mark.parametrize("at", [10, 1000, -10])
def test_a_flipped_bit_is_found(tmp_path: Path, at: int) -> None:
    data = csv(4, MIB)
    packed = deflated(data)
    member = member_of(data, packed)
    with begun(tmp_path, member, MIB) as partial:
        write(partial, flipped(packed, at % len(packed)))
        with pytest.raises(Corrupt):
            InPlace(partial, member, Semaphore(1)).run()


@pytest.mark.parametrize("size", [-1, 1])
def test_a_size_that_lies_is_found(tmp_path: Path, size: int) -> None:
    data = csv(5, MIB)
    packed = deflated(data)
    member = member_of(data, packed)._replace(size=len(data) + size)
    with begun(tmp_path, member, MIB) as partial:
        write(partial, packed)
        with pytest.raises(Corrupt, match="it claims"):
            InPlace(partial, member, Semaphore(1)).run()


def test_bytes_behind_the_end_are_found(tmp_path: Path) -> None:
    data = csv(6, MIB)
    packed = deflated(data) + b"more"
    with begun(tmp_path, member_of(data, packed), MIB) as partial:
        write(partial, packed)
        with pytest.raises((Corrupt, InvalidInput)):
            InPlace(partial, member_of(data, packed), Semaphore(1)).run()


def test_what_is_packed_larger_than_it_is_comes_out_too(tmp_path: Path) -> None:
    data = noise(7, 100_000)
    stored_blocks = b"\0\0\0\xff\xff" * 200_000 + deflated(data)
    member = member_of(data, stored_blocks)
    with begun(tmp_path, member, 4096) as partial:
        write(partial, stored_blocks)
        InPlace(partial, member, Semaphore(1)).run()
        partial.publish(None, size=member.size)
    assert (tmp_path / "a.csv").read_bytes() == data


def test_packed_bytes_are_never_written_over_before_they_are_read(tmp_path: Path) -> None:
    # First what unfolds a thousand times, then what does not at all.
    data = bytes(4 * MIB) + noise(8, 100)
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(data[: 4 * MIB]) + machine.flush(zlib.Z_FULL_FLUSH)
    packed += b"\0\0\0\xff\xff" * 400_000 + machine.compress(data[4 * MIB :]) + machine.flush()
    member = member_of(data, packed)
    with begun(tmp_path, member, 4096) as partial:
        write(partial, packed)
        with pytest.raises(NoRoom):
            InPlace(partial, member, Semaphore(1)).run()
    with begun(tmp_path, member, len(packed)) as partial:
        write(partial, packed)
        InPlace(partial, member, Semaphore(1)).run()


def test_room_is_shared_so_that_several_members_fit() -> None:
    room = Room(64 * MIB)
    taken = [room.reserve(200 * MIB) for _ in range(4)]
    assert taken == [32 * MIB, 16 * MIB, 8 * MIB, 8 * MIB]
    assert room.reserve(2 * MIB) is None
    room.give_back(8 * MIB)
    assert room.reserve(2 * MIB) == 2 * MIB
    assert room.reserve(200 * MIB) is None


def test_who_waits_for_a_turn_can_be_stopped(tmp_path: Path) -> None:
    data = csv(10, MIB)
    packed, ended = deflated(data), threading.Event()
    member = member_of(data, packed)
    with begun(tmp_path, member, MIB) as partial:
        write(partial, packed)
        machine = InPlace(partial, member, Semaphore(0))

        def unpack() -> None:
            with pytest.raises(Stopped):
                machine.run()
            ended.set()

        thread = threading.Thread(target=unpack, daemon=True)
        thread.start()
        machine.stop()
        await_end(thread)
    assert ended.is_set()


def test_what_goes_ahead_comes_in_order_and_ends_as_it_ends() -> None:
    def items() -> Iterator[int]:
        yield from range(100)
        raise ValueError("the end")

    seen = []
    with Ahead(items(), 3) as ahead, pytest.raises(ValueError, match="the end"):
        for item in ahead:
            seen.append(item)  # noqa: PERF402 - what came before the error counts
    assert seen == list(range(100))


def test_nothing_goes_further_ahead_than_it_is_to() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            begun.append(number)
            yield number

    with Ahead(items(), 3) as ahead:
        next(iter(ahead))
        # One is taken, three wait, one more is in the hand.
        wait_until(lambda: len(begun) == 5)
    assert len(begun) == 5


@pytest.mark.parametrize("most", [1, 70_000, 64 * 1024])
def test_what_the_disk_takes_only_in_part_is_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    data = csv(9, 300_000)
    member = member_of(data, deflated(data))
    take = os.pwrite
    monkeypatch.setattr(os, "pwritev", lambda handle, pieces, at: take(handle, b"".join(pieces)[:most], at))
    with begun(tmp_path, member, MIB) as partial:
        write(partial, deflated(data))
        InPlace(partial, member, Semaphore(1)).run()
        partial.publish(None, size=member.size)
    assert (tmp_path / "a.csv").read_bytes() == data
