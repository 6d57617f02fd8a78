"""What goes wrong between a client and a server that competitions need: silence, refusals, other makes."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from brant.client.competitions import (
    data,
    leaderboard,
    pages,
    scoring,
    settings,
    submissions,
    submitting,
    teams,
)
from brant.client.credentials import AccessToken
from brant.client.endpoints import Endpoint
from brant.client.session import Session
from brant.contract.competition_messages import SubmissionStatus
from brant.errors import (
    BrantError,
    DestinationExists,
    InvalidHandle,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ServerFailure,
    Unauthenticated,
    Unimplemented,
    Unreachable,
)
from brant.transfer.http.pool import Pool
from brant.transfer.http.retry import RetryPolicy
from tests.transfer.peer import Exchange, Peer, Step, peer

Said = dict[str, Any] | Step


def said(answer: Said, **headers: str) -> Step:
    if not isinstance(answer, dict):
        return answer
    code = answer.get("code", 200)
    fields = {
        "Content-Type": "application/json",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    return lambda exchange: exchange.answer(code, json.dumps(answer).encode(), fields)


def cut(exchange: Exchange) -> None:
    exchange.read_body()
    exchange.hang_up()


@contextmanager
def wire(answers: dict[str, list[Said]], **headers: str) -> Iterator[tuple[Session, Peer]]:
    """A server that answers each method by the next of its answers, the last for ever; bytes it takes."""

    def step(exchange: Exchange) -> None:
        name = exchange.request.target.rsplit("/", 1)[-1]
        if exchange.request.method == "PUT":
            exchange.answer(200)
            return
        waiting = answers[name]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        said({"createUrl": running.url("/put"), "token": "t"} if answer == UPLOAD else answer, **headers)(
            exchange
        )

    with peer(step) as running:
        session = Session(
            Endpoint.of(f"http://127.0.0.1:{running.port}"),
            AccessToken("KGAT_competitor", "a test"),
            Pool(),
            retry=RetryPolicy(attempts=2),
            sleep=lambda _: None,
        )
        with session:
            yield session, running


UPLOAD: Said = {"upload": True}
OURS = {"X_Brant_Extensions": "claim-blobs, competitions"}


def asked(running: Peer) -> list[str]:
    return [request.target.rsplit("/", 1)[-1] for request in running.requests]


@pytest.fixture
def guess(tmp_path: Path) -> Path:
    path = tmp_path / "guess.csv"
    path.write_text("id,species\n1,Adelie\n")
    return path


# What only our server has.


def test_a_server_of_another_make_is_not_asked_for_what_it_lacks() -> None:
    with (
        wire({"Hello": [{"userName": "ada"}]}) as (session, running),
        pytest.raises(Unimplemented, match=r"has no JoinCompetition: that is an extension of brant's own"),
    ):
        teams.join(session, "penguins")
    assert asked(running) == ["Hello"]


def test_what_a_server_offers_is_asked_once() -> None:
    answers: dict[str, list[Said]] = {"Hello": [{}], "JoinCompetition": [{"id": 3}], "GetTeam": [{"id": 3}]}
    with wire(answers, **OURS) as (session, running):
        assert teams.join(session, "penguins").id == 3
        assert teams.team(session, "penguins").id == 3
    assert asked(running) == ["Hello", "JoinCompetition", "GetTeam"]


def test_a_refusal_tells_what_is_offered_too() -> None:
    refusal: Said = {"code": 401, "message": "who are you?"}
    with wire({"Hello": [refusal], "ListMetrics": [{"metrics": [{"name": "mae"}]}]}, **OURS) as (session, _):
        assert [metric.name for metric in scoring.metrics(session)] == ["mae"]
    answers: dict[str, list[Said]] = {"Hello": [refusal], "JoinCompetition": [refusal]}
    with wire(answers, **OURS) as (session, _), pytest.raises(Unauthenticated):
        teams.join(session, "penguins")


def test_silence_is_told_as_such() -> None:
    with wire({"Hello": [cut]}) as (session, _), pytest.raises(Unreachable):
        teams.join(session, "penguins")


# Submissions.


def test_a_submission_that_may_have_been_taken_is_not_sent_twice(guess: Path) -> None:
    answers: dict[str, list[Said]] = {"StartSubmissionUpload": [UPLOAD], "CreateSubmission": [cut]}
    unsure = pytest.raises(Unreachable, match="It is not known whether this was submitted: look with")
    with wire(answers) as (session, running), unsure as told:
        submitting.submit(session, "penguins", guess, "x")
    assert told.value.final
    assert asked(running).count("CreateSubmission") == 1


def test_an_upload_that_was_not_answered_is_asked_for_again(guess: Path) -> None:
    answers: dict[str, list[Said]] = {
        "StartSubmissionUpload": [cut, UPLOAD],
        "CreateSubmission": [{"ref": 7, "message": "taken"}],
    }
    with wire(answers) as (session, running):
        assert submitting.submit(session, "penguins", guess, "x") == (7, "taken")
    body = json.loads(running.requests[-1].body)
    assert body == {"competitionName": "penguins", "blobFileTokens": "t", "submissionDescription": "x"}
    start = json.loads(running.requests[0].body)
    assert (start["fileName"], start["contentLength"]) == ("guess.csv", guess.stat().st_size)


def test_a_trial_says_that_it_is_one(guess: Path) -> None:
    answers: dict[str, list[Said]] = {"StartSubmissionUpload": [UPLOAD], "CreateSubmission": [{"ref": 7}]}
    with wire(answers) as (session, running):
        submitting.submit(session, "penguins", guess, "", trial=True)
    assert json.loads(running.requests[-1].body)["sandbox"] is True


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"StartSubmissionUpload": [{}]}, ServerFailure),
        ({"StartSubmissionUpload": [{"code": 403, "message": "join first"}]}, PermissionDenied),
        ({"StartSubmissionUpload": [UPLOAD], "CreateSubmission": [{"message": "no"}]}, ServerFailure),
    ],
)
def test_what_is_no_submission_is_an_error(
    guess: Path, answers: dict[str, list[Said]], kind: type[BrantError]
) -> None:
    with wire(answers) as (session, _), pytest.raises(kind):
        submitting.submit(session, "penguins", guess, "x")


def test_a_notebook_is_submitted_by_its_version() -> None:
    with wire({"CreateCodeSubmission": [{"ref": 8, "message": "taken"}]}) as (session, running):
        notebook = submitting.Notebook.parse("ada/owls", 3, "guess.csv")
        assert submitting.submit_notebook(session, "penguins", notebook, "x").ref == 8
    assert json.loads(running.requests[0].body) == {
        "competitionName": "penguins",
        "kernelOwner": "ada",
        "kernelSlug": "owls",
        "kernelVersion": 3,
        "fileName": "guess.csv",
        "submissionDescription": "x",
    }
    for handle in ("owls", "ada/", "/owls", "ada/owls/3"):
        with pytest.raises(InvalidHandle):
            submitting.Notebook.parse(handle, 3, "guess.csv")


class Clock:
    """Time that passes only in sleep."""

    def __init__(self, session: Session) -> None:
        self.now = 0.0
        session.sleep = self.sleep  # type: ignore[misc]

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def test_a_score_is_waited_for_until_it_is_there() -> None:
    states: list[Said] = [{"ref": 7}, {"ref": 7}, {"ref": 7, "status": "COMPLETE", "publicScore": "0.5"}]
    with wire({"GetSubmission": states}) as (session, running):
        found = submissions.wait_for(session, 7, 60, clock=Clock(session))
    assert (found.status, found.public_score) == (SubmissionStatus.COMPLETE, "0.5")
    assert len(running.requests) == 3


def test_a_server_that_hiccups_while_one_waits_is_asked_again() -> None:
    busy: Said = {"code": 503, "message": "later"}
    with wire({"GetSubmission": [{"ref": 7}, busy, {"ref": 7, "status": "ERROR"}]}) as (session, _):
        assert submissions.wait_for(session, 7, 60, clock=Clock(session)).status is SubmissionStatus.ERROR


def test_waiting_ends_when_the_time_is_up_and_looks_once_more() -> None:
    with wire({"GetSubmission": [{"ref": 7}]}) as (session, _):
        clock = Clock(session)
        with pytest.raises(Unreachable, match="submission 7 is not scored after 30 s: nothing is lost"):
            submissions.wait_for(session, 7, 30, clock=clock)
    assert clock.now == pytest.approx(30)


def test_pages_that_go_in_a_circle_are_left() -> None:
    page: Said = {"submissions": [{"ref": 1}], "nextPageToken": "again"}
    circle = pytest.raises(ServerFailure, match="lists the submissions to penguins in a circle")
    with wire({"ListSubmissions": [page]}) as (session, _), circle:
        # Bounded, so that a list that never ends fails here.
        list(islice(submissions.all_submissions(session, "penguins"), 10))


# Settings.


def test_a_setting_that_is_no_time_is_told_with_the_form_of_one() -> None:
    form = r"'tomorrow' is no time: write it as 2027-01-01T00:00:00Z - at `deadline`"
    with wire({}) as (session, running), pytest.raises(InvalidInput, match=form):
        settings.update_settings(session, "penguins", {"deadline": "tomorrow"})
    assert asked(running) == []


# Pages.


def test_a_page_that_is_asked_for_by_name_and_is_not_there_is_not_found() -> None:
    with wire({"ListCompetitionPages": [{}]}) as (session, _):
        assert pages.pages(session, "penguins") == []
        with pytest.raises(NotFound, match="penguins has no page 'prizes'"):
            pages.pages(session, "penguins", "prizes")


# The leaderboard.


def test_a_leaderboard_takes_no_place_but_that_of_another_one(tmp_path: Path) -> None:
    # Official clients give the data and the leaderboard one name.
    place = tmp_path / "penguins.zip"
    board = io.BytesIO()
    with zipfile.ZipFile(board, "w") as archive:
        archive.writestr("penguins-publicleaderboard-2026-11-24T04-06-12.csv", "TeamId\n")
    sent = lambda exchange: exchange.answer(200, board.getvalue())  # noqa: E731
    with wire({"DownloadLeaderboard": [sent]}) as (session, running):
        for content in ({"train.csv": "id\n"}, {"a-leaderboard.csv": "id\n", "train.csv": "id\n"}, {}):
            with zipfile.ZipFile(place, "w") as archive:
                for name, text in content.items():
                    archive.writestr(name, text)
            before = place.read_bytes()
            with pytest.raises(DestinationExists, match="is no leaderboard"):
                leaderboard.download_leaderboard(session, "penguins", tmp_path)
            assert place.read_bytes() == before
        place.write_bytes(b"PK: cut short")
        with pytest.raises(DestinationExists):
            leaderboard.download_leaderboard(session, "penguins", tmp_path)
        assert asked(running) == []

        place.unlink()
        for _ in range(2):
            assert leaderboard.download_leaderboard(session, "penguins", tmp_path) == place
            assert place.read_bytes() == board.getvalue()


# The metric.


def test_a_first_metric_of_ones_own_says_what_is_better(tmp_path: Path) -> None:
    (tmp_path / "metric.py").write_text("def score(solution, submission, row_id_column_name): return 1.0")
    kept: dict[str, list[Said]] = {"Hello": [{}], "GetCompetitionSetup": [{"metric": "rmse"}]}
    which_way = pytest.raises(InvalidInput, match="--higher-is-better or --lower-is-better")
    with wire(kept, **OURS) as (session, running), which_way:
        scoring.update_setup(session, "penguins", {}, tmp_path / "metric.py")
    assert asked(running) == ["Hello", "GetCompetitionSetup"]


@pytest.mark.parametrize(
    ("metric", "changes"), [("custom", {}), ("rmse", {"higher_is_better": False})], ids=str
)
def test_what_is_better_is_declared_once(tmp_path: Path, metric: str, changes: dict[str, Any]) -> None:
    (tmp_path / "metric.py").write_text("def score(solution, submission, row_id_column_name): return 1.0")
    answers: dict[str, list[Said]] = {
        "Hello": [{}],
        "GetCompetitionSetup": [{"metric": metric}],
        "StartBlobUpload": [UPLOAD],
        "UpdateCompetitionSetup": [{"metric": "custom"}],
    }
    with wire(answers, **OURS) as (session, running):
        scoring.update_setup(session, "penguins", changes, tmp_path / "metric.py")
    assert asked(running)[-1] == "UpdateCompetitionSetup"


# Data.


def test_data_that_may_have_been_published_are_not_published_twice(tmp_path: Path, guess: Path) -> None:
    answers: dict[str, list[Said]] = {
        "Hello": [{}],
        "StartBlobUpload": [UPLOAD],
        "CreateCompetitionData": [cut],
    }
    unsure = pytest.raises(Unreachable, match="It is not known whether the data of penguins are new now")
    with wire(answers) as (session, running), unsure:
        data.update_data(session, "penguins", guess, "first")
    assert asked(running).count("CreateCompetitionData") == 1


def test_a_run_that_was_cut_off_sends_no_file_again(tmp_path: Path, guess: Path) -> None:
    answers: dict[str, list[Said]] = {
        "Hello": [{}],
        "StartBlobUpload": [UPLOAD],
        "CreateCompetitionData": [{"code": 403, "message": "not yours"}, {"url": "http://there"}],
    }

    def remembering(found: Session) -> Session:
        return Session(found.endpoint, found.credentials, found.pool, state=tmp_path / "state")

    with wire(answers) as (session, running):
        with pytest.raises(PermissionDenied):
            data.update_data(remembering(session), "penguins", guess, "first")
        published = data.update_data(remembering(session), "penguins", guess, "first")
    assert (published.url, published.sent, published.reused) == ("http://there", 0, 1)
    assert [request.method for request in running.requests].count("PUT") == 1
    body = json.loads(running.requests[-1].body)
    assert body["files"] == [{"name": "guess.csv", "token": "t"}]


def test_rerun_data_say_so(guess: Path) -> None:
    answers: dict[str, list[Said]] = {
        "Hello": [{}],
        "StartBlobUpload": [UPLOAD],
        "CreateCompetitionData": [{"url": "http://there"}],
    }
    with wire(answers) as (session, running):
        data.update_data(session, "penguins", guess, "first", rerun=True)
    kind = json.loads(running.requests[-1].body)["competitionDatabundleType"]
    assert kind == "COMPETITION_DATABUNDLE_TYPE_RERUN"
