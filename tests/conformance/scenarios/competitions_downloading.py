"""The data of competitions are downloaded: whole and in part, by those who may, again when they change."""

import os
import zipfile
from pathlib import Path

from tests.conformance import contents
from tests.conformance.contents import CSV, HUGE, LARGE, OTHER_CSV, TEXT, digest, digests
from tests.conformance.contest import DATA, Contest
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused, tried_twice

STRANGE = {
    "tides of 2026.csv": CSV,
    "Höhen, 企鹅 🐧.csv": OTHER_CSV,
    "100% & more; 'quoted' #1.txt": TEXT,
    "empty.csv": b"",
}


def _entered(stage: Stage, files: contents.Files = DATA) -> Contest:
    """A competition with those data, which `stage.user` has entered."""
    contest = stage.contest().prepared(files=files)
    contest.launch()
    contest.join(stage.user)
    return contest


def _one_file_arrives(stage: Stage, name: str, data: bytes) -> None:
    contest = _entered(stage, {name: data, "other.csv": OTHER_CSV})
    stage.step("downloads the file")
    arrived = stage.client().competition_file(contest.slug, name)
    assert digest(arrived.read_bytes()) == digest(data)
    stage.step("looks at the name of the file")
    assert arrived.name == name.rpartition("/")[2]


@scenario(Can.COMPETITION_FOLDER, features="C2 H1 X3")
def all_data_of_a_competition_arrive(stage: Stage) -> None:
    contest = _entered(stage)
    assert contents.read(stage.client().competition_folder(contest.slug)) == digests(DATA)


@scenario(Can.COMPETITION_FOLDER, features="C2 H1 X3")
def data_with_strange_names_arrive(stage: Stage) -> None:
    contest = _entered(stage, STRANGE)
    assert contents.read(stage.client().competition_folder(contest.slug)) == digests(STRANGE)


@scenario(Can.COMPETITION_ZIP, features="C2 X3")
def all_data_of_a_competition_arrive_as_a_zip(stage: Stage) -> None:
    contest = _entered(stage)
    path = stage.client().competition_zip(contest.slug)
    assert path.name == f"{contest.slug}.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: digest(archive.read(name)) for name in archive.namelist()} == digests(DATA)


@scenario(Can.COMPETITION_ZIP, Can.KEEP, features="C2 X3")
def a_zip_of_a_competition_that_is_there_is_not_fetched_again(stage: Stage) -> None:
    contest = _entered(stage, {"heights.bin": HUGE})
    with stage.client_on_a_bad_line() as (client, line):
        path = client.competition_zip(contest.slug)
        fetched, first = line.received, path.stat()
        assert client.competition_zip(contest.slug) == path
        # The official one opens the answer and lets it lie, so that buffers fill.
        assert line.received - fetched < len(HUGE) / 2
        assert path.stat().st_ino == first.st_ino


@scenario(Can.COMPETITION_ZIP, Can.RESUME_DOWNLOAD, features="C2 B1 X3")
def a_download_of_a_competition_goes_on_after_a_cut(stage: Stage) -> None:
    contest = _entered(stage, {"heights.bin": LARGE, "notes.txt": TEXT})
    with stage.client_on_a_bad_line() as (client, line):
        line.cut_once(down=len(LARGE) // 2)
        path = tried_twice(client.competition_zip, contest.slug)
    with zipfile.ZipFile(path) as archive:
        assert digest(archive.read("heights.bin")) == digest(LARGE)


@scenario(Can.COMPETITION_FOLDER, Can.RESUME_DOWNLOAD, features="C2 H1 B1 X3")
def the_data_of_a_competition_go_on_after_a_cut(stage: Stage) -> None:
    contest = _entered(stage, {"heights.bin": LARGE, "notes.txt": TEXT})
    with stage.client_on_a_bad_line() as (client, line):
        line.cut_once(down=len(LARGE) // 2)
        folder = tried_twice(client.competition_folder, contest.slug)
    assert contents.read(folder) == digests({"heights.bin": LARGE, "notes.txt": TEXT})


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_file_of_a_competition_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "train.csv", CSV)


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_file_of_a_folder_of_a_competition_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "images/old/09.txt", TEXT)


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_file_of_a_competition_with_spaces_in_its_name_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "tides of 2026.csv", CSV)


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_file_of_a_competition_with_a_name_of_another_script_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "Höhen, 企鹅.csv", CSV)


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_file_of_a_competition_with_signs_of_an_address_in_its_name_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "100% & more; a+b=c #1?.csv", CSV)


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_empty_file_of_a_competition_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "empty.csv", b"")


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def one_json_file_of_a_competition_that_reads_like_an_error_arrives_as_it_is(stage: Stage) -> None:
    _one_file_arrives(stage, "errors.json", b'{"code": 503, "message": "a row of the data"}')


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def two_files_of_one_name_in_a_competition_do_not_meet(stage: Stage) -> None:
    contest = _entered(stage, {"a/x.csv": CSV, "b/x.csv": OTHER_CSV})
    client = stage.client()
    first = client.competition_file(contest.slug, "a/x.csv")
    stage.step("downloads the second file")
    second = client.competition_file(contest.slug, "b/x.csv")
    assert digest(first.read_bytes()) == digest(CSV)
    assert digest(second.read_bytes()) == digest(OTHER_CSV)


@scenario(Can.COMPETITION_FILE, features="C2 H1 X3")
def a_file_that_a_competition_does_not_have_is_refused(stage: Stage) -> None:
    contest = _entered(stage)
    refused(Because.MISSING, stage.client().competition_file, contest.slug, "gone.csv")


