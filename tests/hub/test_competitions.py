"""`competition_download`: the data of competitions as the server has them, in the cache of both libraries."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import brant
from brant.client.session import Session
from brant.errors import (
    DestinationExists,
    InvalidHandle,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unreachable,
)
from brant.hub.cache import CompetitionPlace
from brant.hub.connection import connect
from brant.hub.indexing import file_facts
from brant.hub.repairing import repair
from brant.hub.shelves import places
from brant.hub.verifying import verify
from brant.transfer.progress import Silent
from tests.conformance import place
from tests.conformance.contest import Contest
from tests.conftest import RunningServer, User
from tests.hub.conftest import FILES, contents, fill
from tests.hub.test_shared_cache import nowhere, official
from tests.hub.test_verifying import states

NEWER = {"penguins.csv": b"species\nGentoo\n", "raw/new.txt": b"new"}


@pytest.fixture
def contest(server: RunningServer, user: User) -> Contest:
    """A competition with FILES as its data, which the user has entered."""
    served = place.Served(server)
    host = served.add_user(f"host-of-{user.name}")
    made = Contest(served, host, f"library-of-{user.name}").prepared(files=FILES)
    made.launch()
    made.join(place.User(user.name, user.token, user.key))
    return made


@pytest.fixture
def folder(cache: Path, contest: Contest) -> Path:
    """Where the data lie in the cache."""
    return cache / "competitions" / contest.slug


def _publish(contest: Contest, *files: Path) -> None:
    """Newer data; what is here was fetched a while ago: servers tell dates in whole seconds."""
    for file in files:
        os.utime(file, (1_600_000_000, 1_600_000_000))
    contest.publish(NEWER)


def test_data_lie_where_the_official_library_puts_them(contest: Contest, cache: Path, folder: Path) -> None:
    assert brant.competition_download(contest.slug) == str(folder)

    assert contents(folder) == FILES
    assert {entry.name for entry in (cache / "competitions").iterdir()} == {
        contest.slug,
        f"{contest.slug}.complete",
    }


def test_one_file_or_folder_is_marked_by_itself(contest: Contest, cache: Path, folder: Path) -> None:
    assert brant.competition_download(contest.slug, "raw/notes.txt") == str(folder / "raw/notes.txt")
    assert brant.competition_download(contest.slug, "raw/deep") == str(folder / "raw/deep")

    assert contents(folder) == {name: FILES[name] for name in ("raw/notes.txt", "raw/deep/more.txt")}
    markers = cache / "competitions" / ".complete" / contest.slug
    assert (markers / "raw/notes.txt.complete").is_file()
    assert (markers / "raw/deep.complete").is_file()
    assert not (cache / "competitions" / f"{contest.slug}.complete").exists()


def test_what_is_here_and_newer_is_left_alone(contest: Contest, folder: Path) -> None:
    brant.competition_download(contest.slug)
    (folder / "penguins.csv").write_bytes(b"mine")
    first = (folder / "penguins.csv").stat()

    brant.competition_download(contest.slug)
    brant.competition_download(contest.slug, "penguins.csv")

    assert (folder / "penguins.csv").stat().st_mtime_ns == first.st_mtime_ns


def test_newer_data_take_the_place_of_older_ones(contest: Contest, folder: Path) -> None:
    brant.competition_download(contest.slug)
    _publish(contest, folder)

    assert brant.competition_download(contest.slug) == str(folder)

    assert contents(folder) == NEWER
    assert not (folder / "raw/deep").exists()


def test_of_newer_data_only_what_changed_is_fetched(contest: Contest, folder: Path) -> None:
    brant.competition_download(contest.slug)
    kept = (folder / "raw/notes.txt").stat()
    os.utime(folder, (1_600_000_000, 1_600_000_000))
    contest.publish({**FILES, "penguins.csv": b"changed"})

    brant.competition_download(contest.slug)

    assert contents(folder) == {**FILES, "penguins.csv": b"changed"}
    assert (folder / "raw/notes.txt").stat().st_ino == kept.st_ino


def test_no_clock_of_this_machine_decides_what_is_newer(contest: Contest, folder: Path) -> None:
    for path in (None, "penguins.csv"):
        file = Path(brant.competition_download(contest.slug, path))
        # Servers tell whole seconds, of which this is one more; clocks tell parts of them.
        assert file.stat().st_mtime == int(file.stat().st_mtime)


def test_one_newer_file_makes_the_whole_no_newer(contest: Contest, folder: Path) -> None:
    brant.competition_download(contest.slug)
    _publish(contest, folder, folder / "penguins.csv")

    path = Path(brant.competition_download(contest.slug, "penguins.csv"))
    assert path.read_bytes() == NEWER["penguins.csv"]
    brant.competition_download(contest.slug)

    assert contents(folder) == NEWER


def test_a_newer_folder_holds_what_the_competition_has_in_it(contest: Contest, folder: Path) -> None:
    brant.competition_download(contest.slug, "raw")
    _publish(contest, folder / "raw")

    brant.competition_download(contest.slug, "raw")

    assert contents(folder) == {"raw/new.txt": b"new"}


def test_a_forced_download_replaces_what_is_here(contest: Contest, folder: Path) -> None:
    brant.competition_download(contest.slug)
    fill(folder, {"penguins.csv": b"mine", "stale.txt": b"stale"})

    brant.competition_download(contest.slug, force_download=True)

    assert contents(folder) == FILES


def test_without_a_network_what_is_here_is_given(
    contest: Contest, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = str(tmp_path / "out")
    calls: list[Callable[[], str]] = [
        lambda: brant.competition_download(contest.slug),
        lambda: brant.competition_download(contest.slug, "penguins.csv"),
        lambda: brant.competition_download(contest.slug, "raw"),
        lambda: brant.competition_download(contest.slug, output_dir=output),
    ]
    given = [call() for call in calls]
    monkeypatch.setenv("BRANT_ENDPOINT", "http://127.0.0.1:9")

    assert [call() for call in calls] == given
    with pytest.raises(Unreachable):
        brant.competition_download(contest.slug, "gone.csv")
    with pytest.raises(Unreachable):
        brant.competition_download("another-competition")


def test_without_credentials_what_is_here_is_given_and_nothing_else(
    contest: Contest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    with pytest.raises(Unauthenticated, match="brant auth login"):
        brant.competition_download(contest.slug)
    fill(folder, FILES)
    folder.with_name(f"{contest.slug}.complete").touch()

    assert brant.competition_download(contest.slug) == str(folder)


def test_data_are_refused_before_the_rules_are_accepted(
    contest: Contest, server: RunningServer, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("KAGGLE_API_TOKEN", server.new_user("outsider").token)

    with pytest.raises(PermissionDenied, match=f"brant competitions join {contest.slug}"):
        brant.competition_download(contest.slug)

    assert list(cache.rglob("*.complete")) == []


def test_what_is_not_there_is_not_found(contest: Contest, cache: Path) -> None:
    with pytest.raises(NotFound):
        brant.competition_download("no-such-penguins")
    with pytest.raises(NotFound):
        brant.competition_download(contest.slug, "gone.csv")

    assert list(cache.rglob("*.complete")) == []


@pytest.mark.parametrize("name", ["", "a/b", "..", ".complete", "../../evil", "-x"])
def test_a_name_that_no_competition_has_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match="competition") as caught:
        brant.competition_download(name)
    assert isinstance(caught.value, InvalidHandle)


def test_an_output_folder_is_filled_found_again_and_renewed(
    contest: Contest, cache: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"

    assert brant.competition_download(contest.slug, output_dir=str(output)) == str(output)
    assert contents(output) == FILES
    assert not cache.exists()
    assert brant.competition_download(contest.slug, output_dir=str(output)) == str(output)
    fill(output, {"notes-of-mine.txt": b"mine"})
    _publish(contest, output / ".complete/competitions" / contest.slug / "bundle.complete")
    brant.competition_download(contest.slug, output_dir=str(output))

    assert contents(output) == {**NEWER, "notes-of-mine.txt": b"mine"}


def test_an_output_folder_that_holds_other_things_is_refused(contest: Contest, tmp_path: Path) -> None:
    output = fill(tmp_path / "out", {"mine.txt": b"mine"})

    with pytest.raises(DestinationExists, match="is not empty"):
        brant.competition_download(contest.slug, output_dir=str(output))
    assert contents(output) == {"mine.txt": b"mine"}


def test_a_renewal_that_was_cut_goes_on(
    contest: Contest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    brant.competition_download(contest.slug, output_dir=str(output))
    _publish(contest, output / ".complete/competitions" / contest.slug / "bundle.complete")
    with monkeypatch.context() as broken:
        broken.setattr("brant.hub.bringing.fetch_unpacked", _cut)
        with pytest.raises(Unreachable):
            brant.competition_download(contest.slug, output_dir=str(output))

    brant.competition_download(contest.slug, output_dir=str(output))

    assert {name: data for name, data in contents(output).items() if name in NEWER} == NEWER


def _cut(*_: object, **__: object) -> None:
    raise Unreachable("the line was cut")


@pytest.mark.parametrize("path", [None, "raw/notes.txt"])
def test_the_official_library_keeps_what_ours_has_brought(
    contest: Contest, server: RunningServer, path: str | None
) -> None:
    ours = Path(brant.competition_download(contest.slug, path))
    before = ours.stat()

    call = f"kagglehub.competition_download({contest.slug!r}, {path!r})"
    assert official(call, http_proxy=server.address) == str(ours)
    assert official(call, **nowhere()) == str(ours)
    assert (ours.stat().st_ino, ours.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("path", [None, "raw/notes.txt"])
def test_ours_keeps_what_the_official_library_has_brought(
    contest: Contest, server: RunningServer, path: str | None
) -> None:
    call = f"kagglehub.competition_download({contest.slug!r}, {path!r})"
    theirs = Path(str(official(call, http_proxy=server.address)))
    os.utime(theirs, (2_000_000_000, 2_000_000_000))

    assert brant.competition_download(contest.slug, path) == str(theirs)
    assert theirs.stat().st_mtime == 2_000_000_000


def test_ours_renews_what_the_official_library_has_brought(
    contest: Contest, server: RunningServer, folder: Path
) -> None:
    official(f"kagglehub.competition_download({contest.slug!r})", http_proxy=server.address)
    _publish(contest, folder)

    brant.competition_download(contest.slug)

    assert contents(folder) == NEWER
    assert official(f"kagglehub.competition_download({contest.slug!r})", http_proxy=server.address)
    assert contents(folder) == NEWER


# What the cache holds is verified like datasets.


@pytest.fixture
def session() -> Iterator[Session]:
    with connect() as opened:
        yield opened


def place_of(cache: Path, contest: Contest) -> CompetitionPlace:
    (found,) = places(cache, [contest.slug])
    assert isinstance(found, CompetitionPlace)
    return found


def mended(place: CompetitionPlace, session: Session) -> dict[str, str]:
    return states(repair(session, place, verify(place, progress=Silent()), progress=Silent()))


@pytest.mark.parametrize("paths", [[None], ["raw/notes.txt", "penguins.csv"], ["raw", None]], ids=str)
def test_what_has_arrived_is_as_it_arrived(contest: Contest, cache: Path, paths: list[str | None]) -> None:
    for path in paths:
        brant.competition_download(contest.slug, path)

    found = verify(place_of(cache, contest), progress=Silent())

    wanted = [name for name in sorted(FILES) if None in paths or name in paths]
    assert [(one.handle, one.path, one.state) for one in found] == [
        (contest.slug, name, "ok") for name in wanted
    ]
    assert all(one.check in ("sha256", "crc32") for one in found)


def test_only_what_is_broken_is_fetched_again(
    contest: Contest, cache: Path, folder: Path, session: Session
) -> None:
    brant.competition_download(contest.slug)
    kept = (folder / "raw/deep/more.txt").stat()
    (folder / "penguins.csv").write_bytes(FILES["penguins.csv"].swapcase())
    (folder / "raw/notes.txt").unlink()
    (folder / "mine.txt").write_bytes(b"mine")
    place = place_of(cache, contest)

    assert mended(place, session) == {
        "mine.txt": "extra",
        "penguins.csv": "repaired",
        "raw/deep/more.txt": "ok",
        "raw/notes.txt": "repaired",
    }

    assert contents(folder) == {**FILES, "mine.txt": b"mine"}
    assert (folder / "raw/deep/more.txt").stat().st_ino == kept.st_ino
    assert set(states(verify(place, progress=Silent())).values()) == {"ok", "extra"}


def test_a_single_file_is_fetched_by_its_name(
    contest: Contest, cache: Path, folder: Path, session: Session
) -> None:
    brant.competition_download(contest.slug, "raw/notes.txt")
    brant.competition_download(contest.slug, "penguins.csv")
    (folder / "raw/notes.txt").write_bytes(b"?" * 5)

    assert mended(place_of(cache, contest), session) == {"penguins.csv": "ok", "raw/notes.txt": "repaired"}
    assert (folder / "raw/notes.txt").read_bytes() == FILES["raw/notes.txt"]


def test_a_repair_never_lays_files_of_two_versions_side_by_side(
    contest: Contest, cache: Path, folder: Path, session: Session
) -> None:
    brant.competition_download(contest.slug)
    contest.publish(NEWER | {"same.txt": b"same"})
    (folder / "penguins.csv").unlink()
    (folder / "mine.txt").write_bytes(b"mine")

    assert mended(place_of(cache, contest), session)["penguins.csv"] == "repaired"

    assert contents(folder) == NEWER | {"same.txt": b"same", "mine.txt": b"mine"}


def test_what_arrived_without_a_hash_is_known_once_the_server_was_asked(
    contest: Contest, cache: Path, folder: Path, session: Session
) -> None:
    brant.competition_download(contest.slug)
    folder.with_name(f"{contest.slug}.complete").write_bytes(b"")  # as the official library leaves it
    place = place_of(cache, contest)
    assert states(verify(place, progress=Silent())) == dict.fromkeys(FILES, "unknown")

    asked = verify(place, index=lambda one: file_facts(session, one), progress=Silent())

    assert states(asked) == dict.fromkeys(FILES, "ok")
    assert states(verify(place, progress=Silent())) == dict.fromkeys(FILES, "ok")


def test_newer_data_of_the_server_tell_nothing_of_those_that_are_here(
    contest: Contest, cache: Path, folder: Path, session: Session
) -> None:
    brant.competition_download(contest.slug)
    _publish(contest, folder / "penguins.csv")

    with pytest.raises(NotFound, match=f"the server has newer data of {contest.slug}"):
        file_facts(session, place_of(cache, contest))
