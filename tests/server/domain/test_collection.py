"""Collection and backup: only what nothing holds is removed, whatever happens meanwhile."""

import contextlib
import hashlib
import os
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from brant.contract.blobs import ApiBlobType
from brant.contract.dataset_messages import (
    ApiDeleteDatasetRequest,
    ApiUpdateDatasetMetadataRequest,
    CroppedImageUpload,
    DatasetSettings,
)
from brant.errors import Conflict, LocalFailure, NotFound
from brant.server.domain.actor import Actor
from brant.server.domain.blobs import collection
from brant.server.domain.services import Services
from brant.server.store.tables import blobs
from tests.server.domain.conftest import World


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def delete(world: World, actor: Actor) -> None:
    request = ApiDeleteDatasetRequest(owner_slug="ada", dataset_slug="penguins")
    world.services.metadata.delete(world.context(actor), request)


def test_blobs_live_as_long_as_something_holds_them(world: World, ada: Actor) -> None:
    world.create(ada, {"old.csv": b"old", "both.csv": b"both"})
    world.version(ada, {"both.csv": b"both", "new.csv": b"new"}, delete_old_versions=True)
    world.upload(ada, "waiting.csv", b"waiting")

    world.later(days=6)
    assert world.services.collect(world.now).blobs == 0
    world.later(days=1)
    announced = collection.preview(world.services.db, world.services.store, world.now)
    collected = world.services.collect(world.now)

    assert announced == collected
    assert world.blobs() == {sha(b"both"), sha(b"new")}
    assert (collected.blobs, collected.bytes) == (2, len(b"old") + len(b"waiting"))
    delete(world, ada)
    world.services.collect(world.now)
    assert world.blobs() == set()


def test_a_cover_image_is_held(world: World, ada: Actor) -> None:
    world.create(ada, {"a": b"1"})
    token = world.upload(ada, "c.png", b"image", ApiBlobType.INBOX)
    request = ApiUpdateDatasetMetadataRequest(
        owner_slug="ada",
        dataset_slug="penguins",
        settings=DatasetSettings(image=CroppedImageUpload(token=token)),
    )
    assert world.services.metadata.update(world.context(ada), request).errors == []
    world.later(days=8)
    world.services.collect(world.now)
    assert world.blobs() == {sha(b"1"), sha(b"image")}


class Cut(Exception):
    """The connection ended too early."""


def test_an_unfinished_upload_keeps_its_bytes_until_it_expires(world: World, ada: Actor) -> None:
    token = world.start(ada, "a.csv", 6)

    def cut() -> object:
        yield b"abc"
        raise Cut

    with pytest.raises(Cut):
        world.services.uploads.receive(token, first=0, total=6, chunks=cut(), now=world.now)  # type: ignore[arg-type]
    (name,) = world.staged()
    old = world.now.timestamp() - 10 * 86400
    os.utime(world.data / "staging" / name, (old, old))

    world.services.collect(world.now)
    assert world.services.uploads.state(token, world.now).received == 3
    world.later(days=7)
    announced = collection.preview(world.services.db, world.services.store, world.now)
    collected = world.services.collect(world.now)

    assert announced == collected
    assert (collected.uploads, collected.staged, collected.bytes) == (1, 1, 3)
    assert world.staged() == []
    with pytest.raises(NotFound):
        world.services.uploads.state(token, world.now)


def test_strays_go_when_they_are_old(world: World) -> None:
    old, fresh = world.now.timestamp() - 2 * 86400, world.now.timestamp()
    folder = world.data / "staging" / "unpack-1"
    folder.mkdir()
    (folder / "member").write_bytes(b"123")
    for name, changed in (("old", old), ("fresh", fresh)):
        (world.data / "staging" / name).write_bytes(b"12")
        os.utime(world.data / "staging" / name, (changed, changed))
    os.utime(folder, (old, old))
    stray = world.services.store.path(sha(b"stray"))
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"stray")

    announced = collection.preview(world.services.db, world.services.store, world.now)
    collected = world.services.collect(world.now)

    assert announced == collected
    assert (collected.blobs, collected.staged, collected.bytes) == (1, 2, 5 + 2 + 3)
    assert world.staged() == ["fresh"]


