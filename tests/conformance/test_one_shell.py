"""One shell, one `eval "$(brant env …)"`, and every client reaches the server, whatever was set before."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import official
from tests.conformance.contents import CSV
from tests.conformance.drivers.command_line import CommandLine
from tests.conformance.place import Served
from tests.conformance.stage import Stage
from tests.conftest import RunningServer

_DOWNLOAD = "import sys, {0}; {0}.dataset_download(sys.argv[1])"
BRANT = Path(sys.executable).with_name("brant")


def _command(client: str) -> list[str | Path]:
    current, legacy = official.CURRENT, official.LEGACY
    match client:
        case "brant":
            return [BRANT, "datasets", "files"]
        case "import brant":
            return [sys.executable, "-c", _DOWNLOAD.format("brant")]
        case "kaggle 2.2.4":
            return [official.program(current, "kaggle"), "datasets", "files"]
        case "kagglehub 1.0.2":
            return [official.program(current, "python"), "-c", _DOWNLOAD.format("kagglehub")]
        case "kaggle 1.6.17":
            return [official.program(legacy, "kaggle"), "datasets", "files"]
        case _:
            return [official.program(legacy, "python"), "-c", _DOWNLOAD.format("kagglehub")]


@pytest.mark.parametrize(
    "client",
    ["brant", "import brant", "kaggle 2.2.4", "kagglehub 1.0.2", "kaggle 1.6.17", "kagglehub 0.3.13"],
)
def test_one_eval_leads_every_client_to_the_server(
    client: str, server: RunningServer, tmp_path: Path
) -> None:
    stage = Stage(CommandLine, Served(server), tmp_path)
    handle = stage.published({"heights.csv": CSV})
    home = tmp_path / "home" / ".kaggle"
    home.mkdir(parents=True, mode=0o700)
    for name, secret in (
        ("access_token", stage.user.token),
        ("kaggle.json", f'{{"username":"{stage.user.name}","key":"{stage.user.key}"}}'),
    ):
        (home / name).touch(mode=0o600)
        (home / name).write_text(secret)
    command = shlex.join([str(part) for part in _command(client)] + [str(handle)])
    done = subprocess.run(
        ["sh", "-c", f'eval "$({BRANT} env --endpoint {server.address})" && {command}'],
        env={
            "HOME": str(home.parent),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            # A machine behind a proxy has these; without more they would lead official clients astray.
            "no_proxy": "localhost,127.0.0.1",
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "heights.csv" in done.stdout or list(home.parent.rglob("heights.csv"))
