"""Unpacks from a scripted peer as a stream, without ever waiting."""

import random
from collections.abc import Callable
from pathlib import Path

from brant.transfer.archive.extraction import Extracted, Limits
from brant.transfer.archive.folder import Folder
from brant.transfer.connections.forward import Forward
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.http.retry import RetryPolicy
from brant.transfer.http.source import Source
from brant.transfer.progress import Progress
from brant.transfer.unpacking.streamed import extract_stream
from tests.transfer.conftest import Waits
from tests.transfer.peer import Peer


def unpack(
    server: Peer,
    into: Path,
    *,
    select: Callable[[str], bool] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    attempts: int = 5,
    force: bool = False,
) -> list[Extracted]:
    """What `server` answers, unpacked into a folder."""
    delays = RetryPolicy(attempts=attempts).delays(random.Random(1).random)
    with Pool(TransportSettings(read_timeout=10)) as pool:
        source = Source(pool, server.url(), "penguins.zip")
        with Forward(source, delays=delays, sleep=Waits().sleep) as stream:
            return extract_stream(
                stream, Folder(into), select=select, limits=limits, progress=progress, force=force
            )
