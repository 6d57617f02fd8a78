"""Metadata: read, set whole or not at all, by those who may; and the end of a dataset."""

from typing import Any

import pytest

from brant.contract.blobs import ApiBlobType
from brant.contract.dataset_messages import (
    ApiDeleteDatasetRequest,
    ApiGetDatasetMetadataRequest,
    ApiGetDatasetRequest,
    ApiListDatasetsRequest,
    ApiUpdateDatasetMetadataRequest,
    CollaboratorType,
    CroppedImageUpload,
    DatasetCollaborator,
    DatasetInfo,
    DatasetSettings,
    DatasetSettingsFile,
    DatasetSettingsFileColumn,
    SettingsLicense,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from tests.server.domain.conftest import World

OF: dict[str, Any] = {"owner_slug": "ada", "dataset_slug": "penguins"}
SUBTITLE = "Size measurements of three species"


def update(world: World, actor: Actor, **settings: Any) -> list[str]:
    request = ApiUpdateDatasetMetadataRequest(**OF, settings=DatasetSettings(**settings))
    return world.services.metadata.update(world.context(actor), request).errors


def info(world: World, actor: Actor | None = None) -> DatasetInfo:
    request = ApiGetDatasetMetadataRequest(**OF)
    shown = world.services.metadata.read(world.context(actor), request).info
    assert shown is not None
    return shown


def person(name: str, role: str = "WRITER") -> DatasetCollaborator:
    return DatasetCollaborator(username=name, role=CollaboratorType[role])


@pytest.fixture(autouse=True)
def penguins(world: World, ada: Actor) -> None:
    world.create(ada, {"a.csv": b"x\n1\n", "b.csv": b"2"}, subtitle=SUBTITLE, category_ids=["birds"])


def test_everything_that_is_set_is_read_again(world: World, ada: Actor, bob: Actor) -> None:
    errors = update(
        world,
        ada,
        title="Palmer Penguins",
        subtitle="Another subtitle that is long",
        description="Adult foraging penguins",
        is_private=True,
        keywords=["Biology", "ice"],
        licenses=[SettingsLicense(name="odbl-1.0")],
        collaborators=[person("bob", "READER")],
        data=[
            DatasetSettingsFile(
                name="a.csv",
                description="The first",
                columns=[DatasetSettingsFileColumn(name="x", description="A number", type="numeric")],
            )
        ],
        expected_update_frequency="monthly",
        user_specified_sources="Palmer Station LTER",
    )

    assert errors == []
    shown = info(world, ada)
    assert (shown.title, shown.subtitle) == ("Palmer Penguins", "Another subtitle that is long")
    assert (shown.description, shown.is_private) == ("Adult foraging penguins", True)
    assert shown.keywords == ["biology", "ice"]
    assert shown.licenses == [SettingsLicense(name="ODbL-1.0")]
    assert shown.collaborators == [person("bob", "READER")]
    assert (shown.expected_update_frequency, shown.user_specified_sources) == (
        "monthly",
        "Palmer Station LTER",
    )
    first, second = shown.data
    assert (first.name, first.description, first.total_bytes) == ("a.csv", "The first", 4)
    assert first.columns == [DatasetSettingsFileColumn(name="x", description="A number", type="numeric")]
    assert (second.name, second.description) == ("b.csv", "")
    assert info(world, bob).title == "Palmer Penguins"


def test_what_was_read_can_be_sent_back_and_changes_nothing(world: World, ada: Actor, bob: Actor) -> None:
    update(world, ada, subtitle=SUBTITLE, keywords=["birds"], collaborators=[person("bob")], is_private=True)
    before = info(world, ada)
    fields = (
        "title",
        "subtitle",
        "description",
        "is_private",
        "keywords",
        "licenses",
        "collaborators",
        "data",
    )
    assert update(world, ada, **{name: getattr(before, name) for name in fields}) == []
    assert info(world, ada) == before


def test_all_that_is_wrong_is_said_and_nothing_is_set(world: World, ada: Actor) -> None:
    before = info(world, ada)
    errors = update(
        world,
        ada,
        title="ab",
        subtitle="short",
        description="A good description",
        keywords=["no;tag"],
        licenses=[SettingsLicense(name="a"), SettingsLicense(name="b")],
        collaborators=[person("nobody")],
        data=[DatasetSettingsFile(name="a.csv", description="x"), DatasetSettingsFile(name="none.csv")],
        image=CroppedImageUpload(token="nonsense"),
    )

    for words in (
        "title must be",
        "subtitle must be",
        "no tags",
        "exactly one",
        "no user 'nobody'",
        "no file",
        "token",
    ):
        assert any(words in error for error in errors), words
    assert len(errors) == 7
    assert info(world, ada) == before


def test_a_title_in_use_is_said(world: World, ada: Actor) -> None:
    world.create(ada, {"a": b"1"}, slug="other", title="Taken title")
    assert "in use by ada/other" in update(world, ada, title="TAKEN title")[0]
    assert update(world, ada, title=info(world).title) == []


def test_a_title_in_use_does_not_tell_of_a_dataset_that_one_may_not_see(
    world: World, ada: Actor, bob: Actor
) -> None:
    update(world, ada, collaborators=[person("bob")])
    world.create(ada, {"a": b"1"}, slug="hush", title="Taken title", is_private=True)
    (said,) = update(world, bob, collaborators=[person("bob")], title="Taken title")
    assert "in use by another dataset of ada" in said
    assert "hush" not in said


@pytest.mark.parametrize("said", [None, DatasetSettings()])
def test_settings_that_say_nothing_do_not_publish_what_was_private(
    world: World, ada: Actor, said: DatasetSettings | None
) -> None:
    update(world, ada, is_private=True, description="Kept")
    request = ApiUpdateDatasetMetadataRequest(**OF, settings=said)
    with pytest.raises(InvalidInput, match="settings"):
        world.services.metadata.update(world.context(ada), request)
    assert (info(world, ada).is_private, info(world, ada).description) == (True, "Kept")


def test_a_description_holds_nothing_that_a_terminal_would_obey(world: World, ada: Actor) -> None:
    update(world, ada, description="one\ttwo\r\n\x1b[2Jthree\x9b31m\x00\x7f")
    assert info(world).description == "one\ttwo\r\n[2Jthree31m"


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([person("bob", "OWNER")], "cannot be OWNER"),
        ([person("bob", "COLLABORATOR_TYPE_UNSPECIFIED")], "READER, WRITER or ADMIN"),
        ([person("bob"), person("BOB")], "twice"),
        ([DatasetCollaborator(group_slug="lab")], "no group 'lab'"),
    ],
)
def test_collaborators_that_cannot_be(
    world: World, ada: Actor, bob: Actor, people: list[DatasetCollaborator], words: str
) -> None:
    assert words in update(world, ada, collaborators=people)[0]


