"""A download takes the room of what it brings, and at no time that of an archive beside it."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.cli.desk import Desk
from tests.conftest import User

MIB = 1024 * 1024
SIZE = 3 * MIB
COUNT = 6

# Measures a folder whenever a file is made, renamed or removed anywhere, and says the most that it took.
_WATCHED = """
import os, sys
folder, code = sys.argv[1:]
most = 0
def taken():
    found = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                found += os.lstat(os.path.join(root, name)).st_blocks * 512
            except OSError:
                pass
    return found
def hook(event, args):
    global most
    made = event == "open" and isinstance(args[2], int) and args[2] & os.O_CREAT
    if (made or event in ("os.rename", "os.remove")) and not hook.busy:
        hook.busy = True
        most = max(most, taken())
        hook.busy = False
hook.busy = False
sys.addaudithook(hook)
exec(code)
print(max(most, taken()))
"""


def most_taken(desk: Desk, folder: Path, code: str) -> int:
    """The most bytes on disk below `folder` while `code` ran."""
    ended = desk.python(f"import sys; sys.argv[1:] = {[str(folder), code]!r}; exec({_WATCHED!r})")
    assert ended.code == 0, ended.err
    return int(ended.out.splitlines()[-1])


@pytest.mark.parametrize(
    "code",
    [
        "import brant; brant.dataset_download({handle!r})",
        "import brant; brant.dataset_download({handle!r}, output_dir='out')",
        "from brant.cli.main import main; main(['datasets', 'download', {handle!r}, '--unzip', '-q'])",
        "from brant.cli.main import main; main(['datasets', 'download', {handle!r}, '--include', '*', '-q'])",
    ],
    ids=["library", "output_dir", "--unzip", "--include"],
)
def test_no_zip_lies_beside_the_files_at_any_time(
    ada_desk: Desk, ada: User, draft: Callable[..., Path], code: str
) -> None:
    noise, handle = Random(3), f"{ada.name}/white-noise"
    folder = draft("white-noise", {f"{number}.bin": noise.randbytes(SIZE) for number in range(COUNT)})
    created = ada_desk.brant("datasets", "create", "-p", folder, "-q")
    assert created.code == 0, created.err
    room = ada_desk.folder.parent

    before = most_taken(ada_desk, room, "pass")
    most = most_taken(ada_desk, room, code.format(handle=handle))

    arrived = [path for path in room.rglob("*.bin") if "drafts" not in path.parts]
    assert len(arrived) == COUNT
    assert most - before < COUNT * SIZE + MIB
