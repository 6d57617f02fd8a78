"""`brant serve` and `brant admin`, as programs."""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from brant.errors import Conflict, NotFound, UsageError
from brant.server.main import main, run
from tests.server.edge.calls import address_of, bearer, publish, rpc, send, start_upload

HELLO = "api.v1.DiagnosticsService/Hello"


def brant(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    command = [sys.executable, "-m", "brant", *words]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=30, env={**os.environ, **environ}
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_cleanly(new_server, number):
    server = new_server()
    server.process.send_signal(number)
    assert server.process.wait(timeout=20) == 0
    assert server.log.read_text() == ""


def test_it_stops_while_a_client_holds_a_connection(new_server):
    server = new_server()
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 200")
        assert server.stop() == 0


def test_it_stops_though_clients_hang_in_the_middle(new_server):
    server = new_server()
    user = server.new_user()
    content = os.urandom(20_000_000)
    handle = publish(server, user, "to-be-stalled", {"big.bin": content})
    _, upload_address = start_upload(server, user, "hanging.bin", len(content))
    down = urlsplit(address_of(server, handle, "big.bin"))
    up = urlsplit(upload_address)
    with (
        socket.create_connection(("127.0.0.1", server.port)) as receiver,
        socket.create_connection(("127.0.0.1", server.port)) as sender,
    ):
        receiver.sendall(f"GET {down.path}?{down.query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert receiver.recv(1000).startswith(b"HTTP/1.1 200")
        head = f"PUT {up.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
        sender.sendall(head.encode() + content[:2_000_000])
        assert server.stop() == 0
    assert server.log.read_text() == ""


def test_it_says_how_clients_are_pointed_at_it(new_server):
    server = new_server()
    server.stop()
    told = server.process.stdout.read()
    for words in (
        f"BRANT_ENDPOINT={server.address}",
        f"KAGGLE_API_ENVIRONMENT=LOCALHOST http_proxy={server.address}",
        f"KAGGLE_API_ENDPOINT={server.address}",
        "brant admin user add",
    ):
        assert words in told


def test_a_folder_that_is_served_is_not_served_twice(server):
    second = brant("serve", "--port", "0", "--data", str(server.data))
    assert second.returncode == 12
    assert second.stdout == ""
    assert second.stderr == (
        f"brant: {server.data} is being served by process {server.process.pid}: "
        "stop that one, or choose another --data\n"
    )


def test_a_port_that_is_taken_is_told_of(server, tmp_path):
    second = brant("serve", "--port", str(server.port), "--data", str(tmp_path / "other"))
    assert second.returncode == 12
    assert second.stderr.count("\n") == 1
    assert "choose another --port" in second.stderr


@pytest.mark.parametrize(
    "options",
    [("--port", "x"), ("--port", "70000"), ("--origin", "nowhere"), ("--colour",), ("surplus",)],
)
def test_wrong_options_are_a_usage_error(tmp_path, options):
    with pytest.raises(UsageError):
        run(["serve", "--data", str(tmp_path), *options], environ={}, home=tmp_path, out=sys.stdout)


def test_a_data_folder_that_cannot_be_is_told_of(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused = brant("serve", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert refused.returncode == 12
    assert refused.stderr.startswith("brant: cannot make the data folder")
    assert refused.stderr.count("\n") == 1


def test_the_data_folder_is_its_owners_alone(server):
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data / "link.key").stat().st_mode) == 0o600


def test_the_data_folder_is_where_xdg_says(tmp_path):
    brant("admin", "user", "add", "ada", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "xdg"))
    assert (tmp_path / "xdg" / "brant" / "brant.sqlite3").exists()
    brant("admin", "user", "add", "ada", HOME=str(tmp_path), XDG_DATA_HOME="")
    assert (tmp_path / ".local" / "share" / "brant" / "brant.sqlite3").exists()


def test_a_public_origin_is_answered_for(new_server):
    server = new_server("--origin", "https://kaggle.example.org")
    user = server.new_user()
    request = {"name": "a.csv", "contentLength": 1, "type": "DATASET"}
    headers = {**bearer(user), "Host": "kaggle.example.org"}
    answer = rpc(server, "blobs.BlobApiService/StartBlobUpload", request, headers)
    assert answer.json["createUrl"].startswith("https://kaggle.example.org/storage/uploads/")


def test_a_quiet_server_logs_nothing_and_a_verbose_one_no_secrets(new_server):
    for options, lines in (((), 0), (("--verbose",), 5)):
        server = new_server(*options)
        user = server.new_user()
        handle = publish(server, user, "some-data", {"a.csv": b"x\n1\n"})
        address = address_of(server, handle, "a.csv")
        assert send(server, "GET", address).status == 200
        server.stop()
        log = server.log.read_text()
        assert len(log.splitlines()) == lines
        signature = re.search(r"signature=(\w+)", address)
        assert signature is not None
        assert signature[1] not in log
        assert user.token not in log
        assert not re.search(r"/storage/uploads/(?!\*\*\*)", log)


def test_an_unexpected_failure_tells_the_caller_its_number_alone(new_server):
    server = new_server()
    user = server.new_user()
    with closing(sqlite3.connect(server.data / "brant.sqlite3")) as database:
        database.execute("ALTER TABLE datasets RENAME TO lost")
    answer = rpc(server, "datasets.DatasetApiService/ListDatasets", {}, bearer(user))
    assert (answer.status, answer.json["code"]) == (500, 500)
    assert send(server, "GET", "/api/v1/datasets/view/a%0Dforged/b", None, bearer(user)).status == 500
    assert not re.search(r"(?m)^forged", server.log.read_text())
    number = re.fullmatch(
        r"the server failed; its log has the reason under error (\w{8})", answer.json["message"]
    )
    assert number is not None
    assert f"error {number[1]}" in server.log.read_text()
    assert "no such table" in server.log.read_text()


def test_a_damaged_blob_breaks_the_connection_and_is_told_of_in_the_log(new_server):
    server = new_server()
    user = server.new_user()
    handle = publish(server, user, "to-be-cut", {"big.bin": os.urandom(3_000_000)})
    (blob,) = (path for path in (server.data / "blobs").rglob("*") if path.is_file())
    os.truncate(blob, 2_000_000)
    with pytest.raises(http.client.IncompleteRead):
        send(server, "GET", address_of(server, handle, "big.bin"))
    assert "broke off" in server.log.read_text()
    blob.unlink()
    answer = send(server, "GET", address_of(server, handle, "big.bin"))
    assert (answer.status, answer.json["code"]) == (500, 500)
    assert send(server, "GET", "/healthz").status == 200


def test_admin_prints_a_token_once_and_nothing_else(server):
    server.add_user("grace")
    token = brant("admin", "token", "grace", "--data", str(server.data))
    assert re.fullmatch(r"KGAT_[\w-]{20,}\n", token.stdout)
    assert (token.returncode, token.stderr) == (0, "")
    assert rpc(server, HELLO, {}, {"Authorization": f"Bearer {token.stdout.strip()}"}).json == {
        "userName": "grace"
    }


def test_admin_prints_kaggle_json(server):
    server.add_user("edith")
    printed = json.loads(server.admin("key", "edith"))
    assert set(printed) == {"username", "key"}
    assert printed["username"] == "edith"
    assert re.fullmatch(r"[0-9a-f]{32}", printed["key"])


def test_admin_lists_users(server):
    server.add_user("mary", admin=True)
    rows = [line.split("\t") for line in server.admin("user", "list").splitlines()]
    assert ["mary", "admin"] in [row[:2] for row in rows]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("token", "nobody"), 6),
        (("key", "nobody"), 6),
        (("user", "add", "mary-ann/x"), 3),
        (("user", "add", "download"), 3),
        (("user",), 2),
        ((), 2),
        (("fly",), 2),
    ],
)
def test_admin_errors_are_one_line_with_their_exit_code(tmp_path, capsys, words, code):
    assert main(["admin", *words, *(["--data", str(tmp_path)] if len(words) > 1 else [])]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("brant: ")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("user", "list"), ("token", "ada"), ("key", "ada"), ("gc",), ("backup", "copy")], ids=" ".join
)
def test_a_mistyped_folder_is_told_of_and_not_made(tmp_path, capsys, words):
    wrong = tmp_path / "typo"
    assert main(["admin", *words, "--data", str(wrong)]) == 6
    assert "no data folder" in capsys.readouterr().err
    assert not wrong.exists()


