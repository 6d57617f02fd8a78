"""Brings a single file that the server sends as a zip: the file arrives, and no zip."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from brant.errors import Conflict, ServerFailure
from brant.transfer.archive.extraction import Extracted
from brant.transfer.disk.partial import local_failure

Unpack = Callable[[Path, Callable[[str], bool] | None], list[Extracted]]
"""Unpacks one archive into a folder: all of it, or the files that are selected by their paths."""


def unpack_single(destination: Path, unpack: Unpack) -> Extracted:
    """Have `unpack` put the one member called as `destination` into a folder, and from there to its place.

    The folder lies beside the destination and is its own: so several files can come to one folder at once,
    from several processes. What came of the file stays there until the next run. Raises ServerFailure for a
    zip without that member.
    """
    name = destination.name
    room = destination.with_name(f".brant-unzip-{sha256(name.encode()).hexdigest()[:16]}")
    inside = room / name
    try:
        room.mkdir(parents=True, exist_ok=True)
        # What is here already shows itself to be the member, or is replaced.
        with suppress(OSError):
            inside.hardlink_to(destination)
        found = _unpacked(inside, destination, unpack(room, name.__eq__))
        _tidy(inside)
    except Conflict:
        # Another process is at work in there, and tidies up.
        raise
    except OSError as error:
        _tidy(inside)
        raise local_failure(error, destination) from error
    except BaseException:
        _tidy(inside)
        raise
    return found


def _tidy(inside: Path) -> None:
    with suppress(OSError):
        inside.unlink(missing_ok=True)
        inside.parent.rmdir()


def _unpacked(inside: Path, destination: Path, found: list[Extracted]) -> Extracted:
    if not found:
        name = destination.name
        raise ServerFailure(f"the server sent {name}.zip without {name} in it: tell its owner")
    # One that is here already may have been left by a run that was interrupted, beside another file.
    if found[0].fresh or not _is_one(inside, destination):
        try:
            inside.replace(destination)
        except FileNotFoundError:
            # Another process that wants the same has just put it there.
            if not destination.is_file():
                raise
    return found[0]


def _is_one(inside: Path, destination: Path) -> bool:
    try:
        return inside.samefile(destination)
    except FileNotFoundError:
        return False
