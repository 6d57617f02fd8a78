"""One file that is to go up by itself: looked at before anything is asked, sent, and used by one call."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from brant.client.uploads.folder import LocalFile
from brant.errors import InvalidInput, LocalFailure, NotFound

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.client.uploads.sending import Start
    from brant.transfer.progress import Progress

T = TypeVar("T")


def single_file(path: Path) -> LocalFile:
    """The file at `path`. Raises NotFound, InvalidInput for one that is empty or no file, LocalFailure."""
    try:
        facts = path.stat()
        if not path.is_file():
            raise InvalidInput(f"{path} is no file: name the one file that is to be sent")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}: name the one that is to be sent") from None
    except OSError as error:
        raise LocalFailure(f"{path} cannot be read ({error.strerror}): mend its permissions") from None
    if facts.st_size == 0:
        raise InvalidInput(f"{path} is empty: nothing was sent")
    return LocalFile(path.name, path, facts.st_size, facts.st_mtime_ns)


def send(session: "Session", file: LocalFile, start: "Start", progress: "Progress | None" = None) -> str:
    """Send `file` to the address that `start` asks for; its upload token. No later run goes on with it."""
    from brant.client.uploads.journal import UploadJournal
    from brant.client.uploads.sending import send_file

    return send_file(session, file, start, UploadJournal(None, warn=session.warn), progress)


def send_and_use(
    session: "Session",
    file: LocalFile,
    place: str,
    start: "Start",
    use: Callable[[str], T],
    *,
    unsure: str,
    progress: "Progress | None" = None,
) -> T:
    """Send `file`, which is for `place`, and answer what `use` makes of its upload token.

    What was cut off goes on in the next run. `start` asks for the address. Raises Unreachable, ended by
    `unsure`, where it is not known whether `use` was done, what else ends it, and what ends a transfer.
    """
    from brant.client.uploads.committing import commit
    from brant.client.uploads.journal import UploadJournal
    from brant.client.uploads.sending import send_file

    identity = (session.endpoint.base, session.credentials.header() or "", place, str(file.local.resolve()))
    with UploadJournal(session.state, *identity, warn=session.warn) as journal:
        token = send_file(session, file, start, journal, progress)
        answer = commit(journal, lambda: use(token), unsure=unsure)
        journal.clear()
    return answer
