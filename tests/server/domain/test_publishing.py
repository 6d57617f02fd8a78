"""Publishing: rules, roles, conflicts, and that a version is whole or not there."""

import io
import threading
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetVersionByIdRequest,
    ApiCreateDatasetVersionRequestBody,
    ApiDatasetColumn,
    ApiDatasetNewFile,
    ApiGetDatasetRequest,
    ApiUploadDirectoryInfo,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied, Unauthenticated
from brant.server.domain.actor import Actor
from brant.server.domain.datasets import publishing
from brant.server.domain.versions import manifests
from brant.server.store import search
from brant.server.store.tables import collaborators, datasets, files, uploads, versions
from tests.server.domain.conftest import World

CSV = {"penguins.csv": b"species,mass\nAdelie,3750\n"}


def view(world: World, actor: Actor | None, of: str = "ada/penguins") -> Any:
    owner, slug = of.split("/")
    return world.services.views.view(
        world.context(actor), ApiGetDatasetRequest(owner_slug=owner, dataset_slug=slug)
    )


def count(world: World, table: sa.Table) -> int:
    with world.services.db.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def share(world: World, actor: Actor, role: str) -> None:
    with world.services.db.write() as connection:
        dataset_id = connection.scalar(sa.select(datasets.c.id))
        connection.execute(
            sa.insert(collaborators).values(dataset_id=dataset_id, user_id=actor.user_id, role=role)
        )


def test_a_new_dataset_is_there_with_all_that_was_said_of_it(world: World, ada: Actor) -> None:
    answer = world.create(
        ada,
        {**CSV, "raw/2007/a.csv": b"1", "raw/b.csv": b"22"},
        title="Palmer Penguins",
        subtitle="Size measurements of three species",
        description="Adult foraging penguins near Palmer Station",
        license_name="cc0-1.0",
        category_ids=["Biology", "earth science", "no;tag"],
        is_private=True,
    )

    assert (answer.status, answer.error, answer.ref) == ("ok", None, "ada/penguins")
    assert answer.url == "http://test/datasets/ada/penguins"
    assert answer.invalid_tags == ["no;tag"]
    shown = view(world, ada)
    assert (shown.title, shown.license_name, shown.is_private) == ("Palmer Penguins", "CC0-1.0", True)
    assert [tag.ref for tag in shown.tags] == ["biology", "earth science"]
    assert (shown.total_bytes, shown.current_version_number) == (len(CSV["penguins.csv"]) + 3, 1)
    assert [file.name for file in shown.files] == ["penguins.csv", "raw/2007/a.csv", "raw/b.csv"]
    assert [version.version_number for version in shown.versions] == [1]


def test_descriptions_and_columns_are_kept(world: World, ada: Actor) -> None:
    token = world.upload(ada, "a.csv", b"x\n1\n")
    column = ApiDatasetColumn(order=0, name="x", type="numeric", description="A number")
    file = ApiDatasetNewFile(token=token, description="All of it", columns=[column])
    world.services.publishing.create(
        world.context(ada), ApiCreateDatasetRequest(title="Numbers", files=[file])
    )

    (shown,) = view(world, ada, "ada/numbers").files
    assert (shown.description, shown.columns) == ("All of it", [column])


def test_equal_files_are_stored_once(world: World, ada: Actor, bob: Actor) -> None:
    world.create(ada, {"a.csv": b"same", "b.csv": b"same"})
    world.create(bob, {"c.csv": b"same"})
    assert len(world.blobs()) == 1


def test_a_dataset_that_exists_is_an_answer_with_words(world: World, ada: Actor) -> None:
    world.create(ada, CSV)
    answer = world.create(ada, {"b.csv": b"1"}, title="Another title")

    assert answer.status == "error"
    assert "ada/penguins exists already" in (answer.error or "")
    assert world.paths() == ["penguins.csv"]


def test_a_title_in_use_is_an_answer_with_words(world: World, ada: Actor, bob: Actor) -> None:
    world.create(ada, CSV, title="Palmer Penguins")
    answer = world.create(ada, CSV, slug="other", title="palmer  PENGUINS")
    assert "in use by ada/penguins" in (answer.error or "")
    assert world.create(bob, CSV, title="Palmer Penguins").status == "ok"


