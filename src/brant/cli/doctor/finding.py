"""What a check finds: how bad it is, what it is, and how to mend it."""

import re
from pathlib import Path
from typing import Literal, NamedTuple

Level = Literal["ok", "note", "problem"]


class Mode(NamedTuple):
    """A file or folder and the permissions that it should have."""

    path: Path
    wanted: int

    def __str__(self) -> str:
        return f"chmod {self.wanted:o} {self.path}"


class Finding(NamedTuple):
    """`check` names what was looked at; `mend` says what to do, and `mode` what `--fix` can do about it."""

    level: Level
    check: str
    text: str
    mend: str = ""
    mode: Mode | None = None


def complaint(check: str, message: str, *, level: Level = "problem") -> Finding:
    """The finding that an error's message makes: what is wrong, and behind the last colon what to do."""
    # Not the colons within a piece of JSON.
    parts = re.split(r"[:;] (?!\")", message)
    mend = parts[-1] if len(parts) > 1 else ""
    return Finding(level, check, message[: len(message) - len(mend)].rstrip(":; "), mend)
