"""`brant cache`: what the libraries keep is verified, and mended where that is asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from brant.errors import Corrupt, InvalidInput, NotFound, Unreachable
from tests.cli.desk import Desk, Ended
from tests.conftest import User

FILES = {"penguins.csv": 23, "raw/colony.csv": 17, "raw/notes.txt": 15}
AWAY = {"BRANT_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture
def brought(ada_desk: Desk, penguins: str) -> Path:
    """Where the library has put the dataset `penguins`."""
    ended = ada_desk.python(f"import brant; print(brant.dataset_download({penguins!r}))")
    assert ended.code == 0, ended.err
    return Path(ended.out.strip())


def rows(ended: Ended) -> dict[str, str]:
    return {row["path"]: row["state"] for row in ended.document}


def test_the_cache_is_where_the_libraries_have_it(desk: Desk, tmp_path: Path) -> None:
    assert desk.brant("cache", "path").out == f"{desk.home}/.cache/kagglehub\n"
    named = desk.brant("cache", "path", KAGGLEHUB_CACHE=str(tmp_path / "mine"))
    assert named.out == f"{tmp_path}/mine\n"


def test_a_cache_that_is_whole_needs_no_server(ada_desk: Desk, ada: User, brought: Path) -> None:
    ended = ada_desk.brant("cache", "verify", **AWAY)
    root = ada_desk.home / ".cache/kagglehub"
    assert ended == (0, "", f"1 version of datasets in {root}: 3 ok\n")

    listed = ada_desk.brant("cache", "verify", "--format", "json", **AWAY)
    assert (listed.code, listed.err) == (0, "")
    assert listed.document == [
        {
            "handle": f"{ada.name}/penguins/versions/1",
            "path": path,
            "size": size,
            "state": "ok",
            "check": "crc32",
        }
        for path, size in FILES.items()
    ]


def test_what_is_damaged_is_shown_and_the_exit_code_says_so(ada_desk: Desk, brought: Path) -> None:
    (brought / "penguins.csv").write_bytes(b"?" * 23)
    (brought / "raw/notes.txt").unlink()

    ended = ada_desk.brant("cache", "verify", **AWAY)
    assert ended.code == Corrupt.exit_code
    shown = [line.split()[1:] for line in ended.out.splitlines()]
    assert shown[0] == ["path", "size", "state", "check"]
    assert shown[2:] == [
        ["penguins.csv", "23", "B", "damaged", "crc32"],
        ["raw/notes.txt", "missing"],
    ]
    assert ": 1 ok, 1 damaged, 1 missing\n" in ended.err
    assert "brant cache verify --repair" in ended.err

    quiet = ada_desk.brant("cache", "verify", "-q", **AWAY)
    assert quiet == (Corrupt.exit_code, "", "")
    as_json = ada_desk.brant("cache", "verify", "--format", "json(path,state)", **AWAY)
    assert as_json.code == Corrupt.exit_code
    assert rows(as_json) == {"penguins.csv": "damaged", "raw/colony.csv": "ok", "raw/notes.txt": "missing"}


def test_a_repair_fetches_what_is_broken(ada_desk: Desk, penguins: str, brought: Path) -> None:
    (brought / "penguins.csv").write_bytes(b"?" * 23)
    (brought / "raw/notes.txt").unlink()

    ended = ada_desk.brant("cache", "verify", penguins, "--repair")
    assert ended.code == 0, ended.err
    assert ": 1 ok, 2 repaired\n" in ended.err
    assert (brought / "raw/notes.txt").read_bytes() == b"Counted twice.\n"
    assert rows(ada_desk.brant("cache", "verify", "--format", "json", **AWAY)) == dict.fromkeys(FILES, "ok")


def test_a_repair_without_a_server_is_unreachable(ada_desk: Desk, brought: Path) -> None:
    (brought / "penguins.csv").write_bytes(b"?" * 23)

    ended = ada_desk.brant("cache", "verify", "--repair", "--format", "json", **AWAY)

    assert ended.code == Unreachable.exit_code
    assert ended.document["error"]["code"] == 503


def test_files_without_a_hash_are_compared_with_the_server_on_request(ada_desk: Desk, brought: Path) -> None:
    marker = brought.parents[1] / "1.complete"
    marker.write_bytes(b"")  # as the official library leaves it
    (brought / "raw/colony.csv").write_bytes(b"?" * 17)

    ended = ada_desk.brant("cache", "verify", **AWAY)
    assert (ended.code, ended.out) == (0, "")
    assert ": 3 unknown\n" in ended.err
    assert "--online" in ended.err

    asked = ada_desk.brant("cache", "verify", "--online", "--format", "json")
    assert asked.code == Corrupt.exit_code
    assert rows(asked) == {"penguins.csv": "ok", "raw/colony.csv": "damaged", "raw/notes.txt": "ok"}


def test_a_version_that_the_server_has_no_more_stays_unknown(
    ada_desk: Desk, penguins: str, brought: Path
) -> None:
    (brought.parents[1] / "1.complete").write_bytes(b"")
    assert ada_desk.brant("datasets", "delete", penguins, "--yes").code == 0

    ended = ada_desk.brant("cache", "verify", "--online")

    assert ended.code == 0
    assert "cannot be compared" in ended.err
    assert ": 3 unknown\n" in ended.err


def test_handles_narrow_what_is_verified(
    ada_desk: Desk, ada: User, draft: Callable[..., Path], brought: Path
) -> None:
    (brought / "penguins.csv").unlink()
    assert ada_desk.brant("datasets", "create", "-p", draft("greylags"), "-q").code == 0
    ada_desk.python(f"import brant; brant.dataset_download('{ada.name}/greylags')")

    one = ada_desk.brant("cache", "verify", f"{ada.name}/greylags", "--format", "json(handle)", **AWAY)
    assert (one.code, one.document) == (0, [{"handle": f"{ada.name}/greylags/versions/1"}])
    gone = ada_desk.brant("cache", "verify", f"{ada.name}/ducks", **AWAY)
    assert gone.code == NotFound.exit_code
    assert "is not in the cache" in gone.err
    assert ada_desk.brant("cache", "verify", "no handle", **AWAY).code == InvalidInput.exit_code


def test_an_empty_cache_is_sound(desk: Desk) -> None:
    assert desk.brant("cache", "verify", "--format", "json") == (0, "[]\n", "")
    told = desk.brant("cache", "verify")
    assert told == (0, "", f"0 versions of datasets in {desk.home}/.cache/kagglehub: nothing\n")


def test_what_is_of_another_kind_is_said_not_to_be_looked_at(desk: Desk) -> None:
    (desk.home / ".cache/kagglehub/models/ada").mkdir(parents=True)

    assert "only datasets and competitions are verified: models\n" in desk.brant("cache", "verify").err
