"""A file gets its name with the bytes that were verified, or not at all."""

import errno
import os
from pathlib import Path

import pytest

from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Late, Partial, forget_beginning
from tests.transfer.kernels import run_without
from tests.transfer.partials import journal_of, partial_of

DATA = b"gentoo" * 100


def begun(target: Path) -> Partial:
    partial = Partial.claim(target)
    partial.begin(Identity('"one"', size=len(DATA)), Layout(length=len(DATA), file_size=len(DATA)))
    partial.write(0, memoryview(DATA))
    return partial


def test_what_was_given_up_after_it_was_verified_gets_no_name(tmp_path: Path) -> None:
    target = tmp_path / "penguins.csv"
    with begun(target) as partial:
        verified = partial.era
        partial.discard()
        with pytest.raises(Late):
            partial.publish(None, size=len(DATA), era=verified)
    assert list(tmp_path.iterdir()) == []


def test_what_has_its_name_is_not_given_up(tmp_path: Path) -> None:
    target = tmp_path / "penguins.csv"
    with begun(target) as partial:
        partial.publish(None, era=partial.era)
        partial.discard()
    assert target.read_bytes() == DATA
    assert list(tmp_path.iterdir()) == [target]


def test_bytes_that_come_after_the_file_was_begun_anew_do_not_land_in_it(tmp_path: Path) -> None:
    target = tmp_path / "penguins.csv"
    with begun(target) as partial:
        earlier = partial.era
        partial.begin(Identity('"two"', size=9), Layout(length=9, file_size=9))
        with pytest.raises(Late):
            partial.write(0, memoryview(b"too late!"), earlier)
        assert partial_of(target).read_bytes() == bytes(9)
        assert journal_of(target).exists()


def test_a_file_that_has_its_name_is_whole_whatever_is_said_of_its_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, target = os.close, tmp_path / "penguins.csv"

    def close_late(handle: int) -> None:
        close(handle)
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    with begun(target) as partial:
        partial.publish(None)
        monkeypatch.setattr(os, "close", close_late)
    monkeypatch.undo()
    assert target.read_bytes() == DATA


_PUBLISH = """
from pathlib import Path
from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Partial

with Partial.claim(Path(sys.argv[3])) as partial:
    partial.begin(Identity('"one"', size=8 << 20), Layout(length=8 << 20, file_size=8 << 20))
    facts = Path(sys.argv[3] + ".brant-partial").stat()
    print(facts.st_size, facts.st_blocks)
    partial.write(0, memoryview(b"gentoo"))
    partial.publish(1_000_000.0, size=6)
"""


def test_no_zeros_are_written_where_the_file_system_cannot_take_room_at_once(tmp_path: Path) -> None:
    """NFS, say: the C library would write to every block of the file, all over the network."""
    target = tmp_path / "penguins.csv"
    assert run_without("fallocate", "EOPNOTSUPP", _PUBLISH, str(target)).split() == [str(8 << 20), "0"]
    assert target.read_bytes() == b"gentoo"


def test_a_file_gets_its_name_where_it_may_not_get_its_date(tmp_path: Path) -> None:
    target = tmp_path / "penguins.csv"
    run_without("utimensat", "EPERM", _PUBLISH, str(target))
    assert target.read_bytes() == b"gentoo"
    assert list(tmp_path.iterdir()) == [target]


def test_beside_a_path_as_long_as_can_be_nothing_was_begun(tmp_path: Path) -> None:
    folder = tmp_path
    while (left := 3880 - len(str(folder))) > 1:
        folder /= "b" * min(200, left - 1)
    folder.mkdir(parents=True)
    target = folder / ("c" * (4090 - len(str(folder)) - 1))
    target.write_bytes(DATA)
    forget_beginning(target)
    assert target.read_bytes() == DATA
