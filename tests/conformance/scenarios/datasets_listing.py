"""Datasets are found: searched, narrowed, sorted and paged; and their files are listed."""

import json
from datetime import datetime

from brant.contract.handles import DatasetHandle
from tests.conformance.contents import CSV, TEXT
from tests.conformance.drivers.base import Can, Driver
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused

FILES = {"heights.csv": CSV}


def _all_pages(client: Driver, handle: DatasetHandle, page_size: int) -> list[list[str]]:
    pages, token = [], ""
    while True:
        page = client.files(handle, page_size=page_size, page_token=token)
        pages.append(page.items)
        if not page.next_token:
            return pages
        token = page.next_token


@scenario(Can.LIST, features="D1 X3")
def a_dataset_is_found_by_a_word_of_its_title(stage: Stage) -> None:
    found = stage.published(FILES, slug="storm-surges", title="Storm surges of the Baltic", public=True)
    stage.published(FILES, slug="calm-days", title="Calm days at anchor", public=True)
    page = stage.client().find(search="surges", user=stage.user.name)
    assert page.items == [str(found)]


@scenario(Can.LIST, features="D1 X3")
def a_search_without_a_match_finds_nothing(stage: Stage) -> None:
    stage.published(FILES, public=True)
    assert stage.client().find(search="zeppelin", user=stage.user.name).items == []


@scenario(Can.LIST, features="D1 X3")
def my_datasets_are_mine_and_the_private_ones_among_them(stage: Stage) -> None:
    private = stage.published(FILES, slug="private-tides", title="Private tides")
    public = stage.published(FILES, slug="public-tides", title="Public tides", public=True)
    stage.published(FILES, by=stage.another_user(), public=True)
    assert set(stage.client().find(mine="yes").items) == {str(private), str(public)}


@scenario(Can.LIST, features="D1 X3")
def the_datasets_of_another_user_are_the_public_ones(stage: Stage) -> None:
    stage.published(FILES, slug="private-tides", title="Private tides")
    public = stage.published(FILES, slug="public-tides", title="Public tides", public=True)
    stranger = stage.client(stage.another_user())
    assert stranger.find(user=stage.user.name).items == [str(public)]


@scenario(Can.LIST, features="D1 X3")
def the_newest_come_first_when_sorted_by_publication(stage: Stage) -> None:
    handles = [
        str(stage.published(FILES, slug=f"tides-of-{word}", title=f"Tides of {word}", public=True))
        for word in ("january", "february", "march")
    ]
    page = stage.client().find(user=stage.user.name, sort_by="published")
    assert page.items == handles[::-1]


@scenario(Can.LIST, features="D1 X3")
def the_last_changed_comes_first_when_sorted_by_update(stage: Stage) -> None:
    handles = [
        stage.published(FILES, slug=f"tides-of-{word}", title=f"Tides of {word}", public=True)
        for word in ("january", "february", "march")
    ]
    stage.contract().version(handles[0], {"heights.csv": TEXT}, "Changed last.")
    page = stage.client().find(user=stage.user.name, sort_by="updated")
    assert page.items == [str(handles[0]), str(handles[2]), str(handles[1])]


@scenario(Can.LIST, features="D1 X3")
def every_order_lists_the_same_datasets(stage: Stage) -> None:
    handles = {
        str(stage.published(FILES, slug=f"tides-of-{word}", title=f"Tides of {word}", public=True))
        for word in ("january", "february")
    }
    client = stage.client()
    for order in ("hottest", "votes", "updated", "active", "published"):
        stage.step(f"sorts by {order}")
        assert set(client.find(user=stage.user.name, sort_by=order).items) == handles


@scenario(Can.LIST, features="D1 X3")
def a_list_is_narrowed_to_a_type_of_file(stage: Stage) -> None:
    stage.published({"heights.json": b"[]"}, slug="json-tides", title="Tides as JSON", public=True)
    tables = stage.published(FILES, slug="csv-tides", title="Tides as CSV", public=True)
    assert stage.client().find(user=stage.user.name, file_type="csv").items == [str(tables)]


@scenario(Can.LIST, Can.LIST_PARQUET, features="D1")
def a_list_is_narrowed_to_parquet(stage: Stage) -> None:
    columns = stage.published(
        {"heights.parquet": b"PAR1"}, slug="parquet-tides", title="Columns", public=True
    )
    stage.published(FILES, slug="csv-tides", title="Tides as CSV", public=True)
    assert stage.client().find(user=stage.user.name, file_type="parquet").items == [str(columns)]


