"""Listing and downloading datasets, by our clients and by the official ones, on one server of ours."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench.measure import Candidate, side_by_side, table
from bench.stage import BIN, OFFICIAL, Stage, dataset

BRANT = str(BIN / "brant")
KAGGLE = str(OFFICIAL / "kaggle")
MIB = 1 << 20


def run(stage: Stage, *, rounds: int = 7, large: int = 256 * MIB, small: int = 500) -> str:
    """Tables for a list, one large file and many small ones, by command line and by library."""
    _publish(stage, "ada/large-file", {"large.bin": large})
    _publish(stage, "ada/small-files", {f"part-{number:04}.csv": 2000 for number in range(small)})
    one, many = f"one file of {large // MIB} MiB", f"{small} files of 2 kB"
    return "\n\n".join(
        [
            _list(stage, rounds * 3),
            _command_line(stage, "ada/large-file", f"download and unpack {one}", rounds),
            _command_line(stage, "ada/small-files", f"download and unpack {many}", rounds),
            _library(stage, "ada/large-file", f"library: {one}", rounds),
            _library(stage, "ada/small-files", f"library: {many}", rounds),
        ]
    )


def _publish(stage: Stage, handle: str, files: Mapping[str, int]) -> None:
    slug = handle.split("/")[1]
    folder = dataset(stage.fresh(f"source-{slug}"), handle, slug.replace("-", " ").title())
    for name, size in files.items():
        # In pieces: a child's peak memory is never counted below that of the process that started it.
        with (folder / name).open("wb") as file:
            for written in range(0, size, MIB):
                file.write(os.urandom(min(MIB, size - written)))
    command = [BRANT, "datasets", "create", "-q", "-p", str(folder)]
    subprocess.run(command, env=stage.ours(), cwd=stage.folder, check=True, capture_output=True)


def _list(stage: Stage, rounds: int) -> str:
    folder = stage.folder
    figures = side_by_side(
        [
            Candidate("python -c pass", [sys.executable, "-c", "pass"], stage.ours(), folder),
            Candidate("brant datasets list", [BRANT, "datasets", "list", "-m"], stage.ours(), folder),
            Candidate("kaggle datasets list", [KAGGLE, "datasets", "list", "-m"], stage.official(), folder),
        ],
        rounds=rounds,
    )
    return table("list", figures, against="kaggle datasets list", memory=True)


def _command_line(stage: Stage, handle: str, title: str, rounds: int) -> str:
    def candidate(name: str, program: str, environ: Mapping[str, str]) -> Candidate:
        target = stage.folder / f"download-{name}"
        command = [program, "datasets", "download", handle, "--unzip", "-q", "-p", str(target)]
        return Candidate(name, command, environ, stage.folder, _emptied(target))

    figures = side_by_side(
        [candidate("brant", BRANT, stage.ours()), candidate("kaggle", KAGGLE, stage.official())],
        rounds=rounds,
    )
    return table(title, figures, against="kaggle", memory=True)


def _library(stage: Stage, handle: str, title: str, rounds: int) -> str:
    def candidate(module: str, python: str, environ: Mapping[str, str]) -> Candidate:
        cache = stage.folder / f"cache-{module}"
        code = f"import {module}; {module}.dataset_download({handle!r})"
        return Candidate(
            module,
            [python, "-c", code],
            {**environ, "KAGGLEHUB_CACHE": str(cache)},
            stage.folder,
            _emptied(cache),
        )

    figures = side_by_side(
        [
            candidate("brant", sys.executable, stage.ours()),
            candidate("kagglehub", str(OFFICIAL / "python"), stage.official()),
        ],
        rounds=rounds,
    )
    return table(title, figures, against="kagglehub", memory=True)


def _emptied(folder: Path) -> Callable[[], None]:
    return partial(shutil.rmtree, folder, ignore_errors=True)
