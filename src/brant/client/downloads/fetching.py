"""Fetches one file, or the files out of a zip that is never on disk: verified, named when they are whole."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from brant.client.downloads.addresses import SignedAddress
from brant.client.downloads.source import Source
from brant.client.downloads.zipped import Unpack, unpack_single
from brant.client.session import Session
from brant.errors import InvalidInput
from brant.transfer.connections.deadline import Deadline
from brant.transfer.progress import Progress

if TYPE_CHECKING:
    from brant.transfer.archive.extraction import Extracted, Limits

Proof = Literal["sha256", "md5", "crc32", "size"]


class How(NamedTuple):
    """How to fetch: `force` and `trust` as `choosing.download` has them; `deadline` for all of it."""

    force: bool = False
    trust: bool = False
    progress: Progress | None = None
    deadline: Deadline | None = None


class Arrived(NamedTuple):
    """A file that is in place. `fresh` is False where it was there already and was left as it is.

    `verified` is what its bytes were compared by with what the server told; of the hashes, those that are
    None were not taken.
    """

    path: Path
    size: int
    fresh: bool
    verified: Proof
    sha256: str | None = None
    crc32: int | None = None


def fetch(source: Source, path: str | None, destination: Path, how: How) -> Arrived:
    """Fetch the file at `path` of `source`, or with None all of it as a zip, to `destination`.

    A server may send a single file zipped, which its address then tells by its end: it is unpacked.
    """
    address = source.address(path)
    if path is not None and address.file_name == path.rpartition("/")[2] + ".zip":
        unpack = _unpacking(source, address, address.file_name, how)
        return _arrived(unpack_single(destination, unpack), destination)
    return fetch_address(source.session, address, destination, how)


def fetch_address(session: Session, address: SignedAddress, destination: Path, how: How) -> Arrived:
    """Fetch what lies at `address`, as it is, to `destination`."""
    from brant.transfer.download import download as transfer

    done = transfer(
        session.pool,
        address,
        destination,
        progress=how.progress,
        force=how.force,
        deadline=how.deadline,
        sleep=session.sleep,
        random=session.random,
    )
    return Arrived(destination, done.size, not done.reused, done.verified, done.sha256)


def fetch_unpacked(
    source: Source, into: Path, how: How, *, select: Callable[[str], bool] | None = None
) -> list[Arrived]:
    """Fetch the files of `source` that `select` takes by their paths, all of them without it, into `into`.

    They come out of its zip, which itself is never on disk.
    """
    unpack = _unpacking(source, source.address(None), source.zip_name, how)
    return [_arrived(one, into / one.path) for one in unpack(into, select)]


def local_name(path: str, noun: str = "datasets") -> str:
    """`path` on the server as a relative path here. Raises InvalidInput for one that leads elsewhere."""
    from brant.transfer.archive.names import safe_parts

    try:
        return "/".join(safe_parts(path))
    except InvalidInput:
        raise InvalidInput(
            f"{path[:200]!r} cannot be a file below the download folder: choose among those that 'brant "
            f"{noun} files' shows"
        ) from None


def _unpacking(source: Source, address: SignedAddress, name: str, how: How) -> Unpack:
    """What unpacks the archive at `address` into a folder, or of it the files that are selected."""
    from brant.transfer.unpacking.remote import unpack

    session = source.session

    def run(into: Path, select: Callable[[str], bool] | None) -> "list[Extracted]":
        return unpack(
            session.pool,
            address,
            into,
            name=name,
            select=select,
            limits=_limits(source.noun, trust=how.trust),
            progress=how.progress,
            force=how.force,
            deadline=how.deadline,
            sleep=session.sleep,
            random=session.random,
        )

    return run


def _arrived(one: "Extracted", path: Path) -> Arrived:
    verified: Proof = "crc32" if one.proven else "size"
    return Arrived(path, one.size, one.fresh, verified, one.sha256, one.crc32)


def _limits(noun: str, *, trust: bool) -> "Limits":
    from brant.transfer.archive.extraction import Limits

    if not trust:
        return Limits(way_out=f"if you trust it, add --trust-archive to 'brant {noun} download'")
    most = sys.maxsize
    return Limits(members=most, total=most, ratio=math.inf, directory=most)
