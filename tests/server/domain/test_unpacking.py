"""Archives in a publish: unpacked as the official clients send them, refused whole when they are unsafe."""

import io
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDatasetNewFile,
    ApiDownloadDatasetRequest,
    ApiUploadDirectoryInfo,
)
from brant.errors import InvalidInput
from brant.server.domain.actor import Actor
from brant.server.domain.datasets import unpacking
from brant.server.domain.datasets.publishing import Publishing
from brant.server.domain.datasets.unpacking import Unpacker
from brant.server.store.tables import datasets, uploads
from brant.transfer.archive.extraction import Limits
from tests.server.domain.conftest import World


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: Literal["w", "w:gz"] = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def read(world: World, path: str) -> bytes:
    """A file of the newest version of ada/penguins."""
    request = ApiDownloadDatasetRequest(owner_slug="ada", dataset_slug="penguins", file_name=path)
    url = world.services.downloads.download(world.context(None), request).url
    version_id, sha256, _ = url.removeprefix("http://test/blobs/").split("/")
    file = world.services.stored.blob(sha256, int(version_id), None)
    return file.read(0, file.size)


def test_the_librarys_archive_of_everything_is_unpacked_to_the_root(world: World, ada: Actor) -> None:
    world.create(ada, {"archive.zip": zipped({"a.csv": b"1", "raw/b.csv": b"22"})})
    assert world.paths() == ["a.csv", "raw/b.csv"]
    assert read(world, "raw/b.csv") == b"22"


def test_an_archive_zip_beside_other_files_is_a_folder(world: World, ada: Actor) -> None:
    world.create(ada, {"archive.zip": zipped({"a.csv": b"1"}), "b.csv": b"2"})
    assert world.paths() == ["archive/a.csv", "b.csv"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_the_command_lines_archive_of_a_folder_is_that_folder(
    world: World, ada: Actor, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "raw"
    (folder / "2007").mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"1")
    (folder / "2007" / "b.csv").write_bytes(b"22")
    # As kaggle_api_extended.py:507 makes it when there is nothing to ignore.
    made = Path(shutil.make_archive(str(tmp_path / "raw"), kind, folder))

    world.create(ada, {"top.csv": b"0", made.name: made.read_bytes()})

    assert world.paths() == ["raw/2007/b.csv", "raw/a.csv", "top.csv"]


@pytest.mark.parametrize(("name", "mode"), [("raw.tar", "w"), ("raw.tar.gz", "w:gz"), ("RAW.TGZ", "w:gz")])
def test_tars_are_unpacked_into_a_folder_of_their_name(
    world: World, ada: Actor, name: str, mode: Literal["w", "w:gz"]
) -> None:
    world.create(ada, {name: tarred({"./x/a.csv": b"1"}, mode)})
    assert world.paths() == [f"{name.split('.', maxsplit=1)[0]}/x/a.csv"]


def test_what_is_no_archive_stays_a_file_whatever_its_name(world: World, ada: Actor) -> None:
    files = {"notes.zip": b"not a zip", "weights.npz": zipped({"a.npy": b"1"}), ".zip": zipped({"a": b"1"})}
    world.create(ada, files)
    assert world.paths() == sorted(files)


def test_an_archive_in_an_archive_stays_packed(world: World, ada: Actor) -> None:
    world.create(ada, {"outer.zip": zipped({"inner.zip": zipped({"a.csv": b"1"})})})
    assert world.paths() == ["outer/inner.zip"]


def link(kind: int) -> bytes:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def flipped(data: bytes, marker: bytes) -> bytes:
    at = data.index(marker)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("raw.zip", zipped({"../../evil": b"1"}), r"\.\."),
        ("raw.zip", zipped({"/etc/evil": b"1"}), "absolute"),
        ("raw.tar", tarred({"../evil": b"1"}), r"\.\."),
        ("raw.zip", link(stat.S_IFLNK), "symbolic link"),
        ("raw.zip", zipped({"bomb": b"\0" * (64 << 20)}), "bomb"),
        ("raw.zip", zipped({"a": b"1", "A": b"2"}), "one name to some systems"),
        ("raw.zip", flipped(zipped({"a": b"payload!"}, zipfile.ZIP_STORED), b"payload!"), "CRC-32"),
        ("raw.zip", zipped({"a": b"payload!"})[:-30], "damaged"),
    ],
)
def test_an_unsafe_or_broken_archive_refuses_the_whole_publish(
    world: World, ada: Actor, name: str, data: bytes, words: str
) -> None:
    before = {"good.csv": b"0", name: data}
    with pytest.raises(InvalidInput, match=words):
        world.create(ada, before)

    with world.services.db.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(datasets)) == 0
        # The two files sent stay for another try; nothing of what was unpacked does.
        assert connection.scalar(sa.select(sa.func.count()).select_from(uploads)) == 2
    assert world.staged() == []


def test_members_and_files_that_meet_are_refused(world: World, ada: Actor) -> None:
    files = [ApiDatasetNewFile(token=world.upload(ada, "raw.zip", zipped({"a.csv": b"1"})))]
    inner = ApiUploadDirectoryInfo(
        name="raw", files=[ApiDatasetNewFile(token=world.upload(ada, "A.csv", b"2"))]
    )
    request = ApiCreateDatasetRequest(title="Some title", files=files, directories=[inner])
    with pytest.raises(InvalidInput, match="differ only in case"):
        world.services.publishing.create(world.context(ada), request)
    with world.services.db.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(uploads)) == 2


def test_the_limits_are_the_servers(world: World, ada: Actor) -> None:
    services = world.services
    unpacker = Unpacker(services.db, services.store, services.uploads, Limits(members=2))
    file = ApiDatasetNewFile(token=world.upload(ada, "raw.zip", zipped({"a": b"1", "b": b"2", "c": b"3"})))
    with pytest.raises(InvalidInput, match="more than 2 members"):
        Publishing(services.db, unpacker).create(
            world.context(ada), ApiCreateDatasetRequest(title="Some title", files=[file])
        )


def test_an_archive_of_many_files_is_unpacked_and_leaves_nothing_staged(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "_BATCH", 8)
    files = {f"{n % 7}/{n:04}.csv": b"%d" % (n % 20) for n in range(50)}
    world.create(ada, {"archive.zip": zipped(files)})
    assert world.paths() == sorted(files)
    assert read(world, "3/0010.csv") == b"10"
    assert world.staged() == []


def test_an_archive_without_files_leaves_no_version(world: World, ada: Actor) -> None:
    with pytest.raises(InvalidInput, match="at least one file"):
        world.create(ada, {"raw.zip": zipped({})})
