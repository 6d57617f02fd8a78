"""Fetches what a place is to hold, and marks it: all files, one, or those of one folder."""

from brant.client.downloads.choosing import download
from brant.client.downloads.fetching import How, fetch, fetch_unpacked
from brant.client.downloads.source import Source
from brant.errors import NotFound
from brant.hub.places import Place
from brant.hub.records import Record, records_of


def bring(source: Source, place: Place, file: str | None, how: How) -> list[Record]:
    """Fetch `file`, or with None all of `source`, and mark it as whole; what came. The caller holds the lock.

    What is there and passes its check is not fetched again, unless `how.force`.
    """
    if file is not None:
        return _bring_one(source, place, file, how)
    records = records_of(fetch_unpacked(source, place.files, how), place.files)
    place.mark(None, records)
    place.begun.unlink(missing_ok=True)
    return records


def _bring_one(source: Source, place: Place, file: str, how: How) -> list[Record]:
    """One file, or all files below a folder of that name."""
    try:
        arrived = [fetch(source, file, place.path(file), how)]
    except NotFound as missing:
        try:
            arrived = download(source, place.files, folder=file, force=how.force, progress=how.progress)
        except NotFound:
            raise missing from None
    records = records_of(arrived, place.files)
    for record in records:
        place.mark(record.path, [record])
    if not place.holds(file):
        place.mark(file)
    return records
