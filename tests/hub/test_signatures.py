"""Our functions take what the installed official library's take, by the same names, kinds and defaults."""

import inspect
import json
import subprocess

import pytest

import brant
from tests.official import CURRENT, program

_ORACLE = """
import inspect, json, kagglehub
def told(function):
    parameters = inspect.signature(function).parameters.values()
    return [[p.name, p.kind.name, p.default if p.default is not p.empty else "required"] for p in parameters]
print(json.dumps({name: told(getattr(kagglehub, name)) for name in NAMES}))
"""


def test_signatures_are_the_official_ones() -> None:
    names = [name for name in brant.__all__ if not name.startswith("_")]
    code = _ORACLE.replace("NAMES", repr(names))
    python = program(CURRENT, "python")
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    official = json.loads(done.stdout.splitlines()[-1])

    for name in names:
        parameters = inspect.signature(getattr(brant, name)).parameters.values()
        ours = [
            [one.name, one.kind.name, one.default if one.default is not one.empty else "required"]
            for one in parameters
        ]
        assert ours == official[name], name


@pytest.mark.parametrize(
    "bad", ["", "penguins", "a/b/c", "a/b/versions/x", "a/b/versions/0", "../etc/passwd"]
)
def test_a_bad_handle_is_a_value_error(bad: str) -> None:
    with pytest.raises(ValueError, match="owner/slug"):
        brant.dataset_download(bad)
    with pytest.raises(ValueError, match="owner/slug"):
        brant.dataset_upload(bad, ".")
