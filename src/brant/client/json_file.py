"""A file of the user's that holds one JSON object, or YAML where that can be read."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from brant.errors import InvalidInput, LocalFailure, NotFound

_YAML: Final = (".yaml", ".yml")


def load_object(path: Path, advice: str) -> dict[str, Any]:
    """What `path` holds. Raises NotFound with `advice`, LocalFailure, InvalidInput for any other content."""
    if not path.is_file():
        raise NotFound(f"there is no file {path}: {advice}")
    values = _yaml(path) if path.suffix.lower() in _YAML else load_json(path)
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise InvalidInput(f'{path} holds no object of names and values, such as {{"title": "Penguins"}}')
    return values


def load_json(path: Path) -> Any:
    """The value that `path` holds as JSON. Raises LocalFailure, InvalidInput with the place of the fault."""
    try:
        return json.loads(_read(path))
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{path} is not JSON (line {error.lineno}, column {error.colno}: {error.msg}): mend it there"
        ) from None
    except RecursionError:
        raise InvalidInput(f"{path} is nested too deeply: it must be one flat JSON object") from None


def _yaml(path: Path) -> Any:
    try:
        yaml = import_module("yaml")
    except ModuleNotFoundError:
        raise LocalFailure(
            f"{path} is YAML, which needs the package pyyaml: pip install pyyaml, or write it as JSON"
        ) from None
    try:
        return yaml.safe_load(_read(path))
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise InvalidInput(f"{path} is not YAML ({said[:200]}): mend it there") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LocalFailure(f"{path} cannot be read ({error.strerror}): mend its permissions") from None