def test_collaborators_are_replaced_and_the_owner_is_none(world: World, ada: Actor, bob: Actor) -> None:
    world.user("cyd")
    update(world, ada, collaborators=[person("ada", "OWNER"), person("bob")])
    update(world, ada, collaborators=[person("cyd", "READER")])
    assert info(world, ada).collaborators == [person("cyd", "READER")]
    assert info(world, None).collaborators == []


def test_a_writer_edits_but_does_not_say_who_else_may(world: World, ada: Actor, bob: Actor) -> None:
    people = [person("bob")]
    update(world, ada, collaborators=people)
    assert update(world, bob, collaborators=people, description="By bob") == []
    changes: list[dict[str, Any]] = [{"collaborators": []}, {"collaborators": people, "is_private": True}]
    for change in changes:
        with pytest.raises(PermissionDenied, match="who sees or edits"):
            update(world, bob, **change)
    assert info(world).description == "By bob"
    update(world, ada, collaborators=[person("bob", "ADMIN")])
    assert update(world, bob, collaborators=[person("bob", "ADMIN")], is_private=True) == []


def test_a_stranger_changes_nothing(world: World, bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        update(world, bob, title="Mine now")


def test_a_cover_image_is_taken_from_its_upload_and_served(world: World, ada: Actor) -> None:
    token = world.upload(ada, "dataset-cover-image.png", b"image", ApiBlobType.INBOX)
    assert update(world, ada, image=CroppedImageUpload(token=token)) == []

    shown = world.services.views.view(world.context(None), ApiGetDatasetRequest(**OF))
    url = shown.thumbnail_image_url or ""
    assert url.endswith("/dataset-cover-image.png")
    version_id, sha256, _ = url.removeprefix("http://test/blobs/").split("/")
    assert world.services.stored.blob(sha256, int(version_id), None).size == 5
    assert (
        "no cover image"
        in update(world, ada, image=CroppedImageUpload(token=world.upload(ada, "a.exe", b"x")))[0]
    )


def test_usability_grows_with_every_answer(world: World, ada: Actor) -> None:
    ratings = [info(world).usability_rating or 0]
    settings: dict[str, Any] = {"subtitle": SUBTITLE, "keywords": ["birds"]}
    for more in (
        {"description": "word " * 30},
        {"licenses": [SettingsLicense(name="CC0-1.0")]},
        {"expected_update_frequency": "never"},
        {"user_specified_sources": "Palmer Station"},
        {
            "data": [
                DatasetSettingsFile(
                    name="a.csv", description="x", columns=[DatasetSettingsFileColumn(name="x")]
                )
            ]
        },
        {"image": CroppedImageUpload(token=world.upload(ada, "c.png", b"image"))},
    ):
        settings |= more
        assert update(world, ada, **settings) == []
        settings.pop("image", None)
        ratings.append(info(world).usability_rating or 0)
    assert ratings == sorted(set(ratings))
    assert ratings[-1] == 1.0


def test_a_changed_title_is_found_by_search(world: World, ada: Actor) -> None:
    update(world, ada, title="Antarctic birds")
    for text, found in (("antarctic", 1), ("penguins", 1), ("title", 0)):
        request = ApiListDatasetsRequest(search=text)
        assert len(world.services.listing.list_datasets(world.context(None), request).datasets) == found


def test_a_deleted_dataset_is_gone_and_its_name_free(world: World, ada: Actor, bob: Actor) -> None:
    request = ApiDeleteDatasetRequest(**OF)
    update(world, ada, collaborators=[person("bob", "ADMIN")])
    with pytest.raises(PermissionDenied, match="only ada may"):
        world.services.metadata.delete(world.context(bob), request)

    assert world.services.metadata.delete(world.context(ada), request).error is None

    with pytest.raises(NotFound):
        info(world, ada)
    with pytest.raises(NotFound):
        world.services.metadata.delete(world.context(ada), request)
    listed = world.services.listing.list_datasets(
        world.context(ada), ApiListDatasetsRequest(search="penguins")
    )
    assert listed.datasets == []
    assert world.create(ada, {"a": b"1"}).status == "ok"


def test_a_new_dataset_never_gets_the_number_of_a_deleted_one(world: World, ada: Actor) -> None:
    old = info(world).dataset_id
    world.services.metadata.delete(world.context(ada), ApiDeleteDatasetRequest(**OF))
    world.create(ada, {"a": b"1"})
    assert info(world).dataset_id > old


def test_an_admin_of_the_server_may_do_everything(world: World, ada: Actor) -> None:
    root = world.user("root", is_admin=True)
    assert update(world, root, title="Renamed", is_private=True) == []
    assert info(world, root).title == "Renamed"
    world.services.metadata.delete(world.context(root), ApiDeleteDatasetRequest(**OF))
