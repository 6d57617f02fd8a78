"""Subfolders are packed the same way each time, and everything else is left alone."""

from pathlib import Path
from typing import Literal

import pytest

from brant.client.uploads.archives import pack_folders
from brant.client.uploads.folder import scan
from brant.errors import Conflict, InvalidInput
from brant.transfer.archive.extraction import iter_members


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    for path in ("top.csv", "train/a.csv", "train/deep/b.csv", "test/c.csv"):
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / path).write_text(path * 1000)
    return data


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_each_top_folder_becomes_one_archive(
    folder: Path, tmp_path: Path, kind: Literal["zip", "tar"]
) -> None:
    made = tmp_path / "made"
    made.mkdir()

    packed = pack_folders(scan(folder), made, kind)

    assert [file.path for file in packed] == [f"test.{kind}", "top.csv", f"train.{kind}"]
    members = {member.name: member.open().read() for member in iter_members(packed[2].local)}
    assert members == {"a.csv": b"train/a.csv" * 1000, "deep/b.csv": b"train/deep/b.csv" * 1000}
    assert packed[2].size == packed[2].local.stat().st_size


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_the_same_folder_gives_the_same_bytes(
    folder: Path, tmp_path: Path, kind: Literal["zip", "tar"]
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    first = pack_folders(scan(folder), tmp_path / "one", kind)
    (folder / "train/a.csv").touch()
    second = pack_folders(scan(folder), tmp_path / "two", kind)

    assert [file.local.read_bytes() for file in first] == [file.local.read_bytes() for file in second]


def test_an_archive_does_not_take_the_name_of_a_file(folder: Path, tmp_path: Path) -> None:
    (folder / "Train.zip").write_text("mine")

    with pytest.raises(InvalidInput, match=r"the folder train would be uploaded as train\.zip"):
        pack_folders(scan(folder), tmp_path, "zip")


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("change", ["", "longer" * 10_000])
def test_a_file_that_changes_before_it_is_packed_ends_it(
    folder: Path, tmp_path: Path, kind: Literal["zip", "tar"], change: str
) -> None:
    files = scan(folder)
    (folder / "train/a.csv").write_text(change)

    with pytest.raises(Conflict, match=r"train/a\.csv changed"):
        pack_folders(files, tmp_path, kind)
