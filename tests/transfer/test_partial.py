"""A file gets its name with the bytes that were verified, or not at all."""

from pathlib import Path

import pytest

from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Late, Partial
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
