"""A full disk, or one that takes nothing, is said at once; what fitted stays, and room is all it takes."""

from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest

from tests.faults.archives import archive
from tests.faults.disk import Disk, small_disk
from tests.faults.engine import Job, Outcome, perform
from tests.faults.evidence import Truth, look
from tests.faults.origin import Thing
from tests.faults.proxy import Proxy
from tests.faults.schedule import Schedule
from tests.faults.stage import Stage, Watch

MIB = 1024 * 1024
_KINDS: dict[str, tuple[Literal["download", "unpack"], str, bool]] = {
    "file": ("download", "stored", True),
    "stored": ("unpack", "stored", True),
    "deflated": ("unpack", "deflated", True),
    "small": ("unpack", "small", True),
    "stream": ("unpack", "mixed", False),
    "tar.gz": ("unpack", "tar.gz", False),
}


class _Task:
    """Something that is brought to a disk which is too small for it."""

    def __init__(self, stage: Stage, kind: str, disk: Disk) -> None:
        self._stage = stage
        self._what, packed, ranges = _KINDS[kind]
        self._packed = archive(packed, 1)
        self.url = stage.origin.put("penguins.zip", Thing(self._packed.data, ranges=ranges))
        self.folder = disk.place / "data"
        self._disk = disk
        is_file = self._what == "download"
        self.truth = (
            Truth.of_file("penguins.zip", self._packed.data)
            if is_file
            else Truth((self._packed.data,), (self._packed.files,))
        )
        self.watch = Watch(self.folder, self.truth)

    def do(self, folder: Path | None = None, *, proxy: str | None = None) -> Outcome:
        place = folder or self.folder
        target = place / "penguins.zip" if self._what == "download" else place
        job = Job(self._what, self.url, str(target), proxy, file_limit=self._disk.file_limit)
        if self._disk.is_real:
            return perform(job)
        zygote = self._stage.zygote()
        zygote.begin(job)
        return zygote.end()


@pytest.mark.parametrize("part", [0.02, 0.4, 0.9])
@pytest.mark.parametrize("kind", _KINDS)
def test_a_full_disk_is_said_and_room_is_all_it_takes(
    stage: Stage, tmp_path: Path, kind: str, part: float
) -> None:
    size = len(archive(_KINDS[kind][1], 1).data)
    with small_disk(tmp_path / "disk", int(size * part)) as disk:
        task = _Task(stage, kind, disk)
        outcome = task.do()
        # A limit of each file lets pass what consists of small ones.
        assert disk.is_real or outcome.done or outcome.kind == "LocalFailure"
        assert not disk.is_real or outcome.kind == "LocalFailure", outcome
        if not outcome.done:
            assert "make room" in outcome.message
            assert str(disk.place) in outcome.message
        task.watch.after(outcome, must=False, may={"LocalFailure"})
        disk.resize(64 * MIB)
        task.watch.after(task.do(), must=True, may=set())


@pytest.mark.parametrize("kind", _KINDS)
def test_a_disk_that_fills_up_under_way_costs_no_byte(stage: Stage, tmp_path: Path, kind: str) -> None:
    """Something else takes the room while the transfer runs."""
    with small_disk(tmp_path / "disk", 64 * MIB) as disk:
        task = _Task(stage, kind, disk)
        ballast = disk.place / "ballast"

        def fill() -> None:
            with suppress(OSError), ballast.open("wb", buffering=0) as file:
                while disk.is_real and file.write(bytes(MIB)):
                    pass

        with Proxy(Schedule()) as proxy:
            proxy.when_carried(100_000, fill)
            outcome = task.do(proxy=proxy.address)
        task.watch.after(outcome, must=False, may={"LocalFailure"})
        ballast.unlink()
        task.watch.after(task.do(), must=True, may=set())


def _fill(disk: Disk) -> None:
    """To the last byte."""
    if not disk.is_real:
        disk.file_limit = 0
        return
    with suppress(OSError), (disk.place / "ballast").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


@pytest.mark.parametrize("kind", ["file", "small"])
def test_a_disk_that_is_full_from_the_first_is_said(stage: Stage, tmp_path: Path, kind: str) -> None:
    with small_disk(tmp_path / "disk", 64 * 1024) as disk:
        task = _Task(stage, kind, disk)
        task.folder.mkdir()
        _fill(disk)
        outcome = task.do()
        assert outcome.kind == "LocalFailure", outcome
        assert "make room" in outcome.message


@pytest.mark.parametrize("kind", _KINDS)
def test_a_folder_that_takes_nothing_is_said(stage: Stage, tmp_path: Path, kind: str) -> None:
    with small_disk(tmp_path / "disk", 64 * MIB) as disk:
        task = _Task(stage, kind, disk)
        folder = disk.turn_read_only() / "data"
        outcome = task.do(folder)
        assert outcome.kind == "LocalFailure", outcome
        assert str(folder) in outcome.message
        assert not look(folder, task.truth).whole
