"""Importing brant does nothing but make its names known."""

import subprocess
import sys

import pytest

import brant
from brant._version import VERSION

_WATCHED = """
import sys
events = []
def hook(event, args):
    if event.startswith(("socket.", "subprocess.", "os.system")):
        events.append(event)
    # The import system itself reads modules; anything opened for writing, or made, is ours.
    elif event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        events.append(f"open {args[0]}")
    elif event in ("os.mkdir", "os.rename", "os.remove"):
        events.append(f"{event} {args[0]}")
sys.dont_write_bytecode = True
sys.addaudithook(hook)
import brant
for name in sys.argv[1:]:
    getattr(brant, name)
assert not events, events
"""


@pytest.mark.parametrize("names", [[], brant.__all__], ids=["import", "every name"])
def test_importing_opens_no_socket_prints_nothing_and_makes_no_file(names: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, *names], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import brant; print(*sorted(set(sys.modules) - before))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) <= {"brant", "brant._version", "__future__"}


def test_the_exported_names_are_these() -> None:
    functions = ["competition_download", "dataset_download", "dataset_upload", "login", "whoami"]
    assert brant.__all__ == ["__version__", *functions]
    assert dir(brant) == brant.__all__
    for name in brant.__all__:
        assert getattr(brant, name) is not None
    assert brant.__version__ == VERSION


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'model_download'"):
        brant.model_download  # type: ignore[attr-defined]  # noqa: B018
