"""Where Node and the packages from npm lie; a test that finds none of what it needs is skipped."""

import shutil
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).resolve().parent
_MODULES: Final = FOLDER / "node_modules"


def package(name: str) -> Path:
    """The folder of an installed package, such as `axe-core`."""
    found = _MODULES / name
    if not found.is_dir():
        pytest.skip(f"{name} is not installed: `make test` takes it from npm where there is one")
    return found


def node() -> Path:
    """The program that runs JavaScript outside a browser."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is missing: on Debian it is the package nodejs, beside npm")
    return Path(found)
