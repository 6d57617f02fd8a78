"""Looks at programs: our own versions, and the official clients that are installed, none of which is run.

Importing `kaggle` logs in over the network, and so does its `--help` in some versions. So each interpreter
is asked for the metadata of its packages alone, and the commands are read from the client's source.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from brant._version import VERSION
from brant.cli.doctor.finding import Finding
from brant.cli.doctor.official_commands import commands_of

_CHECK: Final = "official clients"
_PATIENCE: Final = 20
# The groups of commands that today's official documentation describes.
DOCUMENTED: Final = (
    "auth",
    "benchmarks",
    "competitions",
    "config",
    "datasets",
    "files",
    "forums",
    "kernels",
    "models",
    "quota",
)
# Passed on, since they say where an interpreter finds its packages; no credentials, no proxies.
_PASSED_ON: Final = ("HOME", "PATH", "PYTHONPATH", "PYTHONUSERBASE", "SYSTEMROOT", "USERPROFILE", "APPDATA")
_PROBE: Final = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
found = {}
for name in ("kaggle", "kagglehub", "kagglesdk", "six"):
    try:
        spec = find_spec(name)
        if spec is not None and spec.origin:
            found[name] = [version(name), spec.origin]
    except (PackageNotFoundError, ValueError):
        pass
json.dump(found, sys.stdout)
"""


class Python(NamedTuple):
    """An interpreter, and how one comes to it."""

    path: str
    reached_by: str


def check_ourselves() -> Finding:
    """Which versions are at work here."""
    from ssl import OPENSSL_VERSION

    python = ".".join(map(str, sys.version_info[:3]))
    openssl = " ".join(OPENSSL_VERSION.split()[:2])
    return Finding("ok", "versions", f"brant {VERSION}, Python {python} ({sys.executable}), {openssl}")


def check_official(environ: Mapping[str, str], *, list_commands: bool) -> list[Finding]:
    """Which official clients there are, beside us and on PATH, and which commands they really have."""
    found: list[Finding] = []
    told: set[str] = set()
    for python in _pythons(environ):
        if isinstance(python, Finding):
            found.append(python)
            continue
        packages = _packages(python, environ)
        if packages is None:
            text = f"{python.path} ({python.reached_by}) cannot be asked for its packages"
            found.append(Finding("note", _CHECK, text, f"see whether '{python.path} -V' runs"))
            continue
        fresh = {name: held for name, held in packages.items() if held[1] not in told}
        told |= {origin for _, origin in fresh.values()}
        found += _clients(python, fresh, packages, list_commands=list_commands)
    if not any(finding.level == "ok" for finding in found):
        found.append(Finding("ok", _CHECK, "neither kaggle nor kagglehub is installed; brant needs neither"))
    return found


def _pythons(environ: Mapping[str, str]) -> Iterator[Python | Finding]:
    """Our own interpreter, those of every `kaggle` on PATH, and the first `python3` there."""
    seen = {sys.executable}
    yield Python(sys.executable, "the interpreter of brant")
    for program in _on_path("kaggle", environ):
        path = _interpreter(program, environ)
        if path is None:
            text = f"{program} is no Python script: what it runs cannot be told"
            yield Finding("note", _CHECK, text, f"ask it for '{program} --version'")
        elif path not in seen:
            seen.add(path)
            yield Python(path, f"of {program}")
    for path in _on_path("python3", environ)[:1]:
        if path not in seen:
            yield Python(path, "python3 on PATH")


def _on_path(name: str, environ: Mapping[str, str]) -> list[str]:
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    there = [str(Path(folder) / name) for folder in folders if folder]
    return list(dict.fromkeys(path for path in there if os.access(path, os.X_OK) and Path(path).is_file()))


def _interpreter(program: str, environ: Mapping[str, str]) -> str | None:
    """The Python that runs the script `program`, as its first lines say."""
    with Path(program).open("rb") as file:
        head = file.read(2048).decode("utf-8", "replace")
    # pip's and uv's way around interpreters whose path is long or holds a blank.
    found = re.match(r"#!/bin/sh\n'''exec'\s+\"?(/[^\"\n]*?)\"?\s+\"?\$0", head) or re.match(
        r"#!\s*(\S.*?)\s*\n", head
    )
    if found is None or "python" not in found[1]:
        return None
    words = found[1].split()
    if Path(words[0]).name != "env":
        return found[1] if Path(found[1]).exists() else words[0]
    named = [word for word in words[1:] if not word.startswith("-")]
    return next(iter(_on_path(named[0], environ)), None) if named else None


def _packages(python: Python, environ: Mapping[str, str]) -> dict[str, tuple[str, str]] | None:
    """The version and the place of each official package, by its name; None where nothing was learned."""
    given = {name: environ[name] for name in _PASSED_ON if name in environ}
    try:
        done = subprocess.run(  # noqa: S603  an interpreter that the user runs anyhow, our own words
            [python.path, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            env=given,
            cwd=Path(python.path).anchor or None,  # not here, where any file could pass for a module
            timeout=_PATIENCE,
        )
        return {name: (version, origin) for name, (version, origin) in json.loads(done.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _clients(
    python: Python,
    fresh: Mapping[str, tuple[str, str]],
    packages: Mapping[str, tuple[str, str]],
    *,
    list_commands: bool,
) -> Iterator[Finding]:
    for name in ("kaggle", "kagglehub"):
        if name in fresh:
            version, origin = fresh[name]
            where = f"{Path(origin).parent} ({python.reached_by})"
            yield Finding("ok", _CHECK, f"{name} {version} in {where}")
    if "kaggle" not in fresh:
        return
    version, origin = fresh["kaggle"]
    if version == "2.2.4" and "six" not in packages:
        text = f"kaggle {version} does not start: it needs the package six and does not say so"
        yield Finding("problem", _CHECK, text, f"{python.path} -m pip install six")
    yield from _commands(version, Path(origin).with_name("cli.py"), list_commands=list_commands)


def _commands(version: str, source: Path, *, list_commands: bool) -> Iterator[Finding]:
    try:
        commands = commands_of(source.read_text("utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError):
        commands = []
    if not commands:
        text = f"which commands kaggle {version} has cannot be read from {source}"
        yield Finding("note", _CHECK, text, "trust what 'kaggle --help' lists")
        return
    groups = sorted({command.split()[0] for command in commands})
    yield Finding(
        "ok", _CHECK, f"kaggle {version} has {len(commands)} commands, in the groups {', '.join(groups)}"
    )
    missing = [group for group in DOCUMENTED if group not in groups]
    if missing:
        text = f"kaggle {version} lacks {', '.join(missing)}, which today's documentation describes"
        yield Finding("note", _CHECK, text, "leave them out, or install a newer kaggle")
    if list_commands:
        yield from (Finding("ok", _CHECK, f"kaggle {version}: {command}") for command in sorted(commands))
