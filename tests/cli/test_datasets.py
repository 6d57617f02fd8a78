"""`brant datasets`, every verb against a real server."""

import csv
import hashlib
import io
import json
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from brant.errors import Conflict, InvalidInput, NotFound, Unreachable
from tests.cli.desk import Desk
from tests.client.stranger import stranger
from tests.conftest import User
from tests.transfer.peer import Blob, Exchange, status

Draft = Callable[..., Path]
FILES = {"penguins.csv", "raw/colony.csv", "raw/notes.txt"}


def arrived(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_dataset_is_published_listed_and_its_state_told(ada_desk: Desk, ada: User, draft: Draft) -> None:
    created = ada_desk.brant("datasets", "create", "-p", draft("emperors"))
    assert created.code == 0, created.err
    assert f"Published private dataset {ada.name}/emperors (1 file sent)" in created.out

    listed = ada_desk.brant("datasets", "list", "-m", "--format", "json")
    (row,) = listed.document
    assert set(row) == {
        "ref",
        "title",
        "size",
        "lastUpdated",
        "downloadCount",
        "voteCount",
        "usabilityRating",
    }
    assert (row["ref"], row["title"], row["size"]) == (f"{ada.name}/emperors", "Title of emperors", 23)

    assert ada_desk.brant("datasets", "status", f"{ada.name}/emperors").out == "ready\n"
    told = ada_desk.brant("datasets", "status", "emperors", "--format", "json")
    assert told.document == {"status": "ready", "current_version_number": 1}
    some = ada_desk.brant("datasets", "status", "emperors", "--format", "json(current_version_number)")
    assert some.document == {"current_version_number": 1}


def test_create_and_version_tell_what_they_made_as_json(ada_desk: Desk, ada: User, draft: Draft) -> None:
    folder = draft("gentoos", {"a.csv": b"a\n1\n", "b.csv": b"b\n2\n"})
    created = ada_desk.brant("datasets", "create", "-p", folder, "--format", "json").document
    assert (created["ref"], created["sent"], created["reused"]) == (f"{ada.name}/gentoos", 2, 0)
    assert f"{ada.name}/gentoos" in created["url"]

    (folder / "b.csv").write_bytes(b"b\n3\n")
    version = ada_desk.brant("datasets", "version", "-p", folder, "-m", "one more", "--format", "json")
    assert version.code == 0, version.err
    assert (version.document["sent"], version.document["reused"]) == (1, 1)


def test_a_second_create_is_refused_before_anything_is_sent(
    ada_desk: Desk, penguins: str, draft: Draft
) -> None:
    ended = ada_desk.brant("datasets", "create", "-p", draft("penguins"), "--format", "json")
    assert ended.code == Conflict.exit_code
    assert ended.document["error"]["code"] == 409
    assert "brant datasets version" in ended.err


def test_every_broken_rule_of_the_metadata_is_one_line(ada_desk: Desk, draft: Draft) -> None:
    folder = draft("tiny", title="x", subtitle="short", id="nobody")
    ended = ada_desk.brant("datasets", "create", "-p", folder)
    assert ended.code == InvalidInput.exit_code
    lines = ended.err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("brant: dataset-metadata.json: ") for line in lines)


def test_public_and_private_are_as_asked(ada_desk: Desk, desk: Desk, ada: User, draft: Draft) -> None:
    assert ada_desk.brant("datasets", "create", "-p", draft("public-one"), "--public", "-q") == (0, "", "")
    assert ada_desk.brant("datasets", "create", "-p", draft("private-one"), "-q") == (0, "", "")
    anonymous = {"KAGGLE_API_TOKEN": ""}
    seen = ada_desk.brant("datasets", "list", "--user", ada.name, "--format", "csv(ref)", **anonymous)
    assert seen.out.split() == ["ref", f"{ada.name}/public-one"]


