"""The installed SDK's own account of the wire, asked once."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import official

Probe = Callable[[str, Any], Any]


def _probe(mode: str, question: Any = None) -> Any:
    done = subprocess.run(
        [official.program(official.CURRENT, "python"), Path(__file__).with_name("probe_sdk.py"), mode],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def probe() -> Probe:
    """Asks the installed SDK: `probe(mode, question)`."""
    return _probe


@pytest.fixture(scope="session")
def sdk(probe: Probe) -> dict[str, Any]:
    """Every method, message and enum that the installed SDK declares."""
    return probe("describe", None)
