"""A folder is published whole or not at all, and what the server has already is not sent again."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from brant.client import datasets
from brant.client.session import Session
from brant.client.uploads.journal import UploadJournal
from brant.client.uploads.selection import DirMode
from brant.contract.handles import DatasetHandle
from brant.errors import (
    Conflict,
    InvalidHandle,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unreachable,
)
from tests.client.conftest import Publishable
from tests.client.stranger import Stranger, stranger
from tests.conftest import RunningServer, User
from tests.transfer.peer import Exchange, status

FILES = {"penguins.csv": b"species\nAdelie\n", "raw/deep/notes.txt": b"notes", ".hidden": b"h", "empty": b""}


def listed(session: Session, handle: DatasetHandle) -> dict[str, int]:
    return {file.name or "": file.total_bytes for file in datasets.all_files(session, handle)}


@pytest.fixture
def handle(user: User) -> DatasetHandle:
    return DatasetHandle(user.name, "palmer-penguins")


def test_a_folder_is_published_with_its_folders(
    session: Session, publishable: Publishable, handle: DatasetHandle
) -> None:
    files = {path: f"{path} of {handle}".encode() for path in FILES}  # that nobody else has published
    published = datasets.create(session, publishable(files=files))

    assert (published.ref, published.sent, published.reused) == (str(handle), 4, 0)
    assert published.url.endswith(f"/datasets/{handle}")
    assert listed(session, handle) == {path: len(content) for path, content in files.items()}
    assert datasets.view(session, handle).is_private is True


def test_public_is_public(session: Session, publishable: Publishable, handle: DatasetHandle) -> None:
    datasets.create(session, publishable(files=FILES), public=True)

    assert datasets.view(session, handle).is_private is False


def test_what_metadata_says_of_the_dataset_and_of_a_file_is_published(
    session: Session, publishable: Publishable, handle: DatasetHandle
) -> None:
    resource = {
        "path": "penguins.csv",
        "description": "all of them",
        "schema": {"fields": [{"name": "species", "description": "which", "type": "String"}]},
    }
    folder = publishable(
        files=FILES, subtitle="Three species, three islands", description="# Penguins", resources=[resource]
    )

    datasets.create(session, folder)

    info = datasets.metadata(session, handle)
    assert (info.subtitle, info.description) == ("Three species, three islands", "# Penguins")
    assert [licence.name for licence in info.licenses] == ["CC0-1.0"]
    (file,) = [file for file in info.data if file.name == "penguins.csv"]
    assert file.description == "all of them"
    assert [(column.name, column.description) for column in file.columns] == [("species", "which")]


def test_a_new_version_sends_only_what_changed(
    session: Session, publishable: Publishable, handle: DatasetHandle
) -> None:
    folder = publishable(files={f"part-{number:03}.csv": b"%d" % number for number in range(50)})
    datasets.create(session, folder)
    (folder / "part-007.csv").write_bytes(b"changed")

    published = datasets.create_version(session, folder, "one changed")

    assert (published.sent, published.reused) == (1, 49)
    assert datasets.view(session, handle).current_version_number == 2
    assert listed(session, handle)["part-007.csv"] == 7
    assert listed(session, handle.at(1))["part-007.csv"] == 1


def test_old_versions_can_be_deleted_with_a_new_one(
    session: Session, publishable: Publishable, handle: DatasetHandle
) -> None:
    folder = publishable(files=FILES)
    datasets.create(session, folder)

    datasets.create_version(session, folder, "anew", delete_old=True)

    with pytest.raises(NotFound):
        datasets.files(session, handle.at(1))
    assert listed(session, handle.at(2)).keys() == FILES.keys()


def test_a_version_can_go_by_the_datasets_number(
    session: Session, publishable: Publishable, handle: DatasetHandle
) -> None:
    folder = publishable(files=FILES)
    datasets.create(session, folder)
    number = datasets.view(session, handle).id
    (folder / "dataset-metadata.json").write_text(json.dumps({"id_no": number}))

    published = datasets.create_version(session, folder, "by number")

    assert (published.sent, published.reused) == (0, 4)
    assert datasets.view(session, handle).current_version_number == 2


@pytest.mark.parametrize("mode", ["zip", "tar"])
def test_packed_folders_are_unpacked_by_the_server(
    session: Session, publishable: Publishable, handle: DatasetHandle, mode: DirMode
) -> None:
    datasets.create(session, publishable(files=FILES), dir_mode=mode)

    # As official clients see it: an archive of that name comes back as a folder of that name.
    assert {path.rsplit("/", 1)[-1] for path in listed(session, handle)} == {
        path.rsplit("/", 1)[-1] for path in FILES
    }


def test_skipped_folders_are_named(session: Session, publishable: Publishable, handle: DatasetHandle) -> None:
    published = datasets.create(session, publishable(files=FILES), dir_mode="skip")

    assert published.skipped == ["raw"]
    assert listed(session, handle).keys() == {".hidden", "empty", "penguins.csv"}


def test_skipping_every_folder_leaves_nothing_and_says_so(session: Session, publishable: Publishable) -> None:
    with pytest.raises(InvalidInput, match="holds folders alone"):
        datasets.create(session, publishable(files={"raw/a.csv": b"x"}), dir_mode="skip")


def test_an_unknown_mode_is_refused(session: Session, publishable: Publishable) -> None:
    with pytest.raises(InvalidInput, match="'rar' is none of keep, skip, zip, tar"):
        datasets.create(session, publishable(files=FILES), dir_mode="rar")  # type: ignore[arg-type]


def test_a_handle_that_is_taken_is_said_before_any_upload(session: Session, publishable: Publishable) -> None:
    folder = publishable(files=FILES)
    datasets.create(session, folder)

    with pytest.raises(Conflict, match="is there already: choose another slug"):
        datasets.create(session, folder)


def test_a_title_that_is_taken_is_said_before_any_upload(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    metadata = {"id": "ada/other-geese", "title": "GEESE!", "licenses": [{"name": "CC0-1.0"}]}
    other.on["ListDatasets"] = status(
        200, b'{"datasets": [{"ref": "ada/geese", "title": "Geese!"}]}', Content_Type="application/json"
    )
    (folder / "dataset-metadata.json").write_text(json.dumps(metadata))

    with pytest.raises(Conflict, match="the title 'GEESE!' is in use by ada/geese: choose another"):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert (other.started, other.published) == ([], [])


def test_a_version_of_nothing_is_refused(session: Session, publishable: Publishable) -> None:
    with pytest.raises(NotFound, match="publish it first with 'brant datasets create'"):
        datasets.create_version(session, publishable(files=FILES), "x")


def test_another_users_dataset_cannot_be_written(
    server: RunningServer, session: Session, publishable: Publishable, handle: DatasetHandle, home: Path
) -> None:
    datasets.create(session, publishable(files=FILES), public=True)
    environ = {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": server.new_user("mallory").token}

    with Session.from_environ(environ, home) as other:
        with pytest.raises((PermissionDenied, NotFound, InvalidInput)):
            datasets.create_version(other, publishable(files={"evil.csv": b"x"}), "x")
        with pytest.raises((PermissionDenied, NotFound)):
            datasets.delete(other, handle)
    assert listed(session, handle).keys() == FILES.keys()


def test_without_credentials_nothing_is_read(
    server: RunningServer, publishable: Publishable, home: Path
) -> None:
    with (
        Session.from_environ({"BRANT_ENDPOINT": server.address}, home) as session,
        pytest.raises(Unauthenticated, match="set KAGGLE_API_TOKEN"),
    ):
        datasets.create(session, publishable(files=FILES))


def test_the_librarys_way_makes_a_private_dataset_then_versions(
    session: Session, tmp_path: Path, handle: DatasetHandle
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/dataset-metadata.json").write_text("just a file here")
    (tmp_path / "data/a.csv").write_text("x")

    datasets.publish(session, handle, tmp_path / "data")
    assert datasets.view(session, handle).title == "palmer-penguins"
    assert datasets.view(session, handle).is_private is True
    datasets.publish(session, handle, tmp_path / "data/a.csv", notes="one file alone")

    assert listed(session, handle.at(1)).keys() == {"a.csv", "dataset-metadata.json"}
    assert listed(session, handle.at(2)) == {"a.csv": 1}
    with pytest.raises(InvalidHandle, match="a version cannot be chosen"):
        datasets.publish(session, handle.at(2), tmp_path / "data")


# What follows runs against a server of another make, scripted to fail.


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, to be published as ada/palmer-penguins."""
    made = tmp_path / "palmer-penguins"
    made.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (made / name).write_text(name * 1000)
    metadata = {"id": "ada/palmer-penguins", "title": "Palmer penguins", "licenses": [{"name": "CC0-1.0"}]}
    (made / "dataset-metadata.json").write_text(json.dumps(metadata))
    return made


