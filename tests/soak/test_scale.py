"""Cost stays flat: 10,000 files, and one file of 2 GB, go up and come down in little memory on each side."""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.stage import BIN, Stage, dataset, stage

LIMIT_MIB = 150


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    with stage() as ready:
        yield ready


def test_ten_thousand_files_go_up_and_come_down(scene: Stage) -> None:
    source = dataset(scene.fresh("many"), "ada/ten-thousand", "Ten thousand files")
    for number in range(10_000):
        path = source / f"part-{number % 100:02}" / f"{number:05}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"row,value\n{number},{number * 7}\n")
    _there_and_back(scene, source, "ada/ten-thousand")


def test_a_file_of_two_gigabytes_goes_up_and_comes_down(scene: Stage) -> None:
    source = dataset(scene.fresh("large"), "ada/two-gigabytes", "Two gigabytes")
    block = os.urandom(1 << 20)
    with (source / "large.bin").open("wb") as file:
        for number in range(2000):
            file.write(number.to_bytes(8, "big") + block[8:])
    _there_and_back(scene, source, "ada/two-gigabytes")


def _there_and_back(scene: Stage, source: Path, handle: str) -> None:
    target = scene.fresh("target")
    up = _client_peak(scene, "datasets", "create", "-q", "-p", str(source))
    down = _client_peak(scene, "datasets", "download", handle, "--unzip", "-q", "-p", str(target))
    server = _peak(scene.server.pid)
    print(f"\n{handle}: client up {up:.0f} MiB, client down {down:.0f} MiB, server {server:.0f} MiB (peaks)")
    assert _digests(target) == _digests(source)
    assert max(up, down, server) < LIMIT_MIB


def _client_peak(scene: Stage, *arguments: str) -> float:
    process = subprocess.Popen([str(BIN / "brant"), *arguments], env=scene.ours(), cwd=scene.folder)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "dataset-metadata.json":
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