def test_a_refused_create_uses_no_token_up(world: World, ada: Actor) -> None:
    world.create(ada, CSV)
    token = world.upload(ada, "b.csv", b"1")
    context, file = world.context(ada), ApiDatasetNewFile(token=token)
    request = ApiCreateDatasetRequest(slug="penguins", title="Some title", files=[file])
    assert world.services.publishing.create(context, request).error

    body = ApiCreateDatasetVersionRequestBody(files=[file])
    dataset_id = view(world, ada).id
    by_id = ApiCreateDatasetVersionByIdRequest(id=dataset_id, body=body)
    assert world.services.publishing.create_version_by_id(context, by_id).status == "ok"
    assert world.paths() == ["b.csv"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "ab"}, "title must be 3 to 50"),
        ({"title": "a" * 51}, "title must be 3 to 50"),
        ({"title": None}, "it is missing"),
        ({"slug": "ab"}, "slug must be 3 to 50"),
        ({"slug": "a" * 51, "title": "Palmer"}, "slug must be 3 to 50"),
        ({"slug": "-abc"}, "slug must be"),
        ({"slug": "a b c"}, "slug must be"),
        ({"slug": "../x"}, "slug must be"),
        ({"slug": None, "title": "企鹅企鹅"}, "slug must be"),
        ({"subtitle": "too short"}, "subtitle must be 20 to 80"),
        ({"subtitle": "x" * 81}, "subtitle must be 20 to 80"),
        ({"license_name": "x" * 101}, "shorten it to 100"),
        ({"description": "x" * 200_001}, "shorten it"),
        ({"category_ids": [f"tag{n}" for n in range(51)]}, "too many"),
    ],
)
def test_every_rule_of_the_fields_is_said_in_words(
    world: World, ada: Actor, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        world.create(ada, CSV, **fields)
    assert count(world, datasets) == 0


def test_the_slug_follows_from_the_title(world: World, ada: Actor) -> None:
    answer = world.create(ada, CSV, slug=None, title="Été: Palmer's  Penguins!")
    assert answer.ref == "ada/ete-palmer-s-penguins"


def test_a_licence_of_ones_own_is_kept_and_none_is_unknown(world: World, ada: Actor) -> None:
    world.create(ada, CSV, license_name="My own licence")
    world.create(ada, CSV, slug="other", license_name=None)
    assert view(world, ada).license_name == "My own licence"
    assert view(world, ada, "ada/other").license_name == "unknown"


def test_a_version_needs_a_file(world: World, ada: Actor) -> None:
    with pytest.raises(InvalidInput, match="at least one file"):
        world.create(ada, {})


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Data.csv", "data.csv"], "'Data.csv' and 'data.csv' differ only in case"),
        (["a/Straße", "a/STRASSE"], "differ only in case"),
        (["same", "same"], "'same' is there twice"),
        (["e\u0301.csv", "é.csv"], "is there twice"),
        (["Data", "data/x"], "'Data' is a file and 'data' a folder"),
        (["x" * 300], "at most 255 bytes"),
        (["a\x00b/c"], "cannot be a path"),
        ([".."], "cannot be a path"),
        (["../x"], "cannot be a path"),
        (["a/../x"], "cannot be a path"),
        (["a\tb/c"], "cannot be a path"),
    ],
)
def test_names_that_no_folder_should_hold_are_refused(
    world: World, ada: Actor, names: list[str], words: str
) -> None:
    root: list[ApiDatasetNewFile] = []
    folders: list[ApiUploadDirectoryInfo] = []
    for name in names:
        folder, _, base = name.rpartition("/")
        file = ApiDatasetNewFile(token=world.upload(ada, base, name.encode()))
        if folder:
            inner = ApiUploadDirectoryInfo(name=folder.rpartition("/")[2], files=[file])
            for above in reversed(folder.split("/")[:-1]):
                inner = ApiUploadDirectoryInfo(name=above, directories=[inner])
            folders.append(inner)
        else:
            root.append(file)

    request = ApiCreateDatasetRequest(title="Some title", files=root, directories=folders)
    with pytest.raises(InvalidInput, match=words):
        world.services.publishing.create(world.context(ada), request)
    assert count(world, datasets) == 0


