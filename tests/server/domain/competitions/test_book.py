"""Whatever happens in a competition, in whatever order: boards, ranks, limits and choices are by the book."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from brant.contract.competition_extensions import CompetitionRequest
from brant.contract.competition_messages import ApiListSubmissionsRequest, SubmissionGroup, SubmissionSortBy
from brant.errors import BrantError, InvalidInput
from brant.server.domain.actor import Actor
from brant.server.domain.competitions import standings
from brant.server.domain.competitions.results import SCORE, ScoringTask
from brant.server.domain.competitions.shapes import score_text
from brant.server.store.queue import Lease, Queue
from tests.server.domain.competitions.book import Book, Entry, Team
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.competitions.playing import Players

_STEPS = 80
_SCORES = (None, 0.1, 0.2, 0.3, 0.4)
_METRICS = {True: "accuracy", False: "mae"}


@dataclass
class Play:
    """One competition, played by chance, and the book that is kept of it."""

    contest: Contest
    chance: random.Random
    actors: dict[str, Actor]
    book: Book
    leased: list[tuple[Lease, ScoringTask, tuple[int | None, int]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def players(self) -> Players:
        return Players(self.contest)

    def step(self) -> None:
        """Something happens; it is refused exactly where the book says so."""
        name, weight = zip(*_DEEDS.items(), strict=True)
        deed = self.chance.choices(name, weight)[0]
        self.told.append(deed.__name__)
        deed(self)

    def attempt(self, call: Callable[[], Any], *, allowed: bool, **told: object) -> Any:
        """The answer of the call, or None where it was refused."""
        self.told[-1] += f" {told}"
        try:
            answer = call()
        except BrantError as error:
            assert not allowed, f"{error.message} refused, but by the book it is allowed"
            return None
        assert allowed, "by the book it is not allowed"
        return answer

    def somebody(self) -> str:
        return self.chance.choice(list(self.actors))

    def flip(self) -> bool:
        return self.chance.random() < 0.5

    # What happens.

    def time_passes(self) -> None:
        length = timedelta(minutes=self.chance.choice((1, 60, 600)))
        self.contest.world.now += length
        self.book.later(length)

    def join(self) -> None:
        user = self.somebody()
        team = self.attempt(lambda: self.players.join(self.actors[user]), allowed=True, user=user)
        if self.book.team_of(user) is None:
            self.book.teams[team.id] = Team([user])

    def submit(self) -> None:
        user = self.somebody()
        team = self.book.team_of(user)
        allowed = team is not None and self.book.left(team) > 0
        number = self.attempt(lambda: self.players.submit(self.actors[user]), allowed=allowed, user=user)
        if number is not None:
            assert team is not None
            self.enter(number, user, team, trial=False)

    def try_out(self) -> None:
        """The host plays too: what it makes as a trial counts nowhere."""
        user = self.chance.choice([self.contest.host.name, self.somebody()])
        actor = self.contest.host if user == self.contest.host.name else self.actors[user]
        number = self.attempt(
            lambda: self.players.submit(actor, sandbox=True), allowed=actor is self.contest.host
        )
        if number is not None:
            self.enter(number, user, self.players.team(actor).id, trial=True)
            assert self.players.limits(actor).num_total == 0

    def enter(self, number: int, user: str, team: int, *, trial: bool) -> None:
        if team not in self.book.teams:
            self.book.teams[team] = Team([user])
        self.book.entries[number] = Entry(number, user, team, self.book.now, trial)
        self.book.enqueue(self.book.entries[number])

    def score(self) -> None:
        """Whatever is in line, one after another."""
        while self.begin_scoring():
            self.end_scoring()

    def begin_scoring(self) -> bool:
        """A worker takes the next job; whose lease runs out meanwhile is nobody's matter here."""
        world = self.contest.world
        lease = Queue(world.services.db).lease({SCORE}, "tester", world.now, 10_000_000)
        if lease is None:
            waiting = {entry.job for entry in self.book.entries.values()} - {None}
            assert waiting <= {rules[0] for _, _, rules in self.leased}
            return False
        task = self.contest.calls.results.scoring_task(lease.subject_id)
        assert task is not None
        self.leased.append((lease, task, self.rules_of(self.book.entries[lease.subject_id])))
        return True

    def rules_of(self, entry: Entry) -> tuple[int | None, int]:
        """What must still be so when its score comes."""
        return entry.job, self.book.revision

    def end_scoring(self) -> None:
        if not self.leased:
            return
        lease, task, rules = self.leased.pop(self.chance.randrange(len(self.leased)))
        results, now = self.contest.calls.results, self.contest.world.now
        public, private = self.chance.choice(_SCORES), self.chance.choice(_SCORES)
        end = self.chance.choice(("scores",) * 4 + ("error", "held"))
        if end == "scores":
            recorded = results.record_scores(lease, task, public, private, now)
        else:
            recorded = (results.record_error if end == "error" else results.record_held)(
                lease, task, "x", now
            )
        entry = self.book.entries[lease.subject_id]
        self.told[-1] += f" {entry.number} {end} {public} {private}"
        assert recorded == (rules == self.rules_of(entry))
        if not recorded:
            if rules[0] == entry.job:  # it has its job, and was scored by older rules
                self.book.enqueue(entry)
            return
        entry.job = None
        if end == "scores":
            entry.state, entry.public, entry.private = "complete", public, private
        elif end == "error":
            entry.state, entry.public, entry.private = "error", None, None

    def select(self) -> None:
        user = self.somebody()
        team = self.book.team_of(user)
        known = list(self.book.entries)
        own = [number for number in known if self.book.entries[number].team == team]
        pool = own if self.chance.random() < 0.9 else known
        numbers = self.chance.sample(pool, min(len(pool), self.chance.randrange(3)))
        allowed = team is not None and self.book.may_choose(team, numbers)
        chosen = self.attempt(
            lambda: self.players.select(self.actors[user], *numbers), allowed=allowed, user=user, of=numbers
        )
        if chosen is not None:
            assert set(chosen) == set(numbers)
            for number in own:
                self.book.entries[number].selected = number in numbers

    def invite(self) -> None:
        """Mostly by a leader, and another team."""
        user, other = self.somebody(), self.somebody()
        if self.book.teams and self.chance.random() < 0.8:
            user = self.chance.choice([team.members[0] for team in self.book.teams.values()])
        team, invited = self.book.leads(user), self.book.team_of(other)
        if user not in self.actors:
            return
        allowed = (
            team is not None
            and invited is not None
            and team != invited
            and self.book.may_merge(team, invited)
        )
        call = lambda: self.players.invite(self.actors[user], self.actors[other])  # noqa: E731
        if self.attempt(call, allowed=allowed, user=user, other=other) is not None:
            assert team is not None
            assert invited is not None
            self.book.invitations.add((team, invited))

    def answer(self) -> None:
        if not self.book.invitations:
            return
        asking, asked = self.chance.choice(sorted(self.book.invitations))
        user, accept = self.book.teams[asked].members[0], self.chance.random() < 0.8
        allowed = not accept or self.book.may_merge(asking, asked)
        call = lambda: self.players.answer(self.actors[user], asking, accept=accept)  # noqa: E731
        if self.attempt(call, allowed=allowed, asking=asking, asked=asked, accept=accept) is None:
            return
        self.book.invitations.remove((asking, asked))
        if accept:
            self.book.teams[asking].members += self.book.teams.pop(asked).members
            self.book.invitations = {pair for pair in self.book.invitations if asked not in pair}
            for entry in self.book.entries.values():
                entry.team = asking if entry.team == asked else entry.team
            self.book.leave_surplus()

    def move_deadline(self) -> None:
        hours = self.chance.choice((None, None, None, -5, 0, 5))
        self.book.deadline = None if hours is None else self.book.now + timedelta(hours=hours)
        self.told[-1] += f" {self.book.deadline}"
        self.contest.deadline(self.book.deadline)

    def withhold(self) -> None:
        self.book.withheld, self.book.verified = self.flip(), self.flip()
        self.contest.settings(
            withold_final_leaderboard_until_it_has_been_verified=self.book.withheld,
            final_leaderboard_has_been_verified=self.book.verified,
        )

    def rescore(self) -> None:
        request = CompetitionRequest(competition_name=self.contest.slug)
        self.contest.calls.setup.rescore(self.contest.context(), request)
        self.book.revise("pending", "complete", "error")

    def change_solution(self) -> None:
        self.contest.solution()
        self.book.revise("pending", "complete")

    def turn_round(self) -> None:
        """Another metric, by which the other direction is better."""
        self.book.higher = not self.book.higher
        self.contest.setup(metric=_METRICS[self.book.higher])
        self.book.revise("pending", "complete")

    def change_limits(self) -> None:
        self.book.daily, self.book.in_all = self.chance.randrange(1, 5), self.chance.choice((0, 0, 6))
        self.book.counting, self.book.size = self.chance.randrange(1, 4), self.chance.randrange(1, 5)
        self.contest.setup(
            max_daily_submissions=self.book.daily,
            max_total_submissions=self.book.in_all,
            max_selected=self.book.counting,
            max_team_size=self.book.size,
        )
        self.book.leave_surplus()

    # What is to be so after it.

    def check(self) -> None:
        """What somebody and everybody is shown is by the book."""
        shown = self.book.shown()
        assert self.board() == shown
        for private in (False, True):
            assert self.kept(private=private) == self.book.board(private=private)
        ranks = {team: (rank, score_text(score)) for rank, (team, score, _) in enumerate(shown, 1)}
        assert self.contest.row().team_count == len(self.book.teams)
        user = self.somebody()
        team = self.book.team_of(user)
        if team is None:
            return
        seen = self.players.team(self.actors[user])
        assert seen.members[0].user_name == self.book.teams[team].members[0]
        assert {one.user_name for one in seen.members} == set(self.book.teams[team].members)
        assert (seen.id, (seen.rank, seen.score or "")) == (team, ranks.get(team, (None, "")))
        assert {one.team_id for one in seen.received} == {
            asking for asking, asked in self.book.invitations if asked == team
        }
        limits = self.players.limits(self.actors[user])
        today, _, total = self.book.made(team)
        left = self.book.left(team)
        assert (limits.num_today, limits.num_total, limits.num_allowed_now) == (today, total, left)
        if self.chance.random() < 0.4:
            self.check_submissions(self.actors[user], team)

    def check_submissions(self, actor: Actor, team: int) -> None:
        own = [entry for entry in self.book.entries.values() if entry.team == team]
        found = self.submissions(actor)
        assert {one.ref: (one.status.name, one.public_score, one.private_score) for one in found} == {
            entry.number: (
                entry.state.upper(),
                score_text(entry.public),
                score_text(entry.private) if self.book.final else "",
            )
            for entry in own
        }
        chosen = self.submissions(actor, group=SubmissionGroup.SUBMISSION_GROUP_SELECTED)
        assert {one.ref for one in chosen} == {entry.number for entry in own if entry.selected}
        if not self.book.final:
            with pytest.raises(InvalidInput, match="not shown yet"):
                self.submissions(actor, sort_by=SubmissionSortBy.SUBMISSION_SORT_BY_PRIVATE_SCORE)

    def submissions(self, actor: Actor, **fields: Any) -> list[Any]:
        request = ApiListSubmissionsRequest(competition_name=self.contest.slug, page_size=100, **fields)
        return list(
            self.contest.calls.submissions.list_submissions(self.contest.context(actor), request).submissions
        )

    def kept(self, *, private: bool) -> list[tuple[int, float | None, int]]:
        """A board as it lies ready, whether or not it is shown."""
        board: standings.Board = "private" if private else "public"
        with self.contest.world.services.db.read() as connection:
            rows = standings.places_after(connection, self.contest.id, board, None, None)
        return [(row.team_id, standings.score_on(board, row), row.entries) for row in rows]

    def board(self) -> list[tuple[int, float, int]]:
        """As everybody sees it, in pages of two."""
        board: list[tuple[int, float, int]] = []
        context, token = self.contest.world.context(None), ""
        while True:
            page = self.contest.calls.leaderboard.page(context, self.contest.slug, size=2, token=token)
            assert [place.rank for place in page.places] == [
                len(board) + 1 + number for number in range(len(page.places))
            ]
            board += [(place.team_id, float(place.score), place.entries) for place in page.places]
            token = page.next_page_token
            if not token:
                return board


_DEEDS: dict[Callable[[Play], object], int] = {
    Play.time_passes: 7,
    Play.join: 1,
    Play.submit: 25,
    Play.try_out: 2,
    Play.score: 20,
    Play.begin_scoring: 5,
    Play.end_scoring: 5,
    Play.select: 10,
    Play.invite: 6,
    Play.answer: 5,
    Play.move_deadline: 4,
    Play.withhold: 3,
    Play.rescore: 2,
    Play.change_solution: 1,
    Play.turn_round: 1,
    Play.change_limits: 2,
}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_is_by_the_book(contest: Contest, seed: int) -> None:
    actors = {name: contest.world.user(name) for name in ("ann", "bo", "cy", "dee", "eve", "flo")}
    now = contest.world.now
    play = Play(contest, random.Random(seed), actors, Book(launched=now, now=now))
    for name in list(actors)[1:]:
        play.book.teams[play.players.join(actors[name]).id] = Team([name])
    try:
        for _ in range(_STEPS):
            play.step()
            play.check()
    except Exception as error:
        error.add_note("\n".join(play.told))
        raise