def test_a_user_who_is_not_there_is_told_of(server):
    with pytest.raises(NotFound, match="brant admin user add"):
        server.admin("token", "nobody")


def test_a_user_is_added_once(server):
    server.add_user("only-one")
    with pytest.raises(Conflict):
        server.add_user("only-one")


def test_a_backup_can_be_served(server, new_server, tmp_path):
    user = server.new_user()
    handle = publish(server, user, "to-be-kept", {"a.csv": b"x\n1\n", "b.csv": b"x\n2\n"})
    server.admin("backup", str(tmp_path / "kept"))
    restored = new_server(data=tmp_path / "kept")
    assert rpc(restored, HELLO, {}, bearer(user)).json == {"userName": user.name}
    whole = send(restored, "GET", address_of(restored, handle)).body
    assert zipfile.ZipFile(BytesIO(whole)).read("b.csv") == b"x\n2\n"


def test_garbage_is_named_before_it_is_removed(new_server):
    server = new_server()
    user = server.new_user()
    handle = publish(server, user, "to-be-deleted", {"a.csv": b"x\n1\n"})
    publish(server, user, "to-be-kept", {"b.csv": b"x\n2\n"})
    request = {"ownerSlug": user.name, "datasetSlug": handle.partition("/")[2]}
    assert rpc(server, "datasets.DatasetApiService/DeleteDataset", request, bearer(user)).status == 200

    named = server.admin("gc", "--dry-run")
    assert named.startswith("would remove ")
    assert _blobs(server.data) == 2
    removed = server.admin("gc")
    assert removed == named.replace("would remove", "removed")
    assert _blobs(server.data) == 2 - int(re.search(r"(\d+) blobs", removed)[1])


def _blobs(data: Path) -> int:
    return sum(path.is_file() for path in (data / "blobs").rglob("*"))


def test_start_up_imports_nothing_that_the_command_does_not_need(tmp_path):
    program = (
        "import io, pathlib, sys; from brant.server.main import run\n"
        "run(sys.argv[1:], environ={}, home=pathlib.Path(), out=io.StringIO())\n"
        "print([name for name in ('uvicorn', 'starlette', 'alembic', 'brant.client') if name in sys.modules])"
    )
    words = ["admin", "user", "list", "--data", str(tmp_path)]
    # Makes the tables, for which it needs alembic.
    brant("admin", "user", "add", "ada", "--data", str(tmp_path))
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]"


def test_health_is_told_under_any_name(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/healthz", headers={"Host": "a-pod.internal:1"})
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())) == (200, {"status": "ok"})
    connection.close()


def test_the_log_of_the_shared_server_has_no_traceback(server):
    assert "Traceback" not in Path(server.log).read_text()
