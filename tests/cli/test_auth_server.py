"""`brant auth` at our own server: through its pages, with its scopes, beside the official command line."""

import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brant.client import login_file
from brant.client.login_file import Login
from brant.server.domain.services import DATABASE_NAME, Services
from tests import browser, official
from tests.cli.desk import PATIENCE, Desk, Ended
from tests.cli.test_auth import address_in
from tests.conftest import RunningServer, User
from tests.ledger import issued

PROCESSES = 50
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = issued("tides-come-and-go")


@pytest.fixture
def ada(server: RunningServer) -> User:
    """A user who can sign in."""
    name = f"ada-{next(server._numbers)}"
    with closing(Services.open(server.data)) as services:
        services.users.add(name, datetime.now(UTC), password=PASSWORD)
    return User(name, "", "")


@pytest.fixture
def desk(tmp_path: Path, server: RunningServer, ada: User) -> Desk:
    """Her desk, with a browser at which she consents."""
    return Desk(
        tmp_path,
        {
            "BRANT_ENDPOINT": server.address,
            "BROWSER": browser.AS_VARIABLE,
            "CONSENT_NAME": ada.name,
            "CONSENT_PASSWORD": PASSWORD,
        },
    )


def file_of(desk: Desk) -> Path:
    return desk.home / ".kaggle/credentials.json"


def login_of(desk: Desk) -> Login:
    login = login_file.read(file_of(desk))
    assert login is not None
    issued(login.access_token)
    if login.refresh_token:
        issued(login.refresh_token)
    return login


def log_in(desk: Desk, *words: str) -> Login:
    ended = desk.brant("auth", "login", *words)
    assert ended.code == 0, ended.err
    return login_of(desk)


def end_access_token(desk: Desk) -> Login:
    """As if hours had gone by."""
    login = login_of(desk)._replace(expires=LONG_AGO)
    login_file.write(file_of(desk), login)
    return login


def access_tokens(server: RunningServer, user: User) -> int:
    """How many access tokens the server has made for a user."""
    with closing(sqlite3.connect(server.data / DATABASE_NAME)) as db:
        query = (
            "SELECT count(*) FROM tokens JOIN users ON users.id = tokens.user_id WHERE name = ? AND kind = ?"
        )
        return int(db.execute(query, (user.name, "access")).fetchone()[0])


def kaggle(desk: Desk, server: RunningServer, *words: str) -> Ended:
    """Runs the official command line at the same desk."""
    return desk.run(
        [str(official.program(official.CURRENT, "kaggle")), *words],
        KAGGLE_API_ENVIRONMENT="LOCALHOST",
        http_proxy=server.address,
    )


def test_a_login_through_the_pages(desk: Desk, server: RunningServer, ada: User) -> None:
    login = log_in(desk)
    assert login.username == ada.name
    assert login.endpoint == server.address
    assert login.scopes == ("resources.admin:*",)

    status = desk.brant("auth", "status", "--format", "json").document
    assert (status["username"], status["scopes"]) == (ada.name, "resources.admin:*")
    assert desk.brant("datasets", "list", "--mine", "--format", "json").document == []


def test_a_login_by_a_pasted_code(desk: Desk, ada: User) -> None:
    process = subprocess.Popen(
        desk.command("auth", "login", "--no-launch-browser"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=desk.environ,
        text=True,
    )
    assert process.stderr is not None
    shown = "".join(process.stderr.readline() for _ in range(3))
    code = browser.shown_code(address_in(shown), ada.name, PASSWORD)
    out, err = process.communicate(f" {code} \n", timeout=PATIENCE)
    assert process.returncode == 0, err
    assert f"You are logged in as {ada.name} at" in out


def test_what_was_not_asked_for_cannot_be_done(desk: Desk, ada: User) -> None:
    login = log_in(desk, "--scope", "datasets.get:*")
    assert login.scopes == ("datasets.get:*",)
    assert desk.brant("datasets", "list", "--mine").code == 0
    ended = desk.brant("datasets", "delete", f"{ada.name}/penguins", "--yes")
    assert ended.code == 5
    assert "datasets.update" in ended.err


def test_a_denied_login_is_told(desk: Desk) -> None:
    desk.environ["CONSENT_BUTTON"] = "Deny"
    ended = desk.brant("auth", "login")
    assert ended.code == 14
    assert "denied in the browser" in ended.err
    assert not file_of(desk).exists()


def test_fifty_commands_that_share_a_login_refresh_it_once(
    desk: Desk, server: RunningServer, ada: User
) -> None:
    log_in(desk)
    before = end_access_token(desk)
    count = access_tokens(server, ada)
    started = [desk.start("datasets", "list", "--mine", "--format", "json") for _ in range(PROCESSES)]
    ends = [(process.communicate(timeout=PATIENCE), process.returncode) for process in started]
    assert ends == [((b"[]\n", b"no datasets found\n"), 0)] * PROCESSES
    assert access_tokens(server, ada) == count + 1
    after = login_of(desk)
    assert after.access_token != before.access_token
    assert after.refresh_token == before.refresh_token


def test_a_printed_token_is_good_and_ends_with_the_login(desk: Desk) -> None:
    log_in(desk)
    token = issued(desk.brant("auth", "print-access-token", "--expiration", "30m").out.strip())
    elsewhere = Desk(desk.home.parent / "elsewhere", {**desk.environ, "KAGGLE_API_TOKEN": token})
    elsewhere.environ["HOME"] = str(elsewhere.home)
    assert elsewhere.brant("auth", "status").code == 0

    assert desk.brant("auth", "revoke").code == 0
    assert elsewhere.brant("auth", "status").code == 4


def test_logout_ends_the_login_at_the_server(desk: Desk) -> None:
    login = log_in(desk)
    assert desk.brant("auth", "logout").code == 0
    login_file.write(file_of(desk), login._replace(expires=LONG_AGO))
    ended = desk.brant("datasets", "list", "--mine")
    assert ended.code == 4
    assert "no longer knows the login" in ended.err
    assert file_of(desk).exists()


def test_the_official_command_line_shares_our_login(desk: Desk, server: RunningServer, ada: User) -> None:
    log_in(desk)
    printed = kaggle(desk, server, "auth", "print-access-token")
    assert printed.code == 0, printed.err
    issued(printed.out.strip())

    # It refreshes, and writes the file anew without the name of the server.
    end_access_token(desk)
    listed = kaggle(desk, server, "datasets", "list", "--mine")
    assert listed.code == 0, listed.err
    theirs = login_of(desk)
    assert theirs.endpoint is None
    assert theirs.expires != LONG_AGO
    assert desk.brant("auth", "status", "--format", "json").document["username"] == ada.name

    # When it is our turn to refresh, the name comes back.
    end_access_token(desk)
    assert desk.brant("datasets", "list", "--mine").code == 0
    assert login_of(desk).endpoint == server.address


def test_the_library_uses_the_login_too(desk: Desk, ada: User) -> None:
    log_in(desk)
    end_access_token(desk)
    ended = desk.python("import brant; print(brant.whoami(verbose=False))")
    assert ended.out == f"{{'username': '{ada.name}'}}\n"
