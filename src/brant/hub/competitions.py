"""`competition_download`, with the official signature (hub.json)."""

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from brant.client.competitions.downloading import source as source_of
from brant.client.credentials import Anonymous
from brant.client.downloads.fetching import How, local_name
from brant.client.downloads.freshness import Seen, see
from brant.client.downloads.source import Source
from brant.client.session import Session
from brant.contract.handles import competition_slug
from brant.errors import NotFound, Unauthenticated, Unreachable
from brant.hub.bringing import bring
from brant.hub.cache import CompetitionPlace
from brant.hub.connection import cache_root, connect, logger, progress
from brant.hub.places import begin, locked, prepare_output
from brant.hub.records import Record
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.progress import Progress, Silent

_BRIEFLY: Final = RetryPolicy(attempts=2, base=0.2, budget=2.0)


def competition_download(
    handle: str,
    path: str | None = None,
    *,
    force_download: bool | None = False,
    output_dir: str | None = None,
) -> str:
    """Download the data of a competition, or one file or folder of it, and give the path where it lies.

    `handle` is the competition's name; `path` names a file or folder in its data. The server is asked each
    time: what is here is given if it is newer than what the server has, or if nobody can be asked; else the
    files that changed are fetched. `output_dir` takes the place of the cache.

    Raises InvalidHandle (a ValueError), Unauthenticated without credentials, PermissionDenied before the
    rules are accepted, DestinationExists (a FileExistsError) for an output folder that holds other things,
    NotFound, Unreachable, Corrupt, LocalFailure.
    """
    slug = competition_slug(handle)
    file = local_name(path, "competitions") if path else None
    place = _place(Path(output_dir) if output_dir else None, slug)
    force = bool(force_download)
    here = not force and place.holds(file)
    with connect() as session:
        if isinstance(session.credentials, Anonymous):
            if here:
                return str(place.path(file))
            raise Unauthenticated(
                "the data of competitions is for users alone: run 'brant auth login', call brant.login(), or "
                "set KAGGLE_API_TOKEN"
            )
        if not (here and _is_current(session, place, file)):
            _bring(session, place, file, force=force)
    return str(place.path(file))


def _place(output: Path | None, slug: str) -> CompetitionPlace:
    if output is None:
        return CompetitionPlace.in_cache(cache_root(), slug)
    return CompetitionPlace.in_output(output, slug)


def _is_current(session: Session, place: CompetitionPlace, file: str | None) -> bool:
    """Whether what is here may be used: it is newer than what the server has, or nobody can be asked."""
    try:
        seen = _see(source_of(session, place.name, retry=_BRIEFLY), file, _BRIEFLY, Silent())
    except Unreachable:
        logger.warning(
            "%s cannot be reached: the data of %s is taken as it is here", session.endpoint, place.name
        )
        return True
    return _is_newer(place, file, seen)


def _is_newer(place: CompetitionPlace, file: str | None, seen: Seen) -> bool:
    """As the official library compares (clients.py:279): of two dates that are equal none is newer."""
    return seen.modified is not None and seen.modified < place.age(file).stat().st_mtime


def _see(source: Source, file: str | None, retry: RetryPolicy, told: Progress) -> Seen:
    """Look at what has `file` in it: the file itself, or where it is a folder the zip of all."""
    try:
        return see(source, file, retry=retry, progress=told)
    except NotFound:
        if file is None:
            raise
        return see(source, None, retry=retry, progress=told)._replace(source=source)


def _bring(session: Session, place: CompetitionPlace, file: str | None, *, force: bool) -> None:
    """Fetch and mark, one process at a time."""
    with locked(place), progress() as told:
        seen = _see(source_of(session, place.name), file, session.retry, told)
        is_old = not force and place.holds(file)
        # Another process may have brought it while this one waited.
        if is_old and _is_newer(place, file, seen):
            return
        known = _known(place, file)
        if is_old:
            _begin_anew(place, file)
        elif not place.is_cached:
            prepare_output(place, file, force=force)
        elif force:
            place.remove(file)
        records = bring(seen.source, place, file, How(force, progress=told))
        _drop(place, known - {record.path for record in records})
        _date(place, file, records, seen)


def bring_again(
    session: Session, place: CompetitionPlace, broken: Collection[str], told: Progress
) -> list[Record]:
    """Fetch what is `broken` of a competition's data, by their paths; what came, or is as it should be.

    Where the server has newer data by now, all that has changed comes, so that what lies side by side belongs
    together. What the competition has no more does not come. The caller holds the lock.
    """
    source = source_of(session, place.name)
    records: list[Record] = []
    if place.is_whole:
        known = {record.path for record in place.records(None) or ()}
        seen = _see(source, None, session.retry, told)
        _begin_anew(place, None)
        records = bring(seen.source, place, None, How(progress=told))
        _drop(place, known - {record.path for record in records})
        _date(place, None, records, seen)
        return records
    for file in broken:
        with suppress(NotFound):
            seen = _see(source, file, session.retry, told)
            came = bring(seen.source, place, file, How(force=True, progress=told))
            _date(place, file, came, seen)
            records += came
    return records


def _known(place: CompetitionPlace, file: str | None) -> set[str]:
    """The files of `file`, or of all, that are here; in a folder of the caller's own, those that are ours."""
    if not place.is_cached:
        return {record.path for record in place.records(file) or ()}
    below = place.path(file).rglob("*")
    return {path.relative_to(place.files).as_posix() for path in below if not path.is_dir()}


def _begin_anew(place: CompetitionPlace, file: str | None) -> None:
    """All of it is whole no more from here on: files of two versions are to lie side by side for a while."""
    place.forget(None)
    if file is None and not place.is_cached:
        begin(place)


def _drop(place: CompetitionPlace, gone: set[str]) -> None:
    """Remove files that the competition has no more, and the folders that are empty then."""
    for path in gone:
        place.remove(local_name(path))
        for folder in (place.files / path).parents:
            if folder == place.files:
                break
            with suppress(OSError):
                folder.rmdir()


def _date(place: CompetitionPlace, file: str | None, records: Iterable[Record], seen: Seen) -> None:
    """Give what came the age that the server has for it, so that no clock but the server's decides.

    A second more, since both libraries take what is as old as on the server for older.
    """
    if seen.modified is None:
        return
    moment = seen.modified + 1
    paths = {place.files / record.path for record in records} | {place.path(file), place.marker_of(file)}
    for path in paths:
        os.utime(path, (moment, moment))
