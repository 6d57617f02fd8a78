"""Archives made to do harm, unpacked from this machine's disk."""

from pathlib import Path

import pytest

from brant.errors import BrantError
from brant.transfer.archive.extraction import Limits, extract, iter_members
from tests.transfer.hostile import HOSTILE, Hostile


def named(cases: list[Hostile]) -> list[object]:
    return [pytest.param(case, id=case.name) for case in cases]


@pytest.mark.parametrize("hostile", named(HOSTILE))
def test_a_hostile_archive_does_no_harm(hostile: Hostile, tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(hostile.make())
    error = None
    try:
        extract(tmp_path / "archive", tmp_path / "out", limits=hostile.limits)
    except BrantError as raised:
        error = raised
    hostile.check(tmp_path, tmp_path / "out", error)


@pytest.mark.parametrize("hostile", named(HOSTILE))
def test_a_hostile_archive_is_not_streamed_either(hostile: Hostile, tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(hostile.make())
    try:
        for member in iter_members(tmp_path / "archive", limits=hostile.limits):
            with member.open() as stream:
                stream.read()
    except BrantError as raised:
        assert isinstance(raised, hostile.errors)
    else:
        assert hostile.harmless is not None


@pytest.mark.parametrize("hostile", named([case for case in HOSTILE if case.trusted]))
def test_who_trusts_a_large_archive_raises_the_limit(hostile: Hostile, tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(hostile.make())
    assert extract(tmp_path / "archive", tmp_path / "out", limits=hostile.trusted or Limits())


def test_each_hostile_archive_has_a_name_of_its_own() -> None:
    assert len({case.name for case in HOSTILE}) == len(HOSTILE)
