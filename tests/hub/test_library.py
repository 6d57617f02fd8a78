"""The library's functions against a real server: what arrives, what is kept, and what is refused."""

import getpass
import io
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import brant
from brant.errors import (
    Corrupt,
    DestinationExists,
    InvalidHandle,
    InvalidInput,
    LocalFailure,
    NotFound,
    Unauthenticated,
)
from tests.client.stranger import Stranger, stranger
from tests.conftest import RunningServer, User
from tests.hub.conftest import FILES, contents, fill
from tests.transfer.peer import Blob, Exchange, status


def test_a_dataset_is_downloaded_once(handle: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(brant.dataset_download(handle))

    assert path == cache / "datasets" / handle / "versions/1"
    assert contents(path) == FILES
    assert (cache / "datasets" / handle / "1.complete").is_file()
    assert {entry.name for entry in (cache / "datasets" / handle).iterdir()} == {"1.complete", "versions"}
    # From now on a handle with its version asks nobody.
    monkeypatch.setenv("BRANT_ENDPOINT", "http://127.0.0.1:9")
    assert brant.dataset_download(f"{handle}/versions/1") == str(path)
    assert brant.dataset_download(f"{handle}/versions/1", "penguins.csv") == str(path / "penguins.csv")


def test_without_a_network_an_unversioned_handle_is_answered_from_the_cache(
    handle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = brant.dataset_download(handle)
    monkeypatch.setenv("BRANT_ENDPOINT", "http://127.0.0.1:9")

    assert brant.dataset_download(handle) == path
    assert brant.dataset_download(handle, "raw/notes.txt") == f"{path}/raw/notes.txt"


def test_a_cache_with_blanks_in_its_name_serves_many_threads_at_once(
    handle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "a cache of mine"))

    with ThreadPoolExecutor(6) as threads:
        paths = set(threads.map(lambda _: brant.dataset_download(handle), range(6)))

    (path,) = paths
    assert contents(Path(path)) == FILES
    assert capfd.readouterr().out == ""


def test_a_cache_that_cannot_be_written_is_one_line_that_says_what_to_do(
    handle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "file" / "cache"))

    with pytest.raises(LocalFailure, match=r"cannot be written \(Not a directory\): .* KAGGLEHUB_CACHE"):
        brant.dataset_download(handle)


def test_one_file_is_downloaded_and_marked_by_itself(handle: str, cache: Path) -> None:
    path = Path(brant.dataset_download(handle, "raw/notes.txt"))

    base = cache / "datasets" / handle
    assert path == base / "versions/1/raw/notes.txt"
    assert path.read_bytes() == b"notes"
    assert (base / ".complete/1/raw/notes.txt.complete").is_file()
    assert not (base / "1.complete").exists()


def test_a_folder_is_downloaded_and_marked(handle: str, cache: Path) -> None:
    path = Path(brant.dataset_download(handle, "raw"))

    assert contents(path) == {"notes.txt": b"notes", "deep/more.txt": b"more"}
    markers = cache / "datasets" / handle / ".complete/1"
    assert (markers / "raw.complete").is_file()
    assert (markers / "raw/deep/more.txt.complete").is_file()


def test_what_is_not_whole_is_fetched_again(handle: str, cache: Path) -> None:
    path = Path(brant.dataset_download(handle))
    (cache / "datasets" / handle / "1.complete").unlink()
    (path / "penguins.csv").write_text("half")

    brant.dataset_download(handle)

    assert contents(path) == FILES


def test_a_forced_download_replaces_what_is_there(handle: str) -> None:
    path = Path(brant.dataset_download(handle))
    (path / "penguins.csv").write_text("mine")
    (path / "stale.txt").write_text("stale")

    brant.dataset_download(handle, force_download=True)

    assert contents(path) == FILES


def test_a_new_version_lies_beside_the_old_one(handle: str, tmp_path: Path) -> None:
    first = Path(brant.dataset_download(handle))
    brant.dataset_upload(handle, str(fill(tmp_path / "new", {"penguins.csv": b"changed"})), "changed")

    second = Path(brant.dataset_download(handle))

    assert (first.name, second.name) == ("1", "2")
    assert contents(first) == FILES
    assert contents(second) == {"penguins.csv": b"changed"}
    assert brant.dataset_download(f"{handle}/versions/1") == str(first)


def test_a_missing_file_or_dataset_leaves_no_marker(handle: str, cache: Path) -> None:
    with pytest.raises(NotFound):
        brant.dataset_download(handle, "gone.csv")
    with pytest.raises(NotFound):
        brant.dataset_download("ada/no-such-thing")
    with pytest.raises(InvalidInput):
        brant.dataset_download(handle, "../../evil")
    assert list(cache.rglob("*.complete")) == []
    assert not (cache / "datasets/ada").exists()


