"""Lets the ledger hear what a test session puts out: processes, terminals, captured streams, logs, errors."""

import io
import os
import pty
import stat
import subprocess
from collections.abc import Callable, Generator
from functools import partial
from typing import IO, Any

import pytest

from brant.errors import BrantError
from tests.ledger import SHORTEST, Ledger, Source, words_of

# What a process is given by these is a secret, right or wrong.
_VARIABLES = ("KAGGLE_API_TOKEN", "KAGGLE_KEY")


_LATE = "secrets put out after the last test"


def listen(config: pytest.Config, ledger: Ledger) -> None:
    """Begins to listen in the process that runs tests, and to tell of what is found in the one that reports.

    With pytest-xdist these are several: the reporting one would hear the names of tests from the others.
    """
    late = Late()
    config.pluginmanager.register(late)
    if config.getoption("dist", "no") == "no":
        config.pluginmanager.register(Listener(ledger, late))


class Late:
    """A pytest plugin that makes a session fail for what was found after its last test."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended; one that died has said nothing."""
        self.lines += getattr(node, "workeroutput", {}).get(_LATE, [])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """After the listener, and after the workers have ended."""
        if self.lines:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tells of it."""
        for line in self.lines:
            terminalreporter.write_line(f"a secret was put out after the last test: {line}", red=True)


class Listener:
    """A pytest plugin. A test that lets a secret out fails when it ends, and the report says who said it."""

    def __init__(self, ledger: Ledger, late: "Late") -> None:
        self._ledger = ledger
        self._late = late
        self._terminals: dict[int, Source] = {}

    def pytest_configure(self) -> None:
        """Begins to listen; before any test module is imported."""
        self._listen_to_processes()
        self._listen_to_terminals()
        self._listen_to_readers_of_captured_streams()
        self._listen_to_errors()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Searches once a test is over, its fixtures included."""
        report = yield
        if report.when == "teardown":
            for name, content in report.sections:
                self._ledger.hear(Source((item.nodeid.partition("[")[0],), name), content)
            found = self._ledger.check()
            if found:
                report.outcome = "failed"
                report.longrepr = "a secret was put out:\n" + "".join(
                    f"  {finding.where}\n      {finding.excerpt}\n" for finding in found
                )
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Searches what came after the last test; a worker of pytest-xdist hands it to who started it."""
        found = [f"{finding.where}: {finding.excerpt}" for finding in self._ledger.check()]
        output: dict[str, list[str]] | None = getattr(session.config, "workeroutput", None)
        if output is None:
            self._late.lines += found
        else:
            output[_LATE] = found

    def _listen_to_processes(self) -> None:
        begin, communicate = subprocess.Popen.__init__, subprocess.Popen.communicate
        listener, ledger = self, self._ledger

        def __init__(process: "subprocess.Popen[Any]", args: Any, *rest: Any, **options: Any) -> None:  # noqa: N807
            listener._before(words_of(args), options)
            begin(process, args, *rest, **options)
            listener._begun(words_of(args), process)

        def heard(process: "subprocess.Popen[Any]", *args: Any, **options: Any) -> Any:
            try:
                said = communicate(process, *args, **options)
            except subprocess.TimeoutExpired as late:
                for stream, text in (("stdout", late.output), ("stderr", late.stderr)):
                    ledger.hear(Source(words_of(process.args), stream), text or b"")
                raise
            for stream, text in zip(("stdout", "stderr"), said, strict=True):
                ledger.hear(Source(words_of(process.args), stream), text or b"")
            return said

        _replace(subprocess.Popen, "__init__", __init__)
        _replace(subprocess.Popen, "communicate", heard)

    def _before(self, words: tuple[str, ...], options: dict[str, Any]) -> None:
        """What the process is given, and where its output goes that nobody asks it for."""
        environ = options.get("env") or {}
        for name in _VARIABLES:
            value = environ.get(name, "").strip()
            if len(value) >= SHORTEST and not os.path.lexists(value) and "/" not in value:
                self._ledger.issued(value)
        for stream in ("stdout", "stderr"):
            given = options.get(stream)
            number = given if isinstance(given, int) else given.fileno() if given is not None else -1
            if number < 0:
                continue
            if os.isatty(number):
                self._terminals[os.minor(os.fstat(number).st_rdev)] = Source(words, "terminal")
            elif stat.S_ISREG(os.fstat(number).st_mode):
                self._ledger.follow(Source(words, stream), number)

    def _begun(self, words: tuple[str, ...], process: "subprocess.Popen[Any]") -> None:
        """Takes a seat at its pipes."""
        for stream in ("stdout", "stderr"):
            piped: IO[Any] | None = getattr(process, stream)
            if piped is not None:
                tell = partial(self._ledger.hear, Source(words, stream))
                setattr(process, stream, _heard(piped, tell))

    def _listen_to_terminals(self) -> None:
        """Who types at a terminal reads its other end by `os.read`."""
        opened, read = pty.openpty, os.read
        screens: dict[int, int] = {}

        def openpty() -> tuple[int, int]:
            ours, theirs = opened()
            screens[ours] = os.minor(os.fstat(theirs).st_rdev)
            return ours, theirs

        def heard(file: int, count: int) -> bytes:
            said = read(file, count)
            # The number may be another file's by now.
            if file in screens and os.isatty(file):
                nameless = Source(("a terminal",), "terminal")
                self._ledger.hear(self._terminals.get(screens[file], nameless), said)
            return said

        pty.openpty = openpty
        os.read = heard

    def _listen_to_readers_of_captured_streams(self) -> None:
        """What a test takes out of `capsys` is not in its report any more."""
        read = pytest.CaptureFixture.readouterr

        def heard(capture: "pytest.CaptureFixture[Any]") -> Any:
            taken = read(capture)
            for stream, said in zip(("stdout", "stderr"), taken, strict=True):
                self._ledger.hear(Source(("a test",), stream), said)
            return taken

        _replace(pytest.CaptureFixture, "readouterr", heard)

    def _listen_to_errors(self) -> None:
        """The message of an error is there to be shown, whoever catches it first."""
        begin = BrantError.__init__

        def __init__(error: BrantError, message: str) -> None:  # noqa: N807
            begin(error, message)
            self._ledger.hear(Source((type(error).__name__,), "message"), str(error.message))

        _replace(BrantError, "__init__", __init__)


def _replace(kind: type, name: str, function: Callable[..., Any]) -> None:
    setattr(kind, name, function)


class _HeardFile(io.FileIO):
    """The reading end of a pipe that tells of all that is read from it."""

    def __init__(self, number: int, tell: Callable[[bytes], None]) -> None:
        super().__init__(number, "rb")
        self._tell = tell

    def readinto(self, buffer: Any) -> int | None:
        """As FileIO."""
        count = super().readinto(buffer)
        if count:
            self._tell(bytes(memoryview(buffer)[:count]))
        return count

    def readall(self) -> bytes:
        """As FileIO."""
        said = super().readall()
        self._tell(said or b"")
        return said

    def read(self, size: int | None = -1) -> bytes:
        """As FileIO, whose own one goes around `readinto`."""
        said = super().read(-1 if size is None else size)
        self._tell(said or b"")
        return said


def _heard(piped: IO[Any], tell: Callable[[bytes], None]) -> IO[Any]:
    """The same pipe, read through a file that tells; as buffered and as decoded as it was."""
    text = piped if isinstance(piped, io.TextIOWrapper) else None
    buffered = not isinstance(text.buffer if text else piped, io.FileIO)
    raw = _HeardFile(os.dup(piped.fileno()), tell)
    piped.close()
    if not buffered:
        return raw
    reader = io.BufferedReader(raw)
    if text is None:
        return reader
    return io.TextIOWrapper(reader, encoding=text.encoding, errors=text.errors)