@scenario(Can.LIST, features="D1 X3")
def a_list_is_narrowed_to_a_family_of_licences(stage: Stage) -> None:
    shared = stage.published(
        FILES, slug="shared-tides", title="Shared tides", public=True, license_name="CC-BY-4.0"
    )
    stage.published(FILES, slug="gnu-tides", title="Tides of the gnu", public=True, license_name="GPL-2.0")
    assert stage.client().find(user=stage.user.name, license="cc").items == [str(shared)]


@scenario(Can.LIST, features="D1 X3")
def a_list_is_narrowed_to_a_tag(stage: Stage) -> None:
    tagged = stage.published(
        FILES, slug="tagged-tides", title="Tagged tides", public=True, category_ids=["oceans"]
    )
    stage.published(FILES, slug="other-tides", title="Other tides", public=True, category_ids=["weather"])
    assert stage.client().find(user=stage.user.name, tags="oceans").items == [str(tagged)]


@scenario(Can.LIST, features="D1 X3")
def a_list_is_narrowed_by_size(stage: Stage) -> None:
    stage.published({"small.bin": b"x" * 10}, slug="small-tides", title="Small tides", public=True)
    middle = stage.published({"a.bin": b"x" * 5000}, slug="middle-tides", title="Middle tides", public=True)
    stage.published({"large.bin": b"x" * 90_000}, slug="large-tides", title="Large tides", public=True)
    page = stage.client().find(user=stage.user.name, min_size="1000", max_size="50000")
    assert page.items == [str(middle)]


@scenario(Can.LIST, features="D1 X3")
def a_long_list_is_read_page_by_page(stage: Stage) -> None:
    handles = [
        str(stage.published(FILES, slug=f"tides-{number:02}", title=f"Tides {number:02}", public=True))
        for number in range(23)
    ]
    client = stage.client()
    first = client.find(user=stage.user.name, sort_by="published", page="1")
    second = client.find(user=stage.user.name, sort_by="published", page="2")
    assert first.items + second.items == handles[::-1]
    assert len(first.items) == 20


@scenario(Can.LIST, Can.LIST_BY_PAGE_TOKEN, features="D1")
def a_long_list_is_read_by_page_tokens(stage: Stage) -> None:
    handles = [
        str(stage.published(FILES, slug=f"tides-{number}", title=f"Tides {number}", public=True))
        for number in range(5)
    ]
    client = stage.client()
    first = client.find(user=stage.user.name, sort_by="published", page_size="3")
    assert first.next_token
    second = client.find(
        user=stage.user.name, sort_by="published", page_size="3", page_token=first.next_token
    )
    assert first.items + second.items == handles[::-1]
    assert len(first.items) == 3
    assert second.next_token is None


@scenario(Can.LIST, Can.LIST_AS_TABLE, features="D1 X3")
def a_list_is_printed_for_people(stage: Stage) -> None:
    handle = stage.published(FILES, title="Tides for people", public=True)
    printed = stage.client().listed("table", user=stage.user.name)
    (row,) = [line for line in printed.splitlines() if str(handle) in line]
    assert "Tides for people" in row


@scenario(Can.LIST, Can.LIST_AS_JSON, features="D1")
def a_list_is_printed_for_programs(stage: Stage) -> None:
    handle = stage.published(FILES, title="Tides for programs", public=True)
    (dataset,) = json.loads(stage.client().listed("json", user=stage.user.name))
    assert dataset["ref"] == str(handle)
    assert dataset["title"] == "Tides for programs"
    assert datetime.fromisoformat(dataset["lastUpdated"])


@scenario(Can.FILES, features="D2 X3")
def files_are_listed_with_their_folders(stage: Stage) -> None:
    files = {"heights.csv": CSV, "north/old/lerwick.csv": CSV, "Höhen, 企鹅.csv": TEXT}
    handle = stage.published(files)
    assert sorted(stage.client().files(handle).items) == sorted(files)


@scenario(Can.FILES, features="D2 X3")
def the_files_of_an_old_version_are_listed(stage: Stage) -> None:
    handle = stage.published({"old.csv": CSV}, {"new.csv": CSV})
    client = stage.client()
    assert client.files(handle.at(1)).items == ["old.csv"]
    assert client.files(handle).items == ["new.csv"]


@scenario(Can.FILES, features="D2 X3")
def many_files_are_listed_page_by_page(stage: Stage) -> None:
    names = [f"station-{number}.csv" for number in range(5)]
    handle = stage.published(dict.fromkeys(names, CSV))
    pages = _all_pages(stage.client(), handle, page_size=2)
    assert [name for page in pages for name in page] == names
    assert [len(page) for page in pages] == [2, 2, 1]


@scenario(Can.FILES, features="D2 X3")
def the_files_of_a_missing_dataset_are_refused(stage: Stage) -> None:
    refused(Because.MISSING, stage.client().files, stage.handle)