def test_a_server_without_extensions_gets_every_file(other: Stranger, folder: Path, tmp_path: Path) -> None:
    published = datasets.create(other.session(tmp_path / "state"), folder)

    assert (published.sent, published.reused) == (3, 0)
    assert published.url == "http://stranger/ada/palmer-penguins"
    assert {token.partition("-")[2]: bytes(held) for token, held in other.held.items()} == {
        name: (folder / name).read_bytes() for name in ("a.csv", "b.csv", "c.csv")
    }
    (request,) = other.published
    assert {file["token"] for file in request["files"]} == other.held.keys()
    assert (request["isPrivate"], request["licenseName"]) == (True, "CC0-1.0")
    assert list((tmp_path / "state").iterdir()) == []


def test_one_failed_upload_publishes_nothing_and_a_rerun_sends_the_rest(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["b.csv"] = status(403, b"no")
    with pytest.raises(PermissionDenied):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.published == []
    del other.on["b.csv"]

    published = datasets.create(other.session(tmp_path / "state"), folder)

    assert len(other.published) == 1
    assert published.sent + published.reused == 3
    # What was begun goes on where it was.
    assert sorted(other.started) == ["a.csv", "b.csv", "c.csv"]


def test_after_a_kill_a_rerun_goes_on_where_it_was(other: Stranger, folder: Path, tmp_path: Path) -> None:
    big = os.urandom(3_000_000)
    (folder / "c.csv").write_bytes(big)
    code = f"""
        from pathlib import Path
        from brant.client import datasets
        from brant.client.credentials import AccessToken
        from brant.client.endpoints import Endpoint
        from brant.client.session import Session
        from brant.transfer.http.pool import Pool
        endpoint = Endpoint.of("http://127.0.0.1:{other.peer.port}")
        session = Session(
            endpoint, AccessToken("KGAT_stranger", "a test"), Pool(), state=Path({str(tmp_path / "state")!r})
        )
        datasets.create(session, Path({str(folder)!r}))
    """
    running: list[subprocess.Popen[bytes]] = []

    def kill_halfway(exchange: Exchange) -> None:
        token = exchange.request.target.rpartition("/")[2]
        other.held[token] = bytearray(exchange.read_body(1_000_000))
        other.await_bytes_of("a.csv", "b.csv")
        running[0].send_signal(signal.SIGKILL)
        exchange.hang_up()

    other.on["c.csv"] = kill_halfway
    running.append(subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)]))
    assert running[0].wait(timeout=30) == -signal.SIGKILL
    assert other.published == []
    del other.on["c.csv"]

    published = datasets.create(other.session(tmp_path / "state"), folder)

    assert sorted(other.started) == ["a.csv", "b.csv", "c.csv"]
    assert published.sent + published.reused == 3
    assert big in [bytes(held) for held in other.held.values()]
    resumed = [
        r for r in other.peer.requests if r.headers.get("content-range", "").startswith("bytes 1000000-")
    ]
    assert len(resumed) == 1


