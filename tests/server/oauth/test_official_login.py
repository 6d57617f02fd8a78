"""The official command line logs in, with a pasted code and with a browser, unmodified and at our pages."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import browser, official
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.server.edge.calls import bearer, rpc
from tests.server.oauth.flow import hello

PASSWORD = issued("a rather long sentence")


class Kaggle:
    """kaggle 2.2.4 with a home of its own, and a user who can sign in."""

    def __init__(self, server: RunningServer, home: Path) -> None:
        self.server = server
        self.home = home
        self.user = server.new_user("cli")
        with_password(server, self.user)

    @property
    def environ(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "http_proxy": self.server.address,
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *words: str, **environ: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(official.program(official.CURRENT, "kaggle")), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env={**self.environ, **environ},
        )

    def run(self, *words: str, **environ: str) -> str:
        """What it prints; it must succeed."""
        process = self.start(*words, **environ)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (out, err)
        return out

    def log_in(self) -> str:
        """By a pasted code; returns what it prints."""
        process = self.start("auth", "login", "--no-launch-browser")
        assert process.stdout is not None
        said = ""
        while "code_challenge=" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        found = re.search(r"http://localhost/\S+", said)
        assert found is not None
        code = browser.shown_code(found[0], self.user.name, PASSWORD, proxy=self.server.address)
        issued(code)
        out, err = process.communicate(code + "\n", timeout=120)
        assert process.returncode == 0, (out, err)
        return out

    @property
    def file(self) -> Path:
        return self.home / ".kaggle" / "credentials.json"

    def credentials(self) -> dict[str, str]:
        """What it keeps."""
        told: dict[str, str] = json.loads(self.file.read_text())
        issued(told["access_token"])
        issued(told["refresh_token"])
        return told


def with_password(server: RunningServer, user: User) -> None:
    """Gives a user the password."""
    subprocess.run(
        [sys.executable, "-m", "brant", "admin", "password", user.name, "--data", str(server.data)],
        input=PASSWORD + "\n",
        text=True,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def kaggle(server: RunningServer, tmp_path: Path) -> Iterator[Kaggle]:
    yield Kaggle(server, tmp_path)


def test_it_logs_in_by_a_pasted_code_prints_a_token_and_revokes_it(kaggle: Kaggle) -> None:
    assert f"You are now logged in as [{kaggle.user.name}]" in kaggle.log_in()
    kept = kaggle.credentials()
    assert kept["username"] == kaggle.user.name
    assert kept["scopes"] == ["resources.admin:*"]

    printed = issued(kaggle.run("auth", "print-access-token").strip())
    assert printed.startswith("KGAT_")
    assert hello(kaggle.server, printed) == hello(kaggle.server, kept["access_token"]) == 200
    look = rpc(kaggle.server, "security.OAuthService/IntrospectToken", {"token": printed})
    assert look.json["scope"] == "resources.admin:*"

    kaggle.run("datasets", "list")

    kaggle.run("auth", "revoke", "--reason", "over")
    assert not kaggle.file.exists()
    assert [hello(kaggle.server, token) for token in (printed, kept["access_token"])] == [401] * 2


def test_it_logs_in_by_a_browser_that_comes_back_to_its_listener(kaggle: Kaggle) -> None:
    environ = {
        "DISPLAY": ":0",
        "BROWSER": f"{browser.AS_VARIABLE} &",
        "CONSENT_PROXY": kaggle.server.address,
        "CONSENT_NAME": kaggle.user.name,
        "CONSENT_PASSWORD": PASSWORD,
    }
    said = kaggle.run("auth", "login", **environ)
    assert f"You are now logged in as [{kaggle.user.name}]" in said
    assert hello(kaggle.server, kaggle.credentials()["access_token"]) == 200


def test_it_forgets_a_login_that_was_revoked_elsewhere(kaggle: Kaggle) -> None:
    kaggle.log_in()
    kept = kaggle.credentials()
    request = {"token": kept["refresh_token"]}
    answer = rpc(kaggle.server, "users.AccountService/ExpireApiToken", request, bearer(kaggle.user))
    assert answer.status == 200
    process = kaggle.start("auth", "print-access-token")
    out, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "KGAT_" not in out


def test_it_refreshes_an_old_login_by_itself(kaggle: Kaggle) -> None:
    kaggle.log_in()
    kept = kaggle.credentials()
    kaggle.file.write_text(json.dumps({**kept, "access_token_expiration": "2026-01-01T00:00:00+00:00"}))
    kaggle.run("datasets", "list")
    renewed = kaggle.credentials()
    assert renewed["access_token"] != kept["access_token"]
    assert renewed["refresh_token"] == kept["refresh_token"]
