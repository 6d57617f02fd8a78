"""`brant serve --competition FOLDER`: one competition, served by itself, as participants meet it."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from brant.errors import InvalidInput
from brant.server.main import run
from tests.conftest import RunningServer

EXAMPLE = Path(__file__).parents[2] / "examples" / "penguin-species"


def call(server: RunningServer, token: str, path: str, **fields: str) -> dict[str, object]:
    """The answer to one call of the API."""
    request = urllib.request.Request(
        f"{server.address}/api/v1/{path}",
        json.dumps(fields).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


def test_it_is_launched_and_can_be_joined(new_server: Callable[..., RunningServer]) -> None:
    server = new_server("--competition", str(EXAMPLE))
    server.add_user("ada")
    token = server.token("ada")
    shown = call(
        server, token, "competitions.CompetitionApiService/GetCompetition", competitionName="penguin-species"
    )
    assert shown["title"] == "Penguin Species"
    team = call(server, token, "brant.CompetitionService/JoinCompetition", competitionName="penguin-species")
    assert team["name"] == "ada"


def test_served_again_it_is_the_same_one(new_server: Callable[..., RunningServer], tmp_path: Path) -> None:
    folder = tmp_path / "penguins"
    shutil.copytree(EXAMPLE, folder)
    first = new_server("--competition", str(folder))
    first.stop()
    rules = folder / "rules.md"
    rules.write_text(rules.read_text("utf-8").replace("up to three", "up to four"), "utf-8")
    again = new_server("--competition", str(folder), data=first.data)
    assert again.admin("user", "list").startswith("host\tuser")
    token = again.token("host")
    pages = call(
        again,
        token,
        "competitions.CompetitionApiService/ListCompetitionPages",
        competitionName="penguin-species",
    )
    assert "up to four" in json.dumps(pages)


def test_it_says_how_to_take_part_and_keeps_its_data_to_itself(tmp_path: Path) -> None:
    environ = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "brant", "serve", "--port", "0", "--competition", str(EXAMPLE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as server:
        assert server.stdout is not None
        said = ""
        while "Ctrl-C stops it" not in said:
            line = server.stdout.readline()
            assert line, said
            said += line
        server.terminate()
    assert f"(data {tmp_path}/brant-competitions/penguin-species)" in said.splitlines()[0]
    assert re.search(r"http://127\.0\.0\.1:\d+/competitions/penguin-species\n", said)
    assert "brant competitions join penguin-species\n" in said
    assert "made it, hosted by host\n" in said


def test_a_folder_that_is_none_serves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="neither competition"):
        run(
            ["serve", "--competition", str(tmp_path)],
            environ={"XDG_DATA_HOME": str(tmp_path)},
            home=tmp_path,
            out=sys.stdout,
        )
    assert list(tmp_path.iterdir()) == []
