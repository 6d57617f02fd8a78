"""Archives made to do harm, unpacked while they stream in."""

from pathlib import Path

import pytest

from brant.errors import BrantError
from tests.transfer.hostile import HOSTILE, Hostile
from tests.transfer.peer import Blob, peer
from tests.transfer.streams import unpack


@pytest.mark.parametrize("hostile", [pytest.param(case, id=case.name) for case in HOSTILE])
def test_a_hostile_archive_does_no_harm(hostile: Hostile, tmp_path: Path) -> None:
    data = hostile.make()
    blob = Blob(data, ranges=False)
    error = None
    with peer(blob.up_to(len(data) // 2), blob) as server:
        try:
            unpack(server, tmp_path / "out", limits=hostile.limits)
        except BrantError as raised:
            error = raised
    hostile.check(tmp_path, tmp_path / "out", error)
    assert not list((tmp_path / "out").glob(".brant*"))


@pytest.mark.parametrize("hostile", [pytest.param(case, id=case.name) for case in HOSTILE if case.trusted])
def test_who_trusts_a_large_archive_raises_the_limit(hostile: Hostile, tmp_path: Path) -> None:
    with peer(Blob(hostile.make(), ranges=False)) as server:
        assert unpack(server, tmp_path / "out", limits=hostile.trusted)
