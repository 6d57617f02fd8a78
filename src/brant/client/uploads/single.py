"""One file that is to go up by itself, looked at before anything is asked of the server."""

from pathlib import Path

from brant.client.uploads.folder import LocalFile
from brant.errors import InvalidInput, LocalFailure, NotFound


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