def test_subfolders_are_kept_unless_told_otherwise(ada_desk: Desk, ada: User, draft: Draft) -> None:
    files = {"top.csv": b"a\n", "raw/deep/in.csv": b"b\n"}
    assert ada_desk.brant("datasets", "create", "-p", draft("kept-ones", files), "-q").code == 0
    listed = ada_desk.brant("datasets", "files", "kept-ones", "--format", "json").document
    assert [row["name"] for row in listed] == ["raw/deep/in.csv", "top.csv"]

    skipped = ada_desk.brant("datasets", "create", "-p", draft("skipped-ones", files), "-r", "skip")
    assert skipped.code == 0, skipped.err
    assert "the folder raw was left out" in skipped.err
    listed = ada_desk.brant("datasets", "files", "skipped-ones", "--format", "json").document
    assert [row["name"] for row in listed] == ["top.csv"]


def test_ignored_files_stay_at_home(ada_desk: Desk, draft: Draft) -> None:
    folder = draft("no-drafts", {"a.csv": b"a\n", "b.tmp": b"b\n", "c.bak": b"c\n"})
    command = (
        "datasets",
        "create",
        "-p",
        folder,
        "--ignore-patterns",
        "*.tmp",
        "--ignore-patterns",
        "*.bak",
        "-q",
    )
    assert ada_desk.brant(*command).code == 0
    listed = ada_desk.brant("datasets", "files", "no-drafts", "--format", "json").document
    assert [row["name"] for row in listed] == ["a.csv"]


@pytest.mark.parametrize(
    "words",
    [("list", "--page-size", "0"), ("list", "-p", "-1"), ("files", "ada/birds", "--page-size", "two")],
)
def test_pages_count_from_one(ada_desk: Desk, words: tuple[str, ...]) -> None:
    ended = ada_desk.brant("datasets", *words)
    assert ended.code == 2
    assert "not a whole number from 1 on" in ended.err


def test_files_come_page_by_page_or_all_at_once(ada_desk: Desk, penguins: str) -> None:
    first = ada_desk.brant("datasets", "files", penguins, "--page-size", "2", "--format", "json")
    assert [row["name"] for row in first.document] == ["penguins.csv", "raw/colony.csv"]
    assert set(first.document[0]) == {"name", "size", "creationDate"}
    label, _, token = first.err.strip().rpartition(" = ")
    assert label == "Next Page Token"

    second = ada_desk.brant("datasets", "files", penguins, "--page-size", "2", "--page-token", token, "-v")
    assert [row["name"] for row in csv.DictReader(io.StringIO(second.out))] == ["raw/notes.txt"]
    assert second.err == ""

    everything = ada_desk.brant("datasets", "files", penguins, "--all", "--format", "json(name)")
    assert {row["name"] for row in everything.document} == FILES
    assert everything.err == ""


def test_a_download_lands_in_a_folder_of_its_own(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, "--unzip")
    assert ended.code == 0, ended.err
    assert arrived(ada_desk.folder) == {f"penguins/{name}" for name in FILES}
    assert (ada_desk.folder / "penguins" / "raw" / "notes.txt").read_bytes() == b"Counted twice.\n"
    assert "licence CC0-1.0" in ended.err
    assert ended.err.splitlines()[-1] == f"3 files in {ada_desk.folder / 'penguins'}"
    shown = ended.out.splitlines()
    assert shown[0].split() == ["path", "size", "verified"]
    assert all(line.split()[-1] == "crc32" for line in shown[2:])
    assert [line.split()[0] for line in shown[2:]] == sorted(f"penguins/{name}" for name in FILES)


def test_without_unzip_it_is_one_whole_zip(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, "-p", "there", "--format", "json")
    assert ended.code == 0, ended.err
    (row,) = ended.document
    assert row["path"] == "there/penguins.zip"
    with zipfile.ZipFile(ada_desk.folder / "there" / "penguins.zip") as archive:
        assert set(archive.namelist()) == FILES
        assert archive.testzip() is None


