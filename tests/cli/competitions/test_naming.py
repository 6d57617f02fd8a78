"""Which competition is meant: the argument, the option of older scripts, or the configured default."""

import pytest

from brant.errors import UsageError
from tests.cli.competitions.conftest import Contest
from tests.cli.desk import Desk


def test_the_option_of_older_scripts_names_it_too(contest: Contest, ada: Desk) -> None:
    by_option = ada.brant("competitions", "files", "-c", contest.slug, "--format", "json")
    assert by_option.document == ada.brant("c", "files", contest.slug, "--format", "json").document


def test_the_configured_competition_is_the_default_and_said_to_be(contest: Contest, ada: Desk) -> None:
    assert ada.brant("config", "set", "-n", "competition", "-v", contest.slug).code == 0
    ended = ada.brant("competitions", "view", "--format", "json(title)")
    assert ended.document["title"].startswith("Penguins of ")
    assert ended.err == f"using the competition {contest.slug}, as configured\n"
    assert ada.brant("competitions", "view", "-q").err == ""


def test_a_variable_wins_over_the_file(contest: Contest, ada: Desk) -> None:
    assert ada.brant("config", "set", "-n", "competition", "-v", "another-one").code == 0
    ended = ada.brant("c", "view", "-q", "--format", "json(ref)", KAGGLE_COMPETITION=contest.slug)
    assert ended.document["ref"].endswith(contest.slug)


def test_without_any_it_is_asked_for(desk: Desk) -> None:
    for verb in ("view", "files", "submissions", "leaderboard", "pages", "hosts", "launch"):
        ended = desk.brant("c", verb)
        assert ended.code == UsageError.exit_code, verb
        assert "say which competition" in ended.err


@pytest.mark.parametrize("noun", ["pages", "topics", "hosts", "judges"])
def test_a_noun_alone_lists(contest: Contest, ada: Desk, noun: str) -> None:
    listed = ada.brant("c", noun, "list", contest.slug, "--format", "json")
    assert listed.code == 0, listed.err
    assert ada.brant("c", noun, contest.slug, "--format", "json") == listed
    assert ada.brant("c", noun, "-c", contest.slug, "--format", "json") == listed
    assert ada.brant("c", "--verbose", noun, contest.slug, "--format", "json").out == listed.out


def test_a_noun_that_lists_explains_its_commands(desk: Desk) -> None:
    shown = desk.brant("c", "pages", "--help").out
    assert "(also without its name)" in shown
    assert "usage: brant competitions pages list" in desk.brant("c", "pages", "list", "--help").out


def test_a_topic_is_named_by_its_number_alone_where_a_competition_is_configured(
    contest: Contest, ada: Desk
) -> None:
    posted = ada.brant(
        "c", "topics", "post", contest.slug, "--title", "Hello all", "-m", "x", "--format", "json"
    )
    topic = str(posted.document["topicId"])
    for words in (("topics", "show", topic), ("topic-messages", topic)):
        ended = ada.brant("c", *words, "-q", "--format", "json(content)", KAGGLE_COMPETITION=contest.slug)
        assert ended.document == [{"content": "x"}], words
    by_option = ada.brant("c", "topic-messages", topic, "-c", contest.slug, "--format", "json(content)")
    assert by_option.document == [{"content": "x"}]
