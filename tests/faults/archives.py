"""The archives of the runs: few, made once, so that a run costs only the moving of bytes."""

import gzip
import io
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

MIB: Final = 1024 * 1024
POOL: Final = Random(1).randbytes(9 * MIB)
"""All bytes are parts of it: to make random ones anew takes longer than to move them."""

KINDS: Final = ("stored", "deflated", "small", "mixed", "tar.gz", "tar")


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive, what comes out of it, and where each member's bytes lie in it (start, stop)."""

    data: bytes
    files: dict[str, bytes]
    places: dict[str, tuple[int, int]]


@cache
def archive(kind: str, version: int) -> Packed:
    """Two versions have the same names, and other bytes."""
    files = _files(Random(f"{kind} {version}"), kind)
    return _tar(files, kind) if kind.startswith("tar") else _zip(files, kind)


def _files(chance: Random, kind: str) -> dict[str, bytes]:
    files = {"read me.txt": b"about penguins, version " + str(chance.random()).encode(), "empty": b""}
    if kind in ("stored", "mixed", "tar"):
        for number in range(2):
            files[f"raw/large-{number}.bin"] = _noise(chance, chance.randrange(MIB + 1, 3 * MIB))
    if kind in ("deflated", "mixed", "tar.gz"):
        files["tables/large.csv"] = (
            _noise(chance, chance.randrange(MIB + 100_000, 2 * MIB)).hex(",", 8).encode()
        )
    if kind in ("small", "mixed", "tar.gz"):
        for number in range(400 if kind == "small" else 100):
            files[f"small/{number % 7}/{number}.csv"] = (
                _noise(chance, chance.randrange(3000)).hex("\n", 16).encode()
            )
    return files


def _noise(chance: Random, size: int) -> bytes:
    start = chance.randrange(len(POOL) - size)
    return POOL[start : start + size]


def _table(chance: Random, size: int) -> bytes:
    """Text that is made from so many bytes, and deflates to about as many."""
    return _noise(chance, size).hex("\n", 16).encode()


def _zip(files: dict[str, bytes], kind: str) -> Packed:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as made:
        for name, data in files.items():
            stored = name.startswith("raw/") or kind == "stored"
            made.writestr(name, data, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, 1)
        infos = made.infolist()
    starts = [info.header_offset for info in infos] + [made.start_dir]
    places = {info.filename: (starts[number], starts[number + 1]) for number, info in enumerate(infos)}
    return Packed(into.getvalue(), files, places)


def _tar(files: dict[str, bytes], kind: str) -> Packed:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as made:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    data = into.getvalue()
    return Packed(gzip.compress(data, 1) if kind == "tar.gz" else data, files, {})