def test_an_output_folder_takes_the_place_of_the_cache(handle: str, cache: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"

    assert brant.dataset_download(handle, output_dir=str(output)) == str(output)

    assert contents(output) == FILES
    assert (output / ".complete/datasets" / handle / "1/bundle.complete").is_file()
    assert not cache.exists()
    # Marked as whole, it is found again.
    assert brant.dataset_download(handle, output_dir=str(output)) == str(output)


def test_an_output_folder_that_holds_other_things_is_refused(handle: str, tmp_path: Path) -> None:
    output = fill(tmp_path / "out", {"mine.txt": b"mine", "penguins.csv": b"mine too"})

    with pytest.raises(FileExistsError, match="is not empty: give force_download=True"):
        brant.dataset_download(handle, output_dir=str(output))
    with pytest.raises(FileExistsError, match="is there already"):
        brant.dataset_download(handle, "penguins.csv", output_dir=str(output))
    with pytest.raises(DestinationExists, match="is a file"):
        brant.dataset_download(handle, output_dir=str(output / "mine.txt"))
    assert contents(output) == {"mine.txt": b"mine", "penguins.csv": b"mine too"}


def test_force_replaces_files_and_spares_a_folder_of_the_callers_own(handle: str, tmp_path: Path) -> None:
    output = fill(tmp_path / "out", {"mine.txt": b"mine", "penguins.csv": b"old"})

    brant.dataset_download(handle, output_dir=str(output), force_download=True)
    assert contents(output) == {**FILES, "mine.txt": b"mine"}

    # Now it is a folder of downloads, and is made to hold this one alone.
    brant.dataset_download(handle, output_dir=str(output), force_download=True)
    assert contents(output) == FILES


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    """A server of another make, which the library talks to."""
    with stranger() as running:
        monkeypatch.setenv("BRANT_ENDPOINT", f"http://127.0.0.1:{running.peer.port}")
        running.on["DownloadDataset"] = status(302, b"", Location=running.peer.url("/store/archive.zip"))
        yield running


def packed(*, damaged: bool) -> bytes:
    """FILES in a zip, the last of them damaged if so asked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    # Its bytes stand behind its name.
    return made.getvalue().replace(b".txtmore", b".txtlost") if damaged else made.getvalue()


def test_an_unfinished_download_is_no_hindrance_in_an_output_folder(other: Stranger, tmp_path: Path) -> None:
    output = tmp_path / "out"
    handle = "ada/palmer-penguins/versions/3"
    other.on["archive.zip"] = Blob(packed(damaged=True), with_md5=False)
    with pytest.raises(Corrupt):
        brant.dataset_download(handle, output_dir=str(output))
    begun = contents(output)
    assert "penguins.csv" in begun

    other.on["archive.zip"] = Blob(packed(damaged=False), with_md5=False)
    # Another version has no business among these files.
    with pytest.raises(FileExistsError, match="is not empty"):
        brant.dataset_download("ada/palmer-penguins/versions/2", output_dir=str(output))
    assert contents(output) == begun
    brant.dataset_download(handle, output_dir=str(output))

    assert contents(output) == FILES


def test_a_forced_download_that_fails_does_not_make_an_output_folder_ours(
    other: Stranger, tmp_path: Path
) -> None:
    output = fill(tmp_path / "out", {"mine.txt": b"mine"})
    other.on["archive.zip"] = Blob(packed(damaged=True), with_md5=False)
    handle = "ada/palmer-penguins/versions/3"
    for _ in range(2):
        with pytest.raises(Corrupt):
            brant.dataset_download(handle, output_dir=str(output), force_download=True)

    with pytest.raises(FileExistsError, match="is not empty"):
        brant.dataset_download(handle, output_dir=str(output))
    assert contents(output)["mine.txt"] == b"mine"


def test_what_came_of_a_dataset_need_not_come_again(other: Stranger, cache: Path) -> None:
    handle = "ada/palmer-penguins/versions/3"
    other.on["archive.zip"] = Blob(packed(damaged=True), with_md5=False)
    with pytest.raises(Corrupt):
        brant.dataset_download(handle)
    first = cache / "datasets" / handle / "penguins.csv"
    came = first.stat()

    other.on["archive.zip"] = Blob(packed(damaged=False), with_md5=False)
    path = Path(brant.dataset_download(handle))

    assert contents(path) == FILES
    assert first.stat().st_ino == came.st_ino


def test_each_download_costs_as_few_calls_as_can_be(other: Stranger, tmp_path: Path) -> None:
    other.on["archive.zip"] = Blob(packed(damaged=False), with_md5=False)

    def calls(*words: str, **options: str) -> list[str]:
        before = len(other.peer.requests)
        brant.dataset_download(*words, **options)  # type: ignore[arg-type]
        asked = other.peer.requests[before:]
        return [request.target.rpartition("/")[2] for request in asked if "/api/" in request.target]

    assert calls("ada/palmer-penguins") == ["GetDataset", "DownloadDataset"]
    assert calls("ada/palmer-penguins") == ["GetDataset"]
    assert calls("ada/palmer-penguins/versions/3") == []
    assert calls("ada/palmer-penguins/versions/4") == ["DownloadDataset"]
    out = str(tmp_path / "out")
    assert calls("ada/palmer-penguins/versions/3", output_dir=out) == ["DownloadDataset"]
    assert calls("ada/palmer-penguins/versions/3", output_dir=out) == []


def test_a_folder_costs_the_question_whether_it_is_a_file(other: Stranger) -> None:
    zipped = status(302, b"", Location=other.peer.url("/store/archive.zip"))
    missing = status(404, b'{"code": 404, "message": "no such file"}', Content_Type="application/json")

    def answer(exchange: Exchange) -> None:
        (missing if b"fileName" in exchange.request.body else zipped)(exchange)

    other.on["DownloadDataset"] = answer
    other.on["archive.zip"] = Blob(packed(damaged=False), with_md5=False)

    path = brant.dataset_download("ada/palmer-penguins/versions/3", "raw")

    assert contents(Path(path)) == {"notes.txt": b"notes", "deep/more.txt": b"more"}
    asked = [request.target.rpartition("/")[2] for request in other.peer.requests]
    assert asked == ["DownloadDataset", "DownloadDataset", "archive.zip"]


def test_one_file_goes_to_an_output_folder(handle: str, tmp_path: Path) -> None:
    output = tmp_path / "out"

    path = brant.dataset_download(handle, "raw/notes.txt", output_dir=str(output))

    assert path == str(output / "raw/notes.txt")
    assert (output / ".complete/datasets" / handle / "1/raw/notes.txt.complete").is_file()


def test_an_upload_makes_a_private_dataset_and_then_versions(user: User, tmp_path: Path) -> None:
    handle = f"{user.name}/from-the-library"
    folder = fill(tmp_path / "data", {**FILES, "skip.me": b"x", ".git/config": b"x", "raw/tmp/x": b"x"})

    brant.dataset_upload(handle, str(folder), ignore_patterns=["*.me", "raw/tmp/"])
    assert contents(Path(brant.dataset_download(handle))) == FILES
    brant.dataset_upload(handle, str(folder / "penguins.csv"), "one file", "*.me")
    assert contents(Path(brant.dataset_download(handle))) == {"penguins.csv": FILES["penguins.csv"]}


def test_an_upload_refuses_a_version_and_a_missing_folder(user: User, tmp_path: Path) -> None:
    with pytest.raises(InvalidHandle, match="a version cannot be chosen"):
        brant.dataset_upload(f"{user.name}/penguins/versions/2", str(tmp_path))
    with pytest.raises(NotFound, match="there is no folder"):
        brant.dataset_upload(f"{user.name}/penguins", str(tmp_path / "gone"))


def test_whoami_tells_the_callers_name(user: User) -> None:
    assert brant.whoami() == {"username": user.name}
    assert brant.whoami(verbose=False) == {"username": user.name}


def test_whoami_without_or_with_bad_credentials_is_unauthenticated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAGGLE_API_TOKEN", "KGAT_wrong")
    with pytest.raises(Unauthenticated, match="KAGGLE_API_TOKEN"):
        brant.whoami()
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    with pytest.raises(Unauthenticated, match="you are not logged in"):
        brant.whoami()


def test_a_login_lasts_for_the_process_and_writes_nothing(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = server.new_user("grace")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: f" {grace.token}\n")

    brant.login()

    assert brant.whoami() == {"username": grace.name}
    assert not (tmp_path / "home").exists()


def test_a_bad_login_is_said_and_not_kept(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: "KGAT_wrong")

    with pytest.raises(Unauthenticated, match=r"login\(\)"):
        brant.login()
    assert brant.whoami() == {"username": user.name}
    monkeypatch.setattr(getpass, "getpass", lambda _: "  ")
    with pytest.raises(ValueError, match="is empty"):
        brant.login()


def test_a_login_without_a_terminal_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)

    with pytest.raises(Unauthenticated, match="set KAGGLE_API_TOKEN instead"):
        brant.login()
