"""What files were when they arrived: sizes and hashes, kept inside the cache's completion markers.

The official library makes a marker by touching it and asks no more than whether it is there, so what stands
in one is ours to say; and when it removes a marker, what was said of the old bytes goes with it.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.json import decode, encode

from brant.errors import LocalFailure

if TYPE_CHECKING:
    from brant.client.downloads.fetching import Arrived


class Record(Struct, frozen=True):
    """One file as it arrived: its path from the version's folder, bytes, CRC-32, hexadecimal SHA-256.

    A hash is None where none was taken.
    """

    path: str
    size: int
    crc32: int | None = None
    sha256: str | None = None


def records_of(arrived: "Iterable[Arrived]", folder: Path) -> list[Record]:
    """What is to be noted of files that have come to lie below `folder`."""
    return [
        Record(one.path.relative_to(folder).as_posix(), one.size, one.crc32, one.sha256) for one in arrived
    ]


class _Contents(Struct, frozen=True):
    files: list[Record]
    format: Literal["brant 1"] = "brant 1"


def write_marker(marker: Path, files: Iterable[Record]) -> None:
    """Make a marker that says what `files` are; nothing stands in it where there are none.

    Raises LocalFailure; then there is no marker.
    """
    records = list(files)
    passing = marker.with_name(f".{marker.name[:200]}.{os.getpid()}.tmp")
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
        try:
            passing.write_bytes(encode(_Contents(records)) if records else b"")
            passing.replace(marker)
        finally:
            passing.unlink(missing_ok=True)
    except OSError as error:
        raise LocalFailure(
            f"{marker} cannot be written ({error.strerror}): free space or mend its folder"
        ) from None


def read_marker(marker: Path) -> list[Record] | None:
    """What a marker says; None where it says nothing, as those of the official library, or is not there."""
    with suppress(OSError, ValueError):  # msgspec says by a ValueError that this is no record
        return decode(marker.read_bytes(), type=_Contents).files
    return None
