"""Looking at one dataset: files as list and tree, in numbers, status, views and downloads counted."""

from typing import Any

import pytest

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDatasetColumn,
    ApiDatasetNewFile,
    ApiDownloadDatasetRawRequest,
    ApiDownloadDatasetRequest,
    ApiGetDatasetFilesSummaryRequest,
    ApiGetDatasetRequest,
    ApiGetDatasetStatusRequest,
    ApiListDatasetFilesRequest,
    ApiListTreeDatasetFilesRequest,
    DatabundleVersionStatus,
)
from brant.errors import InvalidInput, NotFound
from brant.server.domain import paging
from brant.server.domain.actor import Actor
from tests.server.domain.conftest import World

OF: dict[str, Any] = {"owner_slug": "ada", "dataset_slug": "penguins"}
FILES = {
    "b.csv": b"22",
    "a.csv": b"1",
    "raw/z.csv": b"333",
    "raw/deep/y.json": b"4444",
    "raw/deep/x.json": b"55555",
    "other/one": b"",
}


def listed(world: World, **fields: Any) -> Any:
    return world.services.views.list_files(world.context(None), ApiListDatasetFilesRequest(**OF, **fields))


def tree(world: World, **fields: Any) -> Any:
    return world.services.views.list_tree(world.context(None), ApiListTreeDatasetFilesRequest(**OF, **fields))


