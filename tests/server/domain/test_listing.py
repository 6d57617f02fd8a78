"""ListDatasets: groups, filters, orders, pages, and search that no text can break."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brant.contract.dataset_messages import (
    ApiGetDatasetRequest,
    ApiListDatasetsRequest,
    DatasetFileTypeGroup,
    DatasetLicenseGroup,
    DatasetSelectionGroup,
    DatasetSizeGroup,
    DatasetSortBy,
    DatasetViewedGroup,
)
from brant.errors import InvalidInput, Unauthenticated
from brant.server.domain import paging
from brant.server.domain.actor import Actor
from brant.server.store.tables import collaborators, datasets
from tests.server.domain.conftest import World


def refs(world: World, actor: Actor | None = None, **fields: Any) -> list[str]:
    request = ApiListDatasetsRequest(**fields)
    return [
        shown.ref for shown in world.services.listing.list_datasets(world.context(actor), request).datasets
    ]


def group(word: str) -> DatasetSelectionGroup:
    return DatasetSelectionGroup[f"DATASET_SELECTION_GROUP_{word}"]


def sort(word: str) -> DatasetSortBy:
    return DatasetSortBy[f"DATASET_SORT_BY_{word}"]


def make(
    world: World, actor: Actor, slug: str, data: bytes = b"1", name: str = "a.csv", **fields: Any
) -> None:
    assert world.create(actor, {name: data}, slug=slug, **fields).status == "ok"
    world.later(minutes=1)


def alter(world: World, slug: str, **values: Any) -> None:
    with world.services.db.write() as connection:
        connection.execute(sa.update(datasets).where(datasets.c.slug == slug).values(**values))


def test_private_datasets_are_seen_by_their_people_alone(world: World, ada: Actor, bob: Actor) -> None:
    make(world, ada, "open")
    make(world, ada, "secret", is_private=True)
    make(world, ada, "shared", is_private=True)
    with world.services.db.write() as connection:
        dataset_id = connection.scalar(sa.select(datasets.c.id).where(datasets.c.slug == "shared"))
        connection.execute(
            sa.insert(collaborators).values(dataset_id=dataset_id, user_id=bob.user_id, role="READER")
        )
    root = world.user("root", is_admin=True)

    everything = group("ALL")
    assert refs(world, None, group=everything) == ["ada/open"]
    assert refs(world, bob, group=everything) == ["ada/shared", "ada/open"]
    assert refs(world, root, group=everything) == ["ada/shared", "ada/secret", "ada/open"]
    assert refs(world, ada) == ["ada/open"]
    assert refs(world, ada, group=group("MY")) == ["ada/shared", "ada/secret", "ada/open"]
    assert refs(world, ada, group=group("MY_PRIVATE")) == ["ada/shared", "ada/secret"]
    assert refs(world, ada, group=group("MY_PUBLIC")) == ["ada/open"]
    assert refs(world, bob, group=group("MY")) == []
    assert refs(world, bob, group=group("COLLABORATION")) == ["ada/shared"]
    assert refs(world, bob, group=group("USER"), user="ada") == ["ada/shared", "ada/open"]
    assert refs(world, bob, search="secret", group=everything) == []


@pytest.mark.parametrize(
    "word", [member.name.removeprefix("DATASET_SELECTION_GROUP_") for member in DatasetSelectionGroup]
)
def test_every_group_answers(world: World, ada: Actor, word: str) -> None:
    make(world, ada, "open")
    assert refs(world, ada, group=group(word)) in ([], ["ada/open"])


def test_a_group_about_the_caller_needs_one(world: World) -> None:
    with pytest.raises(Unauthenticated, match="sign in"):
        refs(world, None, group=group("MY"))


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("HOTTEST", "loved"),
        ("DOWNLOAD_COUNT", "loved"),
        ("UPDATED", "changed"),
        ("ACTIVE", "changed"),
        ("VOTES", "changed"),
        ("NOTEBOOK_COUNT", "changed"),
        ("RELEVANCE", "changed"),
        ("PUBLISHED", "newest"),
        ("USABILITY", "described"),
        ("LAST_VIEWED", "seen"),
    ],
)
def test_every_order(world: World, ada: Actor, word: str, first: str) -> None:
    for slug in ("loved", "changed", "described", "seen", "newest"):
        make(world, ada, slug)
    alter(world, "loved", download_count=5)
    alter(world, "changed", updated=world.now)
    alter(world, "described", usability=0.9)
    world.services.views.view(world.context(ada), ApiGetDatasetRequest(owner_slug="ada", dataset_slug="seen"))

    assert refs(world, ada, sort_by=sort(word))[0] == f"ada/{first}"


@pytest.mark.parametrize("order", list(DatasetSortBy))
@pytest.mark.parametrize("search", ["", "title"])
def test_pages_show_everything_once_in_every_order(
    world: World, ada: Actor, order: DatasetSortBy, search: str
) -> None:
    for number in range(7):
        make(world, ada, f"set-{number}")
    alter(world, "set-3", download_count=2, usability=0.5)
    whole = refs(world, ada, sort_by=order, search=search)

    paged: list[str] = []
    request = ApiListDatasetsRequest(sort_by=order, search=search, page_size=2, page=1)
    for _ in range(4):
        answer = world.services.listing.list_datasets(world.context(ada), request)
        paged += [shown.ref for shown in answer.datasets]
        request.page_token = answer.next_page_token
    assert request.page_token == ""
    assert paged == whole
    numbered = [refs(world, ada, sort_by=order, search=search, page_size=2, page=n) for n in range(1, 6)]
    assert [ref for page in numbered for ref in page] == whole


def test_a_page_goes_on_behind_the_last_though_others_come(world: World, ada: Actor) -> None:
    for number in range(4):
        make(world, ada, f"set-{number}")
    request = ApiListDatasetsRequest(sort_by=sort("PUBLISHED"), page_size=2)
    answer = world.services.listing.list_datasets(world.context(None), request)
    make(world, ada, "newer")

    request.page_token = answer.next_page_token
    answer = world.services.listing.list_datasets(world.context(None), request)
    assert [shown.ref for shown in answer.datasets] == ["ada/set-1", "ada/set-0"]


@pytest.mark.parametrize(
    "token", ["x", "AAAA", "W10", "eyJ9", "é", "9" * 3000, "WyIyMDI2LTAxIiwxXQ", "WyJ4IiwxXQ"]
)
def test_a_page_token_that_was_not_given_is_refused(world: World, token: str) -> None:
    with pytest.raises(InvalidInput, match="page token"):
        refs(world, None, page_token=token)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_forged_page_token_with_a_moment_that_is_none_is_refused(world: World, moment: str) -> None:
    with pytest.raises(InvalidInput, match="page token"):
        refs(world, None, sort_by=sort("UPDATED"), page_token=paging.encode([moment, 1]))


def test_more_tags_than_a_dataset_can_have_are_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="3000 tags"):
        refs(world, None, tag_ids=",".join(f"t{number}" for number in range(3000)))


def test_a_page_token_of_another_order_is_refused(world: World, ada: Actor) -> None:
    make(world, ada, "one")
    make(world, ada, "two")
    answer = world.services.listing.list_datasets(
        world.context(None), ApiListDatasetsRequest(sort_by=sort("UPDATED"), page_size=1)
    )
    with pytest.raises(InvalidInput, match="another order"):
        refs(world, None, sort_by=sort("HOTTEST"), page_token=answer.next_page_token)


def test_odd_pages_are_answered(world: World, ada: Actor) -> None:
    make(world, ada, "one")
    for page, length in ((0, 0), (-1, -5), (None, 10**9)):
        assert refs(world, None, page=page, page_size=length) == ["ada/one"]
    assert refs(world, None, page=2**62) == []


def test_filters(world: World, ada: Actor, bob: Actor) -> None:
    make(world, ada, "birds", b"x" * 100, license_name="CC0-1.0", category_ids=["birds", "biology"])
    make(world, bob, "model", b"x" * 300, "a.parquet", license_name="GPL-3.0", category_ids=["birds"])
    make(world, bob, "roads", b"x" * 200, "a.sqlite", license_name="ODbL-1.0")

    def kind(word: str) -> list[str]:
        return refs(world, file_type=DatasetFileTypeGroup[f"DATASET_FILE_TYPE_GROUP_{word}"])

    def family(word: str) -> list[str]:
        return refs(world, license=DatasetLicenseGroup[f"DATASET_LICENSE_GROUP_{word}"])

    assert [kind(word) for word in ("CSV", "PARQUET", "SQLITE", "JSON", "BIG_QUERY")] == [
        ["ada/birds"],
        ["bob/model"],
        ["bob/roads"],
        [],
        [],
    ]
    assert len(kind("ALL")) == 3
    assert [family(word) for word in ("CC", "GPL", "ODB", "OTHER")] == [
        ["ada/birds"],
        ["bob/model"],
        ["bob/roads"],
        [],
    ]
    assert refs(world, user="BOB") == ["bob/roads", "bob/model"]
    assert refs(world, tag_ids="birds") == ["bob/model", "ada/birds"]
    assert refs(world, tag_ids="birds, biology") == ["ada/birds"]
    assert refs(world, min_size=200) == ["bob/roads", "bob/model"]
    assert refs(world, max_size=200) == ["bob/roads", "ada/birds"]
    assert len(refs(world, size=DatasetSizeGroup.DATASET_SIZE_GROUP_SMALL)) == 3
    assert refs(world, size=DatasetSizeGroup.DATASET_SIZE_GROUP_LARGE) == []
    viewed = DatasetViewedGroup.DATASET_VIEWED_GROUP_VIEWED
    assert refs(world, ada, viewed=viewed) == []
    world.services.views.view(
        world.context(ada), ApiGetDatasetRequest(owner_slug="ada", dataset_slug="birds")
    )
    assert refs(world, ada, viewed=viewed) == ["ada/birds"]
    assert refs(world, None, viewed=viewed) == []


def test_search_finds_words_and_their_beginnings_everywhere(world: World, ada: Actor, bob: Actor) -> None:
    make(
        world,
        ada,
        "palmer",
        title="Señor Pingüino",
        subtitle="Adult foraging near the station",
        description="Culmen length and depth",
        category_ids=["biology"],
    )
    make(world, bob, "roads", title="Road network")

    for text in ("pinguino", "SEÑ", "forag", "culmen dep", "biology", "ada", "palm", "ada culmen"):
        assert refs(world, search=text) == ["ada/palmer"], text
    assert refs(world, search="culmen road") == []
    assert refs(world, search="!!!") == []
    assert len(refs(world, search="   ")) == 2


def test_the_better_hit_comes_first(world: World, ada: Actor) -> None:
    make(world, ada, "named", title="Glacier atlas")
    make(
        world,
        ada,
        "mentioned",
        title="Something else",
        description="A glacier is named once. " + "word " * 200,
    )
    assert refs(world, search="glacier", sort_by=sort("RELEVANCE")) == ["ada/named", "ada/mentioned"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40) | st.text("\"'*()^:-+ANDORNTE~{}\0;%_ ", max_size=40))
def test_no_search_text_raises(world: World, text: str) -> None:
    assert refs(world, search=text) == []


def test_the_search_follows_changes(world: World, ada: Actor) -> None:
    make(world, ada, "palmer", title="First name of it")
    world.version(ada, {"a.csv": b"2"}, of="ada/palmer", category_ids=["icebergs"])
    assert refs(world, search="iceberg") == ["ada/palmer"]
