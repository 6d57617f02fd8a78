"""A login is refreshed before it ends or when it is refused: once, however many share its file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from brant.client import login_file
from brant.client.credentials import Anonymous, OAuthLogin, find
from brant.client.endpoints import Endpoint
from brant.client.locks import locked
from brant.client.login_file import Login
from brant.client.renewal import renewed
from brant.client.session import Session
from brant.contract.accounts import HELLO
from brant.contract.method import Empty
from brant.errors import Declined, InvalidInput, LocalFailure, ServerFailure, Unauthenticated
from tests.client import provider as stranger
from tests.transfer.peer import Exchange, status

PATIENCE = 60
PROCESSES = 50
THREADS = 50
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# A process of its own that says when it is about to call, and then as whom it could.
CALLER = """
import os, sys
from pathlib import Path
from brant.client.session import Session
from brant.contract.accounts import HELLO
from brant.contract.method import Empty
with Session.from_environ(os.environ, Path.home()) as session:
    print("ready", flush=True)
    print(session.call(HELLO, Empty()).user_name, flush=True)
"""


@pytest.fixture
def provider() -> Iterator[stranger.Provider]:
    with stranger.provider() as running:
        yield running


@pytest.fixture
def file(home: Path) -> Path:
    return home / ".kaggle/credentials.json"


def visit(provider: stranger.Provider, home: Path, warn: Callable[[str], None] | None = None) -> Session:
    return Session.from_environ({"BRANT_ENDPOINT": provider.address}, home, warn=warn)


def hello(provider: stranger.Provider, home: Path) -> str:
    with visit(provider, home) as session:
        return session.call(HELLO, Empty()).user_name


def in_(**length: float) -> datetime:
    return datetime.now(UTC) + timedelta(**length)


def put(file: Path, provider: stranger.Provider, expires: datetime | None, **changes: object) -> Login:
    """A login of the provider, whose access token ends then."""
    login = Login(
        provider.make_access(), provider.make_refresh(), expires, "ada", ("datasets.get:*",), provider.address
    )._replace(**changes)
    login_file.write(file, login)
    return login


def kept(file: Path) -> Login:
    login = login_file.read(file)
    assert login is not None
    return login


# When


@pytest.mark.parametrize(("minutes", "refreshes"), [(-60 * 24, 1), (-1, 1), (4, 1), (6, 0), (60, 0)])
def test_a_token_is_refreshed_five_minutes_before_it_ends(
    provider: stranger.Provider, home: Path, file: Path, minutes: int, refreshes: int
) -> None:
    before = put(file, provider, in_(minutes=minutes))

    assert hello(provider, home) == "ada"
    assert provider.asked["GenerateAccessToken"] == refreshes
    assert (kept(file).access_token != before.access_token) == bool(refreshes)


def test_what_is_kept_is_the_new_token_and_everything_else_as_it_was(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    before = put(file, provider, LONG_AGO)

    hello(provider, home)

    after = kept(file)
    assert after.access_token in provider.access - {before.access_token}
    assert after.expires is not None
    assert in_(hours=2, minutes=59) < after.expires < in_(hours=3, minutes=1)
    assert after._replace(access_token=before.access_token, expires=LONG_AGO) == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_refresh_asks_as_the_official_client_does(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    login = put(file, provider, LONG_AGO)

    hello(provider, home)

    (said,) = [body for name, body in provider.said if name == "GenerateAccessToken"]
    assert said == {
        "refreshToken": login.refresh_token,
        "apiVersion": "API_VERSION_V1",
        "expirationDuration": "10800s",
    }
    (request,) = [r for r in provider.peer.requests if r.target.endswith("GenerateAccessToken")]
    assert "authorization" not in request.headers


def test_a_token_of_unknown_end_is_used_until_it_is_refused(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    login = put(file, provider, None)
    assert hello(provider, home) == "ada"
    assert provider.asked["GenerateAccessToken"] == 0

    provider.access.discard(login.access_token)
    assert hello(provider, home) == "ada"
    assert provider.asked == {"Hello": 3, "GenerateAccessToken": 1}


def test_a_fresh_token_that_is_refused_too_is_the_end(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, in_(hours=1))
    provider.on["Hello"] = status(401)
    with pytest.raises(Unauthenticated, match=r"refused the OAuth login from .*: log in again with 'brant"):
        hello(provider, home)
    assert provider.asked == {"Hello": 2, "GenerateAccessToken": 1}


def test_a_login_that_cannot_be_refreshed_is_told_as_refused(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, in_(hours=1), access_token="KGAT_wrong", refresh_token="")
    with pytest.raises(Unauthenticated, match="refused the OAuth login"):
        hello(provider, home)
    assert provider.asked == {"Hello": 1}


def test_without_an_access_token_one_is_got_first(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, None, access_token="")
    assert hello(provider, home) == "ada"
    assert provider.asked == {"Hello": 1, "GenerateAccessToken": 1}


def test_a_token_that_is_still_good_is_used_where_no_new_one_can_be_had(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    before = put(file, provider, in_(minutes=3))
    provider.on["GenerateAccessToken"] = status(500)
    assert hello(provider, home) == "ada"
    assert kept(file) == before


def test_a_refresh_that_the_server_fails_is_told_as_such(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    before = put(file, provider, LONG_AGO)
    provider.on["GenerateAccessToken"] = status(200, b"{}", Content_Type="application/json")
    with pytest.raises(ServerFailure, match="gave no access token"):
        hello(provider, home)
    assert kept(file) == before


# The end of a login


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_revoked_login_says_so_and_its_file_is_kept(
    provider: stranger.Provider, home: Path, file: Path, code: int
) -> None:
    login = put(file, provider, LONG_AGO)
    content = file.read_bytes()

    def echo(exchange: Exchange) -> None:
        said = exchange.read_body().decode()
        exchange.answer(code, json.dumps({"code": code, "message": said}).encode())

    provider.on["GenerateAccessToken"] = echo
    with pytest.raises(Unauthenticated) as caught:
        hello(provider, home)
    assert "no longer knows the login" in caught.value.message
    assert "log in again with 'brant auth login'" in caught.value.message
    assert login.refresh_token not in caught.value.message
    assert file.read_bytes() == content


def test_a_login_that_was_forgotten_meanwhile_does_not_come_back(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, LONG_AGO)
    with visit(provider, home) as session:
        file.unlink()
        with pytest.raises(Unauthenticated, match=r"is gone: log in again"):
            session.call(HELLO, Empty())
    assert not file.exists()
    assert not provider.asked


def test_a_login_that_was_replaced_by_one_that_has_ended_is_refreshed(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    stale = put(file, provider, LONG_AGO)
    other = put(file, provider, LONG_AGO)
    with visit(provider, home) as session:
        fresh = renewed(file, stale, session)
    assert fresh.access_token not in (stale.access_token, other.access_token)
    assert fresh.refresh_token == other.refresh_token


def test_a_login_that_was_replaced_by_that_of_another_server_is_not_sent(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, LONG_AGO)
    with visit(provider, home) as session:
        put(file, provider, LONG_AGO, endpoint="https://www.kaggle.com")
        with pytest.raises(Unauthenticated, match=r"is gone: log in again"):
            session.call(HELLO, Empty())
    assert not provider.asked


# Whose


def test_a_login_never_goes_to_another_server(provider: stranger.Provider, home: Path, file: Path) -> None:
    with stranger.provider() as other:
        login = put(file, provider, LONG_AGO)
        warnings: list[str] = []
        provider.on["Hello"] = other.on["Hello"] = status(200, b"{}", Content_Type="application/json")
        with visit(other, home, warnings.append) as session:
            assert isinstance(session.credentials, Anonymous)
            session.call(HELLO, Empty())
        for request in other.peer.requests:
            everything = f"{request.headers} {request.target} {request.body!r}"
            assert login.access_token not in everything
            assert login.refresh_token not in everything
            assert "authorization" not in request.headers
        (warning,) = warnings
        assert f"{file} is a login for {provider.address} and was not sent to {other.address}" in warning


@pytest.mark.parametrize(
    ("own", "named", "sent"),
    [
        (None, "https://www.kaggle.com", True),
        (None, "http://127.0.0.1:8765", True),
        (None, "http://localhost", True),
        (None, "https://lab.example", False),
        ("https://lab.example", "https://lab.example", True),
        ("https://lab.example:443/", "https://LAB.example/api/v1", True),
        ("https://lab.example", "http://lab.example", False),
        ("https://lab.example", "https://lab.example:8443", False),
        ("https://lab.example", "https://www.kaggle.com", False),
        ("https://www.kaggle.com", "https://api.kaggle.com", True),
        ("https://www.kaggle.com", "http://127.0.0.1:8765", False),
        ("http://127.0.0.1:8765", "http://localhost:8765", False),
        ("nonsense", "https://lab.example", False),
    ],
)
def test_a_login_belongs_to_one_origin(own: str | None, named: str, sent: bool) -> None:
    assert Login("KGAT_x", endpoint=own).belongs_to(Endpoint.of(named)) == sent


def test_another_source_is_asked_where_the_login_is_passed_over(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, None)
    found = find({}, home, endpoint=Endpoint.of("https://lab.example"))
    assert isinstance(found, Anonymous)
    assert find({}, home, endpoint=Endpoint.of(provider.address)).kind == "OAuth login"


def test_a_profile_has_a_login_of_its_own(provider: stranger.Provider, home: Path) -> None:
    folder = home / ".kaggle/profiles/lab"
    put(folder / "credentials.json", provider, LONG_AGO)
    (folder / "kaggle.json").write_text(json.dumps({"endpoint": provider.address}))
    with Session.from_environ({}, home, profile="lab") as session:
        assert session.call(HELLO, Empty()).user_name == "ada"
    assert kept(folder / "credentials.json").expires != LONG_AGO
    assert not (home / ".kaggle/credentials.json").exists()


# The official command line's file


@pytest.mark.parametrize(
    ("until", "expires"),
    [
        ("2999-01-01T00:00:00+00:00", datetime(2999, 1, 1, tzinfo=UTC)),
        ("2999-01-01T02:00:00.123456+02:00", datetime(2999, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", datetime(2999, 1, 1, tzinfo=UTC)),
        ("2999-01-01T00:00:00", datetime(2999, 1, 1, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_the_times_of_the_official_file_are_read(
    file: Path, until: str | None, expires: datetime | None
) -> None:
    file.parent.mkdir()
    held = {"refresh_token": "KGRT_x", "access_token": "", "access_token_expiration": until}
    file.write_text(json.dumps(held))
    assert login_file.read(file) == Login("", "KGRT_x", expires)


def test_a_login_that_names_no_server_gets_its_name_when_it_is_refreshed(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, LONG_AGO, endpoint=None, username="")
    assert hello(provider, home) == "ada"
    assert kept(file).endpoint == provider.address


def test_our_file_is_one_for_the_official_command_line(file: Path) -> None:
    expires = datetime(2999, 1, 1, tzinfo=UTC)
    login_file.write(file, Login("KGAT_x", "KGRT_x", expires, "ada", ("a:*", "b:*"), "https://lab.example"))
    assert json.loads(file.read_bytes()) == {
        "refresh_token": "KGRT_x",
        "access_token": "KGAT_x",
        "access_token_expiration": "2999-01-01T00:00:00+00:00",
        "username": "ada",
        "scopes": ["a:*", "b:*"],
        "endpoint": "https://lab.example",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"KGAT_x"',
        b"{}",
        b'{"access_token": 7}',
        b'{"access_token": "", "refresh_token": ""}',
        b'{"access_token": "KGAT_x", "access_token_expiration": "soon"}',
        b'{"access_token": "KGAT_x", "access_token_expiration": 7}',
        b'{"access_token": "KGAT_x", "access_token_expiration": "9999-12-31T23:59:59-14:00"}',
        b'{"username": "' + b"a" * 100_000 + b'", "access_token": "KGAT_x"}',
        b"[" * 60_000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_login_says_so(home: Path, file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"credentials\.json is not a login: remove it and log in again"):
        find({}, home)


@pytest.mark.parametrize("until", [datetime.min, datetime.max])
def test_a_time_at_the_end_of_the_calendar_is_a_time(until: datetime) -> None:
    login = Login("KGAT_x", "KGRT_x", until.replace(tzinfo=UTC))
    assert login.is_due(datetime.now(UTC)) == (until == datetime.min)


def test_a_time_without_a_zone_is_utc_wherever_the_machine_stands(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.mkdir()
    file.write_text('{"access_token": "KGAT_x", "access_token_expiration": "2999-01-01T00:00:00"}')
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "XYZ+11")
        time.tzset()
        login = login_file.read(file)
    time.tzset()
    assert login is not None
    assert login.expires == datetime(2999, 1, 1, tzinfo=UTC)


def test_an_endpoint_that_is_no_text_is_none(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"access_token": "KGAT_x", "endpoint": 7}')
    assert login_file.read(file) == Login("KGAT_x")


def test_a_line_break_after_a_token_is_none_of_it(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(json.dumps({"access_token": "KGAT_x\n", "refresh_token": " KGRT_x\r\n"}))
    assert login_file.read(file) == Login("KGAT_x", "KGRT_x")


@pytest.mark.parametrize("seconds", [10**18, -(10**18)])
def test_a_life_that_no_token_has_breaks_nothing(
    provider: stranger.Provider, home: Path, file: Path, seconds: int
) -> None:
    put(file, provider, LONG_AGO)
    provider.on["GenerateAccessToken"] = status(
        200,
        json.dumps({"token": provider.make_access(), "expiresIn": seconds}).encode(),
        Content_Type="application/json",
    )
    assert hello(provider, home) == "ada"
    assert not kept(file).is_due(datetime.now(UTC))


def test_a_file_that_is_being_written_in_place_is_read_when_it_is_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the official command line writes: what was there is gone first.
    file.parent.mkdir()
    file.touch()
    monkeypatch.setattr("time.sleep", lambda _: file.write_text('{"access_token": "KGAT_x"}'))
    assert login_file.read(file) == Login("KGAT_x")


# Once


def test_many_threads_of_one_session_refresh_once(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, LONG_AGO)
    with visit(provider, home) as session, ThreadPoolExecutor(THREADS) as pool:
        names = list(pool.map(lambda _: session.call(HELLO, Empty()).user_name, range(THREADS)))
    assert names == ["ada"] * THREADS
    assert provider.asked == {"Hello": THREADS, "GenerateAccessToken": 1}


def test_many_sessions_of_one_process_refresh_once(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, LONG_AGO)
    with ThreadPoolExecutor(THREADS) as pool:
        names = list(pool.map(lambda _: hello(provider, home), range(THREADS)))
    assert names == ["ada"] * THREADS
    assert provider.asked == {"Hello": THREADS, "GenerateAccessToken": 1}


def test_many_threads_whose_token_is_refused_refresh_once(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    login = put(file, provider, in_(hours=1))
    provider.access.discard(login.access_token)
    with visit(provider, home) as session, ThreadPoolExecutor(THREADS) as pool:
        names = list(pool.map(lambda _: session.call(HELLO, Empty()).user_name, range(THREADS)))
    assert names == ["ada"] * THREADS
    assert provider.asked["GenerateAccessToken"] == 1


def caller(provider: stranger.Provider, home: Path) -> "subprocess.Popen[str]":
    """A process that calls with the login, and has said that it is ready to."""
    environ = {"HOME": str(home), "PATH": os.defpath, "BRANT_ENDPOINT": provider.address}
    return subprocess.Popen(
        [sys.executable, "-c", CALLER],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def held_back(provider: stranger.Provider) -> tuple[Event, Event]:
    """From now on a refresh is not answered: set when one has come, and to be set to have all answered."""
    came, go = Event(), Event()

    def step(exchange: Exchange) -> None:
        came.set()
        assert go.wait(PATIENCE)
        said = {"token": provider.make_access(), "expiresIn": 10_800, "userName": "ada"}
        exchange.answer(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    provider.on["GenerateAccessToken"] = step
    return came, go


def test_fifty_processes_refresh_once(provider: stranger.Provider, home: Path, file: Path) -> None:
    put(file, provider, LONG_AGO)
    came, go = held_back(provider)
    with ExitStack() as around:
        processes = [around.enter_context(caller(provider, home)) for _ in range(PROCESSES)]
        # The first to come is not answered before all the others are under way.
        assert [line(process) for process in processes] == ["ready"] * PROCESSES
        assert came.wait(PATIENCE)
        go.set()
        assert [line(process) for process in processes] == ["ada"] * PROCESSES
        assert [process.wait(PATIENCE) for process in processes] == [0] * PROCESSES
    assert provider.asked == {"Hello": PROCESSES, "GenerateAccessToken": 1}
    tokens = {r.headers["authorization"] for r in provider.peer.requests if r.target.endswith("Hello")}
    assert tokens == {f"Bearer {kept(file).access_token}"}


def test_a_holder_that_is_killed_frees_the_lock_and_leaves_the_file_whole(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    before = put(file, provider, LONG_AGO)
    came, go = held_back(provider)
    with caller(provider, home) as first:
        assert came.wait(PATIENCE)
        with caller(provider, home) as second:
            assert line(second) == "ready"
            assert kept(file) == before
            first.send_signal(signal.SIGKILL)
            assert first.wait(PATIENCE) == -signal.SIGKILL
            assert kept(file) == before
            go.set()
            assert line(second) == "ada"
    assert provider.asked["GenerateAccessToken"] == 2
    assert kept(file).expires != LONG_AGO


def test_a_process_that_was_forked_meanwhile_does_not_keep_the_lock(file: Path) -> None:
    file.parent.mkdir()
    script = f"""
