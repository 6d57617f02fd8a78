"""The folder that archives are unpacked into: many threads at once, no half a file, no way out."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from brant.errors import Corrupt, LocalFailure
from brant.transfer.archive.folder import Folder


def names(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def test_a_folder_is_made_with_all_above_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "root")
    assert folder.make(("a", "b")) == tmp_path / "new/root/a/b"
    assert (tmp_path / "new/root/a/b").is_dir()
    assert folder.make(()) == tmp_path / "new/root"


def test_what_is_there_already_is_used(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert Folder(tmp_path).make(("a",)) == tmp_path / "a"


def test_the_root_may_be_a_link_that_its_owner_has_made(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    Folder(tmp_path / "link").write(("a.csv",), [b"1"])
    assert (tmp_path / "data/a.csv").read_bytes() == b"1"


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_link_below_the_root_is_not_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/a").symlink_to(tmp_path / target)
    with pytest.raises(LocalFailure, match="in the way"):
        Folder(tmp_path / "root").write(("a", "b", "c.csv"), [b"1"])
    assert names(tmp_path / "elsewhere") == set()
    assert not (tmp_path / "nowhere").exists()


def test_a_file_in_the_way_is_said_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"precious")
    with pytest.raises(LocalFailure, match="in the way"):
        Folder(tmp_path).make(("a",))
    with pytest.raises(LocalFailure):
        Folder(tmp_path / "a").make(())
    assert (tmp_path / "a").read_bytes() == b"precious"


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    seen = []

    def pieces() -> Iterator[bytes]:
        yield b"1,"
        seen.append(names(tmp_path))
        yield b"2\n"

    Folder(tmp_path).write(("a.csv",), pieces())
    assert len(seen[0]) == 1
    assert "a.csv" not in seen[0]
    assert names(tmp_path) == {"a.csv"}
    assert (tmp_path / "a.csv").read_bytes() == b"1,2\n"


def test_of_a_file_that_fails_nothing_is_left_and_the_old_one_stays(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"1,"
        raise Corrupt("It fails its CRC-32.")

    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(Corrupt):
        Folder(tmp_path).write(("a.csv",), pieces())
    assert names(tmp_path) == {"a.csv"}
    assert (tmp_path / "a.csv").read_bytes() == b"old"


def test_a_link_in_the_place_of_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "a.csv").symlink_to("victim")
    Folder(tmp_path).write(("a.csv",), [b"1"])
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "a.csv").is_symlink()


def test_what_an_earlier_process_of_the_same_number_left_is_not_touched(tmp_path: Path) -> None:
    left = tmp_path / f".brant-{os.getpid()}-1.tmp"
    left.symlink_to("victim")
    path, handle = Folder(tmp_path).temporary(tmp_path)
    os.close(handle)
    assert path != left
    assert path.stat().st_size == 0
    assert not (tmp_path / "victim").exists()


def test_two_folders_at_one_place_do_not_meet(tmp_path: Path) -> None:
    (one, first), (two, second) = Folder(tmp_path).temporary(tmp_path), Folder(tmp_path).temporary(tmp_path)
    os.close(first)
    os.close(second)
    assert one != two


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(LocalFailure, match="cannot be written"):
        Folder(tmp_path).write(("a.csv",), [b"1"])
    assert names(tmp_path) == {"a.csv"}
    with pytest.raises(LocalFailure):
        Folder(tmp_path / "missing").temporary(tmp_path / "missing")


def test_a_disk_that_takes_a_part_of_each_piece_gets_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, piece: write(handle, piece[:3]))
    Folder(tmp_path).write(("a.csv",), [b"species,island\n", memoryview(b"1,2\n")])
    assert (tmp_path / "a.csv").read_bytes() == b"species,island\n1,2\n"


def test_many_threads_make_the_same_folders_and_their_own_files(tmp_path: Path) -> None:
    threads, together = 8, Barrier(8)
    for turn in range(20):
        folder = Folder(tmp_path / str(turn))

        def work(number: int, folder: Folder = folder) -> None:
            together.wait()
            for file in range(5):
                folder.write(("deep", "er", f"{number}-{file}.csv"), [b"%d" % number * 1000])

        with ThreadPoolExecutor(threads) as workers:
            list(workers.map(work, range(threads)))
        made = sorted((tmp_path / str(turn) / "deep/er").iterdir())
        assert len(made) == threads * 5
        assert all(path.read_bytes() == path.name[0].encode() * 1000 for path in made)
