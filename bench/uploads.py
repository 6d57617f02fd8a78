"""Publishing datasets, by our command line and by the official one, on one server of ours."""

import os
import subprocess
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from bench.archives import MIB
from bench.datasets import BRANT, KAGGLE
from bench.measure import Candidate, side_by_side, table
from bench.stage import Stage, dataset


def run(stage: Stage, *, rounds: int = 5, large: int = 256 * MIB, small: int = 500) -> str:
    """Tables for a new dataset of one large file, one of many small ones, and a version with one changed."""
    one, many = {"large.bin": large}, {f"part-{number:04}.csv": 2000 for number in range(small)}
    return "\n\n".join(
        [
            _create(stage, f"create: one file of {large // MIB} MiB", one, rounds),
            _create(stage, f"create: {small} files of 2 kB", many, rounds),
            _version(stage, f"new version: one of {small} files changed", many, rounds),
        ]
    )


def _create(stage: Stage, title: str, files: Mapping[str, int], rounds: int) -> str:
    def candidate(name: str, program: str, environ: Mapping[str, str]) -> Candidate:
        folder = stage.fresh(f"create-{name}")
        numbers = count()

        def prepare() -> None:
            """Another dataset, of bytes that the server does not have."""
            _name(folder, f"{name} {len(files)} number {next(numbers)}")
            _fill(folder, files)

        command = [program, "datasets", "create", "-q", "-p", str(folder)]
        return Candidate(name, command, environ, stage.folder, prepare)

    return _side_by_side(stage, title, candidate, rounds)


def _version(stage: Stage, title: str, files: Mapping[str, int], rounds: int) -> str:
    def candidate(name: str, program: str, environ: Mapping[str, str]) -> Candidate:
        folder = stage.fresh(f"version-{name}")
        _name(folder, f"{name} in versions")
        _fill(folder, files)
        create = [BRANT, "datasets", "create", "-q", "-p", str(folder)]
        subprocess.run(create, env=stage.ours(), cwd=stage.folder, check=True, capture_output=True)

        def prepare() -> None:
            changed = next(iter(files))
            _fill(folder, {changed: files[changed]})

        command = [program, "datasets", "version", "-q", "-p", str(folder), "-m", "one file"]
        return Candidate(name, command, environ, stage.folder, prepare)

    return _side_by_side(stage, title, candidate, rounds)


def _side_by_side(
    stage: Stage, title: str, candidate: Callable[[str, str, Mapping[str, str]], Candidate], rounds: int
) -> str:
    ours = candidate("brant", BRANT, stage.ours())
    official = candidate("kaggle", KAGGLE, stage.official())
    return table(title, side_by_side([ours, official], rounds=rounds), against="kaggle", memory=True)


def _name(folder: Path, title: str) -> None:
    dataset(folder, f"ada/{title.replace(' ', '-')}", title.title())


def _fill(folder: Path, files: Mapping[str, int]) -> None:
    for name, size in files.items():
        # In pieces: a child's peak memory is never counted below that of the process that started it.
        with (folder / name).open("wb") as file:
            for written in range(0, size, MIB):
                file.write(os.urandom(min(MIB, size - written)))
