"""The configuration file (`kaggle.json`, shared with the official clients), its folder, named profiles."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from brant.client.whole_files import unreadable, write_private
from brant.errors import InvalidInput

FILE_NAME: Final = "kaggle.json"
# The official keys, and `endpoint`, which is ours.
NAMES: Final = ("competition", "path", "proxy", "ssl_ca_cert", "endpoint", "username", "key")
_SECRET: Final = ("key", "token", "password", "proxy_password")
_PROFILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Configuration(NamedTuple):
    """What one configuration file holds. `values` are texts by name; an absent file holds none."""

    path: Path
    values: dict[str, str]

    def get(self, name: str, environ: Mapping[str, str]) -> str | None:
        """The value of `name`; the variable KAGGLE_{NAME} wins over the file, as in the official clients."""
        return environ.get(f"KAGGLE_{name.upper()}") or self.values.get(name)


def folder(environ: Mapping[str, str], home: Path, profile: str | None = None) -> Path:
    """Where the configuration lies: KAGGLE_CONFIG_DIR, else ~/.kaggle if it is there, else XDG's
    (behaviour.md §2).

    A named profile lies in `profiles/{name}` below it. Raises InvalidInput for a name that cannot be one.
    """
    named = environ.get("KAGGLE_CONFIG_DIR")
    base = Path(named).expanduser() if named else home / ".kaggle"
    if not named and sys.platform.startswith("linux") and not base.exists():
        base = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "kaggle"
    if profile is None:
        return base
    if not _PROFILE.fullmatch(profile):
        raise InvalidInput(f"{profile[:64]!r} is not a profile name: use letters, digits, '.', '_' and '-'")
    return base / "profiles" / profile


def profile_of(environ: Mapping[str, str], given: str | None) -> str | None:
    """The profile in use: `given` by the caller, else BRANT_PROFILE, else none."""
    return given or environ.get("BRANT_PROFILE") or None


def path(environ: Mapping[str, str], home: Path, profile: str | None = None) -> Path:
    """The configuration file, whether or not it is there yet."""
    return folder(environ, home, profile) / FILE_NAME


def load(environ: Mapping[str, str], home: Path, profile: str | None = None) -> Configuration:
    """Reads the configuration file. Raises InvalidInput for what is no JSON object, LocalFailure."""
    file = path(environ, home, profile)
    if profile is not None and not file.parent.is_dir():
        known = sorted(entry.name for entry in file.parent.parent.glob("*/"))
        raise InvalidInput(
            f"there is no profile {profile!r} ({', '.join(known) or 'none yet'}): "
            f"make it with 'brant config set --profile {profile} -n endpoint -v ADDRESS'"
        )
    return Configuration(file, _read(file))


def view(environ: Mapping[str, str], home: Path, profile: str | None = None) -> dict[str, str]:
    """The values in force, file and variables together, by name; secrets are shown as ***."""
    found = load(environ, home, profile)
    names = (*NAMES, *(name for name in sorted(found.values) if name not in NAMES))
    shown: dict[str, str] = {}
    for name in names:
        value = found.get(name, environ)
        if value is not None:
            shown[name] = "***" if name in _SECRET else _without_password(value)
    return shown


def set_value(
    environ: Mapping[str, str], home: Path, name: str, value: str, profile: str | None = None
) -> Path:
    """Store one value (mode 600, whole or not at all), say where. Raises InvalidInput for an unknown name."""
    if name not in NAMES:
        raise InvalidInput(f"{name[:60]!r} is no configuration name: choose from {', '.join(NAMES)}")
    _check_value(name, value)
    file = path(environ, home, profile)
    _write(file, {**_read(file), name: value})
    return file


def unset_value(environ: Mapping[str, str], home: Path, name: str, profile: str | None = None) -> bool:
    """Remove one value; False if it was not set."""
    file = path(environ, home, profile)
    values = _read(file)
    if name not in values:
        return False
    del values[name]
    _write(file, values)
    return True


def _check_value(name: str, value: str) -> None:
    if not value.strip():
        raise InvalidInput(f"{name}: the value is empty; to remove it, use 'brant config unset -n {name}'")
    if name == "endpoint":
        from brant.client.endpoints import Endpoint

        Endpoint.of(value)
    if name == "ssl_ca_cert" and not Path(value).expanduser().is_file():
        raise InvalidInput(f"ssl_ca_cert: there is no file {value!r}; name a file of PEM certificates")


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise unreadable(file, error) from None
    # Most users have no such file: what costs milliseconds to import waits until here.
    import json

    try:
        content = json.loads(text or b"{}")
    except ValueError as error:
        # JSONDecodeError quotes nothing of the file but where the fault is.
        where = (
            f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise InvalidInput(f"{file} is not JSON{where}: mend it, or remove it and log in again") from None
    if not isinstance(content, dict):
        raise InvalidInput(f'{file} holds no JSON object: it must look like {{"username": "…", "key": "…"}}')
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in content.items()}


def _write(file: Path, values: Mapping[str, str]) -> None:
    import json

    write_private(file, json.dumps(values, indent=2, ensure_ascii=False) + os.linesep)


def _without_password(value: str) -> str:
    from brant.redact import redact

    return redact(value)
