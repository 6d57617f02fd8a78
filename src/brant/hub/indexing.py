"""What the server says of the files of a place, by the directory of their zip, else by its own list."""

from collections.abc import Iterator
from typing import NamedTuple

from brant.client.downloads.source import Source
from brant.client.session import Session
from brant.errors import NotFound
from brant.hub.cache import Cached, DatasetPlace
from brant.transfer.progress import Progress, Silent


class FileFacts(NamedTuple):
    """A file's bytes and CRC-32; None where the server tells none."""

    size: int
    crc32: int | None


def file_facts(session: Session, place: Cached, *, progress: Progress | None = None) -> dict[str, FileFacts]:
    """The files of a version, or of a competition, by their paths.

    Raises NotFound, also for a competition that has newer data than those here, Corrupt, and what ends a call
    or a transfer.
    """
    from brant.transfer.unpacking.listing import list_members

    source = _source(session, place, progress or Silent())
    members = list_members(
        session.pool,
        source.address(None),
        name=source.zip_name,
        progress=progress,
        sleep=session.sleep,
        random=session.random,
    )
    if members is None:
        return {name: FileFacts(size, None) for name, size in _listed(session, place)}
    return {one.name: FileFacts(one.size, one.crc32) for one in members if not one.is_folder}


def _source(session: Session, place: Cached, progress: Progress) -> Source:
    if isinstance(place, DatasetPlace):
        from brant.client.datasets.downloading import source

        return source(session, place.handle)
    from brant.client.competitions import downloading
    from brant.client.downloads.freshness import see

    seen = see(downloading.source(session, place.name), None, retry=session.retry, progress=progress)
    ages = [path.lstat().st_mtime for path in place.files.rglob("*") if not path.is_dir()]
    if seen.modified is not None and ages and min(ages) <= seen.modified:
        raise NotFound(f"the server has newer data of {place.name}: brant.competition_download fetches them")
    return seen.source


def _listed(session: Session, place: Cached) -> Iterator[tuple[str, int]]:
    if isinstance(place, DatasetPlace):
        from brant.client.datasets.listing import all_files

        yield from ((file.name, file.total_bytes) for file in all_files(session, place.handle) if file.name)
        return
    from brant.client.competitions import listing

    for file in listing.all_files(session, place.name):
        if file.name:
            yield file.name, file.total_bytes
