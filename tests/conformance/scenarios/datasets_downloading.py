"""Datasets are downloaded: whole and in part, whatever the names and contents, over good and bad lines."""

import zipfile

from brant.contract.handles import DatasetHandle
from tests.conformance import contents
from tests.conformance.contents import CSV, HUGE, LARGE, OTHER_CSV, TEXT, digest, digests
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused, tried_twice

FILES = {"heights.csv": CSV, "north/lerwick.csv": OTHER_CSV, "north/old/lerwick.csv": TEXT}
STRANGE = {
    "tides of 2026.csv": CSV,
    "Höhen, 企鹅 🐧.csv": OTHER_CSV,
    "100% & more; 'quoted' #1.txt": TEXT,
    "empty.csv": b"",
}


def _one_file_arrives(stage: Stage, name: str, data: bytes, handle: DatasetHandle | None = None) -> None:
    handle = handle or stage.published({name: data, "other.csv": OTHER_CSV})
    stage.step("downloads the file")
    arrived = stage.client().download_file(handle, name)
    assert digest(arrived.read_bytes()) == digest(data)
    stage.step("looks at the name of the file")
    assert arrived.name == name.rpartition("/")[2]


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def a_whole_dataset_arrives(stage: Stage) -> None:
    handle = stage.published(FILES)
    assert contents.read(stage.client().download(handle)) == digests(FILES)


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def strange_names_and_empty_files_arrive(stage: Stage) -> None:
    handle = stage.published(STRANGE)
    assert contents.read(stage.client().download(handle)) == digests(STRANGE)


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def a_large_dataset_arrives(stage: Stage) -> None:
    files = {"heights.bin": LARGE, "notes.txt": TEXT}
    handle = stage.published(files)
    assert contents.read(stage.client().download(handle)) == digests(files)


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def the_newest_version_arrives_where_none_is_named(stage: Stage) -> None:
    handle = stage.published(FILES, {"heights.csv": TEXT})
    assert contents.read(stage.client().download(handle)) == digests({"heights.csv": TEXT})


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def an_old_version_arrives(stage: Stage) -> None:
    handle = stage.published(FILES, {"heights.csv": TEXT})
    assert contents.read(stage.client().download(handle.at(1))) == digests(FILES)


@scenario(Can.DOWNLOAD_ZIP, features="D3 X3")
def a_whole_dataset_arrives_as_a_zip(stage: Stage) -> None:
    handle = stage.published(FILES)
    path = stage.client().download_zip(handle)
    assert path.name == f"{handle.slug}.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: digest(archive.read(name)) for name in archive.namelist()} == digests(FILES)


@scenario(Can.DOWNLOAD_ZIP, Can.KEEP, features="D3 X3")
def a_zip_that_is_there_is_not_fetched_again(stage: Stage) -> None:
    handle = stage.published({"heights.bin": HUGE})
    with stage.client_on_a_bad_line() as (client, line):
        path = client.download_zip(handle)
        fetched, first = line.received, path.stat()
        assert client.download_zip(handle) == path
        # The official one opens the answer and lets it lie, so that buffers fill.
        assert line.received - fetched < len(HUGE) / 2
        assert path.stat().st_ino == first.st_ino
        stage.step("fetches it again by force")
        assert client.download_zip(handle, again=True) == path
        assert line.received - fetched > len(HUGE)
        with zipfile.ZipFile(path) as archive:
            assert digest(archive.read("heights.bin")) == digest(HUGE)


@scenario(Can.DOWNLOAD, Can.DOWNLOAD_FOLDER, features="D3 H1")
def one_folder_arrives(stage: Stage) -> None:
    handle = stage.published({**FILES, "heights.bin": LARGE})
    folder = stage.client().download_folder(handle, "north")
    assert contents.read(folder) == digests({"lerwick.csv": OTHER_CSV, "old/lerwick.csv": TEXT})


@scenario(Can.DOWNLOAD, Can.DOWNLOAD_GLOB, features="D3 B1")
def only_matching_files_arrive(stage: Stage) -> None:
    handle = stage.published({**FILES, "heights.bin": LARGE})
    arrived = contents.read(stage.client().download_matching(handle, "*.csv"))
    assert arrived == digests(FILES)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_file_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "heights.csv", CSV)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_file_of_a_folder_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "north/old/lerwick.csv", CSV)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_file_of_an_old_version_arrives(stage: Stage) -> None:
    handle = stage.published({"heights.csv": CSV}, {"heights.csv": OTHER_CSV})
    _one_file_arrives(stage, "heights.csv", CSV, handle.at(1))


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_file_with_spaces_in_its_name_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "tides of 2026.csv", CSV)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_file_with_a_name_of_another_script_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "Höhen, 企鹅.csv", CSV)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_file_with_signs_of_an_address_in_its_name_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "100% & more; a+b=c #1?.csv", CSV)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_empty_file_arrives(stage: Stage) -> None:
    _one_file_arrives(stage, "empty.csv", b"")


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_json_file_arrives_as_it_is(stage: Stage) -> None:
    _one_file_arrives(stage, "heights.json", b'{"heights": [1.5, 2.25]}')


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_json_file_that_reads_like_an_error_arrives_as_it_is(stage: Stage) -> None:
    _one_file_arrives(stage, "errors.json", b'{"code": 503, "message": "a row of the data"}')


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_json_lines_file_arrives_as_it_is(stage: Stage) -> None:
    _one_file_arrives(stage, "heights.jsonl", b'{"height": 1.5}\n{"height": 2.25}\n')


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def one_zip_arrives_as_a_zip(stage: Stage) -> None:
    # A zip that is sent is unpacked when it is published, as a folder; one inside it stays what it is.
    inner = contents.zipped({"scan.csv": CSV})
    scans = contents.zipped({"north.zip": inner, "south.csv": CSV})
    stage.published({"scans.zip": scans, "other.csv": TEXT})
    _one_file_arrives(stage, "scans/north.zip", inner, stage.handle)


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def a_zip_among_the_files_is_not_unpacked(stage: Stage) -> None:
    inner = contents.zipped({"scan.csv": CSV})
    handle = stage.published({"scans.zip": contents.zipped({"north.zip": inner}), "other.csv": TEXT})
    arrived = contents.read(stage.client().download(handle))
    assert arrived == digests({"scans/north.zip": inner, "other.csv": TEXT})


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def two_files_of_one_name_do_not_meet(stage: Stage) -> None:
    handle = stage.published({"north/lerwick.csv": CSV, "south/lerwick.csv": OTHER_CSV})
    client = stage.client()
    north = client.download_file(handle, "north/lerwick.csv")
    stage.step("downloads the second file")
    south = client.download_file(handle, "south/lerwick.csv")
    assert digest(south.read_bytes()) == digest(OTHER_CSV)
    assert digest(north.read_bytes()) == digest(CSV)


