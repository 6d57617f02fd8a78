"""Fetching and unpacking datasets: time, disk and memory, on nginx, on our server, on a slow line."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench import archives, disk, nginx, shaping
from bench.archives import MIB, Archive
from bench.downloaders import Scene, missing
from bench.measure import Candidate, side_by_side, table
from bench.stage import BIN, Stage, dataset, signed_address

_BASES: Final = "kaggle, kagglehub"
_RATE: Final = 20e6
_ROUND_TRIP: Final = 0.04


def run(stage: Stage, *, rounds: int = 3, large: bool = False) -> Iterator[str]:
    """One table after the other; `large` adds an archive of 20 GiB, which takes as much room on the disk."""
    noise = _published(stage, "stored", "one-large-file", 1024 * MIB)
    small = _published(stage, "many", "many-small-files", 2000)
    lacking = missing()
    if nginx.program():
        yield from _large_file(stage, noise, rounds)
        yield from _large_csv(stage, rounds)
        yield from _small_files(stage, small, rounds)
        yield from _slow_line(stage, rounds)
        yield from _memory(stage, large=large)
    else:
        lacking.append("nginx")
    yield from _own_server(stage, noise, small, rounds)
    if lacking:
        yield f"Not on this machine, and left out: {', '.join(lacking)}."


def _large_file(stage: Stage, archive: Archive, rounds: int) -> Iterator[str]:
    with _on_nginx(stage, archive) as scene:
        everybody = [
            *scene.command_lines(),
            *scene.libraries(),
            *scene.curl(),
            *scene.aria2c(),
            *scene.pipe(),
            scene.limit(),
        ]
        yield _times("nginx: 1 GiB, stored", everybody, rounds)
        yield _disk("most disk: 1 GiB, stored", scene)


def _large_csv(stage: Stage, rounds: int) -> Iterator[str]:
    archive = _published(stage, "deflated", "one-large-csv", 540_000_000)
    packed = archive.path.stat().st_size / 1e6
    with _on_nginx(stage, archive) as scene:
        everybody = [
            *scene.command_lines(),
            *scene.libraries(),
            *scene.curl(),
            *scene.pipe(),
            scene.limit(),
        ]
        yield _times(f"nginx: one CSV of 540 MB, deflated to {packed:.0f} MB", everybody, rounds)
        yield _disk("most disk: the CSV", scene)


def _small_files(stage: Stage, archive: Archive, rounds: int) -> Iterator[str]:
    with _on_nginx(stage, archive) as on_nginx, _memory_disk(stage) as place:
        scene = replace(on_nginx, place=place)
        everybody = [*scene.command_lines(), *scene.libraries(), *scene.pipe(), scene.limit()]
        yield _times("nginx: 2,000 small CSVs, deflated, to a disk in memory", everybody, rounds * 2 + 1)


def _slow_line(stage: Stage, rounds: int) -> Iterator[str]:
    """Who uses one connection takes 13 s a turn, hence few turns and none to warm up."""
    archive = _published(stage, "stored", "for-the-line", 256 * MIB)
    with _on_nginx(stage, archive) as near:
        port = urlsplit(near.address).port or 80
        with shaping.shaped(port, rate=_RATE, round_trip=_ROUND_TRIP) as shaped_port:
            endpoint = f"http://127.0.0.1:{shaped_port}"
            scene = replace(
                near,
                stage=replace(stage, address=endpoint),
                address=f"{endpoint}{urlsplit(near.address).path}",
            )
            everybody = [*scene.command_lines(), *scene.curl(), *scene.aria2c()]
            figures = side_by_side(everybody, rounds=max(rounds - 1, 1), warm_up=False)
    yield table("nginx, 20 MB/s per connection, 40 ms: 256 MiB, stored", figures, against=_BASES)
    yield shaping.capacity()


def _memory(stage: Stage, *, large: bool) -> Iterator[str]:
    """The peak of one whole process for a small archive, and for one far larger than memory should be."""
    small = _published(stage, "stored", "one-small-file", MIB)
    with _on_nginx(stage, small) as scene:
        figures = side_by_side(scene.command_lines(), rounds=3)
        yield table("nginx: 1 MiB, stored", figures, against=_BASES, memory=True)
    if large:
        hole = _published(stage, "sparse", "one-huge-file", 20 * 1024 * MIB)
        with _on_nginx(stage, hole) as scene:
            figures = side_by_side([scene.brant(), *scene.pipe()], rounds=1, warm_up=False)
            yield table(
                "nginx: 20 GiB of zeros, stored (`bench/run.py transfer --large`)",
                figures,
                against="brant",
                memory=True,
            )


def _own_server(stage: Stage, noise: Archive, small: Archive, rounds: int) -> Iterator[str]:
    """The same from the server of this project, whose archives are computed while they are sent."""
    scene = Scene(stage, _handle(noise), noise, signed_address(stage, _handle(noise)), stage.folder)
    everybody = [*scene.command_lines(), *scene.libraries(), *scene.curl(), *scene.pipe()]
    yield _times("brant's server: 1 GiB", everybody, rounds)
    with _memory_disk(stage) as place:
        scene = Scene(stage, _handle(small), small, signed_address(stage, _handle(small)), place)
        everybody = [*scene.command_lines(), *scene.libraries(), *scene.pipe()]
        yield _times("brant's server: 2,000 small CSVs, to a disk in memory", everybody, rounds * 2 + 1)


def _times(title: str, candidates: Sequence[Candidate], rounds: int) -> str:
    return table(title, side_by_side(candidates, rounds=rounds), against=_BASES, memory=True)


def _disk(title: str, scene: Scene) -> str:
    """Who takes how much more than what arrives."""
    lines = [f"| {title} | most at any time | above what arrives |", "| --- | --- | --- |"]
    for candidate in scene.command_lines():
        with disk.watched(scene.target) as peak:
            side_by_side([candidate], rounds=1, warm_up=False)
        above = (peak.bytes - scene.archive.extracted) / MIB
        lines.append(f"| {candidate.name} | {peak.bytes / MIB:.0f} MiB | {above:.0f} MiB |")
    return "\n".join(lines)


@contextmanager
def _on_nginx(stage: Stage, archive: Archive) -> Iterator[Scene]:
    with nginx.serving(archive, stage) as endpoint:
        address = f"{endpoint}/files/{archive.path.name}"
        yield Scene(replace(stage, address=endpoint), _handle(archive), archive, address, stage.folder)


@contextmanager
def _memory_disk(stage: Stage) -> Iterator[Path]:
    """For thousands of files: ext4 takes ten times as long to make them where as many were just removed."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else stage.folder) as folder:
        yield Path(folder)


def _handle(archive: Archive) -> str:
    return f"ada/{archive.path.stem}"


def _published(stage: Stage, kind: str, slug: str, size: int) -> Archive:
    """Made, and its files published on our server, which answers the API even for archives elsewhere."""
    archive = archives.made(kind, stage.folder / "sources", slug, size)
    dataset(archive.files, _handle(archive), slug.replace("-", " ").capitalize())
    command = [str(BIN / "brant"), "datasets", "create", "-q", "-p", str(archive.files)]
    subprocess.run(command, env=stage.ours(), cwd=stage.folder, check=True, capture_output=True)
    return archive
