"""Submissions: recorded whole or not at all, within limits that hold at once, fetched by who may, chosen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from brant.contract.competition_extensions import CompetitionRequest, ListHostSubmissionsRequest
from brant.contract.competition_messages import (
    ApiCreateCodeSubmissionRequest,
    ApiDownloadSubmissionRequest,
    ApiGetEpisodeReplayRequest,
    ApiListSubmissionEpisodesRequest,
    ApiListSubmissionsRequest,
    ApiStartSubmissionUploadRequest,
    SubmissionGroup,
    SubmissionStatus,
)
from brant.contract.hosting_messages import ApiAddCompetitionJudgeRequest
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.store.tables import jobs, submissions, uploads
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import FILE, Players


@pytest.fixture
def players(contest: Contest) -> Players:
    return Players(contest)


@pytest.fixture
def ann(contest: Contest, players: Players) -> Actor:
    """A participant."""
    actor = contest.world.user("ann")
    players.join(actor)
    return actor


def recorded(contest: Contest) -> tuple[int, int, int]:
    """Submissions, jobs that are to score one, and uploads that were used for one."""
    counted = (
        sa.select(sa.func.count()).select_from(submissions),
        sa.select(sa.func.count()).select_from(jobs).where(jobs.c.kind == "score"),
        sa.select(sa.func.count())
        .select_from(uploads)
        .where(uploads.c.purpose == "SUBMISSION", uploads.c.state == "used"),
    )
    with contest.world.services.db.read() as connection:
        first, second, third = (connection.scalar(one) or 0 for one in counted)
    return first, second, third


def test_a_submission_waits_with_a_job_to_score_it(contest: Contest, players: Players, ann: Actor) -> None:
    number = players.submit(ann, "mine.csv", submission_description=" first\ttry ")
    assert recorded(contest) == (1, 1, 1)
    shown = players.get(ann, number)
    assert (shown.ref, shown.status, shown.file_name) == (number, SubmissionStatus.PENDING, "mine.csv")
    assert (shown.description, shown.total_bytes, shown.date) == ("first try", len(FILE), contest.world.now)
    assert (shown.submitted_by, shown.team_name) == ("ann", "ann")
    assert (shown.public_score, shown.private_score) == ("", "")


def test_what_is_refused_leaves_nothing_behind(contest: Contest, players: Players, ann: Actor) -> None:
    token = players.upload(ann)
    contest.settings(disable_submissions=True)
    with pytest.raises(PermissionDenied, match="takes no submissions now"):
        players.create(ann, token)
    assert recorded(contest) == (0, 0, 0)
    contest.settings(disable_submissions=False)
    players.create(ann, token)
    assert recorded(contest) == (1, 1, 1)


def test_an_upload_makes_one_submission(contest: Contest, players: Players, ann: Actor) -> None:
    token = players.upload(ann)
    players.create(ann, token)
    with pytest.raises(InvalidInput, match="published already"):
        players.create(ann, token)
    for strange in ("", "nonsense", token + "," + token):
        with pytest.raises(InvalidInput, match="unknown"):
            players.create(ann, strange)
    assert recorded(contest) == (1, 1, 1)


def test_nobody_submits_what_another_has_uploaded(contest: Contest, players: Players, ann: Actor) -> None:
    bo = contest.world.user("bo")
    players.join(bo)
    with pytest.raises(InvalidInput, match="not yours"):
        players.create(bo, players.upload(ann))


def test_who_has_not_accepted_the_rules_reads_where_they_are(contest: Contest, players: Players) -> None:
    cy = contest.world.user("cy")
    token = contest.world.upload(cy, "a.csv", FILE)
    for refused in (lambda: players.upload(cy), lambda: players.create(cy, token)):
        with pytest.raises(
            PermissionDenied, match=r"/competitions/penguin-species/rules.*brant competitions join"
        ):
            refused()


def test_without_rules_the_first_submission_joins(contest: Contest, players: Players) -> None:
    contest.settings(rules_required=False)
    cy = contest.world.user("cy")
    players.submit(cy)
    assert players.team(cy).name == "cy"
    contest.settings(rules_required=True)
    with pytest.raises(PermissionDenied, match="has not accepted the rules"):
        players.submit(cy)
    players.join(cy)
    players.submit(cy)
    assert recorded(contest)[0] == 2


def test_a_file_beyond_the_size_is_refused_before_it_is_sent_and_after(
    contest: Contest, players: Players, ann: Actor
) -> None:
    contest.setup(max_submission_bytes=len(FILE) - 1)
    with pytest.raises(InvalidInput, match=f"has at most {len(FILE) - 1:,}"):
        players.upload(ann)
    with pytest.raises(InvalidInput, match="round its numbers"):
        players.create(ann, contest.world.upload(ann, "a.csv", FILE))


def test_the_daily_limit_is_of_a_day_of_utc(contest: Contest, players: Players, ann: Actor) -> None:
    contest.setup(max_daily_submissions=2)
    players.submit(ann)
    players.submit(ann)
    token = contest.world.upload(ann, "a.csv", FILE)
    for refused in (lambda: players.upload(ann), lambda: players.create(ann, token)):
        with pytest.raises(InvalidInput, match=r"its 2 submissions of today .* try again in 12 h 01 min"):
            refused()
    contest.world.now = datetime(2026, 2, 1, tzinfo=UTC)
    players.submit(ann)
    shown = players.limits(ann)
    assert (shown.num_today, shown.num_total, shown.num_allowed_now) == (1, 3, 1)


def test_the_limit_of_all_ends_it(contest: Contest, players: Players, ann: Actor) -> None:
    contest.setup(max_total_submissions=1)
    assert players.limits(ann).num_allowed_now == 1
    assert players.limits(ann).limited_by_total
    players.submit(ann)
    contest.world.later(days=3)
    with pytest.raises(InvalidInput, match="all 1 submissions"):
        players.submit(ann)
    assert players.limits(ann).num_allowed_now == 0


def test_what_ends_in_an_error_costs_nothing_but_not_without_end(
    contest: Contest, players: Players, ann: Actor
) -> None:
    contest.setup(max_daily_submissions=1)
    for _ in range(9):
        players.fail(players.submit(ann))
    assert players.limits(ann).num_allowed_now == 1
    players.fail(players.submit(ann))
    with pytest.raises(InvalidInput, match="made 10 failed submissions of today"):
        players.submit(ann)
    assert (players.limits(ann).num_today, players.limits(ann).num_allowed_now) == (0, 0)


def test_of_fifty_submissions_at_once_exactly_as_many_come_in_as_are_allowed(
    contest: Contest, players: Players, ann: Actor
) -> None:
    tokens = [players.upload(ann) for _ in range(50)]

    def attempt(token: str) -> bool:
        try:
            players.create(ann, token)
        except InvalidInput as error:
            assert "of today" in error.message
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, tokens))
    assert outcomes.count(True) == 5
    assert recorded(contest) == (5, 5, 5)


def test_of_first_submissions_at_once_each_is_in_the_same_team(contest: Contest, players: Players) -> None:
    contest.settings(rules_required=False)
    cy = contest.world.user("cy")
    tokens = [contest.world.upload(cy, "a.csv", FILE) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda token: players.create(cy, token), tokens))
    assert contest.row().team_count == 1
    assert players.limits(cy).num_total == 5


def test_who_is_in_no_team_has_no_limits_to_read(contest: Contest, players: Players) -> None:
    shown = players.limits(contest.world.user("cy"))
    assert (shown.num_today, shown.num_total, shown.num_allowed_now) == (0, 0, 0)


def test_what_comes_after_the_end_is_late_and_on_no_board(
    contest: Contest, players: Players, ann: Actor
) -> None:
    contest.deadline(contest.world.now)
    players.scored(ann, 0.5, 0.5)  # at the very last moment
    contest.world.later(seconds=1)
    late = players.scored(ann, 0.9, 0.9)
    assert players.board() == [("ann", "0.50000")]
    assert players.get(ann, late).public_score == "0.90000"
    listed = contest.calls.submissions.list_for_host(
        contest.context(), ListHostSubmissionsRequest(competition_name=contest.slug)
    )
    assert [one.is_late for one in listed.submissions] == [True, False]


def test_a_later_deadline_takes_in_what_was_late(contest: Contest, players: Players, ann: Actor) -> None:
    contest.deadline(contest.world.now)
    contest.world.later(hours=1)
    players.scored(ann, 0.9)
    contest.world.later(hours=1)
    contest.deadline(contest.world.now)
    assert players.board() == [("ann", "0.90000")]


def test_a_trial_is_a_hosts_without_limits_and_on_no_board(unlaunched: Contest) -> None:
    contest, players = unlaunched.ready(max_daily_submissions=1), Players(unlaunched)
    with pytest.raises(PermissionDenied, match="not open yet"):
        players.submit(contest.host)
    for _ in range(3):
        number = players.submit(contest.host, sandbox=True)
        players.score(number, 0.5, 0.5)
    assert players.board() == []
    assert players.limits(contest.host).num_total == 0
    with pytest.raises(InvalidInput, match="is a trial"):
        players.select(contest.host, number)


def test_nobody_but_hosts_makes_trials(contest: Contest, players: Players, ann: Actor) -> None:
    with pytest.raises(PermissionDenied, match="only its hosts may"):
        players.submit(ann, sandbox=True)


def test_a_file_is_led_to_for_its_team_judges_and_hosts(
    contest: Contest, players: Players, ann: Actor
) -> None:
    jo, cy = contest.world.user("jo"), contest.world.user("cy")
    players.join(cy)
    contest.calls.hosting.add_judge(
        contest.context(),
        ApiAddCompetitionJudgeRequest(competition_name=contest.slug, user_name="jo"),
    )
    number = players.submit(ann, "mine.csv")
    asked = ApiDownloadSubmissionRequest(submission_id=number)
    for actor in (ann, jo, contest.host, contest.world.user("root", is_admin=True)):
        led = contest.calls.submissions.download(contest.context(actor), asked)
        assert led.url == f"http://test/submissions/{number}/mine.csv"
    for missing in (asked, ApiDownloadSubmissionRequest(submission_id=4711)):
        with pytest.raises(NotFound, match="no submission number"):
            contest.calls.submissions.download(contest.context(cy), missing)
    with pytest.raises(NotFound):
        players.get(cy, number)


def test_private_scores_are_read_after_the_end_once_they_are_not_withheld(
    contest: Contest, players: Players, ann: Actor
) -> None:
    number = players.scored(ann, 0.5, 0.25)
    assert (players.get(ann, number).public_score, players.get(ann, number).private_score) == ("0.50000", "")
    assert players.get(contest.host, number).private_score == "0.25000"
    contest.deadline(contest.world.now)
    assert players.get(ann, number).private_score == ""
    contest.world.later(seconds=1)
    assert players.get(ann, number).private_score == "0.25000"
    contest.settings(withold_final_leaderboard_until_it_has_been_verified=True)
    assert players.get(ann, number).private_score == ""
    contest.settings(final_leaderboard_has_been_verified=True)
    assert players.get(ann, number).private_score == "0.25000"


def test_an_error_is_told_to_its_sender(players: Players, ann: Actor) -> None:
    number = players.submit(ann)
    players.fail(number, "row 3: no number in column species")
    shown = players.get(ann, number)
    assert (shown.status, shown.error_description) == (
        SubmissionStatus.ERROR,
        "row 3: no number in column species",
    )


def test_chosen_are_exactly_those_that_were_named_last(players: Players, ann: Actor) -> None:
    first, second, third = (players.scored(ann, score) for score in (0.1, 0.2, 0.3))
    assert players.select(ann, first, second, first) == [second, first]
    assert players.select(ann, third) == [third]
    assert players.select(ann) == []


def test_what_one_team_chooses_leaves_the_choice_of_others(
    contest: Contest, players: Players, ann: Actor
) -> None:
    cy = contest.world.user("cy")
    players.join(cy)
    theirs, ours = players.scored(cy, 0.5), players.scored(ann, 0.5)
    players.select(cy, theirs)
    players.select(ann, ours)
    chosen = contest.calls.submissions.list_submissions(
        contest.context(cy),
        ApiListSubmissionsRequest(
            competition_name=contest.slug, group=SubmissionGroup.SUBMISSION_GROUP_SELECTED
        ),
    )
    assert [one.ref for one in chosen.submissions] == [theirs]


def test_no_more_are_chosen_than_count(players: Players, ann: Actor) -> None:
    numbers = [players.scored(ann, score) for score in (0.1, 0.2, 0.3)]
    with pytest.raises(InvalidInput, match="choose at most 2"):
        players.select(ann, *numbers)


def test_only_complete_ones_of_the_own_team_are_chosen(
    contest: Contest, players: Players, ann: Actor
) -> None:
    cy = contest.world.user("cy")
    players.join(cy)
    theirs, pending = players.scored(cy, 0.5), players.submit(ann)
    for number in (theirs, 4711):
        with pytest.raises(NotFound, match=f"no submission number {number}"):
            players.select(ann, number)
    with pytest.raises(InvalidInput, match="has no score"):
        players.select(ann, pending)
    with pytest.raises(NotFound, match="you are in no team"):
        players.select(contest.world.user("dee"))


def test_nothing_is_chosen_after_the_end(contest: Contest, players: Players, ann: Actor) -> None:
    number = players.scored(ann, 0.5)
    contest.deadline(contest.world.now)
    contest.world.later(seconds=1)
    with pytest.raises(PermissionDenied, match="has ended"):
        players.select(ann, number)


def test_an_upload_may_begin_before_the_competition_is_named(contest: Contest, ann: Actor) -> None:
    started = contest.calls.submissions.start_upload(
        contest.context(ann), ApiStartSubmissionUploadRequest(file_name="a.csv", content_length=3)
    )
    assert started.create_url.endswith(started.token)


def test_notebooks_and_descriptions_without_end_are_refused(
    contest: Contest, players: Players, ann: Actor
) -> None:
    code = ApiCreateCodeSubmissionRequest(competition_name=contest.slug, kernel_owner="a", kernel_slug="b")
    with pytest.raises(InvalidInput, match="takes files, not notebooks"):
        contest.calls.submissions.create_code(contest.context(ann), code)
    with pytest.raises(InvalidInput, match="shorten it to 1,000"):
        players.submit(ann, submission_description="x" * 1001)
    with pytest.raises(InvalidInput, match="no models compete"):
        players.submit(ann, benchmark_model_version_id=7)


def test_no_submission_is_played_in_episodes(contest: Contest, players: Players, ann: Actor) -> None:
    number = players.submit(ann)
    listing = contest.calls.episodes.list_episodes
    assert (
        listing(contest.context(ann), ApiListSubmissionEpisodesRequest(submission_id=number)).episodes == []
    )
    with pytest.raises(NotFound):
        listing(
            contest.context(contest.world.user("cy")), ApiListSubmissionEpisodesRequest(submission_id=number)
        )
    with pytest.raises(NotFound, match="no episode number 7"):
        contest.calls.episodes.replay(contest.context(ann), ApiGetEpisodeReplayRequest(episode_id=7))


def test_a_competition_that_is_not_there_takes_nothing(contest: Contest, ann: Actor) -> None:
    with pytest.raises(NotFound):
        contest.calls.teams.get(contest.context(ann), CompetitionRequest(competition_name="nothing"))