def test_w_means_the_current_folder_and_q_says_nothing(ada_desk: Desk, penguins: str) -> None:
    assert ada_desk.brant("datasets", "download", penguins, "--unzip", "-w", "-q") == (0, "", "")
    assert arrived(ada_desk.folder) == FILES


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-f", "raw/colony.csv"), {"raw/colony.csv"}),
        (("--file-name", "penguins.csv"), {"penguins.csv"}),
        (("-f", "raw/"), {"raw/colony.csv", "raw/notes.txt"}),
        (("-f", "raw/", "--exclude", "*.txt"), {"raw/colony.csv"}),
        (("--include", "*.csv"), {"penguins.csv", "raw/colony.csv"}),
        (
            ("--include", "*.csv", "--include", "*.txt", "--exclude", "raw/c*"),
            {"penguins.csv", "raw/notes.txt"},
        ),
    ],
)
def test_some_files_alone(ada_desk: Desk, penguins: str, words: tuple[str, ...], expected: set[str]) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, *words, "-p", "some", "--format", "json")
    assert ended.code == 0, ended.err
    assert arrived(ada_desk.folder / "some") == expected
    assert {row["path"] for row in ended.document} == {f"some/{name}" for name in expected}


@pytest.mark.parametrize(
    "words",
    [
        ("{handle}/versions/1",),
        ("{handle}/1",),
        ("{slug}/versions/1",),
        ("{handle}", "--version-number", "1"),
        ("-d", "{handle}", "--version-number", "1"),
    ],
)
def test_an_older_version_in_every_spelling(
    ada_desk: Desk, penguins: str, draft: Draft, words: tuple[str, ...]
) -> None:
    newer = draft("penguins", {"penguins.csv": b"island\nBiscoe\n"})
    assert ada_desk.brant("datasets", "version", "-p", newer, "-m", "newer", "-q").code == 0
    slug = penguins.partition("/")[2]
    spelled = [word.format(handle=penguins, slug=slug) for word in words]
    ended = ada_desk.brant("datasets", "download", *spelled, "-f", "penguins.csv", "-w", "-q")
    assert ended.code == 0, ended.err
    assert (ada_desk.folder / "penguins.csv").read_bytes() == b"island,mass\nDream,3750\n"


