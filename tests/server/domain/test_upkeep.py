"""Upkeep: garbage goes on its own, again and again, and stands in nobody's way."""

import fcntl
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from brant.server.domain.blobs import collection
from brant.server.domain.blobs.upkeep import collecting
from tests.server.domain.conftest import World

NEVER_AGAIN = timedelta(days=1)


def litter(data: Path, name: str = "ab" * 32) -> Path:
    """A blob that nothing knows, as a killed server leaves it."""
    path = data / "blobs" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"1")
    return path


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_server_collects_when_it_starts(new_server: Any, tmp_path: Path) -> None:
    found = litter(tmp_path / "data")
    server = new_server(data=tmp_path / "data")
    until(lambda: not found.exists())
    assert server.stop() == 0
    assert server.log.read_text() == ""


def test_it_collects_again_and_again(world: World) -> None:
    services = world.services
    with collecting(services.db, services.store, lambda: world.now, timedelta(milliseconds=1)):
        for number in range(3):
            found = litter(world.data, f"{number:064x}")
            until(lambda path=found: not path.exists())
    assert "collection" not in {thread.name for thread in threading.enumerate()}


def test_it_ends_and_leaves_the_work_to_another_that_is_under_way(world: World) -> None:
    found = litter(world.data)
    services = world.services
    with services.store.lock_path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with collecting(services.db, services.store, lambda: world.now, NEVER_AGAIN):
            pass
        assert collection.collect(services.db, services.store, world.now, wait=False) == collection.NOTHING
    assert found.exists()
    assert services.collect(world.now).blobs == 1


def test_a_collection_that_is_stopped_removes_no_more(world: World) -> None:
    found = litter(world.data)
    stopped = collection.collect(world.services.db, world.services.store, world.now, stopped=lambda: True)
    assert stopped == collection.NOTHING
    assert found.exists()


def test_a_failing_collection_is_told_of_and_tried_again(world: World, caplog: Any) -> None:
    services = world.services
    in_the_way = world.data / "blobs" / "cd"
    in_the_way.mkdir()
    (in_the_way / ("cd" * 32)).mkdir()  # no file can be removed by this name
    with collecting(services.db, services.store, lambda: world.now, timedelta(milliseconds=1)):
        until(lambda: "collection failed" in caplog.text)
        (in_the_way / ("cd" * 32)).rmdir()
        found = litter(world.data)
        until(lambda: not found.exists())
