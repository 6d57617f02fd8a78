"""Asks how old what can be downloaded is, for one byte of it, so that what is here need not come again."""

from typing import Final, NamedTuple

from brant.client.downloads.source import Source
from brant.contract.method import HttpRedirect
from brant.transfer.http.retry import RetryPolicy, http_date
from brant.transfer.progress import Progress

_ANSWERED: Final = (200, 206, 416)


class Seen(NamedTuple):
    """What was seen. `modified`: seconds since the epoch, by the server's clock; None where it does not say.

    `source` is the same as the one asked, but need not ask again for the address that was seen.
    """

    modified: float | None
    source: Source


def see(source: Source, path: str | None, *, retry: RetryPolicy, progress: Progress) -> Seen:
    """Look at the file at `path`, or with None at the zip of all.

    Raises NotFound, PermissionDenied, and what else ends a call or a transfer.
    """
    from brant.transfer.connections.fleet import Lane, run
    from brant.transfer.connections.once import Once
    from brant.transfer.connections.verdicts import refused
    from brant.transfer.http.source import Source as Bytes
    from brant.transfer.progress import Waits

    found = source.ask(path)
    session, name = source.session, path or source.zip_name

    def look(lane: Lane) -> float | None:
        # Signed addresses are often good for GET alone; of an empty file there is no first byte (416).
        with lane.reading(Bytes(session.pool, found.url, name).get((0, 1))) as response:
            if response.status not in _ANSWERED:
                raise refused(response, f"looking at {name}")
            return http_date(response.headers.get("last-modified"))

    once = Once(look)
    run(once, retry.delays(session.random), sleep=session.sleep, note=Waits(progress).before)
    return Seen(once.result, _remembering(source, path, found))


def _remembering(source: Source, path: str | None, found: HttpRedirect) -> Source:
    """The source with an address that is known already, given to the first who asks for it."""
    known = [found]

    def ask(asked: str | None) -> HttpRedirect:
        return known.pop() if asked == path and known else source.ask(asked)

    return source._replace(ask=ask)
