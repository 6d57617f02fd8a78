"""Competitions are made and launched, from a template or from nothing, and changed by their hosts alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from brant.contract.codec import Timestamp
from brant.contract.hosting_messages import PubliclyCloneable
from tests.conformance.contents import CSV, OTHER_CSV, digests
from tests.conformance.contest import DATA, SOLUTION, Contest, answers
from tests.conformance.drivers.base import Can
from tests.conformance.scenario import scenario
from tests.conformance.stage import Because, Stage, refused

_FREE = PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PRIVATE_SOLUTION_FILE


def _template(stage: Stage) -> Contest:
    """A competition that others may begin with: it has a metric and limits, and rules that bind nobody."""
    template = stage.contest().prepared(max_daily_submissions=7)
    template.settle(publicly_cloneable=_FREE, rules_required=False)
    template.launch()
    return template


def _metadata(stage: Stage, contest: Contest, **more: Any) -> dict[str, Any]:
    """What competition-metadata.json says of the contest, in the client's own template."""
    template = stage.client(contest.host).competition_template()
    assert {"title", "slug", "briefDescription", "privacy", "cloneCompetitionId"} <= template.keys()
    described = {
        "title": "Penguins again",
        "slug": contest.slug,
        "briefDescription": "Tell penguins apart, again.",
        "privacy": "PUBLIC",
    }
    return {**template, **described, **more}


def _clone_of(template: Contest) -> dict[str, Any]:
    seen = template.seen_by(None)
    assert seen is not None
    return {"cloneCompetitionId": seen.id}


@scenario(Can.HOST, Can.SUBMIT, features="C5 X1")
def a_competition_is_made_from_a_template_and_launched(stage: Stage) -> None:
    contest = stage.contest()
    metadata = _metadata(stage, contest, **_clone_of(_template(stage)), cloneExcludeCompetitionData=True)
    client = stage.client(contest.host)
    stage.step("makes it")
    client.make_competition(metadata)
    stage.step("gives it data and a solution")
    client.put_data(contest.slug, stage.folder(DATA), "The first.")
    client.put_solution(contest.slug, stage.written(SOLUTION, "solution.csv"))
    assert contest.solution_status().ready
    assert client.solution_status(contest.slug)["ready"] is True
    assert contest.seen_by(stage.user) is None
    stage.step("launches it")
    client.launch(contest.slug)
    seen = contest.seen_by(stage.user)
    assert seen is not None
    assert (seen.title, seen.max_daily_submissions) == ("Penguins again", 7)
    assert contest.held() == digests(DATA)
    stage.step("is submitted to")
    stage.client().submit(contest.slug, stage.written(answers(3)), "three right")
    contest.wait(stage.user)
    assert [(team, float(score)) for team, score in contest.ranks()] == [(stage.user.name, 0.75)]


@scenario(Can.HOST, Can.HOST_SETUP, Can.JOIN, Can.SUBMIT, features="C5 X1")
def a_competition_is_made_from_nothing(stage: Stage) -> None:
    contest = stage.contest()
    client = stage.client(contest.host)
    client.make_competition(_metadata(stage, contest))
    client.put_data(contest.slug, stage.folder(DATA), "The first.")
    client.set_up(contest.slug, metric="accuracy", max_daily_submissions="7")
    client.put_solution(contest.slug, stage.written(SOLUTION, "solution.csv"))
    client.launch(contest.slug)
    stage.client().join(contest.slug)
    stage.client().submit(contest.slug, stage.written(answers(3)), "three right")
    contest.wait(stage.user)
    assert [(team, float(score)) for team, score in contest.ranks()] == [(stage.user.name, 0.75)]


@scenario(Can.HOST, features="C5")
def a_name_that_is_taken_is_refused(stage: Stage) -> None:
    taken = stage.contest().opened()
    metadata = _metadata(stage, taken)
    refused(Because.TAKEN, stage.client().make_competition, metadata)


@scenario(Can.HOST, features="C5")
def a_template_that_its_hosts_do_not_share_is_refused(stage: Stage) -> None:
    closed, contest = stage.contest().opened(), stage.contest()
    metadata = _metadata(stage, contest, **_clone_of(closed))
    refused(Because.FORBIDDEN, stage.client(contest.host).make_competition, metadata)


