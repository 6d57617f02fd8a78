"""Limits, seen from the client: it rides them out, says so, gives up in time, and names its own storms."""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest

from brant.client import datasets
from brant.client.credentials import AccessToken
from brant.client.endpoints import Endpoint
from brant.client.session import Session
from brant.client.storms import Storms
from brant.contract.blobs import START_BLOB_UPLOAD, ApiStartBlobUploadRequest
from brant.contract.dataset_messages import ApiListDatasetsRequest
from brant.contract.datasets import LIST_DATASETS
from brant.contract.handles import DatasetHandle
from brant.errors import Quota, RateLimited
from brant.hub import connection
from brant.hub.auth import whoami
from brant.transfer.http.pool import Pool
from brant.transfer.http.quota import asked_wait, quota_of
from brant.transfer.http.retry import RetryPolicy
from tests import official
from tests.cli.desk import Desk
from tests.client.conftest import Publishable
from tests.client.stranger import Stranger, stranger
from tests.conftest import User
from tests.server.edge.calls import bearer, rpc
from tests.server.edge.owned import Owned, owned_server
from tests.transfer.peer import Exchange, Step, status

TOKEN = "KGAT_" + "l" * 32
NOW = 1_700_000_000.0


class Caller:
    """A session whose waits take no time: they go to `slept`, and to `sleep` if one is given."""

    def __init__(
        self,
        address: str,
        token: str = TOKEN,
        *,
        sleep: Callable[[float], None] = lambda _: None,
        random: Callable[[], float] = lambda: 0.0,
        retry: RetryPolicy | None = None,
        storms: Storms | None = None,
    ) -> None:
        self.slept: list[float] = []
        self.told: list[str] = []

        def wait(seconds: float) -> None:
            self.slept.append(seconds)
            sleep(seconds)

        self.session = Session(
            Endpoint.of(address),
            AccessToken(token, "KAGGLE_API_TOKEN"),
            Pool(),
            retry=retry,
            random=random,
            sleep=wait,
            warn=self.told.append,
            storms=storms,
        )

    def list(self, **request: object) -> list[str]:
        found = self.session.call(LIST_DATASETS, ApiListDatasetsRequest(**request))  # type: ignore[arg-type]
        return [dataset.ref for dataset in found.datasets]


Call = Callable[..., Caller]


@pytest.fixture
def caller() -> Iterator[Call]:
    """Makes callers, and closes their sessions."""
    with ExitStack() as opened:

        def make(address: str, *arguments: str, **options: object) -> Caller:
            made = Caller(address, *arguments, **options)  # type: ignore[arg-type]
            opened.enter_context(made.session)
            return made

        yield make


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running


def address(other: Stranger) -> str:
    return f"http://127.0.0.1:{other.peer.port}"


def refuse(times: int, **headers: str) -> Step:
    """429 so many times, then the listing."""
    left = iter(range(times))

    def step(exchange: Exchange) -> None:
        if next(left, None) is not None:
            status(429, json.dumps({"code": 429, "message": "slow down"}).encode(), **headers)(exchange)
        else:
            exchange.answer(
                200, b'{"datasets": [{"ref": "ada/geese"}]}', {"Content-Type": "application/json"}
            )

    return step


# Our own server


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[Owned]:
    """One token may make 15 requests a minute."""
    with owned_server(tmp_path / "data", rate_limit=20) as running:
        yield running


@pytest.fixture
def user(owned: Owned) -> User:
    return owned.new_user()


def test_a_loop_of_lists_is_slowed_and_not_ended(owned: Owned, user: User, caller: Call) -> None:
    ada = caller(owned.address, user.token, sleep=owned.clock.move)

    for page in range(1, 31):
        ada.list(page=page)

    # 60 requests' worth, of which 15 were free.
    assert 150 < sum(ada.slept) < 300
    (told,) = ada.told
    assert told == f"the server asks to wait {ada.slept[0]:.0f} s (limit: 15 calls a minute); waiting…"


def test_a_folder_that_needs_more_than_the_limit_is_published(
    owned: Owned, user: User, caller: Call, publishable: Publishable
) -> None:
    ada = caller(owned.address, user.token, sleep=owned.clock.move)
    files = {f"part-{number:03}.csv": b"%d" % number for number in range(200)}

    published = datasets.create(ada.session, publishable(files=files))

    assert published.sent == 200
    handle = DatasetHandle(user.name, "palmer-penguins")
    assert len(list(datasets.all_files(ada.session, handle))) == 200
    assert ada.slept
    assert len(ada.told) == 1