@scenario(Can.COMPETITION_FOLDER, features="C2 H1 X3 S3")
def the_data_of_a_competition_that_is_not_there_are_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().competition_folder, "no-such-penguins")


@scenario(Can.COMPETITION_FILE, features="C2 C6 H1 X3")
def a_file_is_not_given_before_the_rules_are_accepted(stage: Stage) -> None:
    contest = stage.contest().opened()
    refused(Because.RULES, stage.client().competition_file, contest.slug, "train.csv")


@scenario(Can.COMPETITION_FOLDER, features="C2 C6 H1 X3")
def data_are_not_given_before_the_rules_are_accepted(stage: Stage) -> None:
    contest = stage.contest().opened()
    refused(Because.RULES, stage.client().competition_folder, contest.slug)
    contest.join(stage.user)
    assert contents.read(stage.client().competition_folder(contest.slug)) == digests(DATA)


@scenario(Can.COMPETITION_FOLDER, features="C2 H1 X3")
def where_no_rules_are_to_be_accepted_data_are_given_to_everybody_with_an_account(stage: Stage) -> None:
    contest = stage.contest().opened(rules_required=False)
    assert contents.read(stage.client().competition_folder(contest.slug)) == digests(DATA)


@scenario(Can.COMPETITION_FOLDER, features="C2 H1 X3 A5")
def the_data_of_a_competition_are_refused_without_credentials(stage: Stage) -> None:
    contest = stage.contest().opened(rules_required=False)
    refused(Because.NOT_SIGNED_IN, stage.anonymous().competition_folder, contest.slug)


@scenario(Can.COMPETITION_FOLDER, Can.SCOPES, features="O6 C2 H1 X3")
def a_token_bound_to_a_competition_downloads_it_and_no_other(stage: Stage) -> None:
    contest, other = _entered(stage), _entered(stage)
    bound = stage.limited(f"competitions.get:{contest.slug}")
    assert contents.read(stage.client(bound).competition_folder(contest.slug)) == digests(DATA)
    refused(Because.FORBIDDEN, stage.client(bound).competition_folder, other.slug)


@scenario(Can.COMPETITION_FOLDER, Can.COMPETITION_CACHE, features="C2 H1 H5 X3")
def data_that_lie_in_the_cache_are_not_fetched_again(stage: Stage) -> None:
    contest = _entered(stage, {"heights.bin": HUGE})
    with stage.client_on_a_bad_line() as (client, line):
        folder = client.competition_folder(contest.slug)
        fetched = line.received
        assert client.competition_folder(contest.slug) == folder
        assert line.received - fetched < len(HUGE) / 2
    assert contents.read(folder) == digests({"heights.bin": HUGE})


@scenario(Can.COMPETITION_FOLDER, Can.COMPETITION_CACHE, features="C2 H1 H5 X3")
def data_that_have_changed_are_fetched_again(stage: Stage) -> None:
    contest = _entered(stage, {"train.csv": CSV, "gone.csv": CSV})
    client = stage.client()
    folder = client.competition_folder(contest.slug)
    _grow_old(folder)
    contest.publish({"train.csv": OTHER_CSV, "images/new.txt": TEXT})
    stage.step("downloads the new data")
    assert client.competition_folder(contest.slug) == folder
    assert contents.read(folder) == digests({"train.csv": OTHER_CSV, "images/new.txt": TEXT})


@scenario(Can.COMPETITION_FILE, Can.COMPETITION_CACHE, features="C2 H1 H5 X3")
def a_file_that_has_changed_is_fetched_again(stage: Stage) -> None:
    contest = _entered(stage, {"train.csv": CSV})
    client = stage.client()
    file = client.competition_file(contest.slug, "train.csv")
    _grow_old(file)
    contest.publish({"train.csv": OTHER_CSV})
    stage.step("downloads the new file")
    assert client.competition_file(contest.slug, "train.csv") == file
    assert digest(file.read_bytes()) == digest(OTHER_CSV)


@scenario(Can.COMPETITION_FOLDER, Can.COMPETITION_OUTPUT_DIR, features="C2 H1")
def the_data_of_a_competition_arrive_in_the_folder_that_is_named(stage: Stage) -> None:
    contest = _entered(stage)
    folder = stage.folder({})
    client = stage.client()
    client.competition_to(contest.slug, folder)
    found = {name: held for name, held in contents.read(folder).items() if not name.startswith(".complete/")}
    assert found == digests(DATA)
    stage.step("asks for them a second time")
    client.competition_to(contest.slug, folder)


@scenario(Can.COMPETITION_FILES, features="C2 X3")
def the_files_of_a_competition_are_listed(stage: Stage) -> None:
    contest = stage.contest().opened()
    assert sorted(stage.client().competition_files(contest.slug).items) == sorted(DATA)


@scenario(Can.COMPETITION_FILES, features="C2 X3")
def many_files_of_a_competition_are_listed_page_by_page(stage: Stage) -> None:
    files = {f"day-{number:02}.csv": b"%d\n" % number for number in range(25)}
    contest = _entered(stage, files)
    client, found, token = stage.client(), list[str](), ""
    while True:
        page = client.competition_files(contest.slug, page_size=10, page_token=token)
        found += page.items
        if not page.next_token:
            break
        token = page.next_token
    assert found == sorted(files)


@scenario(Can.COMPETITION_FILES, features="C2 X3")
def the_files_of_a_competition_that_is_not_there_are_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().competition_files, "no-such-penguins")


def _grow_old(path: Path) -> None:
    """What was fetched, as if it had been a while ago: servers tell their dates in whole seconds."""
    os.utime(path, (1_600_000_000, 1_600_000_000))
