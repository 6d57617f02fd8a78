"""Brings a dataset, or what was chosen of it, to disk: verified, and at its place only when it is whole."""

import math
import sys
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from brant.client.datasets.addresses import SignedAddress
from brant.client.datasets.zipped import Unpack, unpack_single
from brant.client.session import Session
from brant.client.uploads.folder import Patterns
from brant.contract import datasets as wire
from brant.contract.dataset_messages import ApiGetDatasetRequest
from brant.contract.handles import DatasetHandle
from brant.errors import DestinationExists, InvalidInput, NotFound
from brant.transfer.connections.deadline import Deadline
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.progress import Progress

if TYPE_CHECKING:
    from brant.transfer.archive.extraction import Extracted, Limits

Proof = Literal["sha256", "md5", "crc32", "size"]


class How(NamedTuple):
    """How to fetch: `force` and `trust` as `download` has them; `deadline` for all of it."""

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


def download(
    session: Session,
    handle: DatasetHandle,
    into: Path,
    *,
    file: str | None = None,
    folder: str | None = None,
    unzip: bool = False,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    force: bool = False,
    trust: bool = False,
    progress: Progress | None = None,
    timeout: float | None = None,
) -> list[Arrived]:
    """Fetch a version, the newest where the handle names none, into the folder `into`, and say what arrived.

    Without a choice the whole version comes as `{slug}.zip`, or with `unzip` as its files. `file` is the path
    of one file; `folder`, `include` and `exclude` (shell patterns) choose among all of them; chosen files
    keep their folders, and nothing else is fetched but the list of what there is. What is there already and
    passes its check is not fetched again, unless `force`. `trust` lifts the limits that keep an archive from
    unfolding to more than anybody would want. `timeout`: seconds for the whole transfer; what came until then
    is kept for the next run.

    Raises NotFound, DestinationExists where `into` is a file, InvalidInput for choices that contradict each
    other or names that cannot be files here, and whatever ends a transfer; files that are in place stay.
    """
    _check_folder(into)
    chosen = _Choice(folder, list(include), list(exclude))
    how = How(force, trust, progress, Deadline(timeout))
    if file is not None:
        if not chosen.everything:
            raise InvalidInput(
                "--file excludes --include, --exclude and a folder: leave one or the other out"
            )
        return [fetch(session, handle, file, into / local_name(file), how)]
    if chosen.everything and not unzip:
        return [fetch(session, handle, None, into / f"{handle.slug}.zip", how)]
    select = None if chosen.everything else chosen.test()
    arrived = fetch_unpacked(session, handle, into, how, select=select)
    if not arrived and select:
        raise NotFound(
            f"no file of {handle} is chosen: see what there is with 'brant datasets files {handle}'"
        )
    return arrived


def _check_folder(into: Path) -> None:
    """Raises DestinationExists for a file. What else no folder can be, is said when it is made."""
    is_file = False
    with suppress(OSError):
        is_file = into.is_file()
    if is_file:
        raise DestinationExists(f"{into} is a file: name a folder to download into")


class _Choice(NamedTuple):
    """Which files of a version are meant."""

    folder: str | None
    include: list[str]
    exclude: list[str]

    @property
    def everything(self) -> bool:
        return not (self.folder or self.include or self.exclude)

    def test(self) -> Callable[[str], bool]:
        """Whether a path is meant: below the folder, in one of `include` if any, in none of `exclude`."""
        prefix = f"{self.folder.strip('/')}/" if self.folder else ""
        wanted, unwanted = Patterns(self.include or ["*"]), Patterns(self.exclude)
        return lambda path: path.startswith(prefix) and wanted.match(path) and not unwanted.match(path)


def fetch(session: Session, handle: DatasetHandle, path: str | None, destination: Path, how: How) -> Arrived:
    """Fetch the file at `path` of a version, or with None the whole version as a zip, to `destination`.

    A server may send a single file zipped, which its address then tells by its end: it is unpacked.
    """
    from brant.transfer.download import download as transfer

    address = SignedAddress(session, handle, path)
    if path is not None and address.file_name == path.rpartition("/")[2] + ".zip":
        unpack = _unpacking(session, address, address.file_name, how)
        return _arrived(unpack_single(destination, unpack), destination)
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
    session: Session,
    handle: DatasetHandle,
    into: Path,
    how: How,
    *,
    select: Callable[[str], bool] | None = None,
) -> list[Arrived]:
    """Fetch the files of a version that `select` takes by their paths, all of them without it, into `into`.

    They come out of the version's zip, which itself is never on disk.
    """
    unpack = _unpacking(session, SignedAddress(session, handle, None), f"{handle.slug}.zip", how)
    return [_arrived(one, into / one.path) for one in unpack(into, select)]


def fetch_again(
    session: Session, handle: DatasetHandle, into: Path, paths: Collection[str], progress: Progress
) -> list[Arrived]:
    """Fetch the files of a version at `paths`, which are damaged or gone, into the folder `into`."""
    if len(paths) == 1:
        (path,) = paths
        return [fetch(session, handle, path, into / local_name(path), How(force=True, progress=progress))]
    return fetch_unpacked(session, handle, into, How(progress=progress), select=frozenset(paths).__contains__)


def _unpacking(session: Session, address: SignedAddress, name: str, how: How) -> Unpack:
    """What unpacks the archive at `address` into a folder, or of it the files that are selected."""
    from brant.transfer.unpacking.remote import unpack

    def run(into: Path, select: Callable[[str], bool] | None) -> "list[Extracted]":
        return unpack(
            session.pool,
            address,
            into,
            name=name,
            select=select,
            limits=_limits(trust=how.trust),
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


def _limits(*, trust: bool) -> "Limits":
    from brant.transfer.archive.extraction import Limits

    if not trust:
        return Limits(way_out="if you trust it, add --trust-archive to 'brant datasets download'")
    most = sys.maxsize
    return Limits(members=most, total=most, ratio=math.inf, directory=most)


def current_version(
    session: Session, handle: DatasetHandle, *, retry: RetryPolicy | None = None
) -> DatasetHandle:
    """The handle with the number of the newest version, if it names none. Raises NotFound."""
    if handle.version is not None:
        return handle
    request = ApiGetDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    number = session.call(wire.GET_DATASET, request, retry=retry).current_version_number
    if not number:
        raise NotFound(f"{handle} has no version yet: try again when 'brant datasets status' says ready")
    return handle.at(number)


def local_name(path: str) -> str:
    """`path` of a version as a relative path here. Raises InvalidInput for one that leads elsewhere."""
    from brant.transfer.archive.names import safe_parts

    try:
        return "/".join(safe_parts(path))
    except InvalidInput:
        raise InvalidInput(
            f"{path[:200]!r} cannot be a file below the download folder: choose among those that 'brant "
            "datasets files' shows"
        ) from None
