"""What seeded runs have found, each small and by name."""

import json
import zlib
from pathlib import Path
from random import Random

import pytest

from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Partial
from brant.transfer.http.pool import Pool
from brant.transfer.progress import Silent, Track
from brant.transfer.unpacking.remote import unpack
from tests.faults.archives import archive
from tests.faults.engine import Job, perform
from tests.faults.evidence import Truth, look
from tests.faults.origin import Thing
from tests.faults.proxy import Proxy
from tests.faults.schedule import Fault, Schedule
from tests.faults.stage import Stage

MIB = 1024 * 1024
DATA = Random(5).randbytes(3 * MIB)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "penguins.csv"


def partial_of(target: Path) -> Path:
    return target.with_name(target.name + ".brant-partial")


def journal_of(target: Path) -> Path:
    return target.with_name(target.name + ".brant-journal")


def test_what_was_here_before_is_no_progress(stage: Stage, target: Path) -> None:
    """A server without ranges that cuts each answer at the same byte was asked for ever."""
    url = stage.origin.put(target.name, Thing(DATA, ranges=False))
    schedule = Schedule(ever=Fault("cut", 0.9, 1))
    with Proxy(schedule) as proxy:
        outcome = perform(Job("download", url, str(target), proxy.address, attempts=3))
    assert outcome.kind == "Unreachable"
    # The first brought something new; two more did not.
    assert schedule.requests <= 4


def test_a_size_that_is_off_by_a_bit_in_the_journal_is_not_believed(stage: Stage, target: Path) -> None:
    """The download waited for a byte that no object has."""
    url = stage.origin.put(target.name, Thing(DATA))
    with Proxy(Schedule({0: Fault("cut", 0.5, 1)})) as proxy:
        assert not perform(Job("download", url, str(target), proxy.address, attempts=1)).done
    text = journal_of(target).read_text()
    line = next(line for line in text.splitlines() if "layout" in json.loads(line))
    assert f'"length":{len(DATA)}' in line
    journal_of(target).write_text(text.replace(f'"length":{len(DATA)}', f'"length":{len(DATA) + 1}'))
    assert perform(Job("download", url, str(target))).done
    assert target.read_bytes() == DATA
    assert list(target.parent.iterdir()) == [target]


def archive_url(stage: Stage, *, ranges: bool = True) -> str:
    return stage.origin.put("penguins.zip", Thing(archive("small", 1).data, ranges=ranges))


def test_what_a_stream_left_goes_when_ranges_bring_the_rest(stage: Stage, tmp_path: Path) -> None:
    """A server that once had no ranges left a folder of unfinished files, for ever."""
    into = tmp_path / "data"
    with Proxy(Schedule(ever=Fault("cut", 0.5, 1))) as proxy:
        job = Job("unpack", archive_url(stage, ranges=False), str(into), proxy.address, attempts=2)
        assert perform(job).kind == "Unreachable"
    assert list(into.glob(".brant-stream-*"))
    assert perform(Job("unpack", archive_url(stage), str(into))).done
    assert {path.name for path in into.iterdir()} == {"read me.txt", "empty", "small"}


def test_what_a_killed_process_left_goes_though_the_next_one_fails(stage: Stage, tmp_path: Path) -> None:
    """Only the very next run looked for passing files, even when it came to nothing."""
    into = tmp_path / "data"
    into.mkdir()
    # As a process leaves them that is killed: its lock, and a file on its way.
    (into / ".brant-unpacking").write_text('{"pid":1}\n')
    (into / ".brant-1-7.tmp").write_bytes(b"half a file")
    with Proxy(Schedule(ever=Fault("status 404"))) as proxy:
        assert perform(Job("unpack", archive_url(stage), str(into), proxy.address)).kind == "NotFound"
    assert perform(Job("unpack", archive_url(stage), str(into))).done
    assert {path.name for path in into.iterdir()} == {"read me.txt", "empty", "small"}


