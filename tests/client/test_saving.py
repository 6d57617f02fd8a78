"""An answer that is a file comes to disk whole or not at all, whatever becomes of the line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from brant.client.credentials import AccessToken
from brant.client.endpoints import Endpoint
from brant.client.session import Session
from brant.contract.competition_messages import ApiGetEpisodeReplayRequest
from brant.contract.competitions import GET_EPISODE_REPLAY
from brant.errors import LocalFailure, NotFound, ServerFailure, Unreachable
from brant.transfer.http.pool import Pool
from brant.transfer.http.retry import RetryPolicy
from tests.transfer.peer import Exchange, Peer, Step, peer, status

REPLAY = json.dumps({"code": 404, "steps": ["honk"] * 100_000}).encode()
"""Larger than a piece, and with a field that an answer of the wire would be refused for."""


@contextmanager
def playing(*steps: Step) -> Iterator[tuple[Session, Peer]]:
    with peer(*steps) as running:
        session = Session(
            Endpoint.of(f"http://127.0.0.1:{running.port}"),
            AccessToken("KGAT_player", "a test"),
            Pool(),
            retry=RetryPolicy(attempts=2),
            sleep=lambda _: None,
        )
        with session:
            yield session, running


def whole(exchange: Exchange) -> None:
    exchange.answer(200, REPLAY, {"Content-Type": "application/json"})


def cut(exchange: Exchange) -> None:
    exchange.read_body()
    exchange.head(200, {"Content-Length": str(len(REPLAY))})
    exchange.send(REPLAY[: len(REPLAY) // 2])
    exchange.hang_up()


def save(session: Session, destination: Path) -> int:
    return session.save(GET_EPISODE_REPLAY, ApiGetEpisodeReplayRequest(episode_id=7), destination)


def test_a_name_as_long_as_can_be_is_no_hindrance(tmp_path: Path) -> None:
    destination = tmp_path / ("企鹅" * 42)
    with playing(whole) as (session, _):
        assert save(session, destination) == len(REPLAY)
    assert [path.name for path in tmp_path.iterdir()] == [destination.name]


def test_the_body_is_the_file_even_where_it_looks_like_a_refusal(tmp_path: Path) -> None:
    destination = tmp_path / "new" / "replay.json"
    with playing(whole) as (session, running):
        assert save(session, destination) == len(REPLAY)
    assert destination.read_bytes() == REPLAY
    assert [path.name for path in destination.parent.iterdir()] == ["replay.json"]
    assert json.loads(running.requests[0].body) == {"episodeId": 7}


def test_a_line_that_is_cut_is_tried_again(tmp_path: Path) -> None:
    with playing(cut, whole) as (session, running):
        save(session, tmp_path / "replay.json")
    assert (tmp_path / "replay.json").read_bytes() == REPLAY
    assert len(running.requests) == 2


def test_a_line_that_stays_cut_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "replay.json").write_text("an older one")
    with playing(cut) as (session, _), pytest.raises(Unreachable):
        save(session, tmp_path / "replay.json")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"replay.json": "an older one"}


def test_a_new_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with playing(whole) as (session, _):
        save(session, tmp_path / "replay.json")
    assert (tmp_path / "replay.json").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(404, b'{"code": 404, "message": "no episode"}', Content_Type="application/json"), NotFound),
        (status(302, b"", Location="http://127.0.0.1:9/elsewhere"), ServerFailure),
        (status(500), ServerFailure),
    ],
)
def test_a_refusal_never_becomes_the_file(tmp_path: Path, answer: Step, kind: type[Exception]) -> None:
    with playing(answer) as (session, _), pytest.raises(kind):
        save(session, tmp_path / "replay.json")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with playing(whole) as (session, _), pytest.raises(LocalFailure, match="cannot be written"):
        save(session, tmp_path / "file" / "replay.json")
    (tmp_path / "folder").mkdir()
    with playing(whole) as (session, _), pytest.raises(LocalFailure, match="cannot be written"):
        save(session, tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
