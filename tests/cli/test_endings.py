"""However a call ends, it ends in order: one line, the right exit code, nothing half-printed."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.cli.desk import PATIENCE, Desk

TOKEN = "KGAT_0123456789abcdef0123456789abcdef"


@contextmanager
def peer(answer: bytes | None) -> Iterator[tuple[str, Callable[[], None]]]:
    """A peer on loopback that answers each request with `answer`, or never; and a wait until it was asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[socket.socket] = []
    was_asked = Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(65536)
            asked.append(connection)
            was_asked.set()
            if answer is not None:
                connection.sendall(answer)
                connection.close()

    thread = Thread(target=serve)
    thread.start()

    def wait_until_asked() -> None:
        assert was_asked.wait(PATIENCE), "nobody asked"

    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", wait_until_asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in asked:
            connection.close()


def answered(body: object, status: str = "200 OK") -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + content


def test_ctrl_c_ends_a_call_quietly(desk: Desk) -> None:
    with peer(None) as (address, wait_until_asked):
        process = subprocess.Popen(
            desk.command("datasets", "list", "--endpoint", address),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=desk.environ,
        )
        wait_until_asked()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_reader_that_goes_away_ends_a_call_quietly(desk: Desk) -> None:
    rows = {"datasets": [{"ref": f"ada/penguins-{number}", "title": "Penguins"} for number in range(20_000)]}
    with peer(answered(rows)) as (address, _):
        reading, writing = os.pipe()
        process = subprocess.Popen(
            desk.command("datasets", "list", "--endpoint", address),
            stdout=writing,
            stderr=subprocess.PIPE,
            env=desk.environ,
        )
        os.close(writing)
        os.read(reading, 10)
        os.close(reading)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (141, b"")


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["datasets", "list", "--help"], ["env"], ["config", "path"]]
)
def test_a_full_disk_under_standard_output_is_said(desk: Desk, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            desk.command(*words),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=desk.environ,
            timeout=PATIENCE,
        )
    assert (done.returncode, done.stderr) == (12, "brant: No space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full", ">&- 2>/dev/full"])
@pytest.mark.parametrize(
    ("words", "code"),
    [("--help", 0), ("config path", 0), ("datasets files --help", 0), ("datasets list", 9), ("datasets", 2)],
)
def test_a_stream_that_was_closed_changes_no_exit_code(
    desk: Desk, closed: str, words: str, code: int
) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {words} {closed}', "sh", *desk.command()],
        capture_output=True,
        text=True,
        check=False,
        env=desk.environ,
        timeout=PATIENCE,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (code != 0 and "2>" not in closed)


@pytest.mark.parametrize("language", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_a_terminal_without_utf_8_shows_what_it_can(desk: Desk, language: str) -> None:
    rows = {"datasets": [{"ref": "ada/penguins", "title": "企鹅, Pingüinos"}]}
    with peer(answered(rows)) as (address, _):
        for format_ in ("table", "csv", "json"):
            ended = desk.brant(
                *("datasets", "list", "--endpoint", address, "--format", format_),
                LC_ALL=language,
                PYTHONUTF8="0",
                PYTHONCOERCECLOCALE="0",
                PYTHONIOENCODING="ascii",
            )
            assert ended.code == 0, ended.err
            assert "ada/penguins" in ended.out
            if format_ == "json":
                assert ended.document[0]["title"] == "企鹅, Pingüinos"


def test_a_crash_is_one_line_and_tells_how_to_see_more(desk: Desk) -> None:
    crash = """
import sys
from brant.cli.datasets import list as verb
def run(options, context):
    raise KeyError("{token}")
verb.run = run
from brant.cli.main import main
sys.exit(main(["datasets", "list", *{more}]))
"""
    ended = desk.python(crash.format(token=TOKEN, more=[]))
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "--verbose" in ended.err
    assert "Traceback" not in ended.err

    verbose = desk.python(crash.format(token=TOKEN, more=["--verbose"]))
    assert verbose.code == 1
    assert "Traceback" in verbose.err

    as_json = desk.python(crash.format(token=TOKEN, more=["--format", "json"]))
    assert as_json.document["error"]["code"] == 500

    foreseen = desk.brant("datasets", "list", "--verbose", "--endpoint", "http://127.0.0.1:9")
    assert "Traceback" not in foreseen.err

    for each in (ended, verbose, as_json):
        assert TOKEN not in each.out + each.err
        assert "KGAT_***" in each.err


def test_what_a_server_says_cannot_steer_the_terminal_or_show_a_secret(desk: Desk) -> None:
    said = {"code": 403, "message": f"\x1b[2Jno,\r\nnot with {TOKEN}"}
    with peer(answered(said, "403 Forbidden")) as (address, _):
        ended = desk.brant("datasets", "status", "ada/penguins", "--endpoint", address)
    assert ended.code == 5
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err
    assert "KGAT_***" in ended.err
    assert TOKEN not in ended.err


def test_verbose_traces_the_requests_without_their_secrets(desk: Desk) -> None:
    with peer(answered({"datasets": []})) as (address, _):
        ended = desk.brant(
            *("datasets", "list", "--endpoint", address, "--verbose", "--format", "json"),
            KAGGLE_API_TOKEN=TOKEN,
        )
    assert ended.code == 0
    assert ended.document == []
    assert f">  POST {address}/api/v1/datasets.DatasetApiService/ListDatasets" in ended.err
    assert "<  200 OK" in ended.err
    assert TOKEN not in ended.err