@scenario(Can.HOST, features="C5")
def a_competition_without_a_solution_is_not_launched(stage: Stage) -> None:
    contest = stage.contest()
    contest.create()
    contest.set_up(metric="accuracy")
    refused(Because.UNREADY, stage.client(contest.host).launch, contest.slug)
    assert contest.seen_by(stage.user) is None


@scenario(Can.HOST, features="C5")
def a_solution_that_will_not_do_is_told(stage: Stage) -> None:
    contest = stage.contest()
    contest.create()
    contest.set_up(metric="accuracy")
    client = stage.client(contest.host)
    client.put_solution(contest.slug, stage.written(b"id,species\n1,adelie\n1,gentoo\n", "solution.csv"))
    assert contest.solution_status().setup_error
    told = client.solution_status(contest.slug)
    assert not told.get("ready")
    assert told["setupError"]


@scenario(Can.HOST, features="C5")
def a_competition_is_launched_at_a_time_to_come(stage: Stage) -> None:
    contest = stage.contest().prepared()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    stage.client(contest.host).launch(contest.slug, at=f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}")
    assert contest.seen_by(stage.user) is None
    seen = contest.seen_by(contest.host)
    assert seen is not None
    assert seen.enabled_date is not None
    assert abs(seen.enabled_date - Timestamp.of(tomorrow)) < timedelta(seconds=2)


@scenario(Can.HOST, features="C5")
def new_data_take_the_place_of_the_old_ones(stage: Stage) -> None:
    contest = stage.contest().opened()
    files = {"train.csv": OTHER_CSV, "images/old/1.txt": CSV}
    stage.client(contest.host).put_data(contest.slug, stage.folder(files), "The second.")
    assert contest.held() == digests(files)


@scenario(Can.HOST, features="C5")
def settings_are_read_and_changed(stage: Stage) -> None:
    contest = stage.contest().opened()
    client = stage.client(contest.host)
    stage.step("changes them")
    client.change_settings(
        contest.slug, title="Penguins of the south", rulesRequired=False, deadline="2031-05-01T12:00:00Z"
    )
    held = contest.settings()
    assert (held.title, held.rules_required) == ("Penguins of the south", False)
    assert held.deadline == datetime(2031, 5, 1, 12, tzinfo=UTC)
    stage.step("reads them")
    told = client.settings(contest.slug)
    assert told["title"] == "Penguins of the south"
    assert not told.get("rulesRequired")
    assert told["deadline"].startswith("2031-05-01T12:00:00")


@scenario(Can.HOST, features="C5 X3")
def strangers_change_nothing_of_a_competition(stage: Stage) -> None:
    contest = stage.contest().opened()
    contest.join(stage.user)
    intruder = stage.client()
    refused(Because.FORBIDDEN, intruder.change_settings, contest.slug, title="Mine")
    refused(Because.FORBIDDEN, intruder.settings, contest.slug)
    refused(Because.FORBIDDEN, intruder.put_data, contest.slug, stage.folder({"mine.csv": CSV}), "Mine.")
    refused(Because.FORBIDDEN, intruder.put_solution, contest.slug, stage.written(SOLUTION, "solution.csv"))
    refused(Because.FORBIDDEN, intruder.solution_status, contest.slug)
    refused(Because.FORBIDDEN, intruder.launch, contest.slug)
    assert contest.held() == digests(DATA)
    assert contest.settings().title != "Mine"


@scenario(Can.HOST, Can.SCOPES, features="C5 O6")
def a_token_that_may_only_submit_hosts_nothing(stage: Stage) -> None:
    contest = stage.contest(stage.user).prepared()
    player = stage.client(stage.limited("competitions.get:*", "competitions.submit:*"))
    refused(Because.FORBIDDEN, player.launch, contest.slug)
    refused(Because.FORBIDDEN, player.change_settings, contest.slug, title="Mine")


@scenario(Can.HOST, Can.HOST_PAGES, features="C5")
def pages_are_written(stage: Stage) -> None:
    contest = stage.contest().opened()
    client = stage.client(contest.host)
    stage.step("makes a page")
    client.create_page(contest.slug, "prizes", "A fish.", publish=True)
    assert contest.pages()["prizes"] == "A fish."
    client.update_page(contest.slug, "prizes", "Two fish.")
    assert contest.pages()["prizes"] == "Two fish."
    client.delete_page(contest.slug, "prizes")
    assert "prizes" not in contest.pages()
