"""Many ranges of one download at once: right to the byte, verifiable, and not held against the client."""

import http.client
import os
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from brant.errors import RateLimited
from brant.server.edge.limits import AT_ONCE, SMALL, Limits
from brant.server.edge.windows import Windows
from brant.server.settings import DEFAULT_RATE_LIMIT
from tests.conftest import RunningServer
from tests.server.edge.calls import address_of, bearer, publish, rpc, send
from tests.server.edge.owned import owned_server

MIB = 1 << 20
FILES = {
    "large.bin": os.urandom(9 * MIB + 123),
    **{f"small-{n:03}.csv": os.urandom(n * 37 % 5000) for n in range(320)},
}
VERIFIERS = ("ETag", "Last-Modified", "Accept-Ranges", "x-goog-hash", "Repr-Digest")


@pytest.fixture(scope="module")
def handle(server: RunningServer) -> str:
    return publish(server, server.new_user(), "in-parallel", FILES)


class Line:
    """A connection that is kept."""

    def __init__(self, server: RunningServer, address: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self._target = urlsplit(address)._replace(scheme="", netloc="").geturl()

    def get(self, asked: str | None = None, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if asked is not None:
            fields["Range"] = f"bytes={asked}"
        self._connection.request("GET", self._target, headers=fields)
        answer = self._connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def close(self) -> None:
        self._connection.close()


def together(count: int, work: Callable[[], None]) -> None:
    """Does `work` in `count` threads; raises what one of them has raised."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - raised below
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.parametrize("file", ["large.bin", None])
@pytest.mark.parametrize("piece", [MIB, 70_001])
def test_thirty_two_connections_put_a_download_together(
    server: RunningServer, handle: str, file: str | None, piece: int
) -> None:
    address = address_of(server, handle, file)
    whole = send(server, "GET", address)
    size, etag = len(whole.body), whole.headers["ETag"]
    got = bytearray(size)
    starts = iter(random.Random(3).sample(range(0, size, piece), len(range(0, size, piece))))
    lock = threading.Lock()

    def fetch() -> None:
        line = Line(server, address)
        while True:
            with lock:
                start = next(starts, None)
            if start is None:
                break
            stop = min(start + piece, size)
            status, headers, body = line.get(f"{start}-{stop - 1}", If_Range=etag)
            assert (status, headers["ETag"], len(body)) == (206, etag, stop - start)
            assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
            got[start:stop] = body
        line.close()

    together(32, fetch)

    assert bytes(got) == whole.body


@pytest.mark.parametrize("file", ["large.bin", None])
def test_every_kind_of_range_gives_its_bytes(server: RunningServer, handle: str, file: str | None) -> None:
    address = address_of(server, handle, file)
    whole = send(server, "GET", address).body
    size = len(whole)
    line = Line(server, address)
    for asked, expected in {
        "-1": whole[-1:],
        "-65557": whole[-65557:],
        f"-{size + 9}": whole,
        f"{size - 1}-": whole[-1:],
        "0-": whole,
        f"{MIB - 1}-{3 * MIB}": whole[MIB - 1 : 3 * MIB + 1],
        f"5-{size * 2}": whole[5:],
    }.items():
        status, _, body = line.get(asked)
        assert (status, body == expected) == (206, True), asked
    assert line.get(f"{size}-")[0] == line.get("-0")[0] == 416
    line.close()


def test_parts_carry_all_that_the_whole_can_be_verified_by(server: RunningServer, handle: str) -> None:
    address = address_of(server, handle, "large.bin")
    whole = send(server, "GET", address).headers
    assert all(whole[name] for name in VERIFIERS)
    assert not whole["ETag"].startswith("W/")
    others = [
        send(server, "HEAD", address).headers,
        send(server, "GET", address, headers={"Range": "bytes=-7"}).headers,
        send(server, "GET", address, headers={"Range": "bytes=0-"}).headers,
    ]
    assert [[headers[name] for name in VERIFIERS] for headers in others] == [
        [whole[name] for name in VERIFIERS]
    ] * 3


def test_a_bundle_can_be_resumed_by_its_validators(server: RunningServer, handle: str) -> None:
    address = address_of(server, handle)
    known = send(server, "HEAD", address).headers
    for validator in (known["ETag"], known["Last-Modified"]):
        part = send(server, "GET", address, headers={"Range": "bytes=-22", "If-Range": validator})
        assert part.status == 206
        assert part.body.startswith(b"PK\x05\x06")
        assert [part.headers[name] for name in VERIFIERS[:3]] == [known[name] for name in VERIFIERS[:3]]


def test_an_address_that_has_served_a_range_ends_with_its_token_all_the_same(server: RunningServer) -> None:
    user = server.new_user()
    handle = publish(server, user, "to-be-revoked", {"a.csv": b"1"})
    owner, slug = handle.split("/")
    request = {"ownerSlug": owner, "datasetSlug": slug}
    address = rpc(server, "datasets.DatasetApiService/DownloadDataset", request, bearer(user)).location
    line = Line(server, address)
    assert [line.get("0-3")[2] for _ in range(3)] == [b"PK\x03\x04"] * 3

    expired = rpc(
        server, "users.AccountService/ExpireApiToken", {"token": user.token, "reason": "lost"}, bearer(user)
    )

    assert expired.status == 200
    assert line.get("0-3")[0] == 403
    line.close()


def test_an_address_that_has_served_a_range_ends_when_its_dataset_is_deleted(server: RunningServer) -> None:
    user = server.new_user()
    handle = publish(server, user, "to-be-deleted", {"a.csv": b"1"})
    owner, slug = handle.split("/")
    line = Line(server, address_of(server, handle))
    assert line.get("0-3")[2] == b"PK\x03\x04"

    request = {"ownerSlug": owner, "datasetSlug": slug}
    assert rpc(server, "datasets.DatasetApiService/DeleteDataset", request, bearer(user)).status == 200

    assert line.get("0-3")[0] == 404
    line.close()


def test_forty_slow_connections_take_little_memory(new_server: Callable[..., RunningServer]) -> None:
    server = new_server()
    handle = publish(server, server.new_user(), "slow", {"zeros.bin": bytes(48 * MIB)})
    before, address = _resident(server), address_of(server, handle)
    lines = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=30) for _ in range(40)]
    for line in lines:
        line.request("GET", urlsplit(address)._replace(scheme="", netloc="").geturl())
    answers = [line.getresponse() for line in lines]
    # Each has begun; whoever reads on meets an answer that waits for it.
    assert {len(answer.read(MIB)) for answer in answers} == {MIB}

    grown = _resident(server) - before
    for line in lines:
        line.close()
    assert grown < 70 * 1024


def _resident(server: RunningServer) -> int:
    """Memory of the server now, in KiB."""
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s*(\d+) kB", text)
    assert found is not None
    return int(found[1])


# Limits


def test_hundreds_of_ranges_over_many_connections_cost_nothing(tmp_path: Path) -> None:
    with owned_server(tmp_path / "data", rate_limit=4) as server:
        user = server.new_user()
        handle = publish(server, user, "geese", {"a.bin": os.urandom(SMALL)})
        server.clock.move(120)
        line = Line(server, address_of(server, handle, "a.bin"))
        assert {line.get(f"0-{SMALL - 1}")[0] for _ in range(300)} == {206}
        line.close()


def test_small_requests_without_end_are_refused_until_the_window_has_passed(tmp_path: Path) -> None:
    with owned_server(tmp_path / "data", rate_limit=4) as server:
        handle = publish(server, server.new_user(), "geese", {"a.bin": os.urandom(SMALL)})
        server.clock.move(120)
        line = Line(server, address_of(server, handle, "a.bin"))
        statuses = [line.get("0-0")[0] for _ in range(201)]
        assert statuses == [206] * 200 + [429]

        status, headers, body = line.get(f"0-{SMALL - 1}")

        assert (status, headers["RateLimit-Limit"]) == (429, "20")
        assert b"too many small requests to the storage: the limit is 20 a minute for one address" in body
        assert b"ask for larger ranges" in body
        server.clock.move(int(headers["Retry-After"]))
        assert line.get("0-0")[0] == 206
        line.close()


def test_ten_thousand_files_one_by_one_with_two_tokens_are_no_abuse() -> None:
    limits = Limits(DEFAULT_RATE_LIMIT, Windows(lambda: 0.0))
    for _ in range(20_000):
        with limits.fetching("192.0.2.1") as sent:
            sent(2_000)


def test_so_many_downloads_at_once_go_to_one_address_and_no_more() -> None:
    limits = Limits(DEFAULT_RATE_LIMIT, Windows(lambda: 0.0))
    under_way = [limits.fetching("192.0.2.1") for _ in range(AT_ONCE)]
    for one in under_way:
        one.__enter__()

    with pytest.raises(RateLimited, match="use fewer connections") as refused, limits.fetching("192.0.2.1"):
        pass
    assert refused.value.retry_after == 1
    with limits.fetching("198.51.100.7"):
        pass
    under_way[0].__exit__(None, None, None)
    with limits.fetching("192.0.2.1"):
        pass
