"""Who fetches an archive: our clients, the official ones, and programs that only fetch, or only unpack."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.archives import Archive
from bench.measure import Candidate
from bench.stage import BIN, OFFICIAL, Stage

# The least that anybody can do: the bytes go to files whose size is known beforehand, from nowhere.
_WRITE: Final = """
import os, sys
piece = memoryview(os.urandom(1 << 20))
for entry in os.scandir(sys.argv[1]):
    left = entry.stat().st_size
    file = os.open(entry.name, os.O_WRONLY | os.O_CREAT)
    os.posix_fallocate(file, 0, left)
    while left:
        left -= os.write(file, piece[:left])
    os.close(file)
"""
_ARIA2C: Final = ("aria2c", "--no-conf", "--quiet", "-s16", "-k1M", "--file-allocation=falloc")


def missing() -> list[str]:
    """Which of the programs to compare with this machine lacks."""
    return [program for program in ("curl", "aria2c", "bsdtar") if not _has(program)]


@dataclass(frozen=True)
class Scene:
    """One archive on one server, and everybody who can fetch it; programs that are not here are left out.

    `stage` has its endpoint, for clients of the API; `address` is where the archive itself lies. What they
    write goes to the folder `target` below `place`, which is new and empty for each turn.
    """

    stage: Stage
    handle: str
    archive: Archive
    address: str
    place: Path

    @property
    def target(self) -> Path:
        """Where everything is written."""
        return self.place / "download"

    def command_lines(self) -> list[Candidate]:
        """Fetch and unpack."""
        return [self.brant(), self.kaggle()]

    def brant(self) -> Candidate:
        return self._candidate("brant", str(BIN / "brant"), *self._download())

    def kaggle(self) -> Candidate:
        return self._candidate("kaggle", str(OFFICIAL / "kaggle"), *self._download(), official=True)

    def libraries(self) -> list[Candidate]:
        """Fetch and unpack into a cache; the official one checks the MD5 that it is told."""
        return [
            self._candidate("brant, library", sys.executable, "-c", self._code("brant")),
            self._candidate(
                "kagglehub", str(OFFICIAL / "python"), "-c", self._code("kagglehub"), official=True
            ),
        ]

    def curl(self) -> list[Candidate]:
        """Fetches, and leaves the archive packed."""
        command = ["curl", "-s", "-f", "-o", "archive.zip", self.address]
        return [self._candidate("curl, not unpacked", *command)] if _has("curl") else []

    def aria2c(self) -> list[Candidate]:
        """Fetches over 8 and over 16 connections, and leaves the archive packed."""
        return [
            self._candidate(f"aria2c -x{number}, not unpacked", *_ARIA2C, f"-x{number}", self.address)
            for number in (8, 16)
            if _has("aria2c")
        ]

    def pipe(self) -> list[Candidate]:
        """Fetches and unpacks at once, with nothing kept for a second try."""
        line = f"curl -s -f '{self.address}' | bsdtar -xf -"
        return [self._candidate("curl \\| bsdtar", "sh", "-c", line)] if _has("curl", "bsdtar") else []

    def limit(self) -> Candidate:
        """No network at all."""
        return self._candidate(
            "writing the same bytes", sys.executable, "-c", _WRITE, str(self.archive.files)
        )

    def _download(self) -> list[str]:
        return ["datasets", "download", self.handle, "--unzip", "-q", "-p", str(self.target)]

    def _code(self, module: str) -> str:
        return f"import {module}; {module}.dataset_download({self.handle!r})"

    def _candidate(self, name: str, *command: str, official: bool = False) -> Candidate:
        environ = self.stage.official() if official else self.stage.ours()
        environ |= {"KAGGLEHUB_CACHE": str(self.target)}
        return Candidate(name, command, environ, self.target, self._renew)

    def _renew(self) -> None:
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()


def _has(*programs: str) -> bool:
    return all(shutil.which(program) for program in programs)
