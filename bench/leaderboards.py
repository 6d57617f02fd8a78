"""A page of the leaderboard, with a hundred submissions and with a million: it should cost the same."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Final

from bench.contest import API, Line, host, token
from bench.measure import Figure, table
from bench.stage import Stage

_OF_TEAM: Final = ("id", "competition_id", "name", "name_key", "leader_id", "created")
_OF_SUBMISSION: Final = (
    *("id", "competition_id", "team_id", "user_id", "created", "file_name", "description", "sha256", "size"),
    *("state", "public_score", "private_score", "scored", "revision", "is_selected", "is_late", "is_trial"),
)
_OF_STANDING: Final = (
    *("competition_id", "board", "team_id", "sort_key", "reached", "submission_id", "entries"),
)


def run(scene: Stage, *, places: int = 1_000_000) -> str:
    """The table: the pages take turns. Needs a server without rate limits."""
    boards = {f"board-{count}": count for count in (100, places)}
    for slug, count in boards.items():
        _fill(scene, slug, count)
    asked: dict[str, Callable[[], object]] = {}
    with closing(Line(scene, token(scene))) as line:
        for slug, count in boards.items():
            far = _far_down(line, slug, min(count // 2, 100_000))
            asked[f"{count:,} submissions: first page"] = _api(line, slug)
            asked[f"{count:,} submissions: far down"] = _api(line, slug, pageToken=far)
            asked[f"{count:,} submissions: the page for people"] = _people(line, slug)
        figures = _medians(asked)
    return table("a page of the leaderboard", figures, against=figures[0].name)


def _api(line: Line, slug: str, **fields: str) -> Callable[[], object]:
    return lambda: line.call(API + "GetLeaderboard", competitionName=slug, pageSize=20, **fields)


def _people(line: Line, slug: str) -> Callable[[], object]:
    return lambda: line.page(f"/competitions/{slug}/leaderboard")


def _medians(asked: Mapping[str, Callable[[], object]], turns: int = 300) -> list[Figure]:
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(-turns // 10, turns):
        for name, once in asked.items():
            before = time.perf_counter()
            once()
            if turn >= 0:
                times[name].append(time.perf_counter() - before)
    return [Figure(name, statistics.median(taken), 0.0) for name, taken in times.items()]


def _far_down(line: Line, slug: str, places: int) -> str:
    """The token of a page that begins behind at least so many places."""
    token, seen = "", 0
    while True:
        fields = {"pageToken": token} if token else {}
        said = line.call(API + "GetLeaderboard", competitionName=slug, pageSize=200, **fields)
        seen, token = seen + len(said["submissions"]), said.get("nextPageToken", token)
        if seen >= places:
            return str(token)


def _fill(scene: Stage, slug: str, places: int) -> None:
    """A competition with so many teams, each of which has submitted once, written into the tables."""
    host(scene, slug)
    database = scene.folder / "server" / "brant.sqlite3"
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        competition, sha256, now, user = connection.execute(
            "SELECT id, solution_sha256, created, creator_id FROM competitions WHERE slug = ?", (slug,)
        ).fetchone()
        team = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM teams").fetchone()[0]
        number = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM submissions").fetchone()[0]
        # In an order that is none of the scores'.
        scores = [row * 7919 % places / places for row in range(places)]
        connection.executemany(
            _insert("teams", *_OF_TEAM),
            ((team + row, competition, f"team {row}", f"team {row}", user, now) for row in range(places)),
        )
        connection.executemany(
            _insert("submissions", *_OF_SUBMISSION),
            (
                (
                    *(number + row, competition, team + row, user, now, "s.csv", "", sha256, 1),
                    *("complete", score, score, now, 1, 0, 0, 0),
                )
                for row, score in enumerate(scores)
            ),
        )
        connection.executemany(
            _insert("standings", *_OF_STANDING),
            (
                (competition, "public", team + row, -score, now, number + row, 1)
                for row, score in enumerate(scores)
            ),
        )
        connection.execute("UPDATE competitions SET team_count = ? WHERE id = ?", (places, competition))
        connection.execute("COMMIT")


def _insert(name: str, *columns: str) -> str:
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
