"""What is asked for arrives whole, verified and under its own path, and nothing else is touched."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from brant.client import datasets
from brant.client.downloads.choosing import download
from brant.client.session import Session
from brant.contract.handles import DatasetHandle
from brant.errors import (
    BrantError,
    Conflict,
    Corrupt,
    InvalidInput,
    LocalFailure,
    NotFound,
    ServerFailure,
    Unreachable,
)
from brant.transfer.progress import Silent
from tests.client.conftest import Publishable
from tests.client.stranger import Stranger, stranger
from tests.conftest import User
from tests.transfer.peer import Blob, Exchange, status

MIB = 1024 * 1024
# The end of an archive, which comes first: a quarter of a MiB.
INDEX = MIB // 4
_PIECE = 16 * 1024

FILES = {
    "penguins.csv": b"species\n" + b"Adelie\n" * 1000,
    "raw/a.csv": b"a",
    "raw/deep/a.csv": b"another a",
    "raw/notes.txt": b"notes",
    "an odd name & more.csv": b"odd",
    "empty": b"",
}


@pytest.fixture
def handle(session: Session, publishable: Publishable, user: User) -> DatasetHandle:
    """A published dataset with FILES in it."""
    datasets.create(session, publishable(files=FILES))
    return DatasetHandle(user.name, "palmer-penguins")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_whole_dataset_comes_as_one_zip(session: Session, handle: DatasetHandle, tmp_path: Path) -> None:
    into = tmp_path / "down"

    (arrived,) = download(datasets.source(session, handle), into)

    assert (arrived.path, arrived.fresh) == (into / "palmer-penguins.zip", True)
    with zipfile.ZipFile(arrived.path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    (again,) = download(datasets.source(session, handle), into)
    assert again.fresh is False
    (forced,) = download(datasets.source(session, handle), into, force=True)
    assert forced.fresh is True


def test_unzipped_it_comes_as_its_files_and_no_zip_stays(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    into = tmp_path / "down"

    arrived = download(datasets.source(session, handle), into, unzip=True)

    assert contents(into) == FILES
    assert {one.path: one.size for one in arrived} == {
        into / path: len(content) for path, content in FILES.items()
    }
    assert all(one.fresh for one in arrived)


def test_a_flipped_byte_and_a_missing_file_are_all_that_is_fetched_again(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    into = tmp_path / "down"
    download(datasets.source(session, handle), into, unzip=True)
    damaged = into / "penguins.csv"
    data = bytearray(damaged.read_bytes())
    data[100] ^= 1
    damaged.write_bytes(data)
    (into / "raw/notes.txt").unlink()

    arrived = download(datasets.source(session, handle), into, unzip=True)

    assert contents(into) == FILES
    assert {one.path.relative_to(into).as_posix() for one in arrived if one.fresh} == {
        "penguins.csv",
        "raw/notes.txt",
    }
    assert len(arrived) == len(FILES)


def test_of_a_choice_too_only_what_is_not_there_comes(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    into = tmp_path / "down"
    download(datasets.source(session, handle), into, include=["*.csv"])
    (into / "raw/a.csv").write_bytes(b"?")

    arrived = download(datasets.source(session, handle), into, include=["*.csv"])

    assert {one.path: one.fresh for one in arrived} == {
        into / path: path == "raw/a.csv" for path in FILES if path.endswith(".csv")
    }
    assert all(
        one.fresh for one in download(datasets.source(session, handle), into, include=["*"], force=True)
    )
    assert contents(into) == FILES


def test_each_file_says_by_what_it_was_verified(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    (one,) = download(datasets.source(session, handle), tmp_path, file="penguins.csv")
    (of_zip,) = download(datasets.source(session, handle), tmp_path / "zip", include=["penguins.csv"])
    (archive,) = download(datasets.source(session, handle), tmp_path / "zip")

    data = FILES["penguins.csv"]
    assert one.verified in ("sha256", "md5")
    assert one.sha256 == hashlib.sha256(data).hexdigest()
    assert (of_zip.verified, of_zip.crc32) == ("crc32", crc32(data))
    assert (archive.verified, archive.sha256) == ("size", digest(archive.path))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_files_of_the_callers_own_are_left_alone(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    into = tmp_path / "down"
    into.mkdir()
    (into / "mine.txt").write_text("mine")

    download(datasets.source(session, handle), into, unzip=True)

    assert contents(into) == {**FILES, "mine.txt": b"mine"}


def test_one_file_keeps_its_folders(session: Session, handle: DatasetHandle, tmp_path: Path) -> None:
    for path in ("raw/a.csv", "raw/deep/a.csv", "an odd name & more.csv", "empty"):
        (arrived,) = download(datasets.source(session, handle), tmp_path / "down", file=path)
        assert arrived.path == tmp_path / "down" / path

    expected = {
        path: FILES[path] for path in ("raw/a.csv", "raw/deep/a.csv", "an odd name & more.csv", "empty")
    }
    assert contents(tmp_path / "down") == expected


@pytest.mark.parametrize("here", [None, b"something else"])
def test_what_an_interrupted_run_left_beside_the_file_does_not_pass_for_it(
    other: Stranger, tmp_path: Path, here: bytes | None
) -> None:
    serve(other, "/store/a.csv.zip", packed(**{"a.csv": b"adelie"}))
    source, file = datasets.source(other.session(None), PENGUINS), tmp_path / "a.csv"
    download(source, tmp_path, file="a.csv")
    # As Ctrl-C leaves it, while the server thinks; then somebody removes the file, or writes another.
    room = tmp_path / f".brant-unzip-{hashlib.sha256(b'a.csv').hexdigest()[:16]}"
    room.mkdir()
    file.rename(room / "a.csv")
    if here is not None:
        file.write_bytes(here)

    download(source, tmp_path, file="a.csv")

    assert contents(tmp_path) == {"a.csv": b"adelie"}


def test_ctrl_c_leaves_nothing_beside_a_file_that_is_whole(other: Stranger, tmp_path: Path) -> None:
    class Interrupting(Silent):
        def expect(self, size: int | None, files: int | None = None) -> None:
            raise KeyboardInterrupt

    serve(other, "/store/a.csv.zip", packed(**{"a.csv": b"adelie"}))
    source = datasets.source(other.session(None), PENGUINS)
    download(source, tmp_path, file="a.csv")
    with pytest.raises(KeyboardInterrupt):
        download(source, tmp_path, file="a.csv", progress=Interrupting())
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"include": ["*.csv"]}, {"penguins.csv", "raw/a.csv", "raw/deep/a.csv", "an odd name & more.csv"}),
        ({"include": ["*.csv"], "exclude": ["raw/"]}, {"penguins.csv", "an odd name & more.csv"}),
        ({"exclude": ["*.csv"]}, {"raw/notes.txt", "empty"}),
        ({"folder": "raw"}, {"raw/a.csv", "raw/deep/a.csv", "raw/notes.txt"}),
        ({"folder": "raw/", "include": ["*a.csv"]}, {"raw/a.csv", "raw/deep/a.csv"}),
        ({"include": ["raw/deep/"]}, {"raw/deep/a.csv"}),
    ],
)
def test_only_what_is_chosen_arrives(
    session: Session, handle: DatasetHandle, tmp_path: Path, choice: dict[str, object], expected: set[str]
) -> None:
    arrived = download(datasets.source(session, handle), tmp_path / "down", **choice)  # type: ignore[arg-type]

    assert contents(tmp_path / "down") == {path: FILES[path] for path in expected}
    assert {one.path.relative_to(tmp_path / "down").as_posix() for one in arrived} == expected


def test_an_older_version_can_be_had(
    session: Session, publishable: Publishable, handle: DatasetHandle, tmp_path: Path
) -> None:
    folder = publishable(files={"penguins.csv": b"changed"})
    datasets.create_version(session, folder, "changed")

    download(datasets.source(session, handle.at(1)), tmp_path / "one", unzip=True)
    download(datasets.source(session, handle), tmp_path / "two", unzip=True)

    assert (tmp_path / "one/penguins.csv").read_bytes() == FILES["penguins.csv"]
    assert (tmp_path / "two/penguins.csv").read_bytes() == b"changed"


def test_a_new_version_replaces_what_an_older_one_left(
    session: Session, publishable: Publishable, handle: DatasetHandle, tmp_path: Path
) -> None:
    into = tmp_path / "down"
    download(datasets.source(session, handle), into)
    before = (into / "palmer-penguins.zip").read_bytes()
    datasets.create_version(session, publishable(files={"penguins.csv": b"changed"}), "changed")

    (arrived,) = download(datasets.source(session, handle), into)

    assert arrived.fresh is True
    assert arrived.path.read_bytes() != before


def test_many_files_are_listed_page_by_page(
    session: Session, publishable: Publishable, user: User, tmp_path: Path
) -> None:
    files = {f"part-{number:03}": b"%d" % number for number in range(450)}
    datasets.create(session, publishable("many-parts", files=files))
    handle = DatasetHandle(user.name, "many-parts")

    arrived = download(datasets.source(session, handle), tmp_path / "down", include=["part-4*"])

    assert len(arrived) == 50
    assert [file.name for file in datasets.all_files(session, handle)] == sorted(files)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"file": "gone.csv"}, (NotFound, "gone.csv")),
        ({"file": "../outside"}, (InvalidInput, "brant datasets files")),
        ({"file": "/etc/passwd"}, (InvalidInput, "brant datasets files")),
        ({"file": "n" * 300}, (InvalidInput, "cannot be a file")),
        ({"file": "a", "include": ["*"]}, (InvalidInput, "--file excludes")),
        ({"file": "a", "folder": "raw"}, (InvalidInput, "--file excludes")),
        ({"include": ["*.parquet"]}, (NotFound, "no file of .* is chosen")),
        ({"folder": "gone"}, (NotFound, "no file of .* is chosen")),
    ],
)
def test_a_choice_that_cannot_be_is_one_clear_line(
    session: Session,
    handle: DatasetHandle,
    tmp_path: Path,
    choice: dict[str, object],
    expected: tuple[type[BrantError], str],
) -> None:
    kind, words = expected
    with pytest.raises(kind, match=words) as caught:
        download(datasets.source(session, handle), tmp_path / "down", **choice)  # type: ignore[arg-type]
    assert "\n" not in caught.value.message
    assert not (tmp_path / "down").exists() or contents(tmp_path / "down") == {}


@pytest.mark.parametrize("unzip", [False, True])
def test_a_dataset_that_is_not_there_leaves_nothing(session: Session, tmp_path: Path, unzip: bool) -> None:
    with pytest.raises(NotFound):
        download(
            datasets.source(session, DatasetHandle("ada", "no-such-thing")), tmp_path / "down", unzip=unzip
        )
    assert not (tmp_path / "down").exists()


# What follows runs against a server of another make.


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running


PENGUINS = DatasetHandle("ada", "palmer-penguins", 3)


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


class Store:
    """Serves one object, and counts what it sends of it."""

    def __init__(self, data: bytes, *, ranges: bool = True) -> None:
        self.sent = 0
        self._blob = Blob(data, with_md5=False, ranges=ranges)

    def __call__(self, exchange: Exchange) -> None:
        exchange.read_body()
        code, start, stop, headers = self._blob.plan(exchange.request)
        exchange.head(code, headers)
        for at in range(start, stop, _PIECE):
            exchange.send(self._blob.data[at : min(stop, at + _PIECE)])
            self.sent += min(stop, at + _PIECE) - at


def serve(other: Stranger, path: str, data: bytes, *, ranges: bool = True) -> Store:
    """Have downloads redirected to `path`, where `data` lies."""
    store = Store(data, ranges=ranges)
    other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url(path))
    other.on[path.rpartition("/")[2]] = store
    return store


def calls(other: Stranger) -> list[str]:
    """The methods that were called, in order."""
    return [request.target.rpartition("/")[2] for request in other.peer.requests if "/api/" in request.target]


def test_a_choice_moves_the_bytes_of_what_is_chosen_and_an_index(other: Stranger, tmp_path: Path) -> None:
    noise = Random(1).randbytes(3 * MIB)
    data = packed(noise=noise, **{"a.csv": noise[:MIB], "more__noise": noise, "b__c.csv": noise[MIB:]})
    store = serve(other, "/store/archive.zip", data)

    arrived = download(datasets.source(other.session(None), PENGUINS), tmp_path, include=["*.csv"])

    assert contents(tmp_path) == {"a.csv": noise[:MIB], "b/c.csv": noise[MIB:]}
    assert len(arrived) == 2
    # What deflate adds to noise, and a header or two, on top of it.
    assert store.sent < 3 * MIB + INDEX + 64 * 1024
    assert store.sent < len(data) / 2
    assert calls(other) == ["DownloadDataset"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, ["DownloadDataset"]),
        ({"unzip": True}, ["DownloadDataset"]),
        ({"folder": "raw"}, ["DownloadDataset"]),
        ({"include": ["*"]}, ["DownloadDataset"]),
        ({"file": "archive.zip"}, ["DownloadDataset"]),
    ],
)
@pytest.mark.parametrize("handle", [PENGUINS, PENGUINS.at(None)], ids=str)
def test_every_download_costs_one_call(
    other: Stranger,
    tmp_path: Path,
    handle: DatasetHandle,
    choice: dict[str, object],
    expected: list[str],
) -> None:
    serve(other, "/store/archive.zip", packed(raw__a=b"x"))

    download(datasets.source(other.session(None), handle), tmp_path, **choice)  # type: ignore[arg-type]

    assert calls(other) == expected


def test_a_server_without_ranges_serves_a_choice_too(other: Stranger, tmp_path: Path) -> None:
    serve(other, "/store/archive.zip", packed(**{"a.csv": b"a", "b.txt": b"b"}), ranges=False)

    download(datasets.source(other.session(None), PENGUINS), tmp_path, include=["*.csv"])

    assert contents(tmp_path) == {"a.csv": b"a"}


def test_a_tar_tells_no_hash_of_its_files(other: Stranger, tmp_path: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo("raw/a.csv")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"a,b"))
    serve(other, "/store/archive.tar.gz", made.getvalue())

    (arrived,) = download(datasets.source(other.session(None), PENGUINS), tmp_path, unzip=True)

    assert contents(tmp_path) == {"raw/a.csv": b"a,b"}
    # What was received is known all the same, for later.
    assert (arrived.verified, arrived.crc32) == ("size", crc32(b"a,b"))


def test_an_archive_that_unfolds_to_more_than_anybody_wants_has_to_be_trusted(
    other: Stranger, tmp_path: Path
) -> None:
    zeros = bytes(20 * MIB)
    serve(other, "/store/archive.zip", packed(zeros=zeros))
    session = other.session(None)

    with pytest.raises(InvalidInput, match=r"more than 500 times its size.*--trust-archive"):
        download(datasets.source(session, PENGUINS), tmp_path, unzip=True)
    assert contents(tmp_path) == {}
    download(datasets.source(session, PENGUINS), tmp_path, unzip=True, trust=True)
    assert contents(tmp_path) == {"zeros": zeros}


@pytest.mark.parametrize("choice", [{}, {"unzip": True}, {"file": "data.csv"}], ids=str)
def test_a_transfer_ends_when_its_time_is_up(
    other: Stranger, tmp_path: Path, choice: dict[str, object]
) -> None:
    other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/slow"))
    other.on["slow"] = Exchange.stall

    with pytest.raises(Unreachable, match="took longer than"):
        download(datasets.source(other.session(None), PENGUINS), tmp_path, timeout=0.3, **choice)  # type: ignore[arg-type]


def test_a_single_file_that_comes_zipped_is_unpacked(other: Stranger, tmp_path: Path) -> None:
    serve(other, "/store/penguins.csv.zip", packed(**{"penguins.csv": b"species\n"}))

    (arrived,) = download(datasets.source(other.session(None), PENGUINS), tmp_path, file="raw/penguins.csv")

    assert contents(tmp_path) == {"raw/penguins.csv": b"species\n"}
    assert (arrived.path, arrived.size) == (tmp_path / "raw/penguins.csv", 8)


def test_a_file_that_came_zipped_is_known_again(other: Stranger, tmp_path: Path) -> None:
    noise = Random(2).randbytes(MIB)
    store = serve(other, "/store/penguins.csv.zip", packed(**{"penguins.csv": noise}))
    session = other.session(None)

    def fetched(*, force: bool = False) -> tuple[bool, int]:
        before = store.sent
        (arrived,) = download(datasets.source(session, PENGUINS), tmp_path, file="penguins.csv", force=force)
        assert contents(tmp_path) == {"penguins.csv": noise}
        assert (arrived.verified, arrived.crc32) == ("crc32", crc32(noise))
        return arrived.fresh, store.sent - before

    assert fetched()[0] is True
    fresh, sent = fetched()
    assert fresh is False
    assert sent <= INDEX
    (tmp_path / "penguins.csv").write_bytes(noise[::-1])
    assert fetched()[0] is True
    fresh, sent = fetched(force=True)
    assert fresh is True
    assert sent >= len(noise)


def test_many_zipped_files_come_to_one_folder_at_once(other: Stranger, tmp_path: Path) -> None:
    names = [f"{number}.csv" for number in range(8)]
    for name in names:
        other.on[f"{name}.zip"] = Blob(packed(**{name: name.encode()}))

    def redirect(exchange: Exchange) -> None:
        asked = next(name for name in names if f'"{name}"'.encode() in exchange.request.body)
        exchange.answer(302, b"", {"Location": other.peer.url(f"/store/{asked}.zip")})

    other.on["DownloadDataset"] = redirect
    session = other.session(None)

    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(lambda name: download(datasets.source(session, PENGUINS), tmp_path, file=name), names)
        )

    assert contents(tmp_path) == {name: name.encode() for name in names}
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def test_one_zipped_file_wanted_by_many_at_once_arrives(other: Stranger, tmp_path: Path) -> None:
    noise = Random(4).randbytes(MIB)
    serve(other, "/store/penguins.csv.zip", packed(**{"penguins.csv": noise}))
    session = other.session(None)

    def fetch(_: int) -> bool:
        try:
            download(datasets.source(session, PENGUINS), tmp_path, file="penguins.csv")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(fetch, range(24)))

    assert any(done)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"penguins.csv": noise}


def test_a_folder_in_the_place_of_a_zipped_file_is_said(other: Stranger, tmp_path: Path) -> None:
    serve(other, "/store/penguins.csv.zip", packed(**{"penguins.csv": b"x"}))
    (tmp_path / "penguins.csv").mkdir()

    with pytest.raises(LocalFailure, match=r"penguins\.csv"):
        download(datasets.source(other.session(None), PENGUINS), tmp_path, file="penguins.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["penguins.csv"]


def test_a_zip_that_holds_another_file_is_the_servers_failure(other: Stranger, tmp_path: Path) -> None:
    serve(other, "/store/penguins.csv.zip", packed(other=b"x"))

    with pytest.raises(ServerFailure, match=r"without penguins\.csv in it"):
        download(datasets.source(other.session(None), PENGUINS), tmp_path, file="penguins.csv")
    assert contents(tmp_path) == {}


def test_a_file_that_is_a_zip_stays_one(other: Stranger, tmp_path: Path) -> None:
    data = packed(inner=b"x")
    serve(other, "/store/images.zip", data)

    download(datasets.source(other.session(None), PENGUINS), tmp_path, file="images.zip")

    assert contents(tmp_path) == {"images.zip": data}


def test_members_that_lead_out_write_nothing(other: Stranger, tmp_path: Path) -> None:
    serve(other, "/store/archive.zip", packed(good=b"x", **{"..__..__evil": b"x"}))

    with pytest.raises(InvalidInput, match="evil"):
        download(datasets.source(other.session(None), PENGUINS), tmp_path / "a/b", unzip=True)
    assert contents(tmp_path) == {}


def test_a_damaged_archive_does_not_stay(other: Stranger, tmp_path: Path) -> None:
    data = bytearray(packed(good=bytes(1000)))
    data[40] ^= 0xFF
    serve(other, "/store/archive.zip", bytes(data))

    with pytest.raises(Corrupt):
        download(datasets.source(other.session(None), PENGUINS), tmp_path / "down", unzip=True)
    assert contents(tmp_path / "down") == {}


def test_no_credentials_go_to_the_store(other: Stranger, tmp_path: Path) -> None:
    serve(other, "/store/archive.zip", packed(good=b"x"))

    download(datasets.source(other.session(None), PENGUINS), tmp_path)

    by_target = {request.target: request.headers for request in other.peer.requests}
    assert "authorization" not in by_target["/store/archive.zip"]
    assert by_target["/api/v1/datasets.DatasetApiService/DownloadDataset"]["authorization"]


def test_a_server_that_gives_no_address_says_so(other: Stranger, tmp_path: Path) -> None:
    other.on["DownloadDataset"] = status(200, b"{}", Content_Type="application/json")

    with pytest.raises(ServerFailure, match="gave no address"):
        download(datasets.source(other.session(None), PENGUINS), tmp_path)
