"""The rules of a competition once more, as plainly as can be: a book of all that happened, no database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ERRORS_FOR_ONE = 10


@dataclass
class Entry:
    """One submission. `job` is another number each time that it is put in line; None when it is not."""

    number: int
    user: str
    team: int
    created: datetime
    trial: bool
    job: int | None = None
    state: str = "pending"
    public: float | None = None
    private: float | None = None
    selected: bool = False


@dataclass
class Team:
    """Its members, the leader first."""

    members: list[str]


@dataclass
class Book:
    """What is so in a competition that requires rules; every answer is worked out anew from all entries."""

    launched: datetime
    now: datetime
    daily: int = 5
    in_all: int = 0
    size: int = 5
    counting: int = 2
    higher: bool = True
    deadline: datetime | None = None
    withheld: bool = False
    verified: bool = False
    teams: dict[int, Team] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    invitations: set[tuple[int, int]] = field(default_factory=set)
    jobs: int = 0
    revision: int = 0

    def team_of(self, user: str) -> int | None:
        return next((number for number, team in self.teams.items() if user in team.members), None)

    def leads(self, user: str) -> int | None:
        return next((number for number, team in self.teams.items() if team.members[0] == user), None)

    @property
    def ended(self) -> bool:
        return self.deadline is not None and self.now > self.deadline

    @property
    def final(self) -> bool:
        """Whether private scores are shown."""
        return self.ended and (self.verified or not self.withheld)

    def is_late(self, entry: Entry) -> bool:
        return self.deadline is not None and entry.created > self.deadline

    def of(self, *teams: int) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.team in teams and not entry.trial]

    def made(self, *teams: int) -> tuple[int, int, int]:
        """Today, today in vain, and in all."""
        counted = [entry for entry in self.of(*teams) if entry.state != "error"]
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = [entry for entry in self.of(*teams) if entry.created >= midnight]
        failed = sum(entry.state == "error" for entry in today)
        return len(today) - failed, failed, len(counted)

    def left(self, team: int) -> int:
        """How many more submissions it may make now."""
        today, failed, total = self.made(team)
        if failed >= ERRORS_FOR_ONE * self.daily:
            return 0
        left = self.daily - today
        return max(0, min(left, self.in_all - total) if self.in_all else left)

    def may_merge(self, one: int, other: int) -> bool:
        days = (self.now.date() - self.launched.date()).days + 1
        most = min(days * self.daily, self.in_all or days * self.daily)
        people = len(self.teams[one].members) + len(self.teams[other].members)
        return not self.ended and people <= self.size and self.made(one, other)[2] <= most

    def may_choose(self, team: int, numbers: Iterable[int]) -> bool:
        wanted = [self.entries.get(number) for number in set(numbers)]
        return (
            not self.ended
            and len(wanted) <= self.counting
            and all(
                entry is not None
                and entry.team == team
                and not entry.trial
                and not self.is_late(entry)
                and entry.state == "complete"
                for entry in wanted
            )
        )

    def enqueue(self, entry: Entry) -> None:
        """Puts it in line; who scores it already does so in vain."""
        self.jobs += 1
        entry.job = self.jobs

    def revise(self, *states: str) -> None:
        """Scores of now are out of date; submissions of these states are made anew."""
        self.revision += 1
        for entry in self.entries.values():
            if entry.state in states:
                self.enqueue(entry)

    def leave_surplus(self) -> None:
        """No team has chosen more than counts."""
        for team in self.teams:
            chosen = [entry for entry in self.entries.values() if entry.team == team and entry.selected]
            if len(chosen) > self.counting:
                for entry in chosen:
                    entry.selected = False

    def board(self, *, private: bool) -> list[tuple[int, float, int]]:
        """Team, score, and how many submissions of it count, the best first."""
        places = []
        for team in self.teams:
            counted = [
                entry for entry in self.of(team) if entry.state == "complete" and not self.is_late(entry)
            ]
            chosen = counted
            if private:
                best = sorted(counted, key=lambda entry: self._key(entry, entry.public))
                chosen = [entry for entry in counted if entry.selected] or best[: self.counting]
            scores = [(self._score(entry, private=private), entry) for entry in chosen]
            placed = sorted((self._key(entry, score), score) for score, entry in scores if score is not None)
            if placed:
                key, score = placed[0]
                places.append((key, (team, score, len(counted))))
        return [place for _, place in sorted(places)]

    def shown(self) -> list[tuple[int, float, int]]:
        """The board that everybody sees: the public one too where there are no private scores at all."""
        return (self.board(private=True) if self.final else []) or self.board(private=False)

    def _score(self, entry: Entry, *, private: bool) -> float | None:
        return entry.private if private else entry.public

    def _key(self, entry: Entry, score: float | None) -> tuple[float, datetime, int]:
        plain = float("inf") if score is None else -score if self.higher else score
        return plain, entry.created, entry.number

    def later(self, length: timedelta) -> None:
        self.now += length
