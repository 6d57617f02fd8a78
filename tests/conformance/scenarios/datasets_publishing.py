"""Datasets are published: the first version, the next ones, and what is refused before anything changes."""

from typing import Any

import pytest

from brant.errors import NotFound
from tests.conformance.contents import CSV, LARGE, OTHER_CSV, TEXT, digests
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import TITLE, Because, Stage, refused

FIRST = {"heights.csv": CSV, "notes.txt": TEXT}
SECOND = {"heights.csv": OTHER_CSV, "stations.csv": CSV}
NESTED = {
    "heights.csv": CSV,
    "north/lerwick.csv": OTHER_CSV,
    "north/old/lerwick.csv": CSV,
    "south/lerwick.csv": TEXT,
}


@scenario(Can.CREATE, features="D4 H3 X3")
def a_new_dataset_is_private_and_holds_every_byte(stage: Stage) -> None:
    stage.client().create(stage.publication(FIRST))
    dataset = stage.contract().dataset(stage.handle)
    assert dataset.is_private
    assert dataset.current_version_number == 1
    assert stage.held() == digests(FIRST)
    assert not stage.contract(stage.another_user()).exists(stage.handle)


@scenario(Can.CREATE, Can.PUBLIC, features="D4 X3")
def a_new_dataset_is_public_when_asked(stage: Stage) -> None:
    stage.client().create(stage.publication(FIRST), public=True)
    stranger = stage.contract(stage.another_user())
    assert not stranger.dataset(stage.handle).is_private
    assert stranger.held(stage.handle) == digests(FIRST)


@scenario(Can.CREATE, Can.DESCRIBE, features="D4 X3")
def what_the_metadata_file_says_arrives(stage: Stage) -> None:
    about: dict[str, Any] = {
        "subtitle": "Heights of tides, hour by hour",
        "description": "# Tides\n\nMeasured at *Lerwick* + and in Zürich.",
        "keywords": ["oceans", "earth science"],
    }
    stage.client().create(stage.publication(FIRST, **about))
    info = stage.contract().info(stage.handle)
    assert info.title == TITLE
    assert info.subtitle == about["subtitle"]
    assert info.description == about["description"]
    assert set(info.keywords) == set(about["keywords"])
    assert [licence.name for licence in info.licenses] == ["CC0-1.0"]


@scenario(Can.CREATE, Can.DESCRIBE_FILES, features="D4 X3")
def files_and_columns_are_described(stage: Stage) -> None:
    columns = [
        {"name": "species", "description": "Of penguin", "type": "string"},
        {"name": "island", "description": "Where it was seen", "type": "string"},
        {"name": "bill_length_mm", "description": "From tip to base", "type": "number"},
    ]
    resource = {"path": "heights.csv", "description": "All of them", "schema": {"fields": columns}}
    stage.client().create(stage.publication(FIRST, resources=[resource]))
    (file,) = [file for file in stage.contract().info(stage.handle).data if file.name == "heights.csv"]
    assert file.description == "All of them"
    assert [column.name for column in file.columns] == ["species", "island", "bill_length_mm"]
    assert [column.description for column in file.columns] == [column["description"] for column in columns]


@scenario(Can.CREATE, Can.KNOWS_TAKEN, features="D4 X3")
def a_taken_title_is_reported_and_nothing_changes(stage: Stage) -> None:
    stage.published(FIRST, title=TITLE)
    said = refused(Because.TAKEN, stage.client().create, stage.publication(SECOND))
    assert "already" in said
    assert stage.contract().dataset(stage.handle).current_version_number == 1
    assert stage.held() == digests(FIRST)


@scenario(Can.CREATE, Can.KNOWS_TAKEN, features="D4 X3")
def a_title_that_another_dataset_has_is_reported(stage: Stage) -> None:
    other = stage.published(FIRST, slug="older-tides", title=TITLE)
    said = refused(Because.TAKEN, stage.client().create, stage.publication(SECOND))
    assert TITLE in said
    assert not stage.contract().exists(stage.handle)
    assert stage.contract().held(other) == digests(FIRST)


@scenario(Can.CREATE, Can.DESCRIBE, features="D4 X3")
def a_tag_that_cannot_be_one_does_not_stop_the_rest(stage: Stage) -> None:
    stage.client().create(stage.publication(FIRST, keywords=["oceans", "?!"]))
    assert stage.contract().info(stage.handle).keywords == ["oceans"]
    assert stage.held() == digests(FIRST)