import os, signal
from pathlib import Path
from brant.client.locks import locked
file = Path({str(file)!r})
with locked(file, patience=1):
    child = os.fork()
    if not child:
        signal.pause()
try:
    with locked(file, patience=1):
        print("free")
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert ended.stdout == "free\n", ended.stderr


def test_the_wait_for_another_process_is_bounded(provider: stranger.Provider, home: Path, file: Path) -> None:
    ended = put(file, provider, LONG_AGO)
    lock = file.with_name(".credentials.json.lock")
    with visit(provider, home) as session, locked(lock, patience=0):
        with pytest.raises(LocalFailure, match=r"another process has been busy .*: end what holds it"):
            renewed(file, ended, session, patience=0)
        good = ended._replace(expires=in_(minutes=3))
        assert renewed(file, good, session, patience=0) == good
    assert not provider.asked


def test_where_no_lock_can_be_had_the_login_is_refreshed_all_the_same(
    provider: stranger.Provider, home: Path, file: Path
) -> None:
    put(file, provider, LONG_AGO)
    # For root no folder is read-only; but a folder is nothing that can be locked.
    file.with_name(".credentials.json.lock").mkdir()
    assert hello(provider, home) == "ada"
    assert kept(file).expires != LONG_AGO


def test_a_file_that_cannot_be_written_is_a_warning(
    provider: stranger.Provider, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(file, provider, LONG_AGO)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    warnings: list[str] = []
    with visit(provider, home, warnings.append) as session:
        assert session.call(HELLO, Empty()).user_name == "ada"
        assert session.call(HELLO, Empty()).user_name == "ada"
    assert provider.asked["GenerateAccessToken"] == 1
    assert kept(file).expires == LONG_AGO
    (warning,) = warnings
    assert "cannot be written (No space left on device)" in warning


# The file


def test_the_file_is_whole_and_private_at_every_moment(file: Path) -> None:
    writer = """
import os, sys
from pathlib import Path
from brant.client import login_file
os.umask(0)
for number in range(200):
    login_file.write(Path(sys.argv[1]), login_file.Login("KGAT_x" * 200, "KGRT_x", username=str(number)))
"""
    seen: set[str] = set()
    with subprocess.Popen([sys.executable, "-c", writer, str(file)]) as process:
        while process.poll() is None:
            for entry in os.scandir(file.parent) if file.parent.exists() else ():
                try:
                    mode = entry.stat().st_mode
                except FileNotFoundError:  # a temporary name that has gone
                    continue
                assert mode & 0o777 == 0o600, entry.name
            if file.exists():
                seen.add(json.loads(file.read_bytes())["username"])
    assert process.returncode == 0
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert kept(file).username == "199"
    assert len(seen) > 5
    assert [entry.name for entry in file.parent.iterdir()] == ["credentials.json"]


def test_the_lock_is_private_too(provider: stranger.Provider, home: Path, file: Path) -> None:
    put(file, provider, LONG_AGO)
    before = os.umask(0)
    try:
        hello(provider, home)
    finally:
        os.umask(before)
    assert {entry.name: entry.stat().st_mode & 0o777 for entry in file.parent.iterdir()} == {
        "credentials.json": 0o600,
        ".credentials.json.lock": 0o600,
    }


def test_what_a_login_is_made_of_is_not_shown(home: Path, file: Path, provider: stranger.Provider) -> None:
    login = put(file, provider, None)
    found = find({}, home)
    assert isinstance(found, OAuthLogin)
    for shown in (repr(found), repr(found.login), str(found.login)):
        assert login.access_token not in shown
        assert login.refresh_token not in shown
    said = f"{login.access_token} and {login.refresh_token}".encode()
    assert found.hide(said) == b"*** and ***"


def test_whoever_acts_in_a_session_is_under_its_guard(provider: stranger.Provider, home: Path) -> None:
    def guard(*_: object) -> None:
        raise Declined("not now")

    environ = {"BRANT_ENDPOINT": provider.address}
    with Session.from_environ(environ, home, guard=guard) as session, pytest.raises(Declined):
        session.acting_as(Anonymous()).call(HELLO, Empty())
    assert not provider.asked
