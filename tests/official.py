"""Where the official clients lie: two environments of their own, made by `make test`."""

from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
CURRENT: Final = ROOT / ".venvs" / "official"
LEGACY: Final = ROOT / ".venvs" / "official-legacy"


def program(environment: Path, name: str) -> Path:
    """The path of an installed program; fails the test where the environment is not there."""
    found = environment / "bin" / name
    if not found.exists():
        pytest.fail(f"{found.relative_to(ROOT)} is missing: `make test` installs the official clients")
    return found
