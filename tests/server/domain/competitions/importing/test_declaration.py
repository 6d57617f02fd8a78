"""What a folder declares of its competition: every key, and every way to get it wrong."""

from datetime import UTC, datetime

import pytest

from brant.contract.competition_messages import HostSegment
from brant.contract.hosting_messages import CompetitionPrivacy, RewardTypeId
from brant.errors import InvalidInput
from brant.server.domain.competitions.importing.declaration import parse

WHOLE = """
title = "Owls"
slug = "owls"
brief_description = "Count them"
privacy = "limited"
category = "playground"
rules_required = true
reward = {id = "swag", quantity = 2}

[metric]
name = "fbeta"
parameters = {beta = 2, average = "macro", strict = true}
higher_is_better = true
row_id_column = "owl"

[split]
public_percent = 25
seed = 7

[limits]
daily_submissions = 5
total_submissions = 50
team_size = 3
selected = 2
submission_bytes = 1000000
scoring_seconds = 30

[deadlines]
start = 2027-01-01T12:00:00+02:00
end = 2027-02-01T00:00:00Z
merger = 2027-01-20T00:00:00Z
entry = 2027-01-25T00:00:00Z
"""


def test_every_key_arrives_where_it_belongs() -> None:
    found = parse(WHOLE.encode(), "competition.toml")
    assert (found.title, found.slug, found.brief) == ("Owls", "owls", "Count them")
    assert found.privacy is CompetitionPrivacy.LIMITED
    assert found.reward is not None
    assert (found.reward.id, found.reward.quantity) == (RewardTypeId.SWAG, 2)
    assert found.start == datetime(2027, 1, 1, 10, tzinfo=UTC)
    assert found.settings == {
        "title": "Owls",
        "brief_description": "Count them",
        "host_segment": HostSegment.HOST_SEGMENT_PLAYGROUND,
        "rules_required": True,
        "deadline": datetime(2027, 2, 1, tzinfo=UTC),
        "team_merger_explicit_deadline": datetime(2027, 1, 20, tzinfo=UTC),
        "prohibit_new_entrants_explicit_deadline": datetime(2027, 1, 25, tzinfo=UTC),
    }
    assert found.setup == {
        "metric": "fbeta",
        "metric_parameters": {"beta": "2", "average": "macro", "strict": "true"},
        "higher_is_better": True,
        "row_id_column": "owl",
        "public_percent": 25,
        "split_seed": 7,
        "max_daily_submissions": 5,
        "max_total_submissions": 50,
        "max_team_size": 3,
        "max_selected": 2,
        "max_submission_bytes": 1000000,
        "scoring_seconds": 30,
    }


def test_json_says_the_same_in_camel_case_and_the_official_template_is_read() -> None:
    content = b"""\xef\xbb\xbf{
      "title": "Owls", "slug": "owls", "briefDescription": "Count them", "privacy": "PUBLIC",
      "disableKernels": false, "hackathon": false, "cloneCompetitionId": null, "clonePageNames": [],
      "licenseId": 0, "organizationId": null, "numPrizes": 0, "restrictLinkToEmailList": false,
      "reward": {},
      "metric": {"name": "mae", "rowIdColumn": "owl"},
      "limits": {"dailySubmissions": 5}, "deadlines": {"end": "2027-02-01T00:00:00Z"}
    }"""
    found = parse(content, "competition-metadata.json")
    assert (found.brief, found.privacy, found.reward) == ("Count them", CompetitionPrivacy.PUBLIC, None)
    assert found.setup == {"metric": "mae", "row_id_column": "owl", "max_daily_submissions": 5}
    assert found.settings["deadline"] == datetime(2027, 2, 1, tzinfo=UTC)


def test_what_is_not_declared_is_not_touched() -> None:
    found = parse(b'title = "Owls"\nslug = "owls"\nbrief_description = "Count them"\n', "competition.toml")
    assert found.settings == {"title": "Owls", "brief_description": "Count them"}
    assert found.setup == {}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('slug = "owls"', "it lacks title, brief_description"),
        ("", "it lacks title, slug, brief_description"),
        ('title = "Owls', "Unterminated string"),
        ("title = 3", "title is 3: expected a text"),
        ('slug = "../owls"', "slug is '../owls': expected 3 to 50"),
        ('slug = "Owls"', "expected 3 to 50"),
        ('privacy = "secret"', "expected one of public, limited, private"),
        ('privacy = ""', "expected one of public, limited, private"),
        ('category = "sports"', "expected one of featured, getting_started"),
        ('rules_required = "yes"', "expected true or false"),
        ("limits.daily_submissions = -1", "expected a whole number from 0"),
        ("limits.daily_submissions = true", "expected a whole number from 0"),
        ("limits.daily_submissions = 99999999999999999999", "expected a whole number from 0"),
        ("limits = 5", "'limits' is no key of it"),
        ("limits.hourly = 5", "'limits.hourly' is no key of it; known are brief_description"),
        ("deadlines.end = 2027-01-31", "with its zone"),
        ("deadlines.end = 2027-01-31T12:00:00", "with its zone"),
        ('deadlines.end = "soon"', "with its zone"),
        ("deadlines.end = 0001-01-01T00:00:00+14:00", "with its zone"),
        ("metric.parameters = [1]", "a table of plain values"),
        ("metric.parameters.beta = [1]", "a table of plain values"),
        ('reward = {id = "gold"}', "expected one of usd"),
        ('reward = {id = "usd", tax = 1}', "expected a table with id"),
        ('reward = {id = "swag", clarification = 5}', "expected a text"),
        ("clone_competition_id = 7", "has no meaning in a folder"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_that_names_the_file(content: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=r"^competition\.toml: ") as refused:
        parse(content.encode(), "competition.toml")
    assert told in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"[]", "no object"), (b"{", "line 1"), (b"\xff", "UTF-8"), (b"[" * 100_000, "nested too deeply")],
)
def test_json_that_is_none_is_told_so(content: bytes, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        parse(content, "competition-metadata.json")
    assert "\n" not in refused.value.message