def test_threads_that_are_told_the_same_wait_all_get_through(owned: Owned, user: User, caller: Call) -> None:
    ada = caller(owned.address, user.token, sleep=owned.clock.move, random=random.Random(7).random)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda page: ada.list(page=page), range(1, 41)))

    assert len(ada.told) == 1


def test_the_official_client_rides_out_a_limit_when_it_uploads(tmp_path: Path) -> None:
    script = """
import sys
from kaggle.api.kaggle_api_extended import KaggleApi, ResumableUploadContext
from kagglesdk.blobs.types.blob_api_service import ApiBlobType

api = KaggleApi()
api.authenticate()
print("ready", flush=True)
sys.stdin.readline()
with ResumableUploadContext() as context:
    print(bool(api._upload_blob(sys.argv[1], True, ApiBlobType.DATASET, context)))
"""
    (tmp_path / "penguins.csv").write_text("species\n")
    with owned_server(tmp_path / "data", rate_limit=120) as server:
        user = server.new_user()
        desk = Desk(tmp_path)
        variables = {
            **desk.environ,
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "http_proxy": server.address,
            "KAGGLE_API_TOKEN": user.token,
        }
        python, file = official.program(official.CURRENT, "python"), tmp_path / "penguins.csv"
        command = [str(python), "-c", script, str(file)]
        client = subprocess.Popen(
            command,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        # Used up just before the window ends, so that the wait is of few seconds: the client takes them.
        server.clock.move(59)
        while rpc(server, "api.v1.DiagnosticsService/Hello", {}, bearer(user)).status == 200:
            pass
        refused = rpc(server, "blobs.BlobApiService/StartBlobUpload", {}, bearer(user))
        assert refused.status == 429
        server.clock.run()
        said, errors = client.communicate("go\n", timeout=60)

        assert (client.returncode, said) == (0, "True\n"), errors
        assert "try again in" in errors


# Both forms, and what stands in for them


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry_After": "7"}, 7, 7),
        ({"Retry_After": "7.5"}, 7.5, 7.5),
        ({"Retry_After": "0"}, 0, 0),
        ({"Retry_After": "-9"}, 0, 0),
        ({"Retry_After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0, 0),
        ({"RateLimit_Reset": "40"}, 40, 40),
        ({"X_RateLimit_Reset": "41"}, 41, 41),
        ({"Retry_After": "3", "RateLimit_Reset": "40"}, 3, 3),
    ],
)
def test_it_waits_as_long_as_it_is_asked(
    other: Stranger, caller: Call, headers: dict[str, str], least: float, most: float
) -> None:
    other.on["ListDatasets"] = refuse(1, **headers)
    ada = caller(address(other), retry=RetryPolicy(budget=2000))

    assert ada.list() == ["ada/geese"]

    (slept,) = ada.slept
    assert least <= slept <= most


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Retry_After", lambda moment: formatdate(moment, usegmt=True)),
        ("X_RateLimit_Reset", lambda moment: str(int(moment))),
    ],
)
def test_it_waits_until_the_moment_that_it_is_told(
    other: Stranger, caller: Call, name: str, written: Callable[[float], str]
) -> None:
    other.on["ListDatasets"] = refuse(1, **{name: written(time() + 1000)})
    ada = caller(address(other), retry=RetryPolicy(budget=2000))

    ada.list()

    assert 900 <= ada.slept[0] <= 1000


def test_jitter_is_full(other: Stranger, caller: Call) -> None:
    delays = RetryPolicy(base=8.0).delays
    chance = random.Random(11).random
    waits = sorted(delays(chance).next() or 0.0 for _ in range(5000))

    tenths = [sum(low <= wait < low + 0.8 for wait in waits) for low in (0.8 * n for n in range(10))]
    assert sum(tenths) == 5000
    assert all(420 < count < 580 for count in tenths)
    other.on["ListDatasets"] = refuse(3, Retry_After="10")
    ada = caller(address(other), random=lambda: 0.75)
    ada.list()
    # On top of what was asked, so that not all who were told the same moment come in it.
    assert ada.slept == [10 + 0.75 * 0.5, 10 + 0.75 * 1, 10 + 0.75 * 2]


