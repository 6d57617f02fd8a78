"""Competitions are found and entered: listed for those who may see them, joined by accepting their rules."""

from brant.contract.hosting_messages import CompetitionPrivacy
from tests.conformance import contents
from tests.conformance.contents import digests
from tests.conformance.contest import DATA, answers
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused


@scenario(Can.COMPETITIONS, features="C1 X3")
def a_competition_is_found_by_a_word_of_its_title(stage: Stage) -> None:
    contest, other = stage.contest().opened(), stage.contest().opened()
    found = stage.client().competitions(search=contest.slug).items
    assert contest.slug in found
    assert other.slug not in found


@scenario(Can.COMPETITIONS, features="C1 X3")
def a_search_for_competitions_without_a_match_finds_nothing(stage: Stage) -> None:
    assert stage.client().competitions(search="no-such-penguins-anywhere").items == []


@scenario(Can.COMPETITIONS, features="C1 X3")
def the_competitions_that_a_user_has_entered_are_listed(stage: Stage) -> None:
    entered, other = stage.contest().opened(), stage.contest().opened()
    entered.join(stage.user)
    found = stage.client().competitions(group="entered").items
    assert found == [entered.slug]
    assert other.slug not in found


@scenario(Can.COMPETITIONS, features="C1 X3")
def competitions_are_listed_page_by_page(stage: Stage) -> None:
    slugs = set()
    for _ in range(3):
        contest = stage.contest().opened()
        contest.join(stage.user)
        slugs.add(contest.slug)
    first = stage.client().competitions(group="entered", sort_by="recentlyCreated", page="1").items
    assert set(first) == slugs
    assert stage.client().competitions(group="entered", page="2").items == []


@scenario(Can.COMPETITIONS, features="C1 X3")
def every_order_lists_the_same_competitions(stage: Stage) -> None:
    contest = stage.contest().opened()
    contest.join(stage.user)
    client = stage.client()
    orders = ("grouped", "prize", "earliestDeadline", "latestDeadline", "numberOfTeams", "recentlyCreated")
    for order in orders:
        assert client.competitions(group="entered", sort_by=order).items == [contest.slug], order


@scenario(Can.COMPETITIONS, features="C1 X3")
def competitions_are_narrowed_to_a_category(stage: Stage) -> None:
    contest = stage.contest().opened()
    client = stage.client()
    assert client.competitions(search=contest.slug, category="all").items == [contest.slug]
    assert client.competitions(search=contest.slug, category="featured").items == []


@scenario(Can.COMPETITIONS, features="C1 X3")
def a_competition_that_is_not_launched_is_not_listed(stage: Stage) -> None:
    contest = stage.contest().prepared()
    assert stage.client().competitions(search=contest.slug).items == []


@scenario(Can.COMPETITIONS, Can.COMPETITION_FILES, features="C1 C2 X3")
def a_private_competition_is_not_there_for_others(stage: Stage) -> None:
    contest = stage.contest().prepared(CompetitionPrivacy.PRIVATE)
    contest.launch()
    client = stage.client()
    assert client.competitions(search=contest.slug).items == []
    said = refused(Because.MISSING, client.competition_files, contest.slug)
    assert "train.csv" not in said
    contest.admit(stage.user)
    assert sorted(client.competition_files(contest.slug).items) == sorted(DATA)


@scenario(Can.COMPETITIONS, Can.COMPETITION_FILES, features="C1 C2 X3")
def a_competition_for_those_who_know_its_name_is_not_listed(stage: Stage) -> None:
    contest = stage.contest().prepared(CompetitionPrivacy.LIMITED)
    contest.launch()
    assert stage.client().competitions(search=contest.slug).items == []
    assert sorted(stage.client().competition_files(contest.slug).items) == sorted(DATA)


@scenario(Can.JOIN, Can.COMPETITION_FOLDER, features="C6 C2")
def a_user_accepts_the_rules_and_downloads(stage: Stage) -> None:
    contest = stage.contest().opened()
    stage.client().join(contest.slug)
    seen = contest.seen_by(stage.user)
    assert seen is not None
    assert seen.user_has_entered
    assert contents.read(stage.client().competition_folder(contest.slug)) == digests(DATA)


@scenario(Can.JOIN, features="C6")
def a_competition_that_takes_nobody_any_more_is_not_entered(stage: Stage) -> None:
    contest = stage.contest().opened()
    contest.close_entry()
    refused(Because.TOO_LATE, stage.client().join, contest.slug)


@scenario(Can.JOIN, Can.SCOPES, features="C6 O6")
def a_token_that_may_only_read_enters_no_competition(stage: Stage) -> None:
    contest = stage.contest().opened()
    reader = stage.client(stage.limited("competitions.get:*"))
    refused(Because.FORBIDDEN, reader.join, contest.slug)


@scenario(Can.SUBMIT, features="C3 C6 X3")
def where_no_rules_are_to_be_accepted_a_first_submission_enters(stage: Stage) -> None:
    contest = stage.contest().opened(rules_required=False)
    stage.client().submit(contest.slug, stage.written(answers()), "a first try")
    assert [one.description for one in contest.wait(stage.user)] == ["a first try"]
    assert [team for team, _ in contest.ranks()] == [stage.user.name]


@scenario(Can.PAGES, features="C1 C6")
def the_pages_of_a_competition_are_read(stage: Stage) -> None:
    contest = stage.contest().opened()
    pages = stage.client().pages(contest.slug)
    assert "Tell penguins apart." in " ".join(pages.values())
    assert "rules" in {name.lower() for name in pages}


@scenario(Can.PAGES, features="C1")
def the_hosts_of_a_competition_are_named(stage: Stage) -> None:
    contest = stage.contest().opened()
    assert stage.client().hosts(contest.slug) == [contest.host.name]


@scenario(Can.TOPICS, features="C1")
def the_discussion_of_a_competition_is_read(stage: Stage) -> None:
    contest = stage.contest().opened()
    topic = contest.post("Which penguins?", "All of them, please.")
    contest.post("", "Thank you!", topic=topic, user=contest.join(stage.user))
    client = stage.client()
    assert client.competition_topics(contest.slug) == ["Which penguins?"]
    said = " ".join(client.topic_messages(contest.slug, topic))
    assert "All of them, please." in said
    assert "Thank you!" in said