@scenario(Can.CREATE, features="D4 H3 X3")
def names_that_differ_only_in_case_are_refused(stage: Stage) -> None:
    refused(Because.INVALID, stage.client().create, stage.publication({"tides.csv": CSV, "Tides.csv": TEXT}))
    assert not stage.contract().exists(stage.handle)


@scenario(Can.CREATE, features="D4 H3 X3")
def a_name_that_not_every_disk_can_hold_is_refused(stage: Stage) -> None:
    client = stage.client()
    for name in ("tides\x07.csv", "north\\tides.csv"):
        refused(Because.INVALID, client.create, stage.publication({name: CSV, "other.csv": CSV}))
        assert not stage.contract().exists(stage.handle)


@scenario(Can.CREATE, Can.VERSION, features="D4 D5 H3 X3")
def a_new_version_replaces_the_files_and_keeps_the_old_ones(stage: Stage) -> None:
    client = stage.client()
    client.create(stage.publication(FIRST))
    stage.step("publishes the second version")
    client.version(stage.publication(SECOND), "Corrected at Wick.")
    assert stage.held() == digests(SECOND)
    assert stage.held(2) == digests(SECOND)
    assert stage.held(1) == digests(FIRST)
    dataset = stage.contract().dataset(stage.handle)
    assert dataset.current_version_number == 2
    assert "Corrected at Wick." in [version.version_notes for version in dataset.versions]


@scenario(Can.VERSION, Can.VERSION_BY_NUMBER, features="D5 X3")
def a_version_goes_to_the_dataset_that_a_number_names(stage: Stage) -> None:
    stage.published(FIRST)
    number = stage.contract().dataset(stage.handle).id
    stage.client().version(stage.publication(SECOND, id=None, id_no=number), "By its number.")
    assert stage.held(2) == digests(SECOND)


@scenario(Can.VERSION, Can.DELETE_OLD_VERSIONS, features="D5 X3")
def old_versions_go_when_asked(stage: Stage) -> None:
    stage.published(FIRST, FIRST)
    stage.client().version(stage.publication(SECOND), "Start afresh.", delete_old=True)
    assert stage.held(3) == digests(SECOND)
    for gone in (1, 2):
        with pytest.raises(NotFound):
            stage.held(gone)


@scenario(Can.VERSION, features="D5 H3 X3")
def a_version_of_a_dataset_that_is_not_there_is_refused_or_creates_it(stage: Stage) -> None:
    client = stage.client()
    if Can.KNOWS_TAKEN in client.offers:
        refused(Because.MISSING, client.version, stage.publication(SECOND), "Of nothing.")
        assert not stage.contract().exists(stage.handle)
    else:
        client.version(stage.publication(SECOND), "The first.")
        assert stage.held(1) == digests(SECOND)


@scenario(Can.VERSION, Can.REUSE, features="D5 B1")
def unchanged_files_are_not_sent_again(stage: Stage) -> None:
    stage.published({"heights.bin": LARGE, "stations.csv": CSV})
    changed = {"heights.bin": LARGE, "stations.csv": OTHER_CSV}
    with stage.client_on_a_bad_line() as (client, line):
        client.version(stage.publication(changed), "One station moved.")
        assert line.sent < len(LARGE) / 10
    assert stage.held(2) == digests(changed)


@scenario(Can.CREATE, Can.SKIP_FOLDERS, features="D4 X3")
def folders_are_left_out_when_asked(stage: Stage) -> None:
    stage.client().create(stage.publication(NESTED), folders="skip")
    assert stage.held() == digests({"heights.csv": CSV})


@scenario(Can.CREATE, Can.ZIP_FOLDERS, features="D4 X3")
def folders_sent_as_zips_arrive_as_folders(stage: Stage) -> None:
    stage.client().create(stage.publication(NESTED), folders="zip")
    assert stage.held() == digests(NESTED)


@scenario(Can.CREATE, Can.TAR_FOLDERS, features="D4 X3")
def folders_sent_as_tars_arrive_as_folders(stage: Stage) -> None:
    stage.client().create(stage.publication(NESTED), folders="tar")
    assert stage.held() == digests(NESTED)