def test_other_statuses_are_asked_again_when_their_limit_says_nothing() -> None:
    assert asked_wait({"ratelimit-reset": "40"}, 503, NOW) is None
    assert asked_wait({"ratelimit-reset": "40"}, 429, NOW) == 40
    assert asked_wait({}, 429, NOW) is None


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        ({}, None),
        ({"ratelimit-limit": "many"}, None),
        ({"ratelimit-limit": "100"}, Quota(100)),
        (
            {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3", "ratelimit-reset": "9"},
            Quota(100, 3, 60, 9),
        ),
        ({"x-ratelimit-limit": "5000", "x-ratelimit-reset": f"{NOW + 90:.0f}"}, Quota(5000, resets=90)),
        ({"x-ratelimit-limit": "5000", "x-ratelimit-reset": "1234567890"}, Quota(5000, resets=0)),
        ({"ratelimit-limit": "15", "ratelimit-policy": "15;w=3600"}, Quota(15, window=3600)),
    ],
)
def test_a_limit_is_read_in_its_dialects(headers: dict[str, str], quota: Quota | None) -> None:
    assert quota_of(headers, NOW) == quota


# Telling, and giving up


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Retry_After": "30"}, "the server asks to wait 30 s; waiting…"),
        (
            {"Retry_After": "30", "X_RateLimit_Limit": "100"},
            "the server asks to wait 30 s (limit: 100 calls); waiting…",
        ),
        (
            {"Retry_After": "900", "RateLimit_Limit": "100", "RateLimit_Policy": "100;w=86400"},
            "the server asks to wait 15 min (limit: 100 calls a day); waiting…",
        ),
        (
            {"Retry_After": "30", "RateLimit_Limit": "5", "RateLimit_Policy": "5;w=10"},
            "the server asks to wait 30 s (limit: 5 calls in 10 s); waiting…",
        ),
    ],
)
def test_a_long_wait_is_told_once(other: Stranger, caller: Call, headers: dict[str, str], told: str) -> None:
    other.on["ListDatasets"] = refuse(3, **headers)
    ada = caller(address(other), retry=RetryPolicy(budget=5000))

    ada.list()
    other.on["ListDatasets"] = refuse(3, **headers)
    ada.list()

    assert ada.told == [told]


def test_a_wait_of_a_moment_is_not_told(other: Stranger, caller: Call) -> None:
    other.on["ListDatasets"] = refuse(1, Retry_After="2")
    ada = caller(address(other))

    ada.list()

    assert (ada.told, ada.slept) == ([], [2.0])


def test_moments_of_waiting_that_add_up_are_told_once(other: Stranger, caller: Call) -> None:
    storms = Storms()
    told = []
    for _ in range(4):
        # As the library does: a session for each call.
        other.on["ListDatasets"] = refuse(1, Retry_After="1")
        ada = caller(address(other), storms=storms)
        ada.list()
        told.append(ada.told)

    assert told == [[], [], ["the server asks to wait 1 s; waiting…"], []]


def test_a_long_wait_of_its_own_choice_is_told_too(other: Stranger, caller: Call) -> None:
    other.on["ListDatasets"] = refuse(5)
    ada = caller(address(other), random=lambda: 1.0)

    ada.list()

    assert ada.told == ["the server says that there are too many calls; waiting 2 s…"]


def test_it_stops_when_the_budget_is_used_up_and_says_what_it_waited(other: Stranger, caller: Call) -> None:
    other.on["ListDatasets"] = refuse(1000, Retry_After="40")
    ada = caller(address(other), retry=RetryPolicy(attempts=2, budget=100))

    with pytest.raises(RateLimited) as caught:
        ada.list()

    assert ada.slept == [40.0, 40.0]
    assert caught.value.exit_code == 8
    assert caught.value.message == (
        "gave up after 3 attempts and 80 s of waiting: slow down "
        "(the server asks to wait 40 s: try again then)"
    )


def test_a_server_that_names_no_time_is_given_up_too(other: Stranger, caller: Call) -> None:
    other.on["ListDatasets"] = refuse(1000)
    ada = caller(address(other), random=lambda: 1.0)

    with pytest.raises(RateLimited, match=r"and 300 s of waiting: slow down \(try again in a few minutes\)$"):
        ada.list()

    assert sum(ada.slept) == 300


def test_a_wait_without_end_is_not_begun(other: Stranger, caller: Call) -> None:
    other.on["ListDatasets"] = refuse(1000, Retry_After="9" * 300)
    ada = caller(address(other))

    with pytest.raises(
        RateLimited, match=r"^slow down \(the server asks to wait 366 days: try again then\)$"
    ):
        ada.list()

    assert ada.slept == []