class _Interrupting(Silent):
    """Interrupts as soon as so many bytes of one file are there."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._left = size

    def begin(self, name: str, size: int | None, *, held: int = 0) -> Track:
        return self if name == self._name else Silent()

    def advance(self, n: int) -> None:
        was_left, self._left = self._left, self._left - n
        if self._left <= 0 < was_left:
            raise KeyboardInterrupt

    def finish(self, *, complete: bool = True) -> None:
        pass


def test_what_has_come_and_is_not_unpacked_yet_stays(stage: Stage, tmp_path: Path) -> None:
    """An end that came between the last byte of a deflated member and its unpacking gave up all of it."""
    packed = archive("deflated", 1)
    start, stop = packed.places["tables/large.csv"]
    size = stop - start - 30 - len("tables/large.csv")
    url = stage.origin.put("penguins.zip", Thing(packed.data))
    with Pool() as pool, pytest.raises(KeyboardInterrupt):
        unpack(pool, url, tmp_path, name="penguins.zip", progress=_Interrupting("tables/large.csv", size))
    held = look(tmp_path, Truth((packed.data,), (packed.files,)))
    assert held.begun["tables/large.csv"].right.total == size


def test_one_byte_now_and_then_is_given_up(stage: Stage, target: Path) -> None:
    url = stage.origin.put(target.name, Thing(DATA))
    with Proxy(Schedule(ever=Fault("trickle", 0.2, 1)), pause=0.3) as proxy:
        job = Job("download", url, str(target), proxy.address, attempts=1, rate_window=0.25)
        outcome = perform(job)
    assert outcome.kind == "Unreachable"
    assert "only" in outcome.message
    held = look(target.parent, Truth.of_file(target.name, DATA)).begun[target.name].right.total
    assert held >= len(DATA) // 5
    assert perform(Job("download", url, str(target))).resumed_from == held


def test_marks_that_overlap_are_all_believed(target: Path) -> None:
    """A mark that a kill parted from its bytes came true later, and hid those that overlapped it."""
    data = memoryview(DATA)[:3000]
    with Partial.claim(target) as partial:
        partial.begin(Identity(etag='"one"', size=3000), Layout(length=3000, file_size=3000))
        partial.write(0, data[:1000])
    # As a process leaves it that is killed just before it writes.
    with journal_of(target).open("a") as journal:
        journal.write(json.dumps({"at": 1000, "to": 2000, "crc32": zlib.crc32(data[1000:2000])}) + "\n")
    with Partial.claim(target) as partial:
        assert partial.held.total == 1000
        partial.write(1000, data[1000:1800])
        partial.write(1800, data[1800:2500])
    with Partial.claim(target) as partial:
        assert list(partial.held) == [(0, 2500)]
        partial.write(2500, data[2500:])
        assert partial.crc32() == zlib.crc32(data)


def test_a_part_told_as_the_whole_costs_no_byte_of_a_member(stage: Stage, tmp_path: Path) -> None:
    """Under the same validator it was taken for another archive, and all that was there given up."""
    packed = archive("stored", 1)
    url = stage.origin.put("penguins.zip", Thing(packed.data))
    truth = Truth((packed.data,), (packed.files,))
    with Proxy(Schedule({number: Fault("cut", 0.6, 1) for number in range(1, 9)})) as proxy:
        job = Job("unpack", url, str(tmp_path), proxy.address, attempts=1)
        assert perform(job).kind == "Unreachable"
    held = look(tmp_path, truth).total
    assert held > MIB // 2
    with Proxy(Schedule({1: Fault("range as 200")})) as proxy:
        assert perform(Job("unpack", url, str(tmp_path), proxy.address)).done
        asked = sum(spans.total for spans in proxy.spans.values())
    assert look(tmp_path, truth).whole.keys() == packed.files.keys()
    # Its list is asked for again; so may be what lies between two members.
    assert asked <= len(packed.data) - held + 400_000
