"""Downloads: signed addresses, ranges, conditions and checksums."""

import hashlib
import io
import os
import socket
import threading
import zipfile
from base64 import b64decode, b64encode
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

import pytest

from tests.server.edge.calls import address_of, publish, raw, send

CONTENT = os.urandom(2_500_000)
NAMES = {
    "plain.csv": b"x\n1\n",
    "two words & more.csv": b"x\n2\n",
    "été ☃.txt": b"schnee",
    "100% of a+b.csv": b"x\n3\n",
    'quote"d;name=x.csv': b"x\n4\n",
    "page.html": b"<script>alert(1)</script>",
    "empty.txt": b"",
    "big.bin": CONTENT,
}


@pytest.fixture(scope="module")
def handle(server):
    return publish(server, server.new_user(), "to-be-downloaded", NAMES)


@pytest.fixture(scope="module")
def big(server, handle):
    return address_of(server, handle, "big.bin")


@pytest.fixture(scope="module")
def bundle(server, handle):
    return address_of(server, handle)


@pytest.mark.parametrize("name", NAMES)
def test_the_address_ends_with_the_encoded_name_and_gives_the_bytes(server, handle, name):
    address = address_of(server, handle, name)
    assert unquote(urlsplit(address).path.rpartition("/")[2]) == name
    answer = send(server, "GET", address)
    assert (answer.status, answer.body) == (200, NAMES[name])
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == name


def test_a_file_carries_its_hashes_length_and_date(server, big):
    answer = send(server, "GET", big)
    assert answer.headers["x-goog-hash"] == "md5=" + b64encode(hashlib.md5(CONTENT).digest()).decode()
    digest = answer.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")
    assert b64decode(digest) == hashlib.sha256(CONTENT).digest()
    assert answer.headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert int(answer.headers["Content-Length"]) == len(CONTENT)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Encoding"] is None
    assert answer.headers["Last-Modified"].endswith(" GMT")
    assert parsedate_to_datetime(answer.headers["Last-Modified"]).year >= 2026


def test_a_stored_page_does_not_run_in_a_browser(server, handle):
    answer = send(server, "GET", address_of(server, handle, "page.html"))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_head_tells_the_same_without_the_bytes(server, big):
    head, get = send(server, "HEAD", big), send(server, "GET", big)
    assert (head.status, head.body) == (200, b"")
    differing = {name for name, value in get.headers.items() if head.headers[name] != value}
    assert differing <= {"date"}


@pytest.mark.parametrize(
    ("asked", "first", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000000-", 1_000_000, 2_500_000),
        ("bytes=-7", 2_499_993, 2_500_000),
        ("bytes=5-2000004", 5, 2_000_005),
    ],
)
def test_a_range_gives_those_bytes_alone(server, big, asked, first, stop):
    answer = send(server, "GET", big, headers={"Range": asked})
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{stop - 1}/2500000"
    assert int(answer.headers["Content-Length"]) == stop - first
    assert answer.body == CONTENT[first:stop]


def test_a_range_past_the_end_is_refused_with_the_size(server, big):
    answer = send(server, "GET", big, headers={"Range": "bytes=2500000-"})
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */2500000")


def test_several_ranges_give_the_whole(server, big):
    answer = send(server, "GET", big, headers={"Range": "bytes=0-1,5-9"})
    assert (answer.status, answer.body) == (200, CONTENT)


def test_if_range_guards_a_resumed_download(server, big):
    known = send(server, "HEAD", big).headers
    for validator in (known["ETag"], known["Last-Modified"]):
        answer = send(server, "GET", big, headers={"Range": "bytes=2499990-", "If-Range": validator})
        assert (answer.status, answer.body) == (206, CONTENT[-10:])
    changed = send(server, "GET", big, headers={"Range": "bytes=2499990-", "If-Range": '"other"'})
    assert (changed.status, changed.body) == (200, CONTENT)


def test_a_client_that_has_the_file_is_told_so(server, big):
    known = send(server, "HEAD", big).headers
    for headers in ({"If-None-Match": known["ETag"]}, {"If-Modified-Since": known["Last-Modified"]}):
        answer = send(server, "GET", big, headers=headers)
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", known["ETag"])


