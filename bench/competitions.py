"""Competitions under load: everybody submits at once, and every submission is looked at afterwards."""

import sqlite3
import statistics
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.contest import API, OURS, ROWS, SLUG, Line, host
from bench.stage import Stage

# How often somebody who waits for a score asks for it.
_ASKS_AFTER: Final = 1.0
# How long after the end the last score may take to come.
_PATIENCE: Final = 600


def run(scene: Stage, *, participants: int = 200, seconds: int = 60) -> str:
    """The table. Needs a server without rate limits."""
    host(scene)
    tokens = _entered(scene, [f"p{number}" for number in range(participants)])
    database = scene.folder / "server" / "brant.sqlite3"
    _count_scores(database)
    alone = _Crowd(scene, tokens[:1], min(seconds, 10))
    alone.play()
    crowd = _Crowd(scene, tokens, seconds)
    before = time.monotonic()
    crowd.play()
    took = time.monotonic() - before
    _check(database, [*alone.submitted, *crowd.submitted])
    lines = [
        (f"{participants} participants for {seconds} s: submit, wait for the score, submit again", ""),
        ("---", "---"),
        ("submissions, all scored", f"{len(crowd.submitted)}"),
        ("lost, scored twice, scored wrong", "0, 0, 0"),
        ("submissions a second", f"{len(crowd.submitted) / took:.1f}"),
        (
            "from received to scored: median, 95 of 100, longest",
            _three(_latencies(database, crowd.submitted)),
        ),
        ("the same with one participant", _three(_latencies(database, alone.submitted))),
    ]
    return "\n".join(f"| {name} | {value} |" for name, value in lines)


def _entered(scene: Stage, names: Sequence[str]) -> list[str]:
    """Tokens of users who have joined."""
    from brant.server.domain.services import Services

    with closing(Services.over(scene.folder / "server")) as services:
        tokens = []
        for name in names:
            services.users.add(name, datetime.now(UTC))
            tokens.append(services.tokens.make_token(name, datetime.now(UTC)))
    for token in tokens:
        with closing(Line(scene, token)) as line:
            line.call(OURS + "JoinCompetition", competitionName=SLUG)
    return tokens


def _file(right: int) -> bytes:
    """A submission of which so many rows are right, the first ones."""
    return ("id,label\n" + "".join(f"{row},{int(row < right)}\n" for row in range(ROWS))).encode()


@dataclass
class _Crowd:
    """What all participants do at the same time: submit, wait for the score, submit again."""

    scene: Stage
    tokens: Sequence[str]
    seconds: int
    submitted: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def play(self) -> None:
        """Returns when everybody has the score of their last submission."""
        ready = threading.Barrier(len(self.tokens))
        threads = [
            threading.Thread(target=self._take_part, args=(number, token, ready))
            for number, token in enumerate(self.tokens)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise SystemExit(f"{len(self.failures)} participants failed: {self.failures[0]}")

    def _take_part(self, number: int, token: str, ready: threading.Barrier) -> None:
        try:
            with closing(Line(self.scene, token)) as line:
                ready.wait()
                end, turn = time.monotonic() + self.seconds, 0
                while not turn or time.monotonic() < end:
                    right = (number * 37 + turn * 11) % (ROWS + 1)
                    before = time.perf_counter()
                    ref = line.submit(_file(right), str(right))
                    self.submitted.append(ref)
                    _await(line, ref)
                    self.waits.append(time.perf_counter() - before)
                    turn += 1
        except BaseException as error:  # noqa: BLE001  told by the thread that started this one
            self.failures.append(error)


def _await(line: Line, ref: int) -> None:
    end = time.monotonic() + _PATIENCE
    while line.call(API + "GetSubmission", ref=ref).get("status", "PENDING") == "PENDING":
        if time.monotonic() > end:
            raise SystemExit(f"submission {ref} has no score after {_PATIENCE} s")
        time.sleep(_ASKS_AFTER)


def _count_scores(database: Path) -> None:
    """The database itself counts how often a score is recorded: our code might not notice a second time."""
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE bench_scores (submission_id INTEGER NOT NULL)")
        connection.execute(
            "CREATE TRIGGER bench_counts AFTER UPDATE OF scored ON submissions WHEN NEW.scored IS NOT NULL "
            "BEGIN INSERT INTO bench_scores VALUES (NEW.id); END"
        )


def _check(database: Path, refs: Sequence[int]) -> None:
    """Ends the benchmark unless each submission is there once, is complete, right, and was scored once."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        rows = connection.execute(
            "SELECT id, state, public_score, private_score, description FROM submissions"
        ).fetchall()
        times = Counter(number for (number,) in connection.execute("SELECT submission_id FROM bench_scores"))
        waiting = connection.execute("SELECT count(*) FROM jobs WHERE kind = 'score'").fetchone()[0]
    if Counter(refs) != Counter(row[0] for row in rows):
        raise SystemExit(f"{len(refs)} submissions were answered, {len(rows)} are there")
    if times != Counter(refs):
        raise SystemExit(f"not scored once each: {[ref for ref in refs if times[ref] != 1][:10]}")
    for number, state, public, private, words in rows:
        right = int(words)
        expected = (right // 2 / (ROWS // 2), (right + 1) // 2 / (ROWS // 2))
        if state != "complete" or (public, private) != expected:
            raise SystemExit(f"submission {number} is {state}: {public}, {private}; expected {expected}")
    if waiting:
        raise SystemExit(f"{waiting} jobs are left over")


def _latencies(database: Path, refs: Sequence[int]) -> list[float]:
    wanted = set(refs)
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        rows = connection.execute("SELECT id, created, scored FROM submissions").fetchall()
    return [_moment(scored) - _moment(created) for number, created, scored in rows if number in wanted]


def _moment(stored: Any) -> float:
    return stored / 1e6 if isinstance(stored, int) else datetime.fromisoformat(stored).timestamp()


def _three(times: Sequence[float]) -> str:
    ordered = sorted(times)
    middle, most = (
        statistics.median(ordered),
        ordered[int(len(ordered) * 0.95) - 1 if len(ordered) > 1 else 0],
    )
    return ", ".join(f"{value:.2f} s" for value in (middle, most, ordered[-1]))