def test_the_command_line_ends_with_the_code_of_limits(other: Stranger, tmp_path: Path) -> None:
    other.on["ListDatasets"] = refuse(1000, Retry_After="3600")
    desk = Desk(tmp_path, {"BRANT_ENDPOINT": address(other), "KAGGLE_API_TOKEN": TOKEN})

    ended = desk.brant("datasets", "list")

    assert ended.code == 8
    assert ended.err == "brant: slow down (the server asks to wait 60 min: try again then)\n"


def test_the_command_line_rides_out_what_it_can(other: Stranger, tmp_path: Path) -> None:
    other.on["ListDatasets"] = refuse(1, Retry_After="0")
    desk = Desk(tmp_path, {"BRANT_ENDPOINT": address(other), "KAGGLE_API_TOKEN": TOKEN})

    ended = desk.brant("datasets", "list")

    assert ended.code == 0, ended.err
    assert "ada/geese" in ended.out


# Storms of one's own


class Ticking:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_loop_that_asks_the_same_is_named_once(other: Stranger, caller: Call) -> None:
    ada = caller(address(other), storms=Storms(Ticking()))

    for search in ("penguins", "geese"):
        for _ in range(120):
            ada.list(search=search)

    (told,) = ada.told
    assert told == (
        "ListDatasets was called 50 times in 1 s with the same request: ask for larger pages (page_size), "
        "and keep the answer instead of asking again; servers slow such loops down"
    )


def test_a_loop_in_many_threads_is_named_once(other: Stranger, caller: Call) -> None:
    ada = caller(address(other), storms=Storms(Ticking()))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: ada.list(search="penguins"), range(200)))

    assert len(ada.told) == 1


def test_paging_through_a_long_list_is_no_storm(other: Stranger, caller: Call) -> None:
    ada = caller(address(other), storms=Storms(Ticking()))

    for page in range(1, 200):
        ada.list(page=page)

    assert ada.told == []


def test_paging_at_the_edge_of_a_limit_is_no_storm(other: Stranger, caller: Call) -> None:
    ada = caller(address(other), storms=Storms(Ticking()))

    for page in range(1, 60):
        other.on["ListDatasets"] = refuse(1, Retry_After="1")
        ada.list(page=page)

    assert ada.told == ["the server asks to wait 1 s; waiting…"]


def test_uploads_are_no_storm_though_they_look_the_same(other: Stranger, caller: Call) -> None:
    ada = caller(address(other), storms=Storms(Ticking()))

    for _ in range(200):
        ada.session.call(START_BLOB_UPLOAD, ApiStartBlobUploadRequest(name="data.csv"), repeatable=True)

    assert ada.told == []


def test_many_refusals_are_named_once(other: Stranger, caller: Call) -> None:
    ada = caller(address(other), storms=Storms(Ticking()))

    for number in range(40):
        other.on["ListDatasets"] = refuse(1, Retry_After="1")
        ada.list(search=f"penguins {number}")

    waiting, told = ada.told
    assert waiting == "the server asks to wait 1 s; waiting…"
    assert told == (
        "the server has refused ListDatasets 10 times in 1 s as too much: ask for larger pages (page_size), "
        "and keep the answer instead of asking again, and let fewer programs ask at once"
    )


def test_what_is_asked_now_and_then_is_no_storm() -> None:
    clock = Ticking()
    storms = Storms(clock)
    for _ in range(1000):
        clock.now += 0.25
        assert storms.asked("GetDatasetStatus", b"{}") is None


def test_each_method_has_its_advice() -> None:
    storms = Storms(Ticking())
    told = {
        method: [words for _ in range(99) if (words := storms.asked(method, b"{}"))]
        for method in ("GetDatasetStatus", "GetDataset")
    }

    assert "wait some seconds before you ask again" in told["GetDatasetStatus"][0]
    assert "keep the answer instead of asking again" in told["GetDataset"][0]


def test_storms_are_looked_for_in_constant_memory() -> None:
    import tracemalloc

    storms = Storms(Ticking())
    for number in range(2_000):
        storms.asked("GetDataset", b"%d" % number)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(100_000):
            storms.asked("GetDataset", b"%d" % number)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 200_000


def test_the_library_sees_a_storm_across_its_calls(
    other: Stranger, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection._Calls, "storms", None)
    monkeypatch.setattr(connection._Login, "credentials", None)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("BRANT_ENDPOINT", address(other))
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)

    for _ in range(120):
        whoami()

    named = [record.message for record in caplog.records if "Hello was called" in record.message]
    assert len(named) == 1
