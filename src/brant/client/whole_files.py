"""Small files, written whole or not at all; what holds secrets is never readable by others for a moment."""

import os
import stat
from pathlib import Path

from brant.errors import LocalFailure


def write_whole(path: Path, text: str) -> None:
    """Put `text` into `path` in one step; its folder is made if need be. Raises LocalFailure."""
    _write(path, text, folder_mode=0o777, mode=0o666 & ~_umask())


def write_private(path: Path, text: str) -> None:
    """As `write_whole`, but with mode 600, in a folder that is made with mode 700."""
    _write(path, text, folder_mode=0o700, mode=0o600)


def readable_by_others(path: Path) -> bool:
    """Whether the group or the world may read `path`; never on systems without such modes."""
    return os.name != "nt" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def unreadable(path: Path, error: OSError, source: str = "") -> LocalFailure:
    """What to raise where a file of secrets cannot be read; `source` is its path and more."""
    source = source or str(path)
    if isinstance(error, IsADirectoryError):
        return LocalFailure(f"{source} is a folder where a file should be: move it away")
    return LocalFailure(
        f"{source} cannot be read ({error.strerror}): mend it with 'chmod 600 {path}', or remove it"
    )


def _write(path: Path, text: str, *, folder_mode: int, mode: int) -> None:
    # Writing is rare, reading credentials is not: what costs milliseconds to import waits until here.
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
        target = path.resolve()
        # mkstemp makes the file with mode 600; the rename then puts it in place whole.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LocalFailure(
            f"{path} cannot be written ({error.strerror}): free space or mend its folder's permissions"
        ) from None


def _umask() -> int:
    """What new files are not allowed; the system tells it only by setting it."""
    current = os.umask(0)
    os.umask(current)
    return current
