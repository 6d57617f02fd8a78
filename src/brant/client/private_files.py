"""Writes files that hold secrets: never readable by others for a moment, never half written."""

import os
import stat
from pathlib import Path

from brant.errors import LocalFailure


def write_private(path: Path, text: str) -> None:
    """Put `text` into `path` in one step, mode 600; its folder is made with mode 700. Raises LocalFailure."""
    # Writing is rare, reading credentials is not: what costs milliseconds to import waits until here.
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = path.resolve()
        # mkstemp makes the file with mode 600; the rename then puts it in place whole.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LocalFailure(
            f"{path} cannot be written ({error.strerror}): free space or mend its folder's permissions"
        ) from None


def readable_by_others(path: Path) -> bool:
    """Whether the group or the world may read `path`; never on systems without such modes."""
    return os.name != "nt" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
