"""Listing: which competitions a list shows, in which order, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from brant.contract.competition_messages import (
    ApiCompetition,
    ApiGetCompetitionRequest,
    ApiListCompetitionsRequest,
    CompetitionListTab,
    CompetitionSortBy,
    HostSegment,
)
from brant.contract.hosting_messages import CompetitionPrivacy, Reward, RewardTypeId
from brant.errors import InvalidInput, NotFound, Unauthenticated
from brant.server.domain import paging
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players
from tests.server.domain.conftest import World


def group(word: str) -> CompetitionListTab:
    return CompetitionListTab[f"COMPETITION_LIST_TAB_{word}"]


def order(word: str) -> CompetitionSortBy:
    return CompetitionSortBy[f"COMPETITION_SORT_BY_{word}"]


def slugs(world: World, actor: Actor | None, **fields: Any) -> list[str]:
    """The slugs of all pages of a list."""
    request, found = ApiListCompetitionsRequest(**fields), []
    while request.page_token != "":
        shown = world.services.competitions.listing.list_competitions(world.context(actor), request)
        found += [(one.ref or "").rpartition("/")[2] for one in shown.competitions]
        request.page_token = shown.next_page_token
        assert len(found) < 100, "the pages go round in a circle"
    return found


def get(contest: Contest, actor: Actor | None = None) -> ApiCompetition:
    request = ApiGetCompetitionRequest(competition_name=contest.slug)
    return contest.calls.listing.get(contest.world.context(actor), request)


def launched(world: World, host: Actor, slug: str, **fields: Any) -> Contest:
    contest = Contest(world, host, slug).create(**fields)
    contest.setup(metric="accuracy")
    contest.solution()
    contest.launch()
    return contest


@pytest.fixture
def three(world: World, host: Actor) -> list[Contest]:
    """Three launched ones, an hour apart."""
    made = []
    for slug in ("adelie", "gentoo", "chinstrap"):
        made.append(launched(world, host, slug))
        world.later(hours=1)
    return made


def test_one_competition_is_shown_with_what_clients_show(contest: Contest) -> None:
    contest.settings(deadline=None, host_segment=HostSegment.HOST_SEGMENT_GETTING_STARTED)
    shown = get(contest)
    assert shown.id == contest.id
    assert shown.ref == shown.url == "http://test/competitions/penguin-species"
    assert (shown.title, shown.description) == ("Title of penguin-species", "Tell penguins apart.")
    assert (shown.category, shown.evaluation_metric) == ("Getting Started", "Accuracy")
    assert (shown.host_name, shown.organization_ref) == ("hope", None)
    assert (shown.max_daily_submissions, shown.max_team_size) == (5, 5)
    assert shown.enabled_date == shown.date_created == contest.world.now
    assert (shown.user_has_entered, shown.user_rank, shown.team_count) == (False, None, 0)


def test_whoever_entered_sees_their_rank(contest: Contest, ada: Actor, bob: Actor) -> None:
    players = Players(contest)
    for actor, score in ((ada, 0.5), (bob, 0.9)):
        players.join(actor)
        assert get(contest, actor).user_rank is None
        players.scored(actor, score)
    assert (get(contest, ada).user_rank, get(contest, bob).user_rank) == (2, 1)
    assert get(contest, ada).user_has_entered
    assert get(contest).team_count == 2


def test_a_rank_is_of_the_board_that_everybody_sees(contest: Contest, ada: Actor, bob: Actor) -> None:
    players = Players(contest)
    for actor, public, private in ((ada, 0.5, 0.9), (bob, 0.9, 0.5)):
        players.join(actor)
        players.scored(actor, public, private)
    assert get(contest, ada).user_rank == 2
    contest.deadline(contest.world.now)
    contest.world.later(hours=1)
    assert get(contest, ada).user_rank == 1
    contest.settings(withold_final_leaderboard_until_it_has_been_verified=True)
    assert get(contest, ada).user_rank == 2
    contest.settings(has_leaderboard=False)
    assert get(contest, ada).user_rank is None


def test_one_that_nobody_may_see_is_not_found(unlaunched: Contest, ada: Actor) -> None:
    with pytest.raises(NotFound, match="no competition 'penguin-species' that you may see"):
        get(unlaunched, ada)


def test_a_list_shows_the_newest_first_and_then_what_is_over(three: list[Contest]) -> None:
    world = three[0].world
    assert slugs(world, None) == ["chinstrap", "gentoo", "adelie"]
    three[2].deadline(world.now - timedelta(minutes=1))
    assert slugs(world, None) == ["gentoo", "adelie", "chinstrap"]


@pytest.mark.parametrize("word", list(CompetitionSortBy))
def test_pages_in_any_order_show_each_once(
    three: list[Contest], word: CompetitionSortBy, host: Actor
) -> None:
    world = three[0].world
    three[1].deadline(world.now + timedelta(days=1))
    whole = slugs(world, host, sort_by=word)
    assert slugs(world, host, sort_by=word, page_size=1) == whole
    assert sorted(whole) == ["adelie", "chinstrap", "gentoo"]


def test_orders(three: list[Contest], ada: Actor, host: Actor) -> None:
    world = three[0].world
    adelie, gentoo, chinstrap = three
    adelie.deadline(world.now + timedelta(days=2))
    gentoo.deadline(world.now + timedelta(days=1))
    Players(gentoo).join(ada)
    assert slugs(world, None, sort_by=order("EARLIEST_DEADLINE")) == ["gentoo", "adelie", "chinstrap"]
    assert slugs(world, None, sort_by=order("LATEST_DEADLINE")) == ["chinstrap", "adelie", "gentoo"]
    assert slugs(world, None, sort_by=order("NUMBER_OF_TEAMS"))[0] == "gentoo"
    assert slugs(world, None, sort_by=order("RECENTLY_CREATED")) == ["chinstrap", "gentoo", "adelie"]
    chinstrap.deadline(world.now - timedelta(days=1))
    assert slugs(world, None, sort_by=order("EARLIEST_DEADLINE"))[-1] == "chinstrap"
    for slug, amount in (("poor", 500), ("rich", 25_000)):
        launched(world, host, slug, reward=Reward(id=RewardTypeId.USD, quantity=amount))
    assert slugs(world, None, sort_by=order("PRIZE"))[:2] == ["rich", "poor"]


def test_pages_can_be_counted_too(three: list[Contest]) -> None:
    assert slugs(three[0].world, None, page=2, page_size=2) == ["adelie"]


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "WzFd",
        "WyJ4Il0",
        "WyJ4IiwxLDJd",
        "WzEsIngiLDJd",
        paging.encode([1, "0001-01-01T00:00:00+14:00", 1]),
    ],
)
def test_a_token_of_another_list_is_refused(three: list[Contest], token: str) -> None:
    with pytest.raises(InvalidInput, match="begin at the first page"):
        slugs(three[0].world, None, page_token=token)


class TestGroups:
    def test_limited_and_private_ones_are_listed_for_their_own_alone(
        self, world: World, host: Actor, ada: Actor
    ) -> None:
        limited = launched(world, host, "limited", privacy=CompetitionPrivacy.LIMITED)
        private = launched(world, host, "private", privacy=CompetitionPrivacy.PRIVATE)
        assert slugs(world, ada) == []
        assert get(limited, ada).id == limited.id
        private.admit(ada)
        Players(limited).join(ada)
        assert slugs(world, ada) == ["private", "limited"]

    def test_entered_and_hosted_are_the_callers_own(
        self, three: list[Contest], host: Actor, ada: Actor
    ) -> None:
        world = three[0].world
        Players(three[1]).join(ada)
        Contest(world, host, "coming").create()
        assert slugs(world, ada, group=group("ENTERED")) == ["gentoo"]
        assert slugs(world, ada, group=group("HOSTED")) == []
        assert slugs(world, host, group=group("ENTERED")) == []
        assert sorted(slugs(world, host, group=group("HOSTED"))) == [
            "adelie",
            "chinstrap",
            "coming",
            "gentoo",
        ]

    def test_unlaunched_ones_are_listed_for_their_hosts_alone(
        self, three: list[Contest], host: Actor, ada: Actor
    ) -> None:
        world = three[0].world
        Contest(world, host, "coming").create()
        later = Contest(world, host, "scheduled").create().ready()
        later.launch(world.now + timedelta(hours=1))
        later.settings(host_segment=HostSegment.HOST_SEGMENT_RESEARCH)
        assert slugs(world, host, group=group("UNLAUNCHED")) == ["scheduled", "coming"]
        assert slugs(world, host, group=group("UNLAUNCHED_COMMUNITY")) == ["coming"]
        assert slugs(world, ada, group=group("UNLAUNCHED")) == []
        assert "coming" not in slugs(world, host)

    def test_of_ones_own_need_somebody_who_asks(self, world: World) -> None:
        for word in ("ENTERED", "HOSTED", "UNLAUNCHED"):
            with pytest.raises(Unauthenticated, match=f"the group {word} is about who asks"):
                slugs(world, None, group=group(word))

    def test_community_and_categories_are_segments(self, three: list[Contest]) -> None:
        world = three[0].world
        three[0].settings(host_segment=HostSegment.HOST_SEGMENT_FEATURED)
        assert slugs(world, None, group=group("COMMUNITY")) == ["chinstrap", "gentoo"]
        assert slugs(world, None, category=HostSegment.HOST_SEGMENT_FEATURED) == ["adelie"]
        assert len(slugs(world, None, category=HostSegment.HOST_SEGMENT_UNSPECIFIED)) == 3


def test_a_search_looks_at_title_slug_and_brief(three: list[Contest]) -> None:
    world = three[0].world
    three[0].settings(title="Große Pinguine 100%")
    assert slugs(world, None, search="GROSSE pinguine") == ["adelie"]
    assert slugs(world, None, search="gent") == ["gentoo"]
    assert len(slugs(world, None, search="tell penguins")) == 3
    assert slugs(world, None, search="%") == ["adelie"]
    with pytest.raises(InvalidInput, match="use at most 10"):
        slugs(world, None, search="a " * 11)
