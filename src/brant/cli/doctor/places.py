"""Looks at the folders that downloads go through: whether they can be written, and how much room there is."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from brant.cli.doctor.finding import Finding
from brant.cli.table import size

_LITTLE: Final = 1 << 30
_NOTHING: Final = 64 << 20


def check_places(environ: Mapping[str, str], home: Path) -> list[Finding]:
    """A finding for the library's cache, and one for where unfinished uploads are remembered."""
    named = environ.get("KAGGLEHUB_CACHE")
    caches = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
    cache = Path(named) if named else home / ".cache" / "kagglehub"
    return [
        _check("cache", cache, "name another folder in KAGGLEHUB_CACHE"),
        _check("uploads", caches / "brant" / "uploads", "name another folder in XDG_CACHE_HOME"),
    ]


def _check(check: str, folder: Path, other: str) -> Finding:
    """Nothing is made: a folder that is not there yet is judged by the one in which it would be."""
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        return Finding("problem", check, f"{there} is no folder", f"remove it, or {other}")
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("problem", check, f"{there} cannot be written", f"mend its permissions, or {other}")
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding("problem", check, f"{there} does not say what is free ({error.strerror})", other)
    text = f"{folder} can be written, {size(free)} free"
    if free < _LITTLE:
        return Finding("problem" if free < _NOTHING else "note", check, text, f"make room, or {other}")
    return Finding("ok", check, text)
