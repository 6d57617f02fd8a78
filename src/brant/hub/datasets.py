"""`dataset_download` and `dataset_upload`, with the official signatures (hub.json)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from brant.client.datasets.downloading import current_version, source
from brant.client.datasets.publishing import publish
from brant.client.downloads.fetching import How, local_name
from brant.client.session import Session
from brant.contract.handles import DatasetHandle
from brant.errors import Unreachable
from brant.hub.bringing import bring
from brant.hub.cache import DatasetPlace, newest_complete, newest_in_output
from brant.hub.connection import cache_root, connect, logger, progress
from brant.hub.places import locked, prepare_output
from brant.transfer.http.retry import RetryPolicy

_BRIEFLY: Final = RetryPolicy(attempts=2, base=0.2, budget=2.0)


def dataset_download(
    handle: str,
    path: str | None = None,
    *,
    force_download: bool | None = False,
    output_dir: str | None = None,
) -> str:
    """Download a dataset, or one file or folder of it, and give the path where it lies.

    `handle` is `owner/slug` or `owner/slug/versions/N`; `path` names a file or folder in the dataset. What
    the cache holds already is used without asking anybody, unless `force_download`; a handle without a
    version is answered from the cache when the server cannot be reached. `output_dir` takes the place of the
    cache.

    What lies in the cache is not read again: `brant cache verify` does that.

    Raises InvalidHandle (a ValueError), DestinationExists (a FileExistsError) for an output folder that holds
    other things, NotFound, Unauthenticated, PermissionDenied, Unreachable, Corrupt, LocalFailure.
    """
    parsed = DatasetHandle.parse(handle)
    file = local_name(path) if path else None
    root, output = cache_root(), Path(output_dir) if output_dir else None
    force = bool(force_download)
    # Whom to fall back on when nobody can be asked; then it is not worth asking for long.
    known = None if force else _newest(root, output, parsed, file)
    if known and parsed.version is not None:
        return str(known.path(file))
    with connect() as session:
        try:
            pinned = current_version(session, parsed, retry=_BRIEFLY if known else None)
        except Unreachable:
            if known is None:
                raise
            logger.warning("%s cannot be reached: %s is taken from the cache", session.endpoint, known.handle)
            return str(known.path(file))
        place = DatasetPlace.in_output(output, pinned) if output else DatasetPlace.in_cache(root, pinned)
        if force or not place.holds(file):
            _bring(session, place, file, force=force, cached=output is None)
    return str(place.path(file))


def dataset_upload(
    handle: str,
    local_dataset_dir: str,
    version_notes: str = "",
    ignore_patterns: list[str] | str | None = None,
) -> None:
    """Upload a folder, or one file: a new private dataset titled by its slug, or a new version of the one
    there is.

    `ignore_patterns` are shell patterns; one that ends in a slash leaves out a folder. Files the server has
    already are not sent again. Raises InvalidHandle (a ValueError) for a handle with a version, InvalidInput
    for names that cannot be published, and whatever ends a transfer; then nothing is published.
    """
    parsed = DatasetHandle.parse(handle)
    ignore: Iterable[str] = [ignore_patterns] if isinstance(ignore_patterns, str) else ignore_patterns or ()
    with connect() as session, progress() as told:
        published = publish(
            session,
            parsed,
            Path(local_dataset_dir),
            notes=version_notes,
            ignore=ignore,
            progress=told,
        )
    logger.info("%s is published: see %s", published.ref, published.url)


def _newest(root: Path, output: Path | None, handle: DatasetHandle, file: str | None) -> DatasetPlace | None:
    """The newest version that is here already; of a handle with a version, that one."""
    if handle.version is not None:
        place = DatasetPlace.in_output(output, handle) if output else DatasetPlace.in_cache(root, handle)
        return place if place.holds(file) else None
    return newest_in_output(output, handle, file) if output else newest_complete(root, handle, file)


def _bring(session: Session, place: DatasetPlace, file: str | None, *, force: bool, cached: bool) -> None:
    """Fetch and mark, one process at a time."""
    with locked(place), progress() as told:
        # Another process may have brought it while this one waited.
        if not force and place.holds(file):
            return
        if not cached:
            prepare_output(place, file, force=force)
        elif force:
            place.remove(file)
        bring(source(session, place.handle), place, file, How(force, progress=told))
