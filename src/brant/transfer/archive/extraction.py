"""Takes zip and tar archives apart, believing nothing: names, sizes and checksums are all verified."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from brant.errors import InvalidInput
from brant.transfer.archive.entry import Entry, Member
from brant.transfer.archive.folder import Folder
from brant.transfer.archive.limits import Limits, reading
from brant.transfer.archive.names import safe_parts

__all__ = ["Extracted", "Limits", "Member", "extract", "iter_members", "kind_of", "safe_parts"]


class Extracted(Struct, frozen=True):
    """A file that was extracted: its POSIX path relative to the folder, and its bytes.

    `fresh` is False for one that was there already and passed its check; hashes are None where none is known.
    `proven`: the archive told the CRC-32, and the bytes have it. A tar tells none.
    """

    path: str
    size: int
    crc32: int | None = None
    sha256: str | None = None
    fresh: bool = True
    proven: bool = True


def kind_of(path: Path) -> Literal["zip", "tar"] | None:
    """What kind of archive the file is, by its content; a compressed tar is a "tar".

    Raises LocalFailure when it cannot be read.
    """
    with reading(path), path.open("rb") as file:
        head = file.read(1024)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")):
        return "zip"
    from brant.transfer.archive.tars import looks_like_tar

    return "tar" if looks_like_tar(path) else None


def iter_members(source: Path, *, limits: Limits | None = None) -> Iterator[Member]:
    """The files of an archive, one after the other, to be streamed without a copy on disk.

    All names are checked before the first is given; the same errors as `extract`.
    """
    for entry in _entries(source, limits or Limits()):
        if not entry.is_folder:
            yield Member("/".join(entry.parts), entry.size, entry.chunks)


def extract(
    source: Path,
    into: Path,
    *,
    limits: Limits | None = None,
    select: Callable[[str], bool] | None = None,
) -> list[Extracted]:
    """Extract the archive into a folder, which is made if need be; `select` is asked with each file's path.

    Every name is checked before anything is written; a file gets its name when it is whole and verified.

    Raises InvalidInput for what is no archive, for names, links and devices that are not safe, names that
    collide, and what exceeds the limits; Corrupt for bytes that are not what they claim; LocalFailure for
    this machine's disk.
    """
    folder = Folder(into)
    done = []
    for entry in _entries(source, limits or Limits()):
        name = "/".join(entry.parts)
        if select and (entry.is_folder or not select(name)):
            continue
        if entry.is_folder:
            folder.make(entry.parts)
        else:
            folder.write(entry.parts, entry.chunks())
            done.append(Extracted(name, entry.size, entry.crc32, proven=entry.crc32 is not None))
    return done


def _entries(source: Path, limits: Limits) -> Iterator[Entry]:
    kind = kind_of(source)
    if kind == "zip":
        from brant.transfer.archive.zips import zip_entries

        yield from zip_entries(source, limits)
    elif kind == "tar":
        from brant.transfer.archive.tars import tar_entries

        # Names stand between the bytes: one pass to check them, one to use them.
        for _ in tar_entries(source, limits):
            pass
        yield from tar_entries(source, limits)
    else:
        raise InvalidInput(f"{source.name} is neither a zip nor a tar archive; give one of these.")
