"""Two at one destination: one has it, the other is told who; one that is killed leaves it to the next."""

import threading
from pathlib import Path

import pytest

from tests.faults.archives import archive
from tests.faults.engine import Job, Outcome, perform
from tests.faults.evidence import Truth
from tests.faults.origin import Thing
from tests.faults.proxy import Proxy
from tests.faults.schedule import Schedule
from tests.faults.stage import Stage, Watch

_RATE = 4e6
"""Bytes per second: slow enough that a second one finds the first at work."""


class _Place:
    """One destination, and who wants it."""

    def __init__(self, stage: Stage, what: str, folder: Path) -> None:
        packed = archive("mixed", 1)
        self.url = stage.origin.put("penguins.zip", Thing(packed.data))
        self.folder = folder / "data"
        is_file = what == "download"
        self._what = what
        self._target = self.folder / "penguins.zip" if is_file else self.folder
        truth = (
            Truth.of_file("penguins.zip", packed.data) if is_file else Truth((packed.data,), (packed.files,))
        )
        self.watch = Watch(self.folder, truth)

    def job(self, proxy: str | None = None) -> Job:
        return Job(self._what, self.url, str(self._target), proxy)  # type: ignore[arg-type]

    def ends(self, outcome: Outcome) -> None:
        self.watch.after(outcome, must=True, may=set())


@pytest.fixture(params=["download", "unpack"])
def place(request: pytest.FixtureRequest, stage: Stage, tmp_path: Path) -> _Place:
    return _Place(stage, request.param, tmp_path)


def test_a_second_process_is_told_who_is_at_it(stage: Stage, place: _Place) -> None:
    first, second = stage.zygote(0), stage.zygote(1)
    under_way = threading.Event()
    with Proxy(Schedule(), rate=_RATE) as proxy:
        proxy.when_carried(300_000, under_way.set)
        first.begin(place.job(proxy.address))
        assert under_way.wait(20)
        second.begin(place.job())
        refused = second.end()
        assert refused.kind == "Conflict"
        assert f"(pid {first.pid})" in refused.message
        place.ends(first.end())


def test_who_is_killed_leaves_the_place_to_the_next(stage: Stage, place: _Place) -> None:
    first, second = stage.zygote(0), stage.zygote(1)
    under_way = threading.Event()
    with Proxy(Schedule(), rate=_RATE) as proxy:
        proxy.when_carried(1_500_000, under_way.set)
        first.begin(place.job(proxy.address))
        assert under_way.wait(20)
        second.begin(place.job())
        assert second.end().kind == "Conflict"
        first.kill()
        assert first.end().kind == "killed"
    with Proxy(Schedule()) as proxy:
        second.begin(place.job(proxy.address))
        place.ends(second.end())


def test_a_second_thread_is_told_too(place: _Place) -> None:
    outcomes: list[Outcome] = []
    under_way = threading.Event()
    with Proxy(Schedule(), rate=_RATE) as proxy:
        proxy.when_carried(300_000, under_way.set)
        thread = threading.Thread(target=lambda: outcomes.append(perform(place.job(proxy.address))))
        thread.start()
        assert under_way.wait(20)
        assert perform(place.job()).kind == "Conflict"
        thread.join()
    place.ends(outcomes[0])
