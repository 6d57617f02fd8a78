"""What the server says of the files of a version, by the directory of its zip, else by its own list."""

from typing import NamedTuple

from brant.client.datasets.downloading import source
from brant.client.datasets.listing import all_files
from brant.client.session import Session
from brant.contract.handles import DatasetHandle
from brant.transfer.progress import Progress


class FileFacts(NamedTuple):
    """A file's bytes and CRC-32; None where the server tells none."""

    size: int
    crc32: int | None


def file_facts(
    session: Session, handle: DatasetHandle, *, progress: Progress | None = None
) -> dict[str, FileFacts]:
    """The files of a version by their paths. Raises NotFound, Corrupt, and what ends a call or a transfer."""
    from brant.transfer.unpacking.listing import list_members

    members = list_members(
        session.pool,
        source(session, handle).address(None),
        name=f"{handle.slug}.zip",
        progress=progress,
        sleep=session.sleep,
        random=session.random,
    )
    if members is None:
        return {
            file.name: FileFacts(file.total_bytes, None) for file in all_files(session, handle) if file.name
        }
    return {one.name: FileFacts(one.size, one.crc32) for one in members if not one.is_folder}
