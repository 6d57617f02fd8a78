"""The cache is compared with what arrived, byte by byte, and of what is broken only that is fetched again."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import brant
from brant.client.session import Session
from brant.contract.handles import DatasetHandle
from brant.errors import BrantError, Corrupt, NotFound
from brant.hub.cache import DatasetPlace
from brant.hub.connection import connect
from brant.hub.indexing import file_facts
from brant.hub.repairing import repair
from brant.hub.shelves import other_kinds, places
from brant.hub.verifying import Finding, Index, verify
from brant.transfer.progress import Silent
from tests.client.stranger import Stranger, stranger
from tests.hub.conftest import FILES, contents, fill
from tests.hub.test_shared_cache import official
from tests.transfer.peer import Blob, Exchange, status


class Told(Silent):
    """A progress that adds up."""

    def __init__(self) -> None:
        self.expected = self.moved = 0

    def expect(self, size: int | None, files: int | None = None) -> None:
        self.expected += size or 0

    def advance(self, n: int) -> None:
        self.moved += n


@pytest.fixture
def session() -> Iterator[Session]:
    with connect() as opened:
        yield opened


def place_of(cache: Path, handle: str) -> DatasetPlace:
    return DatasetPlace.in_cache(cache, DatasetHandle.parse(f"{handle}/versions/1"))


def states(findings: list[Finding]) -> dict[str, str]:
    return {one.path: one.state for one in findings}


def checked(place: DatasetPlace, index: Index | None = None) -> dict[str, str]:
    return states(verify(place, index=index, progress=Silent()))


ALL_OK = dict.fromkeys(FILES, "ok")


@pytest.mark.parametrize(
    "parts", [[None], ["raw"], ["raw/notes.txt", "penguins.csv"], ["raw", None]], ids=str
)
def test_what_has_arrived_is_as_it_arrived(handle: str, cache: Path, parts: list[str | None]) -> None:
    for part in parts:
        brant.dataset_download(handle, part)
    told = Told()

    found = verify(place_of(cache, handle), progress=told)

    wanted = [path for path in FILES if any(part is None or path.startswith(part) for part in parts)]
    assert states(found) == dict.fromkeys(wanted, "ok")
    assert all(one.check in ("sha256", "crc32") for one in found)
    assert told.expected == told.moved == sum(len(FILES[path]) for path in wanted)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def test_each_kind_of_harm_is_named(handle: str, cache: Path) -> None:
    folder = Path(brant.dataset_download(handle))
    flip(folder / "penguins.csv")
    (folder / "raw/notes.txt").unlink()
    with (folder / "raw/deep/more.txt").open("ab") as file:
        file.write(b"!")
    (folder / "raw/mine.txt").write_text("mine")

    found = verify(place_of(cache, handle), progress=Silent())

    assert [(one.path, one.state, one.check, one.size) for one in found] == [
        ("penguins.csv", "damaged", "crc32", len(FILES["penguins.csv"])),
        ("raw/deep/more.txt", "damaged", "size", len(FILES["raw/deep/more.txt"]) + 1),
        ("raw/mine.txt", "extra", None, 4),
        ("raw/notes.txt", "missing", None, None),
    ]


def test_a_single_file_is_known_by_itself(handle: str, cache: Path) -> None:
    flip(Path(brant.dataset_download(handle, "raw/notes.txt")))

    assert checked(place_of(cache, handle)) == {"raw/notes.txt": "damaged"}


def test_only_what_is_broken_is_fetched_again(handle: str, cache: Path, session: Session) -> None:
    folder, place = Path(brant.dataset_download(handle)), place_of(cache, handle)
    whole = (folder / "raw/deep/more.txt").stat()
    flip(folder / "penguins.csv")
    (folder / "raw/notes.txt").unlink()

    found = repair(session, place, verify(place, progress=Silent()), progress=Silent())

    assert states(found) == {
        "penguins.csv": "repaired",
        "raw/deep/more.txt": "ok",
        "raw/notes.txt": "repaired",
    }
    assert contents(folder) == FILES
    now = (folder / "raw/deep/more.txt").stat()
    assert (now.st_ino, now.st_mtime_ns) == (whole.st_ino, whole.st_mtime_ns)
    assert checked(place) == ALL_OK


@pytest.mark.parametrize("part", [None, "raw/notes.txt"])
def test_one_broken_file_is_fetched_by_its_name(
    handle: str, cache: Path, session: Session, part: str | None
) -> None:
    folder, place = cache / "datasets" / handle / "versions/1", place_of(cache, handle)
    brant.dataset_download(handle, part)
    flip(folder / "raw/notes.txt")

    found = repair(session, place, verify(place, progress=Silent()), progress=Silent())

    assert states(found)["raw/notes.txt"] == "repaired"
    assert (folder / "raw/notes.txt").read_bytes() == FILES["raw/notes.txt"]
    assert set(checked(place).values()) == {"ok"}


@pytest.mark.parametrize("path", [None, "raw/notes.txt"])
def test_what_the_official_library_has_brought_is_unknown_until_the_server_is_asked(
    handle: str, path: str | None, cache: Path, session: Session
) -> None:
    official(f"kagglehub.dataset_download({handle!r}, {path!r})", http_proxy=str(session.endpoint))
    place, wanted = place_of(cache, handle), list(FILES) if path is None else [path]
    assert checked(place) == dict.fromkeys(wanted, "unknown")

    assert checked(place, lambda one: file_facts(session, one)) == dict.fromkeys(wanted, "ok")

    # What the server has said is kept: nobody need be asked again.
    flip(place.files / wanted[-1])
    assert checked(place) == {**dict.fromkeys(wanted, "ok"), wanted[-1]: "damaged"}
    again = f"kagglehub.dataset_download({handle + '/versions/1'!r}, {path!r})"
    assert official(again, http_proxy="http://127.0.0.1:9") == str(place.path(path))


def test_what_the_official_library_has_harmed_is_found_by_asking(
    handle: str, cache: Path, session: Session
) -> None:
    official(f"kagglehub.dataset_download({handle!r})", http_proxy=str(session.endpoint))
    place = place_of(cache, handle)
    flip(place.files / "penguins.csv")
    (place.files / "raw/notes.txt").unlink()
    (place.files / "mine.txt").write_text("mine")

    found = checked(place, lambda one: file_facts(session, one))

    assert found == {
        "mine.txt": "extra",
        "penguins.csv": "damaged",
        "raw/deep/more.txt": "ok",
        "raw/notes.txt": "missing",
    }


def test_a_record_goes_when_the_official_library_fetches_anew(
    handle: str, cache: Path, session: Session
) -> None:
    brant.dataset_download(handle)
    call = f"kagglehub.dataset_download({handle + '/versions/1'!r}, force_download=True)"
    official(call, http_proxy=str(session.endpoint))

    assert checked(place_of(cache, handle)) == dict.fromkeys(FILES, "unknown")


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"format": "of tomorrow", "files": []}', b"[]"])
def test_a_record_that_cannot_be_read_is_none(handle: str, cache: Path, content: bytes) -> None:
    brant.dataset_download(handle)
    (cache / "datasets" / handle / "1.complete").write_bytes(content)

    assert checked(place_of(cache, handle)) == dict.fromkeys(FILES, "unknown")


def test_what_nobody_vouches_for_is_extra(handle: str, cache: Path) -> None:
    brant.dataset_download(handle)
    (cache / "datasets" / handle / "1.complete").unlink()

    assert checked(place_of(cache, handle)) == dict.fromkeys(FILES, "extra")


def test_what_stands_there_is_found_whoever_has_brought_them(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "datasets/ada/birds/versions/2/a.csv": b"a",
            "datasets/ada/birds/10.complete": b"",
            "datasets/ada/birds/.complete/3/a.csv.complete": b"",
            "datasets/ada/birds/.1.archive.lock": b"",
            "datasets/eve/whales/versions/1/b.csv": b"b",
            "datasets/not a handle/whales/versions/1/b.csv": b"b",
            "competitions/penguins/a.csv": b"a",
            "competitions/owls.complete": b"",
            "competitions/.complete/geese/a.csv.complete": b"",
            "competitions/not a slug/a.csv": b"a",
            "models/ada/geese/x/y/1/c": b"c",
        },
    )

    def found(*wanted: str) -> list[str]:
        return [place.name for place in places(tmp_path, wanted)]

    birds = [f"ada/birds/versions/{number}" for number in (2, 3, 10)]
    assert found() == [*birds, "eve/whales/versions/1", "geese", "owls", "penguins"]
    assert found("owls", "eve/whales") == ["eve/whales/versions/1", "owls"]
    assert found("ada/birds") == birds
    assert found("ada/birds/versions/3", "eve/whales") == [birds[1], "eve/whales/versions/1"]
    with pytest.raises(NotFound, match="ada/birds/versions/4 is not in the cache"):
        found("ada/birds/versions/4")
    assert other_kinds(tmp_path) == ["models"]
    assert places(tmp_path / "none") == []


# What follows runs against a server of another make.

PENGUINS = DatasetHandle("ada", "palmer-penguins", 1)
DATA = {"a.csv": b"a" * 1000, "raw/b.csv": b"b"}


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        running.on["DownloadDataset"] = status(302, b"", Location=running.peer.url("/store/archive.zip"))
        yield running


def packed(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("empty")
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_server_tells_its_files_by_the_directory_of_its_zip(other: Stranger, tmp_path: Path) -> None:
    other.on["archive.zip"] = Blob(packed(DATA))

    facts = file_facts(other.session(None), DatasetPlace.in_cache(tmp_path, PENGUINS))

    assert {path: fact.size for path, fact in facts.items()} == {"a.csv": 1000, "raw/b.csv": 1}
    assert Counter(request.target.rpartition("/")[2] for request in other.peer.requests) == {
        "DownloadDataset": 1,
        "archive.zip": 1,
    }


def test_a_server_without_ranges_tells_sizes(other: Stranger, tmp_path: Path) -> None:
    other.on["archive.zip"] = Blob(packed(DATA), ranges=False)
    listed = (
        b'{"datasetFiles": [{"name": "a.csv", "totalBytes": 1000}, {"name": "raw/b.csv", "totalBytes": 2}]}'
    )
    other.on["ListDatasetFiles"] = status(200, listed, Content_Type="application/json")
    session, place = other.session(None), DatasetPlace.in_cache(tmp_path, PENGUINS)
    fill(place.files, DATA)
    place.mark(None)

    found = verify(place, index=lambda one: file_facts(session, one), progress=Silent())

    assert [(one.path, one.state, one.check) for one in found] == [
        ("a.csv", "ok", "size"),
        ("raw/b.csv", "damaged", "size"),
    ]
    # A size proves nothing, and is not kept as if it did.
    assert place.records(None) is None


def test_a_directory_that_is_none_is_corrupt(other: Stranger, tmp_path: Path) -> None:
    other.on["archive.zip"] = Blob(b"species\n" * 100)

    with pytest.raises(Corrupt, match=r"palmer-penguins\.zip"):
        file_facts(other.session(None), DatasetPlace.in_cache(tmp_path, PENGUINS))


@pytest.mark.parametrize("paths", [["a.csv"], ["a.csv", "raw/b.csv"]], ids=str)
def test_a_repair_that_fails_keeps_what_is_there(other: Stranger, tmp_path: Path, paths: list[str]) -> None:
    other.on["archive.zip"] = Exchange.hang_up
    place = DatasetPlace.in_cache(tmp_path, PENGUINS)
    fill(place.files, DATA)
    place.mark(None)
    broken = [Finding(str(PENGUINS), path, 1, "damaged", "crc32") for path in paths]

    with pytest.raises(BrantError):
        repair(other.session(None), place, broken, progress=Silent())

    assert contents(place.files) == DATA
    assert place.is_whole
