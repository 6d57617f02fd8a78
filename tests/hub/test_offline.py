"""After one run with a network the same calls work without one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import brant
from brant.errors import Unreachable
from tests.hub.conftest import FILES, contents, fill

# A process that can open no socket; it says how often one was asked for.
_ALONE = """
import json, sys
asked = []
def hook(event, args):
    if event in ("socket.__new__", "socket.connect", "socket.getaddrinfo"):
        asked.append(event)
        raise OSError(101, "Network is unreachable")
sys.addaudithook(hook)
import brant
calls = json.loads(sys.argv[1])
print(json.dumps([[brant.dataset_download(*words, **options) for words, options in calls], len(asked)]))
"""

Call = tuple[list[str], dict[str, str]]


def alone(*calls: Call) -> tuple[list[str], int]:
    """What the calls give where there is no network, and how often a socket was wanted."""
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, json.dumps(calls)],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    given, asked = json.loads(done.stdout)
    return given, asked


def with_network(*calls: Call) -> list[str]:
    return [brant.dataset_download(*words, **options) for words, options in calls]  # type: ignore[arg-type]


def test_every_call_of_an_online_run_works_offline(handle: str, tmp_path: Path) -> None:
    calls: list[Call] = [
        ([handle], {}),
        ([f"{handle}/versions/1"], {}),
        ([handle, "penguins.csv"], {}),
        ([handle, "raw"], {}),
        ([handle, "raw/deep/more.txt"], {}),
        ([handle], {"output_dir": str(tmp_path / "out")}),
        ([handle, "raw/notes.txt"], {"output_dir": str(tmp_path / "one")}),
    ]
    paths = with_network(*calls)

    assert alone(*calls)[0] == paths
    assert contents(Path(paths[0])) == contents(tmp_path / "out") == FILES


@pytest.mark.parametrize("path", ["penguins.csv", "raw", "raw/notes.txt"])
def test_a_part_alone_is_found_offline(handle: str, path: str) -> None:
    calls: list[Call] = [([handle, path], {}), ([f"{handle}/versions/1", path], {})]
    paths = with_network(*calls)

    assert alone(*calls)[0] == paths


def test_a_handle_with_its_version_asks_for_no_socket(handle: str, tmp_path: Path) -> None:
    version = f"{handle}/versions/1"
    calls: list[Call] = [
        ([version], {}),
        ([version, "penguins.csv"], {}),
        ([version], {"output_dir": str(tmp_path / "out")}),
    ]
    with_network(*calls)

    assert alone(*calls)[1] == 0


def test_the_newest_version_that_is_here_is_given(handle: str, tmp_path: Path) -> None:
    older = Path(brant.dataset_download(handle))
    brant.dataset_upload(handle, str(fill(tmp_path / "new", {"penguins.csv": b"changed"})), "changed")
    newer = Path(brant.dataset_download(handle))

    (given,), _ = alone(([handle], {}))
    assert Path(given) == newer
    # The newer one has no such file.
    (given,), _ = alone(([handle, "raw/notes.txt"], {}))
    assert Path(given) == older / "raw/notes.txt"


def test_what_never_came_is_unreachable(handle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    brant.dataset_download(handle, "penguins.csv")
    monkeypatch.setenv("BRANT_ENDPOINT", "http://127.0.0.1:9")

    for path in (None, "raw/notes.txt"):
        with pytest.raises(Unreachable):
            brant.dataset_download(handle, path)
