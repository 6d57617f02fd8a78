"""The ledger finds a secret wherever a test lets one out, and names who said it without saying it again."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).resolve().parents[1]

CONFTEST = """
from tests.ledger import Ledger
from tests.ledger_hooks import listen

ledger = Ledger()

def pytest_configure(config):
    listen(config, ledger)
"""

# Each test knows two of the secrets; they are put together so that no traceback shows one.
HEAD = """
import base64, logging, os, pty, subprocess, sys
import pytest
from conftest import ledger
from brant.errors import NotFound

TOKEN, KEY, PASSWORD = "KGRT_" + "leak1ng" * 5, "c0ffee00" * 4, " ".join(("correct", "horse", "battery"))
PYTHON = [sys.executable, "-c"]
SAY, SAY_ERROR = "print('so', 'c0ffee00' * 4)", "import sys; print('c0ffee00' * 4, file=sys.stderr)"

def program(folder, name, script):
    file = folder / name
    file.write_text("#!/bin/sh\\n" + script)
    file.chmod(0o700)
    return file
"""

TEST = """
def test_{number}(tmp_path, request):
    ledger.issued(PASSWORD)
    ledger.issued(KEY, user="ada")
"""

LEAKS = {
    "a process's standard output": "subprocess.run([*PYTHON, SAY], capture_output=True)",
    "a process's standard error": "subprocess.run([*PYTHON, SAY_ERROR], capture_output=True)",
    "a process's output, read by lines": """\
with subprocess.Popen([*PYTHON, SAY], stdout=subprocess.PIPE, text=True) as process:
    process.stdout.readline()""",
    "a process's output, read in pieces": """\
with subprocess.Popen([*PYTHON, SAY], stdout=subprocess.PIPE, bufsize=0) as process:
    while process.stdout.read(7):
        pass""",
    "what came before a process was late": """\
with pytest.raises(subprocess.TimeoutExpired):
    code = "import time; print('c0ffee00' * 4, flush=True); time.sleep(60)"
    subprocess.run([*PYTHON, code], stdout=subprocess.PIPE, timeout=2)""",
    "output that goes where the test's own goes": "subprocess.run([*PYTHON, SAY])",
    "a server's log": """\
with open(tmp_path / "log", "w") as log:
    subprocess.run([*PYTHON, SAY_ERROR], stderr=log)""",
    "a traceback of a crash": """\
subprocess.run([*PYTHON, "raise ValueError('c0ffee00' * 4)"], capture_output=True)""",
    "a terminal": """\
ours, theirs = pty.openpty()
with subprocess.Popen([*PYTHON, SAY], stdout=theirs):
    os.close(theirs)
    try:
        while os.read(ours, 5):
            pass
    except OSError:
        os.close(ours)""",
    "what the test prints": "print(KEY)",
    "what the test takes out of capsys": """\
capsys = request.getfixturevalue("capsys")
print(KEY)
capsys.readouterr()""",
    "a log line": "logging.getLogger('brant').error('no %s', KEY)",
    "the message of an error": """\
with pytest.raises(NotFound):
    raise NotFound(f"there is no {PASSWORD}")""",
    "a token that nobody entered": "print('so', TOKEN)",
    "a password with blanks": "print('so', PASSWORD)",
    "the beginning of a key": "print('it begins with', KEY[:17])",
    "the pair of a Basic header": "print(base64.b64encode(f'ada:{KEY}'.encode()).decode())",
    "a secret within a longer word": "print('x' * 50 + KEY + '=')",
    "the value of a variable": """\
given = {**os.environ, "KAGGLE_KEY": "un" + "heard-of"}
subprocess.run([*PYTHON, "print('unheard' + '-of')"], capture_output=True, env=given)""",
    "a secret that was entered afterwards": """\
print("5af3" * 8)
ledger.issued("5af3" * 8)""",
    "what a server's answer gave": """\
cookie = ("Set-Cookie", "s=1cookie" + "cookie1" * 3 + "; Path=/")
ledger.answered([cookie], b'{"token": "' + b"5af3" * 8 + b'"}')
print("s=1cookie" + "cookie1" * 3)
print("5af3" * 8)""",
    "standard error of a command whose purpose is to print one": """\
program(tmp_path, "brant", f"echo {KEY} >&2")
subprocess.run([tmp_path / "brant", "admin", "token", "ada"], capture_output=True)""",
    "a command that has such words for values": """\
program(tmp_path, "brant", f"echo {KEY}")
subprocess.run([tmp_path / "brant", "config", "admin", "-v", "token"], capture_output=True)""",
    "another program with such words": """\
program(tmp_path, "goose", f"echo {KEY}")
subprocess.run([tmp_path / "goose", "admin", "token", "ada"], capture_output=True)""",
}

NO_LEAKS = {
    "a command whose purpose is to print one": """\
program(tmp_path, "brant", f"echo {KEY}")
subprocess.run([tmp_path / "brant", "admin", "token", "ada"], capture_output=True)""",
    "what is hidden, and other words": "print('KGAT_***', KEY[:8], 'the key of the matter', 'KGAT_wrong')",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bool], str]:
    """One session of them all: whether each was found to let a secret out, and all that was printed."""
    folder = tmp_path_factory.mktemp("session")
    (folder / "conftest.py").write_text(CONFTEST)
    bodies = [*LEAKS.values(), *NO_LEAKS.values()]
    tests = [TEST.format(number=number) + indent(body, "    ") for number, body in enumerate(bodies)]
    (folder / "test_one.py").write_text(HEAD + "\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-c", "/dev/null"]
    done = subprocess.run(
        # -rN: no summary, which says everything again where CI is set.
        [*command, "-rN", "--show-capture=no", f"--rootdir={folder}", str(folder / "test_one.py")],
        check=False,
        capture_output=True,
        cwd=ROOT,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{len(bodies)} passed" in done.stdout, "each test body itself ends well"
    names = [*LEAKS, *NO_LEAKS]
    found = {names[int(number)] for number in re.findall(r"test_(\d+) ERROR", done.stdout)}
    return {name: name in found for name in names}, done.stdout + done.stderr


@pytest.mark.parametrize("name", LEAKS)
def test_what_lets_a_secret_out_fails_its_test(name: str, judged: tuple[dict[str, bool], str]) -> None:
    assert judged[0][name]


@pytest.mark.parametrize("name", NO_LEAKS)
def test_what_lets_none_out_passes(name: str, judged: tuple[dict[str, bool], str]) -> None:
    assert not judged[0][name]


def test_the_report_shows_no_secret(judged: tuple[dict[str, bool], str]) -> None:
    assert judged[1].count("a secret was put out") == len(LEAKS)
    for secret in ("c0ffee00c0ffee00", "leak1ng", "correct horse", "unheard-of", "5af35af35af3"):
        assert secret not in judged[1]


LATE = """
import pytest
from tests.ledger import Source

@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish():
    ledger.issued("c0ffee00" * 4, user="ada")
    ledger.hear(Source(("so", "it"), "stdout"), "c0ffee00" * 4)
    return (yield)
"""


@pytest.mark.parametrize("processes", ["0", "1"])
def test_what_is_put_out_after_the_last_test_fails_the_session(processes: str, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST + LATE)
    (tmp_path / "test_one.py").write_text("def test_nothing():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-n", processes, "-p", "no:cacheprovider", "-c", "/dev/null"]
    command += [f"--rootdir={tmp_path}", str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, cwd=ROOT, text=True)
    assert "1 passed" in done.stdout
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.count("a secret was put out after the last test: so it (stdout)") == 1
    assert "c0ffee00c0ffee00" not in done.stdout + done.stderr