def test_an_upload_that_the_server_forgot_is_begun_anew(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["c.csv"] = status(403)
    with pytest.raises(PermissionDenied):
        datasets.create(other.session(tmp_path / "state"), folder)
    del other.on["c.csv"]
    other.on["ask c.csv"] = status(404)

    datasets.create(other.session(tmp_path / "state"), folder)

    assert other.started.count("c.csv") == 2
    assert len(other.published) == 1


def test_a_failing_store_is_given_up_with_nothing_published(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["c.csv"] = other.on["ask c.csv"] = status(503)

    with pytest.raises(Unreachable):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.published == []


def test_a_refusal_keeps_what_was_uploaded(other: Stranger, folder: Path, tmp_path: Path) -> None:
    other.on["CreateDataset"] = status(
        200, b'{"status": "error", "error": "Title is already in use"}', Content_Type="application/json"
    )
    with pytest.raises(Conflict, match="was not published: Title is already in use"):
        datasets.create(other.session(tmp_path / "state"), folder)
    del other.on["CreateDataset"]

    published = datasets.create(other.session(tmp_path / "state"), folder)

    assert (published.sent, published.reused) == (0, 3)
    assert len(other.started) == 3


def test_tokens_that_the_server_refuses_are_not_offered_again(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["CreateDataset"] = status(
        400, b'{"code": 400, "message": "unknown upload token"}', Content_Type="application/json"
    )
    with pytest.raises(InvalidInput, match="unknown upload token"):
        datasets.create(other.session(tmp_path / "state"), folder)
    del other.on["CreateDataset"]

    assert datasets.create(other.session(tmp_path / "state"), folder).sent == 3


def test_an_answer_that_is_lost_is_said_and_its_tokens_are_not_offered_again(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["CreateDataset"] = Exchange.hang_up
    with pytest.raises(Unreachable, match="not known whether ada/palmer-penguins was published: look with"):
        datasets.create(other.session(tmp_path / "state"), folder)
    del other.on["CreateDataset"]

    assert datasets.create(other.session(tmp_path / "state"), folder).sent == 3


def test_a_file_that_changes_while_it_is_uploaded_publishes_nothing(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    def change(exchange: Exchange) -> None:
        exchange.read_body()
        (folder / "b.csv").write_text("something else")
        exchange.answer(200)

    other.on["b.csv"] = change

    with pytest.raises(Conflict, match=r"b\.csv"):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.published == []


def test_a_file_that_changes_after_its_upload_publishes_nothing(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    def change(exchange: Exchange) -> None:
        exchange.read_body()
        (folder / "a.csv").write_text("something else")
        exchange.answer(200)

    other.on["c.csv"] = change

    with pytest.raises(Conflict, match=r"a\.csv"):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.published == []


def test_a_handle_that_cannot_be_looked_up_is_not_taken_for_free(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    other.on["GetDatasetStatus"] = status(503)

    with pytest.raises(Unreachable):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.started == []


def test_bad_metadata_and_bad_names_are_said_without_any_call(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    (folder / "A.csv").write_text("x")
    with pytest.raises(InvalidInput, match="in case alone"):
        datasets.create(other.session(tmp_path / "state"), folder)
    (folder / "dataset-metadata.json").write_text("{}")
    with pytest.raises(InvalidInput, match="licenses: is missing"):
        datasets.create(other.session(tmp_path / "state"), folder)
    assert other.peer.requests == []


def test_one_folder_is_uploaded_by_one_process_at_a_time(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    session = other.session(tmp_path / "state")
    identity = (session.endpoint.base, "Bearer KGAT_stranger", "ada/palmer-penguins", str(folder.resolve()))

    with (
        UploadJournal(tmp_path / "state", *identity, warn=print),
        pytest.raises(Conflict, match="another process is uploading this: wait"),
    ):
        datasets.create(session, folder)


def test_the_journal_is_private_and_forgets_after_six_days(
    other: Stranger, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.on["CreateDataset"] = status(
        400, b'{"code": 400, "message": "no"}', Content_Type="application/json"
    )
    with pytest.raises(InvalidInput):
        datasets.create(other.session(tmp_path / "state"), folder)
    (journal,) = (tmp_path / "state").iterdir()
    assert journal.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    week_old = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in week_old:
        if "started" in line:
            line["started"] -= 7 * 24 * 3600
    journal.write_text("".join(json.dumps(line) + "\n" for line in week_old) + '{"torn')
    del other.on["CreateDataset"]

    assert datasets.create(other.session(tmp_path / "state"), folder).sent == 3


def test_a_home_that_cannot_be_written_is_warned_of_and_stops_no_upload(
    other: Stranger, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "home").write_text("a file, where no folder can be made")
    warned: list[str] = []
    session = other.session(tmp_path / "home" / "state", warn=warned.append)

    assert datasets.create(session, folder).sent == 3
    (line,) = warned
    assert "cannot be written (Not a directory): if this upload is cut off" in line


def test_nothing_needs_to_be_remembered(other: Stranger, folder: Path) -> None:
    assert datasets.create(other.session(None), folder).sent == 3