def test_a_crash_between_rows_and_files_is_mended_by_the_next_collection(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.create(ada, {"a": b"1"})
    delete(world, ada)
    world.later(days=8)

    def crash(_: str) -> int:
        raise Cut

    monkeypatch.setattr(world.services.store, "remove", crash)
    with pytest.raises(Cut):
        world.services.collect(world.now)
    monkeypatch.undo()

    assert world.blobs() == {sha(b"1")}
    world.create(ada, {"a": b"1"})
    assert world.services.collect(world.now).blobs == 0
    assert world.blobs() == {sha(b"1")}


def test_what_is_published_while_it_is_collected_is_never_lost(world: World, ada: Actor) -> None:
    """Bytes that lose their last holder come again and again, while collections run without a pause."""
    stop = threading.Event()
    failures: list[Exception] = []

    def collect() -> None:
        try:
            while not stop.is_set():
                world.services.collect(world.now)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    def publish(slug: str) -> None:
        try:
            for turn in range(12):
                data = b"shared %d" % (turn % 3)
                world.create(ada, {"a.csv": data}, slug=slug)
                held = world.services.store.read(sha(data), 0, len(data))
                assert held == data
                request = ApiDeleteDatasetRequest(owner_slug="ada", dataset_slug=slug)
                world.services.metadata.delete(world.context(ada), request)
                with world.services.db.write() as connection:  # as if its week were over
                    connection.execute(sa.text("UPDATE uploads SET deadline = created WHERE state = 'used'"))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    collectors = [threading.Thread(target=collect) for _ in range(2)]
    publishers = [threading.Thread(target=publish, args=[f"set-{n}"]) for n in range(3)]
    for thread in (*collectors, *publishers):
        thread.start()
    for thread in publishers:
        thread.join()
    stop.set()
    for thread in collectors:
        thread.join()

    assert failures == []
    with world.services.db.read() as connection:
        assert set(connection.scalars(sa.select(blobs.c.sha256))) <= world.blobs()


def test_a_backup_is_a_folder_that_can_be_served(world: World, ada: Actor, tmp_path: Path) -> None:
    world.create(ada, {"a.csv": b"1", "raw/b.csv": b"22"})
    token = world.services.tokens.make_token("ada", world.now)
    world.services.backup(tmp_path / "copy")
    delete(world, ada)
    world.later(days=8)
    world.services.collect(world.now)

    copy = Services.open(tmp_path / "copy")
    try:
        restored = World(copy, tmp_path / "copy")
        assert restored.paths() == ["a.csv", "raw/b.csv"]
        assert copy.store.read(sha(b"22"), 0, 2) == b"22"
        assert restored.bearer(token) == ada
        assert restored.create(ada, {"a.csv": b"3"}, slug="another").status == "ok"
    finally:
        copy.close()
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_backup_over_something_else_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    world.services.backup(tmp_path / "there")
    with pytest.raises(Conflict, match="not empty"):
        world.services.backup(tmp_path / "there")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Conflict):
        world.services.backup(tmp_path / "file")


def test_a_backup_that_fails_leaves_nothing(
    world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.create(ada, {"a.csv": b"1"})
    world.services.store.remove(sha(b"1"))
    with pytest.raises(LocalFailure, match="cannot write the backup"):
        world.services.backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert list(tmp_path.glob("copy*")) == []


def test_a_backup_while_others_publish_holds_every_blob_it_names(
    world: World, ada: Actor, tmp_path: Path
) -> None:
    stop = threading.Event()

    def publish() -> None:
        turn = 0
        while not stop.is_set():
            world.create(ada, {"a.csv": b"%d" % turn}, slug=f"set-{turn}")
            turn += 1

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        for number in range(3):
            world.services.backup(tmp_path / f"copy-{number}")
    finally:
        stop.set()
        thread.join()

    for number in range(3):
        with contextlib.closing(Services.open(tmp_path / f"copy-{number}")) as copy:
            with copy.db.read() as connection:
                named = set(connection.scalars(sa.select(blobs.c.sha256)))
            assert named == set(copy.store.names())
