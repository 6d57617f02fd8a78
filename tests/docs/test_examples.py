"""The commands shown in README.md and docs/tutorial.md run as they stand, and print what is shown there.

In a ```console block a line `$ command` is run, all of a page in one shell; what follows is what it prints,
where `...` stands for anything. Ports, dates and folders are put in the words of the page before that.
`password.txt` holds ada's password; the browser that is opened signs in with it and allows what is asked.
"""

import doctest
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser import AS_VARIABLE
from tests.ledger import issued
from tests.official import CURRENT

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
OFFICIAL = CURRENT / "bin"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ADDRESS = "http://127.0.0.1:8765"
MARK = "\x1e"


class Example(NamedTuple):
    """A command, and what the page says it prints."""

    command: str
    output: str


def examples(page: Path) -> list[Example]:
    found = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Example(command, output.rstrip("\n")))
    return found


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "docs" / "tutorial.md"], ids=lambda page: page.name
)
def test_every_command_of_a_page_prints_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    shown = examples(page)
    assert shown, f"{page.name} shows no command"
    printed = _run([example.command for example in shown], tmp_path)
    assert len(printed) == len(shown), f"{page.name}: nothing came of $ {shown[len(printed)].command}"
    checker = doctest.OutputChecker()
    for example, (code, output) in zip(shown, printed, strict=True):
        said = f"$ {example.command}\n{output}"
        assert code == 0, f"{page.name}: exit code {code}\n{said}"
        same = checker.check_output(_dateless(example.output) + "\n", _dateless(output) + "\n", FLAGS)
        assert same, f"{page.name} shows\n{example.output}\nbut\n{said}"


def _run(commands: list[str], folder: Path) -> list[tuple[int, str]]:
    """Runs `commands` in one shell; the exit code and the output of each, in the words of the page."""
    home = folder / "home" / "ada"
    for name in ("penguins", "penguin-species"):
        shutil.copytree(ROOT / "examples" / name, home / name)
    metadata = home / "penguins" / "dataset-metadata.json"
    metadata.write_text(metadata.read_text("utf-8").replace("OWNER", "ada"), "utf-8")
    password = issued("geese of the north")
    (home / "password.txt").write_text(f"{password}\n", "utf-8")
    script = "".join(f"{_real(command)}\nprintf '\\036%s\\036' $?\n" for command in commands)
    environ = {
        "PATH": f"{BIN}:{OFFICIAL}:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "120",
        # On a terminal, results and what is said beside them come in their order.
        "PYTHONUNBUFFERED": "1",
        # Whoever sits at the browser that `brant auth login` opens.
        "BROWSER": AS_VARIABLE,
        "CONSENT_NAME": "ada",
        "CONSENT_PASSWORD": password,
    }
    shell = subprocess.Popen(
        ["sh"],
        cwd=home,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        # The server of the page keeps the output open, so the shell must stop it.
        printed, _ = shell.communicate(f"{script}kill $!; wait", timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(shell.pid, signal.SIGKILL)
        printed, _ = shell.communicate()
    outputs, codes = printed.split(MARK)[:-1:2], printed.split(MARK)[1::2]
    port = re.search(r"serving http://127\.0\.0\.1:(\d+)", printed)
    assert port is not None, printed
    return [
        (int(code), output.replace(port[1], "8765").replace(str(home), "/home/ada").strip("\n"))
        for code, output in zip(codes, outputs, strict=True)
    ]


def _real(command: str) -> str:
    """The same command for this machine: a free port, and the environment that has the official library."""
    if command.startswith("brant serve"):
        # The next command must find it: wait for the line that says where it is, and show that.
        quiet = command.replace("8765", "0").removesuffix("&")
        return f"{quiet} > served & while ! grep -qs serving served; do sleep 0.05; done; grep serving served"
    if "import kagglehub" in command:
        return command.replace("python ", f"{OFFICIAL / 'python'} ", 1)
    return command.replace(ADDRESS, "$(sed -n 's/.*serving \\([^ ]*\\) .*/\\1/p' served)")


def _dateless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "2026-01-31 12:00:00", text)
