"""Looks at who else may read or change the files that hold secrets, and mends that."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from brant.cli.doctor.finding import Finding, Mode
from brant.client import configuration
from brant.errors import LocalFailure

_SECRET_FILES: Final = ("access_token", "access_token.txt", "credentials.json", "kaggle.json")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def check_modes(environ: Mapping[str, str], home: Path) -> list[Finding]:
    """A finding for each file and folder that others may read or change; one that all is well if none."""
    if os.name == "nt":  # no such modes there
        return []
    folders = sorted(_folders(environ, home))
    files = [folder / name for folder in folders for name in _SECRET_FILES]
    named = environ.get("KAGGLE_API_TOKEN", "").strip()
    if named.startswith(("/", "~", "./", "../")):
        files.append(Path(named).expanduser())
    there = [file for file in files if file.is_file()]
    found = [*_exposed_files(there), *_exposed_folders(folders)]
    if not found and there:
        found.append(Finding("ok", "file modes", f"no other user can read {_and(map(str, there))}"))
    return found


def mend_modes(findings: Iterable[Finding]) -> None:
    """Gives each file and folder the permissions that it should have. Raises LocalFailure."""
    for finding in findings:
        if finding.mode is None:
            continue
        try:
            finding.mode.path.chmod(finding.mode.wanted)
        except OSError as error:
            raise LocalFailure(
                f"{finding.mode.path} keeps its mode ({error.strerror}): its owner can run '{finding.mode}'"
            ) from None


def _folders(environ: Mapping[str, str], home: Path) -> set[Path]:
    """Where secrets may lie: tokens are always in ~/.kaggle, whatever KAGGLE_CONFIG_DIR says."""
    bases = {home / ".kaggle", configuration.folder(environ, home)}
    profiles = {profile for base in bases for profile in base.glob("profiles/*/")}
    return {folder for folder in bases | profiles if folder.is_dir()}


def _exposed_files(files: Iterable[Path]) -> Iterator[Finding]:
    for file in files:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & _OTHERS:
            wanted = Mode(file, 0o600)
            text = f"{file} holds a secret and is open to other users (mode {mode:o})"
            yield Finding("problem", "file modes", text, str(wanted), wanted)


def _exposed_folders(folders: Iterable[Path]) -> Iterator[Finding]:
    for folder in folders:
        mode = stat.S_IMODE(folder.stat().st_mode)
        wanted = Mode(folder, 0o700)
        if mode & _OTHERS_WRITE:
            text = f"other users may put files into {folder} (mode {mode:o})"
            yield Finding("problem", "file modes", text, str(wanted), wanted)
        elif mode & _OTHERS:
            text = f"other users may look into {folder} (mode {mode:o})"
            yield Finding("note", "file modes", text, str(wanted), wanted)


def _and(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
