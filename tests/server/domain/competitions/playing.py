"""What participants do again and again in tests: join, submit, and a worker that scores as it is told."""

from dataclasses import dataclass, field
from typing import Any

from brant.contract.competition_extensions import (
    AnswerInvitationRequest,
    CompetitionRequest,
    CompetitionTeam,
    InviteTeamRequest,
    SelectSubmissionsRequest,
)
from brant.contract.competition_messages import (
    ApiCreateSubmissionRequest,
    ApiGetLeaderboardRequest,
    ApiGetSubmissionLimitsRequest,
    ApiGetSubmissionRequest,
    ApiStartSubmissionUploadRequest,
    ApiSubmission,
    ApiSubmissionLimits,
)
from brant.server.domain.actor import Actor
from brant.server.domain.competitions.results import SCORE, ScoringTask
from brant.server.store.queue import Lease, Queue
from tests.server.domain.competitions.conftest import Contest

FILE = b"id,species\n1,adelie\n2,gentoo\n3,adelie\n4,adelie\n"


@dataclass
class Players:
    """Whoever plays in a contest."""

    contest: Contest
    leases: dict[int, Lease] = field(default_factory=dict)

    @property
    def name(self) -> CompetitionRequest:
        return CompetitionRequest(competition_name=self.contest.slug)

    def join(self, actor: Actor) -> CompetitionTeam:
        return self.contest.calls.teams.join(self.contest.context(actor), self.name)

    def team(self, actor: Actor) -> CompetitionTeam:
        return self.contest.calls.teams.get(self.contest.context(actor), self.name)

    def invite(self, actor: Actor, other: Actor) -> CompetitionTeam:
        request = InviteTeamRequest(competition_name=self.contest.slug, user_name=other.name)
        return self.contest.calls.teams.invite(self.contest.context(actor), request)

    def answer(self, actor: Actor, team_id: int, *, accept: bool = True) -> CompetitionTeam:
        request = AnswerInvitationRequest(competition_name=self.contest.slug, team_id=team_id, accept=accept)
        return self.contest.calls.teams.answer(self.contest.context(actor), request)

    def upload(self, actor: Actor, content: bytes = FILE, name: str = "submission.csv") -> str:
        """Uploaded as submissions are; answers the token."""
        world, started = self.contest.world, ApiStartSubmissionUploadRequest()
        started.competition_name, started.file_name = self.contest.slug, name
        started.content_length = len(content)
        token = self.contest.calls.submissions.start_upload(self.contest.context(actor), started).token
        world.services.uploads.receive(token, first=0, total=len(content), chunks=[content], now=world.now)
        return token

    def create(self, actor: Actor, token: str, **fields: Any) -> int:
        request = ApiCreateSubmissionRequest(
            competition_name=self.contest.slug, blob_file_tokens=token, **fields
        )
        return self.contest.calls.submissions.create(self.contest.context(actor), request).ref

    def submit(self, actor: Actor, name: str = "submission.csv", **fields: Any) -> int:
        return self.create(actor, self.upload(actor, name=name), **fields)

    def task(self, number: int) -> tuple[Lease, ScoringTask]:
        """The job of a submission, leased, and what it takes."""
        world = self.contest.world
        queue = Queue(world.services.db)
        while number not in self.leases:
            lease = queue.lease({SCORE}, "tester", world.now, 3600)
            assert lease is not None, f"nobody is to score submission {number}"
            self.leases[lease.subject_id] = lease
        task = self.contest.calls.results.scoring_task(number)
        assert task is not None
        return self.leases.pop(number), task

    def score(self, number: int, public: float | None, private: float | None = None) -> None:
        recorded = self.contest.calls.results.record_scores(
            *self.task(number), public, private, self.contest.world.now
        )
        assert recorded

    def fail(self, number: int, words: str = "no column species") -> None:
        assert self.contest.calls.results.record_error(*self.task(number), words, self.contest.world.now)

    def scored(self, actor: Actor, public: float | None, private: float | None = None) -> int:
        """A submission that has these scores already."""
        number = self.submit(actor)
        self.score(number, public, private)
        return number

    def get(self, actor: Actor, number: int) -> ApiSubmission:
        request = ApiGetSubmissionRequest(ref=number)
        return self.contest.calls.submissions.get(self.contest.context(actor), request)

    def limits(self, actor: Actor) -> ApiSubmissionLimits:
        request = ApiGetSubmissionLimitsRequest(competition_name=self.contest.slug)
        return self.contest.calls.submissions.limits(self.contest.context(actor), request)

    def select(self, actor: Actor, *numbers: int) -> list[int]:
        request = SelectSubmissionsRequest(competition_name=self.contest.slug, submission_ids=list(numbers))
        answer = self.contest.calls.submissions.select(self.contest.context(actor), request)
        return [one.ref for one in answer.submissions]

    def board(self, actor: Actor | None = None, **fields: Any) -> list[tuple[str | None, str | None]]:
        """Teams and scores as the leaderboard shows them; to the host where nobody is named."""
        request = ApiGetLeaderboardRequest(competition_name=self.contest.slug, **fields)
        answer = self.contest.calls.leaderboard.view(self.contest.context(actor), request)
        return [(place.team_name, place.score) for place in answer.submissions]