def test_two_versions_named_at_once_are_refused(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", f"{penguins}/versions/1", "--version-number", "2")
    assert ended.code == InvalidInput.exit_code


def test_what_is_here_and_whole_is_not_fetched_again(ada_desk: Desk, penguins: str) -> None:
    command = ("datasets", "download", penguins, "-f", "penguins.csv", "-w", "--format", "json(fresh)")
    assert ada_desk.brant(*command).document == [{"fresh": True}]
    assert ada_desk.brant(*command).document == [{"fresh": False}]
    assert ada_desk.brant(*command, "--force").document == [{"fresh": True}]


def test_a_list_of_arrivals_says_how_each_was_verified(ada_desk: Desk, penguins: str) -> None:
    ended = ada_desk.brant("datasets", "download", penguins, "--unzip", "-w", "--format", "json")
    data = b"island,mass\nDream,3750\n"
    assert ended.document[0] == {
        "path": "penguins.csv",
        "size": len(data),
        "verified": "crc32",
        "fresh": True,
        "sha256": None,
        "crc32": f"{zlib.crc32(data):08x}",
    }
    again = ada_desk.brant("datasets", "download", penguins, "--unzip", "-w")
    assert again.err.splitlines()[-1] == f"3 files in {ada_desk.folder}, 3 of them here already"

    (one,) = ada_desk.brant(
        "datasets", "download", penguins, "-f", "penguins.csv", "--format", "json"
    ).document
    assert (one["sha256"], one["crc32"]) == (hashlib.sha256(data).hexdigest(), None)
    assert one["verified"] in ("sha256", "md5")


def test_a_licence_that_cannot_be_learned_is_no_failure(desk: Desk) -> None:
    with stranger() as other:
        other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/a.csv"))
        other.on["GetDatasetMetadata"] = status(
            500, b'{"code": 500, "message": "out of order"}', Content_Type="application/json"
        )
        other.on["a.csv"] = Blob(b"a,b\n")
        command = ("datasets", "download", "ada/penguins", "-f", "a.csv", "--endpoint", other.peer.url(""))
        ended = desk.brant(*command)
        quiet = desk.brant(*command, "-q")
        asked = [request.target.rpartition("/")[2] for request in other.peer.requests]

    assert ended.code == quiet.code == 0
    assert "the licence is not known: " in ended.err
    assert "out of order" in ended.err
    assert (quiet.out, quiet.err) == ("", "")
    # Who wants to hear nothing pays for no call.
    assert asked[-2:] == ["DownloadDataset", "a.csv"]


def test_the_licence_is_asked_for_while_the_files_come(desk: Desk) -> None:
    asked = threading.Event()

    def licence(exchange: Exchange) -> None:
        asked.set()
        said = b'{"info": {"licenses": [{"name": "CC0-1.0"}]}}'
        exchange.answer(200, said, {"Content-Type": "application/json"})

    def file(exchange: Exchange) -> None:
        # It is not over before the licence was asked for.
        assert asked.wait(20)
        exchange.answer(200, b"a,b\n")

    with stranger() as other:
        other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/a.csv"))
        other.on |= {"GetDatasetMetadata": licence, "a.csv": file}
        ended = desk.brant(
            "datasets", "download", "ada/penguins", "-f", "a.csv", "--endpoint", other.peer.url("")
        )

    assert ended.code == 0, ended.err
    assert "licence CC0-1.0\n" in ended.err


def test_a_download_takes_no_longer_than_it_may(desk: Desk) -> None:
    with stranger() as other:
        other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/a.csv"))
        other.on["a.csv"] = Exchange.stall
        ended = desk.brant(
            *("datasets", "download", "ada/penguins", "-f", "a.csv", "-q"),
            *("--max-time", "0.3", "--endpoint", other.peer.url("")),
        )
    assert ended.code == Unreachable.exit_code
    assert "run the same again, to resume" in ended.err

    for wrong in ("0", "-1", "soon", "nan", "inf"):
        refused = desk.brant("datasets", "download", "ada/penguins", f"--max-time={wrong}")
        assert refused.code == 2
        assert "seconds above 0" in refused.err


def test_an_archive_like_a_bomb_is_unpacked_only_when_it_is_trusted(desk: Desk) -> None:
    made, zeros = io.BytesIO(), bytes(20 * 1024 * 1024)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", zeros)
    with stranger() as other:
        other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/archive.zip"))
        other.on["archive.zip"] = Blob(made.getvalue(), with_md5=False)
        command = ("datasets", "download", "ada/penguins", "--unzip", "-q", "--endpoint", other.peer.url(""))
        refused = desk.brant(*command)
        trusted = desk.brant(*command, "--trust-archive")

    assert refused.code == InvalidInput.exit_code
    assert "add --trust-archive" in refused.err
    assert trusted.code == 0, trusted.err
    assert (desk.folder / "penguins/zeros").read_bytes() == zeros


def test_a_configured_path_is_where_downloads_go(
    ada_desk: Desk, ada: User, penguins: str, tmp_path: Path
) -> None:
    assert ada_desk.brant("config", "set", "-n", "path", "-v", tmp_path / "data").code == 0
    assert ada_desk.brant("datasets", "download", penguins, "--unzip", "-q").code == 0
    assert arrived(tmp_path / "data" / "datasets" / ada.name / "penguins") == FILES
    assert arrived(ada_desk.folder) == set()


def test_a_long_list_of_arrivals_is_cut_for_people_alone(ada_desk: Desk, draft: Draft) -> None:
    many = {f"{number:02}.csv": b"a\n" for number in range(25)}
    assert ada_desk.brant("datasets", "create", "-p", draft("many-files", many), "-q").code == 0
    table = ada_desk.brant("datasets", "download", "many-files", "--unzip")
    lines = table.out.splitlines()
    assert len(lines) == 2 + 20 + 1
    assert lines[-1] == "and 5 more"
    as_json = ada_desk.brant("datasets", "download", "many-files", "--unzip", "--force", "--format", "json")
    assert len(as_json.document) == 25


def test_metadata_come_and_go_by_a_file(ada_desk: Desk, penguins: str) -> None:
    fetched = ada_desk.brant("datasets", "metadata", penguins)
    assert fetched.out == "penguins/dataset-metadata.json\n"
    file = ada_desk.folder / "penguins" / "dataset-metadata.json"
    content = json.loads(file.read_text())
    assert content["info"]["title"] == "Title of penguins"

    content["info"]["title"] = "Birds of Palmer"
    file.write_text(json.dumps(content))
    again = ada_desk.brant("datasets", "metadata", penguins)
    assert again.code == Conflict.exit_code
    assert json.loads(file.read_text()) == content

    updated = ada_desk.brant("datasets", "metadata", penguins, "--update", "-p", "penguins")
    assert updated.code == 0, updated.err
    assert ada_desk.brant("datasets", "metadata", penguins, "--force").code == 0
    assert json.loads(file.read_text())["info"]["title"] == "Birds of Palmer"


def test_init_writes_a_template_once(ada_desk: Desk, ada: User) -> None:
    first = ada_desk.brant("datasets", "init")
    assert first.out == "dataset-metadata.json\n"
    file = ada_desk.folder / "dataset-metadata.json"
    assert json.loads(file.read_text())["id"] == f"{ada.name}/INSERT_SLUG_HERE"

    file.write_text("{}")
    assert ada_desk.brant("datasets", "init").code == Conflict.exit_code
    assert file.read_text() == "{}"
    assert ada_desk.brant("datasets", "init", "-p", "nowhere").code == NotFound.exit_code

    (ada_desk.folder / "my data").mkdir()
    assert ada_desk.brant("datasets", "init", "-p", "my data").err.endswith("create -p 'my data'\n")


def test_init_works_without_a_server(desk: Desk) -> None:
    ended = desk.brant("datasets", "init")
    assert ended.code == 0
    assert "INSERT_USERNAME_HERE" in (desk.folder / "dataset-metadata.json").read_text()


def test_the_filters_of_a_list_reach_the_server(ada_desk: Desk, ada: User, draft: Draft) -> None:
    for slug, size in (("small-birds", 10), ("large-birds", 5000)):
        folder = draft(slug, {"data.csv": b"x" * size})
        assert ada_desk.brant("datasets", "create", "-p", folder, "-q").code == 0

    def found(*words: str) -> list[str]:
        ended = ada_desk.brant("datasets", "list", "-m", "--format", "json(ref)", *words)
        assert ended.code == 0, ended.err
        return [row["ref"].partition("/")[2] for row in ended.document]

    assert found("--max-size", "100") == ["small-birds"]
    assert found("--min-size", "100") == ["large-birds"]
    assert found("-s", "large") == ["large-birds"]
    assert found("--file-type", "parquet") == []
    assert found("--sort-by", "published", "--page-size", "1") == ["large-birds"]
    assert found("--sort-by", "published", "--page-size", "1", "-p", "2") == ["small-birds"]


@pytest.mark.parametrize(
    "words",
    [
        ("--sort-by", "hotest"),
        ("--file-type", "xls"),
        ("--license", "mit"),
        ("-m", "--user", "ada"),
        ("--page", "0"),
        ("--size", "100"),
        ("--min-size", "2", "--max-size", "1"),
        ("--page", "2", "--page-token", "x"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_without_a_request(desk: Desk, words: tuple[str, ...]) -> None:
    ended = desk.brant("datasets", "list", *words)
    assert ended.code in (2, 3)
    assert ended.err.count("\n") == 1
    assert words[0].removeprefix("-m") in ended.err