def test_a_folder_name_with_a_slash_is_refused(world: World, ada: Actor) -> None:
    inner = ApiUploadDirectoryInfo(name="a/b", files=[ApiDatasetNewFile(token="t")])
    with pytest.raises(InvalidInput, match="no folder name"):
        world.services.publishing.create(
            world.context(ada), ApiCreateDatasetRequest(title="Some title", directories=[inner])
        )


def test_a_new_version_holds_exactly_the_files_given(world: World, ada: Actor) -> None:
    world.create(ada, {"a.csv": b"1", "b.csv": b"2"})
    world.later(days=1)
    answer = world.version(ada, {"b.csv": b"2", "c.csv": b"33"}, version_notes="Without a")

    assert answer.status == "ok"
    assert world.paths() == ["b.csv", "c.csv"]
    shown = view(world, ada)
    assert [(one.version_number, one.version_notes) for one in shown.versions] == [
        (2, "Without a"),
        (1, "Initial release"),
    ]
    assert shown.last_updated == world.now


def test_old_versions_go_when_asked_and_numbers_are_never_given_twice(world: World, ada: Actor) -> None:
    world.create(ada, {"a.csv": b"1"})
    world.version(ada, {"a.csv": b"2"}, delete_old_versions=True)
    world.version(ada, {"a.csv": b"3"})
    assert [one.version_number for one in view(world, ada).versions] == [3, 2]


def test_what_a_version_does_not_say_stays(world: World, ada: Actor) -> None:
    world.create(ada, CSV, subtitle="Size measurements of three species", category_ids=["birds"])
    world.version(ada, CSV, subtitle="", category_ids=[])
    assert view(world, ada).subtitle == "Size measurements of three species"
    world.version(ada, CSV, subtitle="Another subtitle that is long", category_ids=["ice"])
    shown = view(world, ada)
    assert (shown.subtitle, [tag.ref for tag in shown.tags]) == ("Another subtitle that is long", ["ice"])


@pytest.mark.parametrize("role", ["WRITER", "ADMIN"])
def test_a_collaborator_who_writes_publishes(world: World, ada: Actor, bob: Actor, role: str) -> None:
    world.create(ada, CSV, is_private=True)
    share(world, bob, role)
    assert world.version(bob, {"b.csv": b"1"}).status == "ok"
    assert view(world, ada).versions[0].creator_name == "bob"


def test_a_reader_may_look_and_no_more(world: World, ada: Actor, bob: Actor) -> None:
    world.create(ada, CSV, is_private=True)
    share(world, bob, "READER")
    assert view(world, bob).title
    with pytest.raises(PermissionDenied, match="bob may not publish"):
        world.version(bob, CSV)


def test_a_stranger_may_not_write_what_is_public_nor_see_what_is_private(
    world: World, ada: Actor, bob: Actor
) -> None:
    world.create(ada, CSV)
    with pytest.raises(PermissionDenied):
        world.version(bob, CSV)
    world.create(ada, CSV, slug="secret", is_private=True)
    for actor in (bob, None):
        with pytest.raises(NotFound):
            view(world, actor, "ada/secret")
    with pytest.raises(NotFound):
        world.version(bob, CSV, of="ada/secret")


def test_nobody_publishes_under_another_name(world: World, ada: Actor, bob: Actor) -> None:
    with pytest.raises(PermissionDenied, match="your own name"):
        world.create(bob, CSV, owner_slug="ada")
    world.create(ada, CSV, is_private=True)
    with pytest.raises(PermissionDenied):
        world.create(bob, CSV, owner_slug="ada")


def test_a_collaborator_is_told_that_the_dataset_exists(world: World, ada: Actor, bob: Actor) -> None:
    world.create(ada, CSV, is_private=True)
    share(world, bob, "WRITER")
    assert "exists already" in (world.create(bob, CSV, owner_slug="ada").error or "")


def test_an_anonymous_caller_publishes_nothing(world: World) -> None:
    with pytest.raises(Unauthenticated):
        world.services.publishing.create(world.context(None), ApiCreateDatasetRequest(title="Some title"))


