"""What of a folder goes up, and what stands in the way, said before any byte is sent."""

import json
import os
import socket
import subprocess
import unicodedata
from pathlib import Path

import pytest

from brant.client.uploads.folder import Patterns, name_complaint, scan
from brant.errors import InvalidInput, NotFound
from tests.official import CURRENT, program


def fill(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    return folder


def scanned(folder: Path, *ignore: str) -> list[str]:
    return [file.path for file in scan(folder, ignore=ignore)]


def test_files_come_in_path_order_with_size_and_date(tmp_path: Path) -> None:
    fill(tmp_path, "b.csv", "a/z.csv", "a.csv")

    found = scan(tmp_path)

    assert [file.path for file in found] == ["a.csv", "a/z.csv", "b.csv"]
    assert found[0].size == 5
    assert found[0].mtime_ns == (tmp_path / "a.csv").stat().st_mtime_ns


def test_hidden_files_go_up_but_not_metadata_covers_and_repositories(tmp_path: Path) -> None:
    fill(
        tmp_path,
        *(".hidden", "dir/.hidden", "dataset-metadata.json", "datapackage.json", "dataset-cover-image.webp"),
        *("kernel-metadata.json", "model-metadata.json", "model-instance-metadata.json"),
        *(".git/config", "dir/.git/config", ".cache/x", ".huggingface/x", "dir/.cache/x"),
        *("dir/dataset-metadata.json", ".gitignore"),
    )

    assert scanned(tmp_path) == [
        ".gitignore",
        ".hidden",
        "dir/.cache/x",
        "dir/.hidden",
        "dir/dataset-metadata.json",
    ]


def test_what_unfinished_downloads_left_does_not_go_up(tmp_path: Path) -> None:
    left = ("a.csv.brant-partial", "dir/a.csv.brant-journal", ".brant-unpacking", "dir/.brant-stream-1/b.csv")
    for path in (*left, "dir/brant-partial.csv"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    assert [file.path for file in scan(tmp_path)] == ["dir/brant-partial.csv"]


def test_a_caller_may_ask_for_metadata_files_too(tmp_path: Path) -> None:
    fill(tmp_path, "dataset-metadata.json")

    assert [file.path for file in scan(tmp_path, never=())] == ["dataset-metadata.json"]


_ORACLE = """
import json, os, sys
from kagglehub.gcs_upload import filtered_walk, normalize_patterns
folder = sys.argv[1]
for patterns in json.loads(sys.argv[2]):
    found = filtered_walk(
        base_dir=folder, ignore_patterns=normalize_patterns(default=[], additional=patterns)
    )
    paths = [os.path.relpath(os.path.join(root, name), folder) for root, _, names in found for name in names]
    print(json.dumps(sorted(paths)))
"""

_PATTERNS: list[list[str]] = [
    [],
    ["*.csv"],
    ["data"],
    ["data/"],
    ["*/data/"],
    ["data*"],
    ["d?ta/"],
    ["d?"],
    ["*/[ab].csv"],
    ["data/*"],
    ["*"],
    ["A.CSV", "data/deep/"],
    ["[!.]*"],
    [""],
]


def test_patterns_match_as_in_the_official_library(tmp_path: Path) -> None:
    fill(
        tmp_path,
        "a.csv",
        "data.txt",
        "data/a.csv",
        "data/deep/b.csv",
        "x/data/c.csv",
        ".h",
        "da/x",
        "datab/y",
    )
    python = program(CURRENT, "python")
    command = [python, "-c", _ORACLE, str(tmp_path), json.dumps(_PATTERNS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    everything = sorted(
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    )

    for patterns, line in zip(_PATTERNS, done.stdout.splitlines(), strict=True):
        chosen, official = Patterns(patterns), json.loads(line)
        assert [path for path in everything if not chosen.match(path)] == official, patterns
        if official:
            assert scanned(tmp_path, *patterns) == official, patterns


def test_an_ignored_folder_is_not_even_looked_into(tmp_path: Path) -> None:
    fill(tmp_path, "data.csv", "junk/x")
    os.mkfifo(tmp_path / "junk/pipe")

    assert scanned(tmp_path, "junk/") == ["data.csv"]


def complaint(folder: Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        scan(folder)
    first, separator, problems = caught.value.message.partition(f"nothing was uploaded from {folder}:")
    assert (first, bool(separator)) == ("", True)
    # One problem follows on the same line, several stand below.
    assert problems[0] == (" " if problems.count("\n") == 0 else "\n")
    return problems[1:]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = fill(tmp_path / "data", "a.csv")
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")

    assert complaint(folder) == (
        f"link: this link leads out of the folder, to {tmp_path}/secret: copy what it names into the folder"
    )
    (folder / "link").unlink()
    (folder / "above").symlink_to(tmp_path)
    assert complaint(folder).startswith("above: this link leads out of the folder")


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv", "dir/b.csv")
    (tmp_path / "again.csv").symlink_to("a.csv")
    (tmp_path / "twin").symlink_to("dir")

    assert scanned(tmp_path) == ["a.csv", "again.csv", "dir/b.csv", "twin/b.csv"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    fill(tmp_path / "data", "a.csv")
    (tmp_path / "link").symlink_to("data")

    assert scanned(tmp_path / "link") == ["a.csv"]


def test_links_in_a_circle_and_to_nowhere_are_refused(tmp_path: Path) -> None:
    fill(tmp_path, "dir/a.csv")
    (tmp_path / "dir/up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "gone").symlink_to("nothing")

    lines = complaint(tmp_path).splitlines()

    assert [line.split(":")[0] for line in lines] == ["dir/up", "gone", "self"]
    assert "leads in a circle" in lines[0]
    assert "leads nowhere" in lines[1]
    assert "leads in a circle" in lines[2]


def test_pipes_and_sockets_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        lines = complaint(tmp_path).splitlines()

    assert lines[0].startswith("pipe: is a pipe: remove it, or leave it out with --ignore-patterns")
    assert lines[1].startswith("sock: is a socket")


def test_names_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    fill(tmp_path, "Data.csv", "data.csv", "dir/x", "DIR/y")

    lines = complaint(tmp_path).splitlines()

    assert lines == [
        "data.csv: differs from Data.csv in case alone: rename one of them",
        "dir: differs from DIR in case alone: rename one of them",
    ]


def test_names_that_differ_in_unicode_form_alone_are_refused(tmp_path: Path) -> None:
    composed = "café.csv"
    fill(tmp_path, composed, unicodedata.normalize("NFD", composed))

    assert "in Unicode form alone" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("new\nline", "control character"),
        ("bell\x07", "control character"),
        ("back\\slash", "backslash"),
        (" .", "dots and blanks"),
        ("c:autoexec", "drive of Windows"),
    ],
)
def test_names_that_cannot_be_published_are_refused(tmp_path: Path, name: str, words: str) -> None:
    fill(tmp_path, name)

    text = complaint(tmp_path)

    assert words in text
    assert "\n" not in text
    assert "\x07" not in text


def test_a_name_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.csv")).write_text("x")

    assert "not valid UTF-8" in complaint(tmp_path)


def test_names_and_paths_that_are_too_long_are_refused(tmp_path: Path) -> None:
    # Some systems count letters rather than bytes, so that such a name can be there.
    assert name_complaint("n" * 255) is None
    assert "300 bytes long" in str(name_complaint("n" * 300))
    assert "256 bytes long" in str(name_complaint("dir/" + "ä" * 128))
    assert "its path is" in str(name_complaint("/".join(["d" * 200] * 6)))


def test_many_problems_are_said_at_once_and_cut_short(tmp_path: Path) -> None:
    fill(tmp_path, *(f"bad\\{number:02}" for number in range(30)))

    lines = complaint(tmp_path).splitlines()

    assert len(lines) == 11
    assert lines[-1] == "and 20 more"


def test_a_folder_without_data_and_one_that_is_not_there_say_so(tmp_path: Path) -> None:
    fill(tmp_path, "dataset-metadata.json")

    with pytest.raises(InvalidInput, match="holds no file to upload"):
        scan(tmp_path)
    with pytest.raises(NotFound, match="there is no folder"):
        scan(tmp_path / "gone")


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv", "b.csv")
    first, second = scan(tmp_path)
    assert first.unchanged()

    (tmp_path / "a.csv").write_text("longer than it was")
    (tmp_path / "b.csv").unlink()

    assert not first.unchanged()
    assert not second.unchanged()