@scenario(Can.DOWNLOAD_FILE, features="D3 H1 X3")
def a_file_that_is_not_there_is_refused(stage: Stage) -> None:
    handle = stage.published(FILES)
    refused(Because.MISSING, stage.client().download_file, handle, "missing.csv")


@scenario(Can.DOWNLOAD, features="D3 H1 X3 S3")
def a_dataset_that_is_not_there_is_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().download, stage.handle)


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def a_version_that_is_not_there_is_refused(stage: Stage) -> None:
    handle = stage.published(FILES)
    refused(Because.MISSING, stage.client().download, handle.at(7))


@scenario(Can.DOWNLOAD, Can.RESUME_DOWNLOAD, features="D3 H1 X3 B1")
def a_whole_download_goes_on_after_a_cut(stage: Stage) -> None:
    files = {"heights.bin": HUGE, "notes.txt": TEXT}
    handle = stage.published(files)
    with stage.client_on_a_bad_line() as (client, line):
        line.cut_once(down=len(HUGE) * 3 // 4)
        folder = tried_twice(client.download, handle)
        assert line.cuts == 1
        assert contents.read(folder) == digests(files)
        stage.step("looks at how much came over the line")
        assert line.received < 1.5 * len(HUGE)


@scenario(Can.DOWNLOAD_FILE, Can.RESUME_DOWNLOAD, features="D3 H1 X3 B1")
def the_download_of_a_file_goes_on_after_a_cut(stage: Stage) -> None:
    handle = stage.published({"heights.bin": HUGE, "notes.txt": TEXT})
    with stage.client_on_a_bad_line() as (client, line):
        line.cut_once(down=len(HUGE) * 3 // 4)
        arrived = tried_twice(client.download_file, handle, "heights.bin")
        assert line.cuts == 1
        assert digest(arrived.read_bytes()) == digest(HUGE)
        stage.step("looks at how much came over the line")
        assert line.received < 1.5 * len(HUGE)


@scenario(Can.DOWNLOAD, Can.CACHE, features="H1 H5 X3")
def what_lies_in_the_cache_is_not_fetched_again(stage: Stage) -> None:
    files = {"heights.bin": LARGE}
    handle = stage.published(files)
    with stage.client_on_a_bad_line() as (client, line):
        first = client.download(handle)
        fetched = line.received
        assert client.download(handle) == first
        assert line.received - fetched < len(LARGE) / 10
        stage.step("fetches it again by force")
        assert client.download(handle, again=True) == first
        assert line.received - fetched > len(LARGE)
        assert contents.read(first) == digests(files)


@scenario(Can.DOWNLOAD, Can.CACHE, features="H1 H5 X3")
def a_new_version_lies_beside_the_old_one_in_the_cache(stage: Stage) -> None:
    handle = stage.published(FILES)
    client = stage.client()
    old = client.download(handle)
    stage.contract().version(handle, {"heights.csv": TEXT}, "Changed.")
    new = client.download(handle)
    assert contents.read(old) == digests(FILES)
    assert contents.read(new) == digests({"heights.csv": TEXT})
    assert (old.name, new.name) == ("1", "2")


@scenario(Can.DOWNLOAD, Can.OUTPUT_DIR, features="H1")
def a_dataset_arrives_in_the_folder_that_is_named(stage: Stage) -> None:
    handle = stage.published(FILES)
    folder = stage.folder({})
    stage.client().download_to(handle, folder)
    arrived = contents.read(folder)
    assert {name: arrived[name] for name in FILES} == digests(FILES)


@scenario(Can.DOWNLOAD, Can.OWN_FOLDER, features="S3")
def a_download_lands_in_a_folder_of_its_own(stage: Stage) -> None:
    handle = stage.published(FILES)
    here = stage.folder({"heights.csv": b"mine"})
    stage.client().download_here(handle, here)
    assert (here / "heights.csv").read_bytes() == b"mine"
    assert contents.read(here / handle.slug) == digests(FILES)