def test_a_token_is_good_once_and_for_its_user_alone(world: World, ada: Actor, bob: Actor) -> None:
    def publish(actor: Actor, title: str, *given: str) -> None:
        listed = [ApiDatasetNewFile(token=token) for token in given]
        request = ApiCreateDatasetRequest(title=title, files=listed)
        world.services.publishing.create(world.context(actor), request)

    token = world.upload(ada, "a.csv", b"1")
    with pytest.raises(InvalidInput, match="not yours"):
        publish(bob, "Stolen bytes", token)
    with pytest.raises(InvalidInput, match="twice"):
        publish(ada, "Twice the same", token, token)
    publish(ada, "First title", token)
    with pytest.raises(InvalidInput, match="published already"):
        publish(ada, "Second title", token)
    with pytest.raises(InvalidInput, match="not complete"):
        publish(ada, "Third title", world.start(ada, "b.csv", 3))
    with pytest.raises(InvalidInput, match="unknown"):
        publish(ada, "Fourth title", "nonsense")
    old = world.upload(ada, "c.csv", b"1")
    world.later(days=7)
    with pytest.raises(InvalidInput, match="expired"):
        publish(ada, "Fifth title", old)


def race(*calls: Callable[[], object]) -> list[object]:
    """Runs all at once; what each answers or raises."""
    barrier, results = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001 - what it raised is what the test looks at
            results.append(error)

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_publishes_of_one_token_one_wins(world: World, ada: Actor) -> None:
    for attempt in range(10):
        file = ApiDatasetNewFile(token=world.upload(ada, "a.csv", b"1"))
        requests = [
            ApiCreateDatasetRequest(title=f"Title {attempt} {side}", files=[file])
            for side in ("left", "right")
        ]
        results = race(
            *(
                lambda request=request: world.services.publishing.create(world.context(ada), request)
                for request in requests
            )
        )
        assert sum(isinstance(result, InvalidInput) for result in results) == 1
    assert count(world, datasets) == 10


def test_of_two_creates_of_one_name_one_wins(world: World, ada: Actor) -> None:
    results = race(*(lambda n=n: world.create(ada, {"a.csv": b"%d" % n}) for n in range(4)))
    assert sorted(str(getattr(result, "status", result)) for result in results) == ["error"] * 3 + ["ok"]
    assert count(world, versions) == 1


def test_versions_that_come_at_once_get_one_number_each(world: World, ada: Actor) -> None:
    world.create(ada, CSV)
    race(*(lambda n=n: world.version(ada, {"a.csv": b"%d" % n}) for n in range(8)))
    assert [one.version_number for one in view(world, ada).versions] == list(range(9, 0, -1))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (publishing, "use_up"),
        (publishing, "set_tags"),
        (manifests, "insert"),
        (manifests, "_folders"),
        (publishing, "refresh"),
        (search, "index"),
    ],
)
def test_whatever_step_fails_nothing_is_half_published(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    done = getattr(module, name)

    def fail_after(*args: Any, **fields: Any) -> Any:
        done(*args, **fields)
        raise ZeroDivisionError

    tokens, directories = world.tree(ada, {**CSV, "raw/a.csv": b"1"})
    request = ApiCreateDatasetRequest(
        slug="penguins",
        title="Palmer Penguins",
        files=tokens,
        directories=directories,
        category_ids=["birds"],
    )
    monkeypatch.setattr(module, name, fail_after)
    with pytest.raises(ZeroDivisionError):
        world.services.publishing.create(world.context(ada), request)
    monkeypatch.undo()

    assert [count(world, table) for table in (datasets, versions, files)] == [0, 0, 0]
    with world.services.db.read() as connection:
        assert set(connection.scalars(sa.select(uploads.c.state))) == {"complete"}
    assert world.services.publishing.create(world.context(ada), request).status == "ok"
    assert world.paths() == ["penguins.csv", "raw/a.csv"]


def test_folders_that_lie_too_deep_are_refused_in_archives_too(world: World, ada: Actor) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("d/" * 101 + "x", b"1")
    with pytest.raises(InvalidInput, match="more than 100 folders deep"):
        world.create(ada, {"archive.zip": packed.getvalue()})


def test_more_folders_than_a_version_holds_are_refused(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "MOST_FOLDERS", 3)
    assert world.create(ada, {"a/b/c/x": b"1"}).status == "ok"
    with pytest.raises(InvalidInput, match="at most 3 folders"):
        world.version(ada, {"a/b/c/x": b"1", "a/d/x": b"2"})
