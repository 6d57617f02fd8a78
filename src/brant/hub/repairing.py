"""Fetches again what the cache holds damaged, or holds no more, and nothing else."""

from collections.abc import Collection, Sequence
from pathlib import Path

from brant.client.datasets.downloading import source
from brant.client.downloads.fetching import Arrived, How, fetch, fetch_unpacked, local_name
from brant.client.downloads.source import Source
from brant.client.session import Session
from brant.hub.cache import Cached, DatasetPlace
from brant.hub.places import locked
from brant.hub.records import Record, records_of
from brant.hub.verifying import Finding
from brant.transfer.progress import Progress


def repair(
    session: Session, place: Cached, findings: Sequence[Finding], *, progress: Progress
) -> list[Finding]:
    """`findings` of one version, or competition, where what was damaged or missing is now "repaired".

    What the server has no more stays as it was found. Raises what ends a transfer.
    """
    broken = {one.path for one in findings if one.is_broken}
    if not broken:
        return list(findings)
    with locked(place):
        if isinstance(place, DatasetPlace):
            arrived = _fetch_again(source(session, place.handle), place.files, broken, progress)
            records = {record.path: record for record in records_of(arrived, place.files)}
            _note(place, records)
        else:
            from brant.hub.competitions import bring_again

            records = {record.path: record for record in bring_again(session, place, broken, progress)}
    mended = broken & records.keys()
    return [_repaired(one, records[one.path]) if one.path in mended else one for one in findings]


def _fetch_again(source: Source, into: Path, paths: Collection[str], progress: Progress) -> list[Arrived]:
    """The files of `source` at `paths`, which are damaged or gone, into the folder `into`."""
    if len(paths) == 1:
        (path,) = paths
        return [fetch(source, path, into / local_name(path), How(force=True, progress=progress))]
    return fetch_unpacked(source, into, How(progress=progress), select=frozenset(paths).__contains__)


def _repaired(finding: Finding, record: Record) -> Finding:
    return finding._replace(size=record.size, state="repaired", check=None)


def _note(place: DatasetPlace, arrived: dict[str, Record]) -> None:
    """What came now is the truth, also where the server has packed the version anew meanwhile."""
    whole = place.records(None)
    if whole:
        place.mark(None, [arrived.get(record.path, record) for record in whole])
    for path in place.marked_files():
        if path in arrived:
            place.mark(path, [arrived[path]])
