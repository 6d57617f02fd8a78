"""Fixtures that many tests share: a running server, with users of its own."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from brant.server.main import run
from tests.ledger import LEDGER, Source, issued
from tests.ledger_hooks import listen


def pytest_configure(config: pytest.Config) -> None:
    """A shell that starts us in the background makes us, and all that the tests start, deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    listen(config, LEDGER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip is a failure: what the tests need must be there."""
    report = yield
    if "CI" in os.environ and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@dataclass(frozen=True)
class User:
    """A user of a running server, with credentials of both kinds."""

    name: str
    token: str = field(repr=False)
    key: str = field(repr=False)


@dataclass
class RunningServer:
    """`brant serve` as a process of its own, on a free loopback port."""

    address: str
    data: Path
    process: "subprocess.Popen[str]"
    log: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def admin(self, *words: str, typed: str = "") -> str:
        """Runs `brant admin …` beside the server, with `typed` on standard input; returns what it prints."""
        out, given = io.StringIO(), io.StringIO(typed)
        run(["admin", *words, "--data", str(self.data)], environ={}, home=self.data, out=out, stdin=given)
        LEDGER.hear(Source(("brant", "admin", *words), "stdout"), out.getvalue())
        return out.getvalue()

    def add_user(self, name: str, *, admin: bool = False) -> None:
        self.admin("user", "add", name, *(["--admin"] if admin else []))

    def token(self, name: str, *scopes: str) -> str:
        """A new token of a user, for everything or for `scopes` alone."""
        words = (word for scope in scopes for word in ("--scope", scope))
        return issued(self.admin("token", name, *words).strip())

    def key(self, name: str) -> str:
        """The key in the kaggle.json of a user."""
        found = re.search(r'"key": ?"([0-9a-f]+)"', self.admin("key", name))
        assert found is not None
        return issued(found[1], user=name)

    def new_user(self, stem: str = "ada") -> User:
        """A user whom no other test knows."""
        name = f"{stem}-{next(self._numbers)}"
        self.add_user(name)
        return User(name, self.token(name), self.key(name))

    def stop(self) -> int:
        """Asks the server to stop, and waits until it has; returns its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)


def start_server(data: Path, *options: str, environ: dict[str, str] | None = None) -> RunningServer:
    """Starts a server and waits until it says that it accepts connections."""
    log = data.with_name(data.name + ".log")
    command = [sys.executable, "-m", "brant", "serve", "--port", "0", "--data", str(data), *options]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environ or dict(os.environ)
        )
    assert process.stdout is not None
    first = process.stdout.readline()
    found = re.fullmatch(r"brant: serving (http://\S+) \(data (.+)\)\n", first)
    if found is None:
        process.kill()
        process.wait()
        pytest.fail(f"the server did not start: {first!r}\n{log.read_text()}")
    return RunningServer(found[1], data, process, log)


def _ended(server: RunningServer) -> None:
    if server.process.poll() is None:
        server.stop()
    assert server.process.stdout is not None
    server.process.stdout.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole session; tests keep apart by users of their own (`server.new_user()`)."""
    running = start_server(tmp_path_factory.mktemp("server") / "data")
    yield running
    _ended(running)


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Starts servers for one test alone: `new_server(*options)`."""
    started: list[RunningServer] = []

    def start(*options: str, data: Path | None = None) -> RunningServer:
        running = start_server(data or tmp_path / f"data-{len(started)}", *options)
        started.append(running)
        return running

    yield start
    for running in started:
        _ended(running)
