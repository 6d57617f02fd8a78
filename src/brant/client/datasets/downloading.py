"""Brings a dataset, or what was chosen of it, to disk: verified, and at its place only when it is whole."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from brant.client.datasets.listing import all_files
from brant.client.parallel import for_each
from brant.client.session import Session
from brant.client.uploads.folder import Patterns
from brant.contract import datasets as wire
from brant.contract.dataset_messages import (
    ApiDownloadDatasetRequest,
    ApiGetDatasetRequest,
)
from brant.contract.handles import DatasetHandle
from brant.errors import Corrupt, DestinationExists, InvalidInput, NotFound, ServerFailure
from brant.transfer.progress import Progress
from brant.transfer.retry import RetryPolicy

_WORKERS: Final = 4
# More files than these are quicker, and kinder to the server, as one zip.
_MOST_SINGLY: Final = 200


class Arrived(NamedTuple):
    """A file that is in place. `fresh` is False where it was there already and was left as it is."""

    path: Path
    size: int
    sha256: str | None
    fresh: bool


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
    progress: Progress | None = None,
) -> list[Arrived]:
    """Fetch a version, the newest where the handle names none, into the folder `into`, and say what arrived.

    Without a choice the whole version comes as `{slug}.zip`, or with `unzip` as its files. `file` is the path
    of one file; `folder`, `include` and `exclude` (shell patterns) choose among all of them; chosen files
    keep their folders. What is there already and passes its check is not fetched again, unless `force`.

    Raises NotFound, DestinationExists where `into` is a file, InvalidInput for choices that contradict each
    other or names that cannot be files here, and whatever ends a transfer; files that are in place stay.
    """
    _check_folder(into)
    chosen = _Choice(folder, list(include), list(exclude))
    if file is not None:
        if not chosen.everything:
            raise InvalidInput(
                "--file excludes --include, --exclude and a folder: leave one or the other out"
            )
        return [fetch(session, handle, file, into / local_name(file), force=force, progress=progress)]
    if not chosen.everything:
        return _fetch_chosen(session, handle, into, chosen, force=force, progress=progress)
    if not unzip:
        return [fetch(session, handle, None, into / f"{handle.slug}.zip", force=force, progress=progress)]
    pinned = current_version(session, handle)
    if not force and _mostly_there(session, pinned, into):
        return _fetch_chosen(session, pinned, into, chosen, force=False, progress=progress)
    archive = into / f".{handle.slug}-{pinned.version}.zip"
    return fetch_unpacked(session, pinned, archive, into, force=force, progress=progress)


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


def fetch(
    session: Session,
    handle: DatasetHandle,
    path: str | None,
    destination: Path,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Arrived:
    """Fetch the file at `path` of a version, or with None the whole version as a zip, to `destination`.

    A server may send a single file zipped, which its address then tells by its end: it is unpacked.
    """
    from brant.transfer.download import download as transfer

    request = ApiDownloadDatasetRequest(
        owner_slug=handle.owner,
        dataset_slug=handle.slug,
        dataset_version_number=handle.version,
        file_name=path,
    )
    address = _Address(session, request)
    zipped = path is not None and address.ends_in(path.rsplit("/", 1)[-1] + ".zip")
    target = destination.with_name(destination.name + ".zip") if zipped else destination
    done = transfer(
        session.pool,
        address,
        target,
        progress=progress,
        force=force,
        sleep=session.sleep,
        random=session.random,
    )
    if zipped:
        return _unpack_single(done.path, destination)
    return Arrived(destination, done.size, done.sha256, fresh=not done.reused)


def fetch_unpacked(
    session: Session,
    handle: DatasetHandle,
    archive: Path,
    into: Path,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> list[Arrived]:
    """Fetch the whole version to the file `archive`, unpack that into the folder `into`, and remove it.

    An archive that turns out to be damaged is removed too, so that the next run fetches it anew.
    """
    from brant.transfer.archive import extract

    fetch(session, handle, None, archive, force=force, progress=progress)
    try:
        unpacked = extract(archive, into)
    except (Corrupt, InvalidInput):
        archive.unlink(missing_ok=True)
        raise
    archive.unlink(missing_ok=True)
    return [Arrived(into / file.path, file.size, None, fresh=True) for file in unpacked]


class _Address:
    """Gives the signed address of a download, and asks for a fresh one when it is called again."""

    def __init__(self, session: Session, request: ApiDownloadDatasetRequest) -> None:
        self._session = session
        self._request = request
        self._first: str | None = self._ask()

    def __call__(self) -> str:
        first, self._first = self._first, None
        return first or self._ask()

    def ends_in(self, name: str) -> bool:
        """Whether the last part of the path is `name`."""
        return unquote(urlsplit(self._first or "").path).rsplit("/", 1)[-1] == name

    def _ask(self) -> str:
        url = self._session.call(wire.DOWNLOAD_DATASET, self._request).url
        if not url:
            raise ServerFailure(f"{self._session.endpoint} gave no address to download from: try again later")
        return url


def _unpack_single(archive: Path, destination: Path) -> Arrived:
    """Replace a zip with one member by that member."""
    from brant.transfer.archive import extract

    try:
        unpacked = extract(archive, destination.parent, select=lambda name: name == destination.name)
    finally:
        archive.unlink(missing_ok=True)
    if not unpacked:
        raise ServerFailure(
            f"the server sent {archive.name} without {destination.name} in it: tell the dataset's owner"
        )
    return Arrived(destination, unpacked[0].size, None, fresh=True)


def _fetch_chosen(
    session: Session,
    handle: DatasetHandle,
    into: Path,
    chosen: _Choice,
    *,
    force: bool,
    progress: Progress | None,
) -> list[Arrived]:
    """Fetch files one by one, a few at a time, all of one version."""
    from brant.transfer.names import Names

    pinned = current_version(session, handle)
    meant, names = chosen.test(), Names()
    paths = [file.name for file in all_files(session, pinned) if file.name and meant(file.name)]
    if not paths:
        raise NotFound(
            f"no file of {pinned} is chosen: see what there is with 'brant datasets files {handle}'"
        )
    for path in paths:
        names.add(tuple(local_name(path).split("/")), is_folder=False)
    arrived: dict[str, Arrived] = {}

    def work(path: str) -> None:
        arrived[path] = fetch(session, pinned, path, into / local_name(path), force=force, progress=progress)

    for_each(paths, work, workers=_WORKERS)
    return [arrived[path] for path in paths]


def _mostly_there(session: Session, handle: DatasetHandle, into: Path) -> bool:
    """Whether most files are there, and few in all, so that checking them one by one is the shorter way."""
    if not into.is_dir() or next(into.iterdir(), None) is None:
        return False
    found = total = 0
    for file in all_files(session, handle):
        total += 1
        if total > _MOST_SINGLY:
            return False
        local = into / local_name(file.name or "")
        found += local.is_file() and local.stat().st_size == file.total_bytes
    return found * 2 > total


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
    from brant.transfer.names import safe_parts

    try:
        return "/".join(safe_parts(path))
    except InvalidInput:
        raise InvalidInput(
            f"{path[:200]!r} cannot be a file below the download folder: choose among those that 'brant "
            "datasets files' shows, or leave it out with --exclude"
        ) from None