def test_files_come_in_path_order_page_by_page(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    pages, token = [], None
    while token != "":
        answer = listed(world, page_size=4, page_token=token)
        pages.append([(file.name, file.total_bytes, file.file_type) for file in answer.dataset_files])
        token = answer.next_page_token
    assert pages == [
        [("a.csv", 1, ".csv"), ("b.csv", 2, ".csv"), ("other/one", 0, ""), ("raw/deep/x.json", 5, ".json")],
        [("raw/deep/y.json", 4, ".json"), ("raw/z.csv", 3, ".csv")],
    ]


def test_a_page_holds_twenty_files_unless_asked(world: World, ada: Actor) -> None:
    world.create(ada, {f"{n:02}": b"1" for n in range(30)})
    assert [len(listed(world, page_size=size).dataset_files) for size in (None, 0, 25, 10**9)] == [
        20,
        20,
        25,
        30,
    ]


def test_later_pages_are_of_the_version_of_the_first(world: World, ada: Actor) -> None:
    world.create(ada, {"a": b"1", "b": b"2"})
    token = listed(world, page_size=1).next_page_token
    world.version(ada, {"x": b"1", "y": b"2"})
    assert [file.name for file in listed(world, page_token=token).dataset_files] == ["b"]
    world.version(ada, {"x": b"1"}, delete_old_versions=True)
    with pytest.raises(NotFound, match="no version 1: the newest is 3"):
        listed(world, page_token=token)


def test_files_of_an_older_version(world: World, ada: Actor) -> None:
    world.create(ada, {"a": b"1"})
    world.version(ada, {"b": b"1"})
    assert [file.name for file in listed(world, dataset_version_number=1).dataset_files] == ["a"]
    with pytest.raises(NotFound):
        listed(world, dataset_version_number=3)


@pytest.mark.parametrize("token", ["x", "W10", "WzEsInIiXQ"])
def test_a_page_token_that_was_not_given_is_refused(world: World, ada: Actor, token: str) -> None:
    world.create(ada, FILES)
    for ask in (listed, tree):
        with pytest.raises(InvalidInput, match="page token"):
            ask(world, page_token=token)


def test_a_page_token_far_out_is_harmless(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    far = paging.encode((1, 2**60))
    assert listed(world, page_token=far).dataset_files == []
    assert tree(world, page_token=far).files == []
    with pytest.raises(InvalidInput):
        tree(world, page_token=paging.encode((1, -1)))
    with pytest.raises(InvalidInput):
        tree(world, page_token=paging.encode((1, 2**64)))
    with pytest.raises(InvalidInput):
        listed(world, page_token=paging.encode((1, 2**64)))


def test_the_tree_shows_one_folder_with_totals(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    root = tree(world)
    assert [(one.name, one.total_directories, one.total_files) for one in root.directories] == [
        ("other", 0, 1),
        ("raw", 1, 1),
    ]
    assert [file.relative_url for file in root.files] == ["a.csv", "b.csv"]
    assert (root.total_directories, root.total_files, root.total_children) == (2, 2, 4)

    for path in ("raw", "raw/", "/raw"):
        inner = tree(world, path=path)
        assert [one.relative_url for one in inner.directories] == ["raw/deep"]
        assert [(file.name, file.relative_url) for file in inner.files] == [("z.csv", "raw/z.csv")]
    assert [file.name for file in tree(world, path="raw/deep").files] == ["x.json", "y.json"]


def test_the_tree_comes_page_by_page_folders_first(world: World, ada: Actor) -> None:
    world.create(ada, {**{f"d{n}/f": b"1" for n in range(3)}, **{f"f{n}": b"1" for n in range(3)}})
    seen, token = [], None
    while token != "":
        page = tree(world, page_size=2, page_token=token)
        seen.append([one.relative_url for one in (*page.directories, *page.files)])
        assert page.total_children == 6
        token = page.next_page_token
    assert seen == [["d0", "d1"], ["d2", "f0"], ["f1", "f2"]]


@pytest.mark.parametrize("path", ["nowhere", "raw/z.csv", "ra", "../raw", "RAW"])
def test_a_folder_that_is_none_is_not_found(world: World, ada: Actor, path: str) -> None:
    world.create(ada, FILES)
    with pytest.raises(NotFound, match="no folder"):
        tree(world, path=path)


def test_the_summary_counts_files_and_columns(world: World, ada: Actor) -> None:
    columns = [ApiDatasetColumn(name=name, type=kind) for name, kind in (("a", "numeric"), ("b", "string"))]
    files = [
        ApiDatasetNewFile(token=world.upload(ada, "a.csv", b"123"), columns=columns),
        ApiDatasetNewFile(token=world.upload(ada, "b.CSV", b"45"), columns=columns[:1]),
        ApiDatasetNewFile(token=world.upload(ada, "README", b"6")),
    ]
    world.services.publishing.create(
        world.context(ada), ApiCreateDatasetRequest(slug="penguins", title="Penguins", files=files)
    )
    summary = world.services.views.summary(world.context(None), ApiGetDatasetFilesSummaryRequest(**OF))
    assert summary.file_summary_info is not None
    assert summary.column_summary_info is not None
    assert summary.file_summary_info.total_file_count == 3
    assert [
        (one.extension, one.file_count, one.total_size) for one in summary.file_summary_info.file_types
    ] == [
        (".csv", 2, 5),
        ("", 1, 1),
    ]
    assert summary.column_summary_info.total_column_count == 3
    assert [(one.column_type, one.column_count) for one in summary.column_summary_info.column_types] == [
        ("numeric", 2),
        ("string", 1),
    ]


def test_the_status_is_ready_or_not_found(world: World, ada: Actor) -> None:
    request = ApiGetDatasetStatusRequest(**OF)
    with pytest.raises(NotFound):
        world.services.views.status(world.context(ada), request)
    world.create(ada, FILES)
    assert world.services.views.status(world.context(ada), request).status is DatabundleVersionStatus.READY


def test_handles_are_found_whatever_their_case(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    request = ApiGetDatasetRequest(owner_slug="ADA", dataset_slug="Penguins")
    assert world.services.views.view(world.context(None), request).ref == "ada/penguins"


def test_views_of_users_are_counted_once_an_hour(world: World, ada: Actor, bob: Actor) -> None:
    world.create(ada, FILES)
    request = ApiGetDatasetRequest(**OF)
    for actor in (ada, ada, bob, None):
        world.services.views.view(world.context(actor), request)
    assert world.services.views.view(world.context(None), request).view_count == 2
    world.later(hours=1)
    world.services.views.view(world.context(ada), request)
    assert world.services.views.view(world.context(None), request).view_count == 3


def test_downloads_are_answered_by_address_and_counted(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    download = world.services.downloads.download
    one = download(world.context(None), ApiDownloadDatasetRequest(**OF, file_name="raw/deep/x.json")).url
    raw = world.services.downloads.download_raw(
        world.context(None), ApiDownloadDatasetRawRequest(**OF, file_name="raw/deep/x.json")
    ).url
    everything = download(world.context(None), ApiDownloadDatasetRequest(**OF)).url

    assert one == raw
    assert one.endswith("/x.json")
    assert everything.endswith("/penguins.zip")
    shown = world.services.views.view(world.context(None), ApiGetDatasetRequest(**OF))
    assert shown.download_count == 3


def test_a_file_is_served_with_its_hashes_and_the_time_of_its_version(world: World, ada: Actor) -> None:
    world.create(ada, {"a.csv": b"abc"})
    world.later(days=1)
    world.version(ada, {"a.csv": b"abc"})
    url = world.services.downloads.download(
        world.context(None), ApiDownloadDatasetRequest(**OF, file_name="a.csv")
    ).url
    version_id, sha256, _ = url.removeprefix("http://test/blobs/").split("/")

    file = world.services.stored.blob(sha256, int(version_id), None)

    assert (file.size, file.md5, file.crc32) == (3, "900150983cd24fb0d6963f7d28e17f72", 0x352441C2)
    assert file.last_modified == world.now
    assert world.services.store.path(file.sha256).read_bytes() == file.read(0, 3) == b"abc"
    with pytest.raises(NotFound):
        world.services.stored.blob(sha256, 99, None)
    with pytest.raises(NotFound):
        world.services.stored.blob("0" * 64, int(version_id), None)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raw", "is a folder"),
        ("raw/", "is a folder"),
        ("nothing.csv", "no file"),
        ("A.csv", "no file"),
        ("x.json", "no file"),
    ],
)
def test_a_download_of_no_file_is_not_found_in_words(world: World, ada: Actor, name: str, words: str) -> None:
    world.create(ada, FILES)
    with pytest.raises(NotFound, match=words):
        world.services.downloads.download(
            world.context(None), ApiDownloadDatasetRequest(**OF, file_name=name)
        )


def test_a_name_is_found_in_either_unicode_form(world: World, ada: Actor) -> None:
    world.create(ada, {"caf\u0065\u0301.csv": b"1"})
    assert world.paths() == ["caf\u00e9.csv"]
    for name in ("caf\u0065\u0301.csv", "caf\u00e9.csv"):
        assert world.services.downloads.download(
            world.context(None), ApiDownloadDatasetRequest(**OF, file_name=name)
        ).url
