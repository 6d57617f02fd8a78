"""Archives made to do harm, by the whole command line: an exit code, one line, and nothing anywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brant import errors
from tests.client.stranger import Stranger, stranger
from tests.faults.engine import Job
from tests.faults.stage import Stage
from tests.transfer.hostile import HOSTILE, Hostile
from tests.transfer.peer import Blob, status

# The command line knows the usual limits alone.
_CASES = [case for case in HOSTILE if case.limits is None]


@pytest.fixture(scope="module")
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running


@pytest.mark.parametrize("hostile", _CASES, ids=[case.name for case in _CASES])
def test_a_hostile_archive_does_no_harm(
    stage: Stage, other: Stranger, tmp_path: Path, hostile: Hostile
) -> None:
    other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/archive.zip"))
    other.on["archive.zip"] = Blob(hostile.make())
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    environ = {
        "HOME": str(home),
        "BRANT_ENDPOINT": other.peer.url("").rstrip("/"),
        "KAGGLE_API_TOKEN": "KGAT_tests",
        "LANG": "C.UTF-8",
    }
    words = ("brant", "datasets", "download", "ada/geese", "--unzip", "-q", "-p", str(out))
    stage.zygote().begin(Job("program", "", str(home), words=words, environ=tuple(environ.items())))
    outcome = stage.zygote().end()
    error = None if outcome.done else getattr(errors, outcome.kind)(outcome.message)
    hostile.check(tmp_path, out, error)
    assert not list(out.glob(".brant*"))
