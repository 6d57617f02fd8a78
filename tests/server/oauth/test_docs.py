"""The commands of docs/oauth.md: they work as they stand there, at a server of the test's."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.server.oauth.flow import answered, hello, query

PAGE = Path(__file__).parents[3] / "docs" / "oauth.md"
THEIRS = "http://127.0.0.1:8765"


class Reader:
    """Somebody who types what the page says, block by block."""

    def __init__(self, server: RunningServer, said: Path) -> None:
        self._server = server
        self._said = said
        blocks = re.findall(r"(?:^    .*\n)+", PAGE.read_text("utf-8"), re.MULTILINE)
        self._left = [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]
        self.variables = {"VERIFIER": ""}

    def read(self) -> str:
        """The next block."""
        return self._left.pop(0)

    def type(self) -> str:
        """Runs the next block, and keeps the variable that one of them sets; returns what it prints."""
        typed = self.read().replace(THEIRS, self._server.address)
        # Into a file, since what is typed here is there to show tokens.
        subprocess.run(
            ["bash", "-eu", "-c", f'{{ {typed}\nprintf "\n%s" "$VERIFIER"; }} > "$SAID"'],
            env={"PATH": "/usr/bin:/bin", "no_proxy": "*", "SAID": str(self._said), **self.variables},
            check=True,
            timeout=60,
        )
        said, _, self.variables["VERIFIER"] = self._said.read_text().rpartition("\n")
        return said

    def tokens(self) -> dict[str, Any]:
        """The answer of the token endpoint to the next block, whose tokens are kept."""
        told: dict[str, Any] = json.loads(self.type())
        self.variables["TOKEN"] = issued(told["access_token"])
        self.variables["REFRESH"] = issued(told["refresh_token"])
        return told

    @property
    def is_done(self) -> bool:
        return not self._left


@pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs the programs bash, curl, openssl"
)
def test_every_command_of_the_page_works(new_server: Callable[..., RunningServer], tmp_path: Path) -> None:
    server = new_server()
    server.add_user("ada")
    ada = User("ada", server.token("ada"), server.key("ada"))
    reader = Reader(server, tmp_path / "said")

    assert reader.type().count(server.address) > 5
    reader.variables["CLIENT"] = json.loads(reader.type())["client_id"]
    asked = query(reader.type().strip())
    issued(reader.variables["VERIFIER"])
    reader.variables["CODE"] = issued(answered(server, ada, asked)["code"])
    first = reader.tokens()
    assert first["scope"] == "datasets.get:*"
    of_public = dict(reader.variables)

    create, _key = reader.read().splitlines()
    server.admin(*create.split()[2:])
    at = "https://app.example.org/done"
    asked = {**asked, "client_id": "org:acme", "redirect_uri": at}
    del asked["code_challenge"], asked["code_challenge_method"]
    reader.variables["CODE"] = issued(answered(server, ada, asked)["code"])
    reader.variables["KEY"] = ada.key
    assert hello(server, reader.tokens()["access_token"]) == 200

    reader.variables = {**of_public, "KEY": ada.key}
    second = reader.tokens()
    assert second["refresh_token"] != first["refresh_token"]
    assert hello(server, second["access_token"]) == 200
    by_user, by_organization, revoked = re.findall(r"\{.*?\}", reader.type())
    assert json.loads(by_user)["username"] == "ada"
    assert json.loads(by_organization) == {"active": False}
    assert json.loads(revoked) == {}
    assert hello(server, second["access_token"]) == 401
    assert reader.is_done
