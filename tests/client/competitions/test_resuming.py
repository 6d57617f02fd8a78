"""What was cut off while a file of a competition went up goes on from there, in the next run too."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brant.client.competitions import scoring, submitting
from brant.client.session import Session
from brant.errors import BrantError, Conflict, InvalidInput, PermissionDenied, Unreachable
from tests.client.stranger import Stranger, stranger
from tests.transfer.peer import Exchange, status

HALF = 1_000_000
Use = Callable[[Session, Path], object]
USES: dict[str, Use] = {
    "CreateSubmission": lambda session, file: submitting.submit(session, "penguins", file, "x"),
    "CreateCompetitionSolution": lambda session, file: scoring.create_solution(session, "penguins", file),
    "CreateCompetitionSampleSubmission": lambda session, file: scoring.create_sample(
        session, "penguins", file
    ),
}


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running


@pytest.fixture
def guess(tmp_path: Path) -> Path:
    """Too much for one piece."""
    file = tmp_path / "guess.csv"
    file.write_bytes(os.urandom(3 * HALF))
    return file


def held_back(other: Stranger) -> Callable[[Exchange], None]:
    """Takes the first half, and refuses the rest."""

    def step(exchange: Exchange) -> None:
        token = exchange.request.target.rpartition("/")[2]
        other.held[token] = bytearray(exchange.read_body(HALF))
        exchange.answer(403)
        exchange.hang_up()

    return step


def ranges(other: Stranger) -> list[str]:
    return [
        request.headers["content-range"]
        for request in other.peer.requests
        if request.headers.get("content-range", "").startswith(f"bytes {HALF}-")
    ]


@pytest.mark.parametrize("method", USES)
def test_a_rerun_goes_on_where_it_was(other: Stranger, guess: Path, tmp_path: Path, method: str) -> None:
    other.on["guess.csv"] = held_back(other)
    with pytest.raises(BrantError):
        USES[method](other.session(tmp_path / "state"), guess)
    del other.on["guess.csv"]

    USES[method](other.session(tmp_path / "state"), guess)

    assert other.started == ["guess.csv"]
    assert ranges(other) == [f"bytes {HALF}-{3 * HALF - 1}/{3 * HALF}"]
    assert [bytes(held) for held in other.held.values()] == [guess.read_bytes()]
    assert list((tmp_path / "state").iterdir()) == []


def test_a_submission_goes_on_after_a_kill(other: Stranger, guess: Path, tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from brant.client.competitions.submitting import submit
        from brant.client.credentials import AccessToken
        from brant.client.endpoints import Endpoint
        from brant.client.session import Session
        from brant.transfer.http.pool import Pool
        endpoint = Endpoint.of("http://127.0.0.1:{other.peer.port}")
        credentials, state = AccessToken("KGAT_stranger", "a test"), Path({str(tmp_path / "state")!r})
        submit(Session(endpoint, credentials, Pool(), state=state), "penguins", Path({str(guess)!r}), "x")
    """
    running: list[subprocess.Popen[bytes]] = []

    def kill_halfway(exchange: Exchange) -> None:
        token = exchange.request.target.rpartition("/")[2]
        other.held[token] = bytearray(exchange.read_body(HALF))
        running[0].send_signal(signal.SIGKILL)
        exchange.hang_up()

    other.on["guess.csv"] = kill_halfway
    running.append(subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)]))
    assert running[0].wait(timeout=30) == -signal.SIGKILL
    del other.on["guess.csv"]

    USES["CreateSubmission"](other.session(tmp_path / "state"), guess)

    assert other.started == ["guess.csv"]
    assert ranges(other) == [f"bytes {HALF}-{3 * HALF - 1}/{3 * HALF}"]
    assert len(other.published) == 1


def test_what_was_refused_is_not_sent_again(other: Stranger, guess: Path, tmp_path: Path) -> None:
    other.on["CreateSubmission"] = status(403)
    with pytest.raises(PermissionDenied):
        USES["CreateSubmission"](other.session(tmp_path / "state"), guess)
    del other.on["CreateSubmission"]

    USES["CreateSubmission"](other.session(tmp_path / "state"), guess)

    assert other.started == ["guess.csv"]
    assert len(other.published) == 1


def test_what_may_have_been_submitted_goes_up_anew(other: Stranger, guess: Path, tmp_path: Path) -> None:
    other.on["CreateSubmission"] = lambda exchange: exchange.hang_up()
    with pytest.raises(Unreachable, match="It is not known whether this was submitted"):
        USES["CreateSubmission"](other.session(tmp_path / "state"), guess)
    del other.on["CreateSubmission"]

    USES["CreateSubmission"](other.session(tmp_path / "state"), guess)

    assert other.started == ["guess.csv", "guess.csv"]


def test_another_file_of_that_name_begins_anew(other: Stranger, guess: Path, tmp_path: Path) -> None:
    other.on["guess.csv"] = held_back(other)
    with pytest.raises(PermissionDenied):
        USES["CreateSubmission"](other.session(tmp_path / "state"), guess)
    del other.on["guess.csv"]
    guess.write_bytes(b"id,species\n1,Adelie\n")

    USES["CreateSubmission"](other.session(tmp_path / "state"), guess)

    assert other.started == ["guess.csv", "guess.csv"]
    assert b"id,species\n1,Adelie\n" in other.held.values()


def test_a_token_that_is_no_longer_taken_is_not_offered_twice(
    other: Stranger, guess: Path, tmp_path: Path
) -> None:
    other.on["CreateSubmission"] = status(400, b'{"code": 400, "message": "the upload token has ended"}')
    with pytest.raises(InvalidInput, match="upload token"):
        USES["CreateSubmission"](other.session(tmp_path / "state"), guess)
    del other.on["CreateSubmission"]

    USES["CreateSubmission"](other.session(tmp_path / "state"), guess)

    assert other.started == ["guess.csv", "guess.csv"]


def test_one_file_is_submitted_by_one_process_at_a_time(other: Stranger, guess: Path, tmp_path: Path) -> None:
    def meanwhile(exchange: Exchange) -> None:
        del other.on["guess.csv"]
        with pytest.raises(Conflict, match="another process is uploading this"):
            USES["CreateSubmission"](other.session(tmp_path / "state"), guess)
        exchange.read_body()
        exchange.answer(200)

    other.on["guess.csv"] = meanwhile
    USES["CreateSubmission"](other.session(tmp_path / "state"), guess)
    assert len(other.published) == 1
