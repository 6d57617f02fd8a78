"""The metadata of datasets is read and changed, their state is asked for, and they are deleted."""

from typing import Any

from brant.contract.dataset_messages import CollaboratorType, DatasetCollaborator, DatasetSettings
from tests.conformance import contents
from tests.conformance.contents import CSV, digest, digests
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import TITLE, Because, Stage, refused

FILES = {"heights.csv": CSV}
SUBTITLE = "Heights of tides, hour by hour"


@scenario(Can.METADATA, features="D6 X3")
def metadata_are_read(stage: Stage) -> None:
    handle = stage.published(
        FILES,
        title=TITLE,
        public=True,
        subtitle=SUBTITLE,
        description="Über *Pegel*.",
        license_name="CC-BY-4.0",
        category_ids=["oceans"],
    )
    metadata = stage.client(stage.another_user()).metadata(handle)
    assert metadata["title"] == TITLE
    assert metadata["subtitle"] == SUBTITLE
    assert metadata["description"] == "Über *Pegel*."
    assert metadata["keywords"] == ["oceans"]
    assert metadata["licenses"] == [{"name": "CC-BY-4.0"}]
    assert metadata["datasetSlug"] == handle.slug
    assert metadata["ownerUser"] == handle.owner


@scenario(Can.METADATA, Can.UPDATE_METADATA, features="D6 X3")
def metadata_are_changed(stage: Stage) -> None:
    handle = stage.published(FILES, title=TITLE, subtitle=SUBTITLE, license_name="CC0-1.0")
    changes: dict[str, Any] = {
        "title": "Tide tables, second edition",
        "subtitle": "Heights of tides, minute by minute",
        "description": "Now with minutes.",
        "keywords": ["oceans"],
        "licenses": [{"name": "CC-BY-4.0"}],
    }
    stage.client().update_metadata(handle, **changes)
    info = stage.contract().info(handle)
    assert info.title == changes["title"]
    assert info.subtitle == changes["subtitle"]
    assert info.description == changes["description"]
    assert info.keywords == changes["keywords"]
    assert [licence.name for licence in info.licenses] == ["CC-BY-4.0"]
    assert info.is_private
    assert stage.held() == digests(FILES)


@scenario(Can.METADATA, Can.UPDATE_METADATA, features="D6 X3")
def a_private_dataset_is_made_public(stage: Stage) -> None:
    handle = stage.published(FILES)
    stage.client().update_metadata(handle, isPrivate=False)
    assert stage.contract(stage.another_user()).held(handle) == digests(FILES)


@scenario(Can.METADATA, Can.UPDATE_METADATA, features="D6 X3")
def a_collaborator_is_added(stage: Stage) -> None:
    handle = stage.published(FILES)
    friend = stage.another_user()
    stage.client().update_metadata(handle, collaborators=[{"username": friend.name, "role": "reader"}])
    assert stage.contract(friend).held(handle) == digests(FILES)
    (collaborator,) = stage.contract().info(handle).collaborators
    assert (collaborator.username, collaborator.role) == (friend.name, CollaboratorType.READER)


@scenario(Can.METADATA, Can.UPDATE_METADATA, Can.DESCRIBE_FILES, features="D6 X3")
def files_and_columns_are_described_later(stage: Stage) -> None:
    handle = stage.published(FILES)
    columns = [{"name": "species", "description": "Of penguin", "type": "string"}]
    data = [{"name": "heights.csv", "description": "All of them", "totalBytes": len(CSV), "columns": columns}]
    stage.client().update_metadata(handle, data=data)
    (file,) = stage.contract().info(handle).data
    assert file.description == "All of them"
    assert [(column.name, column.description) for column in file.columns] == [("species", "Of penguin")]


@scenario(Can.METADATA, Can.UPDATE_METADATA, Can.COVER, features="D6")
def a_cover_image_is_sent(stage: Stage) -> None:
    handle = stage.published(FILES)
    stage.client().update_metadata(handle, cover=contents.PNG)
    address = stage.contract().dataset(handle).thumbnail_image_url
    assert address
    assert digest(stage.place.get(address)) == digest(contents.PNG)


@scenario(Can.METADATA, Can.UPDATE_METADATA, features="D6 X3")
def bad_metadata_are_refused_and_nothing_changes(stage: Stage) -> None:
    handle = stage.published(FILES, title=TITLE)
    refused(Because.INVALID, stage.client().update_metadata, handle, title="Tides " * 20)
    assert stage.contract().info(handle).title == TITLE


@scenario(Can.METADATA, Can.UPDATE_METADATA, features="D6 X3")
def the_metadata_of_another_user_are_not_changed(stage: Stage) -> None:
    handle = stage.published(FILES, title=TITLE, public=True)
    intruder = stage.client(stage.another_user())
    refused(Because.FORBIDDEN, intruder.update_metadata, handle, title="Tides of an intruder")
    assert stage.contract().info(handle).title == TITLE


@scenario(Can.STATUS, features="D7 X3")
def a_published_dataset_is_ready(stage: Stage) -> None:
    handle = stage.published(FILES)
    assert stage.client().status(handle) == "ready"


@scenario(Can.STATUS, Can.STATUS_AS_JSON, features="D7")
def the_status_tells_the_newest_version(stage: Stage) -> None:
    handle = stage.published(FILES, FILES)
    assert stage.client().status_as_json(handle) == {"status": "ready", "current_version_number": 2}


@scenario(Can.STATUS, features="D7 X3")
def the_status_of_a_missing_dataset_is_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().status, stage.handle)


@scenario(Can.DELETE, features="D8 S2")
def a_deleted_dataset_is_gone(stage: Stage) -> None:
    handle = stage.published(FILES)
    stage.client().delete(handle)
    assert not stage.contract().exists(handle)


@scenario(Can.DELETE, Can.CONFIRM, features="D8 S2")
def a_deletion_that_nobody_confirms_does_not_happen(stage: Stage) -> None:
    handle = stage.published(FILES)
    stage.client().delete(handle, confirmed=False)
    assert stage.contract().exists(handle)


@scenario(Can.DELETE, features="D8")
def the_dataset_of_another_user_is_not_deleted(stage: Stage) -> None:
    handle = stage.published(FILES, public=True)
    stage.step("deletes what is not its own")
    refused(Because.FORBIDDEN, stage.client(stage.another_user()).delete, handle)
    assert stage.contract().exists(handle)


@scenario(Can.DELETE, features="D8")
def a_writer_may_not_delete(stage: Stage) -> None:
    handle = stage.published(FILES)
    friend = stage.another_user()
    stage.contract().settle(
        handle,
        DatasetSettings(
            title=TITLE,
            is_private=True,
            collaborators=[DatasetCollaborator(username=friend.name, role=CollaboratorType.WRITER)],
        ),
    )
    stage.step("deletes what is not its own")
    refused(Because.FORBIDDEN, stage.client(friend).delete, handle)
    assert stage.contract().exists(handle)