def test_the_bundle_is_a_zip_of_all_files(server, bundle):
    answer = send(server, "GET", bundle)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert urlsplit(bundle).path.endswith("/to-be-downloaded.zip")
    assert answer.headers["x-goog-hash"] is None
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert {info.filename: archive.read(info) for info in archive.infolist()} == NAMES


def test_any_range_of_the_bundle_fits_the_whole(server, bundle):
    whole = send(server, "GET", bundle).body
    size = len(whole)
    for first, last in [(0, 0), (1, 99), (500, size - 500), (size - 100, size - 1), (1_234_567, 1_234_999)]:
        part = send(server, "GET", bundle, headers={"Range": f"bytes={first}-{last}"})
        assert (part.status, part.body) == (206, whole[first : last + 1])
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"


def test_addresses_need_no_credentials_and_ignore_those_that_come_along(server, big):
    assert send(server, "GET", big, headers={"Authorization": "Bearer KGAT_whatever"}).status == 200


@pytest.mark.parametrize("parameter", ["signature", "expires", "version"])
def test_an_address_that_was_tampered_with_is_refused(server, big, parameter):
    place, _, query = big.partition("?")
    pairs = dict(pair.split("=") for pair in query.split("&"))
    changed = pairs | {parameter: pairs[parameter][:-1] + ("1" if pairs[parameter][-1] != "1" else "2")}
    missing = {name: value for name, value in pairs.items() if name != parameter}
    for other in (changed, missing):
        answer = send(
            server, "GET", place + "?" + "&".join(f"{name}={value}" for name, value in other.items())
        )
        assert answer.status == 403
        assert "ask the API for a new" in answer.json["message"]


def test_an_address_of_one_file_gives_no_other(server, handle, big):
    other = hashlib.sha256(NAMES["plain.csv"]).hexdigest()
    assert send(server, "GET", big.replace(hashlib.sha256(CONTENT).hexdigest(), other)).status == 403
    assert send(server, "GET", big.replace("/big.bin", "/other.bin")).status == 403
    assert send(server, "GET", big.replace("/storage/blobs/", "/storage/bundles/")).status == 403


def test_only_get_and_head_are_taken(server, big):
    for verb in ("PUT", "POST", "DELETE"):
        answer = send(server, verb, big)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("name", ["x%0d%0aSet-Cookie:%20a=b", "x%00y", "%ff%fe", "..%2f..%2fetc%2fpasswd"])
def test_no_name_in_an_address_breaks_the_answer(server, big, name):
    answer = send(server, "GET", big.replace("/big.bin", f"/{name}"))
    assert answer.status in (400, 403, 404)
    assert answer.headers["Set-Cookie"] is None


def test_a_client_that_goes_away_in_the_middle_harms_nobody(server, big):
    parts = urlsplit(big)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
            line.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert line.recv(1000).startswith(b"HTTP/1.1 200")
    assert send(server, "GET", big).body == CONTENT
    assert "Traceback" not in server.log.read_text()


def test_many_downloads_at_once_are_all_whole(server, big):
    wanted, whole = hashlib.sha256(CONTENT).digest(), []

    def fetch() -> None:
        whole.append(hashlib.sha256(send(server, "GET", big).body).digest() == wanted)

    threads = [threading.Thread(target=fetch) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert whole == [True] * 40


def test_links_are_in_the_origin_of_a_client_that_comes_by_proxy(server, handle):
    request = f"GET http://localhost/api/v1/datasets/download/{handle} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(request.encode())
        head = line.recv(65536).decode()
    location = next(row for row in head.split("\r\n") if row.lower().startswith("location: ")).split(" ", 1)[
        1
    ]
    assert location.startswith("http://localhost/storage/bundles/")
    answer = raw(server, f"GET {location} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.startswith(b"200 PK")


def test_a_condition_that_does_not_hold_is_an_error_answer(server, handle):
    answer = send(server, "GET", address_of(server, handle, "plain.csv"), None, {"If-Match": '"other"'})
    assert (answer.status, answer.json["code"]) == (412, 412)
