"""One cache for both libraries: what ours has brought the official one finds, and the other way round."""

import json
import os
import subprocess
from multiprocessing import get_context
from pathlib import Path

import pytest

import brant
from tests.conftest import RunningServer
from tests.hub.conftest import FILES, contents
from tests.official import CURRENT, program

# The official library goes to port 80 of this machine, or through the proxy named, as `brant env` has it.
_LOCAL = {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "no_proxy": "", "NO_PROXY": ""}


def official(code: str, **environ: str) -> object:
    """The value of an expression in the official library."""
    done = subprocess.run(
        [program(CURRENT, "python"), "-c", f"import json, kagglehub; print(json.dumps({code}))"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **_LOCAL, **environ},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def nowhere() -> dict[str, str]:
    return {"http_proxy": "http://127.0.0.1:9"}


@pytest.mark.parametrize("path", [None, "raw/notes.txt"])
def test_the_official_library_finds_what_ours_has_brought(handle: str, path: str | None) -> None:
    ours = brant.dataset_download(handle, path)

    found = official(f"kagglehub.dataset_download({handle + '/versions/1'!r}, {path!r})", **nowhere())

    assert found == ours


@pytest.mark.parametrize("path", [None, "raw/notes.txt"])
def test_the_official_library_finds_what_ours_has_put_into_an_output_folder(
    handle: str, path: str | None, tmp_path: Path
) -> None:
    output = str(tmp_path / "out")
    ours = brant.dataset_download(handle, path, output_dir=output)

    call = f"kagglehub.dataset_download({handle + '/versions/1'!r}, {path!r}, output_dir={output!r})"
    assert official(call, **nowhere()) == ours


@pytest.mark.parametrize("path", [None, "raw/notes.txt"])
def test_ours_finds_what_the_official_library_has_brought(
    handle: str, path: str | None, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = official(f"kagglehub.dataset_download({handle!r}, {path!r})", http_proxy=server.address)
    monkeypatch.setenv("BRANT_ENDPOINT", "http://127.0.0.1:9")

    assert brant.dataset_download(f"{handle}/versions/1", path) == theirs
    whole = contents(Path(str(theirs))) if path is None else Path(str(theirs)).read_bytes()
    assert whole == (FILES if path is None else FILES[path])


def _download(handle: str) -> str:
    return brant.dataset_download(handle)


def test_many_processes_that_want_the_same_all_get_it(handle: str, cache: Path) -> None:
    with get_context("spawn").Pool(4) as processes:
        paths = set(processes.map(_download, [handle] * 8))

    assert paths == {str(cache / "datasets" / handle / "versions/1")}
    assert contents(Path(paths.pop())) == FILES
    assert {entry.name for entry in (cache / "datasets" / handle).iterdir()} == {"1.complete", "versions"}
