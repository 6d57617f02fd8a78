"""A session calls, tries again where that is safe, and turns every answer into a message or a clear error."""

import json
import socket
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any

import pytest

from brant.client.answers import lacking_scope
from brant.client.credentials import AccessToken, Anonymous, Credentials, LegacyKey
from brant.client.endpoints import Endpoint
from brant.client.session import Session
from brant.contract.blobs import START_BLOB_UPLOAD, ApiStartBlobUploadRequest
from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDownloadDatasetRequest,
    ApiListDatasetsRequest,
    ApiListDatasetsResponse,
)
from brant.contract.datasets import CREATE_DATASET, DOWNLOAD_DATASET, LIST_DATASETS
from brant.contract.method import Empty, HttpRedirect, Method
from brant.errors import (
    BrantError,
    Conflict,
    InsufficientScope,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    RateLimited,
    ServerFailure,
    Unauthenticated,
    Unimplemented,
    Unreachable,
)
from brant.transfer.http.pool import Pool, TransportSettings
from brant.transfer.http.retry import RetryPolicy
from tests.conftest import RunningServer, User
from tests.transfer.peer import Exchange, Peer, Step, peer, status

TOKEN = "KGAT_" + "s" * 32


class Clock:
    """Sleeps in no time and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


class Calling:
    """A session with a scripted peer."""

    def __init__(self, running: Peer, credentials: Credentials | None = None, **policy: Any) -> None:
        self.peer = running
        self.clock = Clock()
        self.warnings: list[str] = []
        self.session = Session(
            Endpoint.of(f"http://127.0.0.1:{running.port}"),
            credentials or AccessToken(TOKEN, "KAGGLE_API_TOKEN"),
            Pool(TransportSettings(read_timeout=5.0)),
            retry=RetryPolicy(**policy),
            random=lambda: 1.0,
            sleep=self.clock,
            warn=self.warnings.append,
        )

    def list(self) -> ApiListDatasetsResponse:
        return self.session.call(LIST_DATASETS, ApiListDatasetsRequest(search="penguins"))

    def create(self) -> Any:
        return self.session.call(CREATE_DATASET, ApiCreateDatasetRequest(slug="penguins"))


Script = Callable[..., Calling]


@pytest.fixture
def script() -> Iterator[Script]:
    """Starts a peer with the steps given; further words make the retry policy."""
    opened = []

    def start(*steps: Step, credentials: Credentials | None = None, **policy: Any) -> Calling:
        context = peer(*steps)
        calling = Calling(context.__enter__(), credentials, **policy)
        opened.append((context, calling))
        return calling

    yield start
    for context, calling in opened:
        calling.session.close()
        context.__exit__(None, None, None)


def answer(body: object, code: int = 200, **headers: str) -> Step:
    return status(code, json.dumps(body).encode(), content_type="application/json", **headers)


LISTED = answer({"datasets": [{"ref": "ada/penguins"}], "nextPageToken": ""})


def test_a_call_posts_json_with_credentials_and_its_name(script: Script) -> None:
    calling = script(LISTED)

    found = calling.list()

    assert [dataset.ref for dataset in found.datasets] == ["ada/penguins"]
    (request,) = calling.peer.requests
    assert request.method == "POST"
    assert request.target == "/api/v1/datasets.DatasetApiService/ListDatasets"
    assert json.loads(request.body) == {"search": "penguins"}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["user-agent"].startswith("brant/")


def test_an_anonymous_call_sends_no_credentials(script: Script) -> None:
    calling = script(LISTED, credentials=Anonymous())

    calling.list()

    assert "authorization" not in calling.peer.requests[0].headers


def test_calls_share_one_connection(script: Script) -> None:
    calling = script(LISTED)

    calling.list()
    calling.list()

    assert [request.connection for request in calling.peer.requests] == [0, 0]


def test_a_redirect_comes_back_as_its_address_and_is_not_followed(script: Script) -> None:
    calling = script(status(302, b"", Location="/storage/blobs/x?sig=1"))

    found = calling.session.call(DOWNLOAD_DATASET, ApiDownloadDatasetRequest(dataset_slug="penguins"))

    assert found == HttpRedirect(url=f"http://127.0.0.1:{calling.peer.port}/storage/blobs/x?sig=1")
    assert len(calling.peer.requests) == 1


def test_a_redirect_where_a_message_is_due_is_not_followed_with_credentials(script: Script) -> None:
    with peer(LISTED) as other:
        calling = script(status(301, b"", Location=other.url("/api/v1/x")))

        with pytest.raises(ServerFailure, match=r"redirects ListDatasets to .*set the endpoint"):
            calling.list()
        assert other.requests == []


def test_what_the_server_offers_is_read_from_its_answers(script: Script) -> None:
    calling = script(answer({}, X_Brant_Extensions="claim-blobs, more"), answer({}))

    assert calling.session.extensions == frozenset()
    calling.list()
    calling.list()
    assert calling.session.extensions == {"claim-blobs", "more"}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, InvalidInput),
        (403, PermissionDenied),
        (404, NotFound),
        (409, Conflict),
        (413, PayloadTooLarge),
        (418, InvalidInput),
        (500, ServerFailure),
        (501, Unimplemented),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_an_error_is_its_code_with_any_http_status(
    script: Script, code: int, kind: type[BrantError], inside: bool
) -> None:
    calling = script(answer({"code": code, "message": "No such\npenguin"}, 200 if inside else code))

    with pytest.raises(kind, match="No such penguin") as caught:
        calling.list()
    assert type(caught.value) is kind
    assert "\n" not in caught.value.message


def test_refused_credentials_name_their_source_and_never_their_value(script: Script) -> None:
    calling = script(answer({"code": 401, "message": f"bad token {TOKEN}"}, 401))

    with pytest.raises(Unauthenticated) as caught:
        calling.list()
    assert "KAGGLE_API_TOKEN" in caught.value.message
    assert "/settings/api and put it there" in caught.value.message
    assert TOKEN not in caught.value.message


def test_an_anonymous_caller_hears_how_to_log_in(script: Script) -> None:
    calling = script(status(401, b""), credentials=Anonymous())

    with pytest.raises(
        Unauthenticated,
        match=r"asks who you are: log in with 'brant auth login', or get a token .* and set KAGGLE_API_TOKEN",
    ):
        calling.list()


def test_a_passed_over_token_file_is_part_of_the_one_line(script: Script) -> None:
    empty = Anonymous(warnings=("access_token is empty",))
    calling = script(answer({"code": 401, "message": "who?"}, 401), LISTED, credentials=empty)

    with pytest.raises(Unauthenticated, match=r"asks who you are: .* \(access_token is empty\)"):
        calling.list()
    assert calling.warnings == []

    calling.list()
    assert calling.warnings == ["access_token is empty"]


def test_a_token_that_lacks_a_scope_is_told_which_and_how_to_get_one_that_has_it(script: Script) -> None:
    challenge = 'Bearer realm="lab", error="insufficient_scope", scope="datasets.update:ada/penguins"'
    token = AccessToken("KGAT_" + "x" * 20, "KAGGLE_API_TOKEN")
    refusal = answer({"code": 403, "message": "this token lacks it"}, 403, WWW_Authenticate=challenge)
    calling = script(refusal, credentials=token)

    said = r"^this token lacks datasets.update:ada/penguins, which \w+ needs \(as KAGGLE_API_TOKEN\): put a "
    with pytest.raises(InsufficientScope, match=said):
        calling.list()


@pytest.mark.parametrize(
    ("challenge", "scope"),
    [
        ('Bearer error="insufficient_scope", scope="datasets.get:*"', "datasets.get:*"),
        ('Basic realm="x", Bearer scope="a.get:* b.get:*", error="insufficient_scope"', "a.get:* b.get:*"),
        ('Bearer error="insufficient_scope"', None),
        ('Bearer error="insufficient_scope", scope="\x1b[2J"', None),
        ('Bearer error="insufficient_scope", scope="a:*; rm -rf \'$HOME\'"', None),
        ('Bearer error="invalid_token", scope="datasets.get:*"', None),
        ("", None),
    ],
)
def test_the_lacking_scope_is_read_from_the_challenge(challenge: str, scope: str | None) -> None:
    assert lacking_scope(challenge) == scope


def test_a_refusal_says_as_whom_it_was_asked(script: Script) -> None:
    legacy = LegacyKey("ada", "0" * 32, "~/.kaggle/kaggle.json")
    calling = script(answer({"code": 403, "message": "not yours"}, 403), credentials=legacy)

    with pytest.raises(PermissionDenied, match=r"^not yours \(as ~/.kaggle/kaggle.json, user ada\)$"):
        calling.list()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            status(200, b"<html><title>Welcome</title>", Content_Type="text/html"),
            "web page.*check the endpoint",
        ),
        (status(200, b""), "with nothing"),
        (status(200, b'{"datasets": [', Content_Type="application/json"), "unreadably"),
        (answer({"datasets": {"no": "list"}}), "unreadably"),
        (status(404, b"<html>nginx</html>", Content_Type="text/html"), "check handle and endpoint"),
        (status(500, b"<html>Oops</html>", Content_Type="text/html"), "answered ListDatasets with 500"),
        (status(500, b""), "answered ListDatasets with 500"),
        (status(500, b"disk is full", Content_Type="text/plain"), "^disk is full$"),
    ],
)
def test_an_answer_that_is_none_is_one_clear_line(script: Script, step: Step, words: str) -> None:
    calling = script(step)

    with pytest.raises((ServerFailure, NotFound), match=words) as caught:
        calling.list()
    assert "\n" not in caught.value.message
    assert "<html" not in caught.value.message


def test_control_characters_of_a_server_never_reach_the_terminal(script: Script) -> None:
    calling = script(answer({"code": 400, "message": "\x1b[31mred\x07 \u202eevil" + "x" * 5000}))

    with pytest.raises(InvalidInput) as caught:
        calling.list()
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 700


@pytest.mark.parametrize("code", [502, 503, 504])
def test_a_passing_failure_is_tried_again_where_that_is_safe(script: Script, code: int) -> None:
    calling = script(status(code), status(code), LISTED)

    assert calling.list().datasets
    assert calling.clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("code", [502, 503, 504])
def test_what_could_happen_twice_is_not_tried_again(script: Script, code: int) -> None:
    calling = script(status(code), answer({"status": "ok"}))

    with pytest.raises(Unreachable):
        calling.create()
    assert len(calling.peer.requests) == 1


def test_a_cut_connection_is_tried_again_only_where_that_is_safe(script: Script) -> None:
    calling = script(Exchange.hang_up, LISTED)
    assert calling.list().datasets

    calling = script(Exchange.hang_up, answer({"status": "ok"}))
    with pytest.raises(Unreachable):
        calling.create()
    assert len(calling.peer.requests) == 1


def test_what_could_happen_twice_never_goes_out_twice_on_an_idle_connection(script: Script) -> None:
    def read_and_hang_up(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.hang_up()

    calling = script(LISTED, read_and_hang_up, answer({"status": "ok"}))
    calling.list()

    with pytest.raises(Unreachable):
        calling.create()
    assert [request.target.rpartition("/")[2] for request in calling.peer.requests] == [
        "ListDatasets",
        "CreateDataset",
    ]


def test_a_method_declared_repeatable_by_its_caller_is_tried_again(script: Script) -> None:
    calling = script(status(503), answer({"token": "t", "createUrl": "http://x"}))

    found = calling.session.call(START_BLOB_UPLOAD, ApiStartBlobUploadRequest(name="x"), repeatable=True)

    assert found.token == "t"


def test_a_refused_connection_is_tried_once_more_and_told_with_what_to_do() -> None:
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    session = Session(
        Endpoint.of(f"http://127.0.0.1:{nobody}"),
        Anonymous(),
        Pool(),
        sleep=clock,
        random=lambda: 1.0,
    )

    with pytest.raises(Unreachable, match=r"refused .*'brant serve' starts .*--endpoint .* names") as caught:
        session.call(CREATE_DATASET, ApiCreateDatasetRequest())
    assert clock.slept == [0.2]
    # Who publishes learns by it that nothing was.
    assert caught.value.unsent


def test_too_many_requests_wait_as_long_as_the_server_asks_whatever_the_method(script: Script) -> None:
    calling = script(status(429, b"", Retry_After="7"), answer({"status": "ok"}))

    assert calling.create().status == "ok"
    assert calling.clock.slept == [7.5]


def test_a_date_to_retry_after_is_understood(script: Script) -> None:
    calling = script(status(429, b"", Retry_After=formatdate(time() + 60, usegmt=True)), LISTED)

    calling.list()

    (slept,) = calling.clock.slept
    assert 55 < slept <= 60.5


def test_a_wait_beyond_the_budget_is_said_at_once(script: Script) -> None:
    calling = script(answer({"code": 429, "message": "slow down"}, 429, Retry_After="3600"), budget=60)

    with pytest.raises(RateLimited, match=r"slow down .*asks to wait 60 min: try again then") as caught:
        calling.list()
    assert caught.value.retry_after == 3600
    assert calling.clock.slept == []


def test_a_failure_that_stays_ends_in_one_line_that_says_so(script: Script) -> None:
    calling = script(status(503), attempts=4)

    with pytest.raises(Unreachable, match=r"^gave up after 4 attempts in 0 s: .* 503"):
        calling.list()
    assert len(calling.peer.requests) == 4


def test_a_silent_server_is_given_up_in_time(script: Script) -> None:
    calling = script(Exchange.stall, attempts=1)
    session = Session(
        calling.session.endpoint,
        Anonymous(),
        Pool(TransportSettings(read_timeout=0.2)),
        retry=RetryPolicy(attempts=2),
        sleep=calling.clock,
    )

    with pytest.raises(Unreachable, match="gave up after 2 attempts"):
        session.call(LIST_DATASETS, ApiListDatasetsRequest())
    session.close()


def test_plain_http_to_another_machine_is_warned_of_once(script: Script) -> None:
    calling = script(LISTED)
    heard: list[str] = []
    # The peer stands in for a machine of the local network by being its proxy.
    settings = TransportSettings(http_proxy=f"http://127.0.0.1:{calling.peer.port}")
    with Session(
        Endpoint.of("http://lab.example:8765"), AccessToken(TOKEN, "x"), Pool(settings), warn=heard.append
    ) as session:
        session.call(LIST_DATASETS, ApiListDatasetsRequest())
        session.call(LIST_DATASETS, ApiListDatasetsRequest())

    assert len(heard) == 1
    assert "plain http" in heard[0]
    assert TOKEN not in heard[0]


def test_a_method_known_by_name_alone_cannot_be_called(script: Script) -> None:
    method: Method[Empty, Empty] = Method(service="x.Y", name="Z", verb="GET", paths=())

    with pytest.raises(NotImplementedError):
        script(LISTED).session.call(method, Empty())


def test_the_environment_chooses_endpoint_credentials_and_state(home: Path) -> None:
    environ = {"BRANT_ENDPOINT": "http://lab:8765", "KAGGLE_API_TOKEN": TOKEN}

    with Session.from_environ(environ, home, endpoint="http://given:1") as session:
        assert session.endpoint.web == "http://given:1"
        assert session.credentials.header() == f"Bearer {TOKEN}"
        assert session.state == home / ".cache/brant/uploads"
    with Session.from_environ({"XDG_CACHE_HOME": str(home / "c")}, home) as session:
        assert session.endpoint.is_kaggle
        assert session.state == home / "c/brant/uploads"


def test_a_profile_brings_endpoint_and_credentials_together(home: Path) -> None:
    folder = home / ".kaggle/profiles/lab"
    folder.mkdir(parents=True)
    (folder / "kaggle.json").write_text(
        json.dumps({"username": "ada", "key": "0" * 32, "endpoint": "http://lab:8765"})
    )
    (folder / "kaggle.json").chmod(0o600)
    environ = {"BRANT_ENDPOINT": "http://other", "KAGGLE_API_TOKEN": TOKEN, "BRANT_PROFILE": "lab"}

    with Session.from_environ(environ, home) as session:
        assert session.endpoint.web == "http://lab:8765"
        assert session.credentials.username == "ada"


def test_a_real_server_knows_its_users_by_token_and_by_key(
    server: RunningServer, user: User, home: Path
) -> None:
    from brant.contract.accounts import HELLO

    for secrets in (
        {"KAGGLE_API_TOKEN": user.token},
        {"KAGGLE_USERNAME": user.name, "KAGGLE_KEY": user.key},
    ):
        with Session.from_environ({"BRANT_ENDPOINT": server.address, **secrets}, home) as session:
            assert session.call(HELLO, Empty()).user_name == user.name
    environ = {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": "KGAT_wrong"}
    with (
        Session.from_environ(environ, home) as session,
        pytest.raises(Unauthenticated, match="KAGGLE_API_TOKEN"),
    ):
        session.call(HELLO, Empty())
