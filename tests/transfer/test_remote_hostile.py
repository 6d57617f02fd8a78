"""Archives made to do harm, unpacked from a server."""

from pathlib import Path

import pytest

from brant.errors import BrantError
from tests.transfer.hostile import HOSTILE, Hostile
from tests.transfer.peer import Blob, peer
from tests.transfer.remotes import get


@pytest.mark.parametrize("hostile", [pytest.param(case, id=case.name) for case in HOSTILE])
def test_a_hostile_archive_does_no_harm(hostile: Hostile, tmp_path: Path) -> None:
    error = None
    with peer(Blob(hostile.make())) as server:
        try:
            get(server, tmp_path / "out", limits=hostile.limits)
        except BrantError as raised:
            error = raised
    hostile.check(tmp_path, tmp_path / "out", error)
    assert not list((tmp_path / "out").glob(".brant*"))


@pytest.mark.parametrize("hostile", [pytest.param(case, id=case.name) for case in HOSTILE if case.trusted])
def test_who_trusts_a_large_archive_raises_the_limit(hostile: Hostile, tmp_path: Path) -> None:
    with peer(Blob(hostile.make())) as server:
        assert get(server, tmp_path / "out", limits=hostile.trusted)
