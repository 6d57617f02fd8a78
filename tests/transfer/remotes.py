"""Archives on a scripted peer, and what of them was asked for."""

import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from brant.transfer.archive.extraction import Extracted, Limits
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.progress import Progress, Silent
from brant.transfer.unpacking.remote import unpack
from tests.transfer.conftest import Waits
from tests.transfer.forged import Forged, deflated, forged
from tests.transfer.peer import Blob, Exchange, Peer, Request, Step

KIB = 1024
MIB = 1024 * 1024
TAIL = 256 * KIB


def csv(seed: int, size: int) -> bytes:
    """What deflates to a half or so."""
    return random.Random(seed).randbytes(size // 2 + 1).hex(",", 8).encode()[:size]


def noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def stored(name: str, data: bytes) -> Forged:
    return Forged(name.encode(), data, method=0)


def packed(name: str, data: bytes) -> Forged:
    """Deflated; packed once, however often the archive is put together."""
    return Forged(name.encode(), data, packed=deflated(data))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def data_of(archive: bytes, member: Forged) -> int:
    """Where the member's packed bytes begin."""
    return archive.index(member.header()) + len(member.header())


def blob(*members: Forged, etag: str | None = '"one"', ranges: bool = True) -> Blob:
    return Blob(forged(*members), etag=etag, with_md5=False, ranges=ranges)


def get(
    server: Peer,
    into: Path,
    *,
    select: Callable[[str], bool] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    attempts: int = 5,
    force: bool = False,
) -> list[Extracted]:
    """What `server` answers, unpacked into a folder, without ever waiting."""
    with Pool(TransportSettings(read_timeout=10)) as pool:
        return unpack(
            pool,
            server.url("/penguins.zip"),
            into,
            name="penguins.zip",
            select=select,
            limits=limits,
            progress=progress,
            attempts=attempts,
            force=force,
            sleep=Waits().sleep,
            random=random.Random(1).random,
        )


class Notes(Silent):
    """What was noted."""

    def __init__(self) -> None:
        self.noted: list[str] = []

    def note(self, text: str) -> None:
        self.noted.append(text)


def files(into: Path) -> dict[str, bytes]:
    """Every file there, hidden ones too, by its path."""
    return {str(path.relative_to(into)): path.read_bytes() for path in into.rglob("*") if path.is_file()}


def contents(*members: Forged) -> dict[str, bytes]:
    return {member.name.decode(): member.data for member in members}


def span_of(request: Request) -> tuple[int, int] | None:
    """The range that was asked for, as start and stop; None for the tail, or for all."""
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
    return (int(found[1]), int(found[2]) + 1) if found else None


def spans(server: Peer) -> list[tuple[int, int]]:
    return [span for request in server.requests if (span := span_of(request))]


def when(matches: Callable[[Request], bool], special: Step, usual: Step, *, times: int = 1) -> Step:
    """`special` for the first requests that match, `usual` for all others."""
    left = [times]

    def step(exchange: Exchange) -> None:
        if left[0] and matches(exchange.request):
            left[0] -= 1
            special(exchange)
        else:
            usual(exchange)

    return step


def holds(at: int) -> Callable[[Request], bool]:
    """Whether a request is for a range that has the byte at `at`."""

    def matches(request: Request) -> bool:
        span = span_of(request)
        return span is not None and span[0] <= at < span[1]

    return matches


def crc32(data: bytes) -> int:
    return zlib.crc32(data)