@scenario(Can.CREATE, Can.NEST_FOLDERS, features="D4 H3 X3")
def folders_arrive_as_folders(stage: Stage) -> None:
    stage.client().create(stage.publication(NESTED))
    assert stage.held() == digests(NESTED)


@scenario(Can.CREATE, Can.NEST_FOLDERS, features="H3 X3")
def more_than_fifty_files_in_folders_arrive(stage: Stage) -> None:
    # Official libraries send more than fifty files as one archive.zip.
    files = {f"year-{number % 4}/station-{number:03}.csv": b"height\n%d\n" % number for number in range(60)}
    stage.client().create(stage.publication(files))
    assert stage.held() == digests(files)


@scenario(Can.VERSION, Can.IGNORE, features="D5 H3 X3")
def what_matches_a_pattern_stays_at_home(stage: Stage) -> None:
    stage.published(FIRST)
    files = {**SECOND, "draft.tmp": TEXT, "secrets.env": TEXT}
    stage.client().version(stage.publication(files), "Without drafts.", ignore=("*.tmp", "secrets.env"))
    assert stage.held(2) == digests(SECOND)


@scenario(Can.CREATE, features="D4 H3 X3")
def names_with_spaces_and_of_all_scripts_arrive(stage: Stage) -> None:
    files = {
        "tides of 2026.csv": CSV,
        "Höhen, 企鹅 🐧.csv": OTHER_CSV,
        "100% & more; 'quoted' #1.txt": TEXT,
        "no extension": TEXT,
    }
    stage.client().create(stage.publication(files))
    assert stage.held() == digests(files)


@scenario(Can.CREATE, features="D4 H3 X3")
def an_empty_file_arrives_empty(stage: Stage) -> None:
    files = {"heights.csv": CSV, "empty.csv": b""}
    stage.client().create(stage.publication(files))
    assert stage.held() == digests(files)


@scenario(Can.CREATE, features="D4 H3 X3")
def a_large_file_arrives_whole(stage: Stage) -> None:
    files = {"heights.bin": LARGE}
    stage.client().create(stage.publication(files))
    assert stage.held() == digests(files)


@scenario(Can.CREATE, Can.RESUME_UPLOAD, features="D4 H3 X3 B1")
def an_upload_outlives_a_cut_connection(stage: Stage) -> None:
    files = {"heights.bin": LARGE}
    with stage.client_on_a_bad_line() as (client, line):
        line.cut_once(up=len(LARGE) // 2)
        client.create(stage.publication(files))
        assert line.cuts == 1
    assert stage.held() == digests(files)


@scenario(Can.CREATE, Can.VALIDATE, features="D4 X3")
def a_title_that_is_too_short_is_refused(stage: Stage) -> None:
    what = stage.publication(FIRST, title="Tides")
    said = refused(Because.INVALID, stage.client().create, what)
    assert "title" in said
    assert not stage.contract().exists(stage.handle)


@scenario(Can.CREATE, Can.VALIDATE, features="D4 X3")
def two_licences_are_refused(stage: Stage) -> None:
    what = stage.publication(FIRST, licenses=[{"name": "CC0-1.0"}, {"name": "other"}])
    said = refused(Because.INVALID, stage.client().create, what)
    assert "license" in said.lower()
    assert not stage.contract().exists(stage.handle)


@scenario(Can.CREATE, Can.VALIDATE, features="D4 X3")
def a_resource_that_is_not_there_is_refused(stage: Stage) -> None:
    what = stage.publication(FIRST, resources=[{"path": "missing.csv"}])
    said = refused(Because.INVALID, stage.client().create, what)
    assert "missing.csv" in said
    assert not stage.contract().exists(stage.handle)


@scenario(Can.CREATE, Can.VALIDATE, Can.INIT, features="D4 X3")
def an_unchanged_template_is_refused(stage: Stage) -> None:
    client = stage.client()
    template = client.init()
    assert template["id"] == f"{stage.user.name}/INSERT_SLUG_HERE"
    assert template["title"] == "INSERT_TITLE_HERE"
    assert template["licenses"] == [{"name": "CC0-1.0"}]
    stage.step("publishes the unchanged template")
    refused(Because.INVALID, client.create, stage.publication(FIRST, **template))
