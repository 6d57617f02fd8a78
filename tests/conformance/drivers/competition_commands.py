"""What the command lines have in common for competitions: the commands of `kaggle competitions`."""

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from tests.conformance.drivers.base import Can, Refused
from tests.conformance.drivers.competing import Handed, Rank
from tests.conformance.drivers.page import Page
from tests.conformance.drivers.process import Finished, ProcessDriver
from tests.conformance.drivers.tables import options_of, page_of, rows_of, states_of, token_in

# What every one of them has, the oldest as well.
OFFERED = frozenset(
    {
        Can.COMPETITIONS,
        Can.COMPETITION_FILES,
        Can.COMPETITION_ZIP,
        Can.COMPETITION_FILE,
        Can.SUBMIT,
        Can.SUBMISSIONS,
        Can.LEADERBOARD,
        Can.LEADERBOARD_ZIP,
    }
)
# What came later.
HOSTING = frozenset(
    {
        Can.HOST,
        Can.HOST_PAGES,
        Can.LEADERBOARD_PAGES,
        Can.PAGES,
        Can.SUBMISSION_LIMITS,
        Can.SUBMISSION_PAGES,
        Can.SUBMIT_SANDBOX,
        Can.TEAM_SUBMISSIONS,
        Can.TOPICS,
    }
)
# Said with exit code 0.
_FAILURES = ("Could not find competition", "Could not submit")


class CompetitionCommands(ProcessDriver):
    """`PROGRAM competitions COMMAND`."""

    confirm_submission: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def program(self) -> Path:
        """The installed console script."""

    def competitions(self, **filters: str) -> Page:
        found = page_of(self._competed("list", "--csv", *options_of(filters)), "ref")
        return Page([ref.rstrip("/").rpartition("/")[2] for ref in found.items], found.next_token)

    def competition_files(self, slug: str, *, page_size: int = 0, page_token: str = "") -> Page:
        return page_of(self._competed("files", slug, "--csv", *_paging(page_size, page_token)), "name")

    def competition_zip(self, slug: str, *, again: bool = False) -> Path:
        folder = self.room / "zipped"
        self._competed("download", slug, "-p", folder, *(["--force"] if again else []))
        return folder / f"{slug}.zip"

    def competition_file(self, slug: str, name: str) -> Path:
        folder = self.room / "files"
        before = states_of(folder)
        self._competed("download", slug, "-f", name, "-p", folder)
        changed = [path for path, state in states_of(folder).items() if before.get(path) != state]
        if len(changed) != 1:
            raise Refused(f"{len(changed)} files arrived where one was asked for")
        return changed[0]

    def submit(self, slug: str, file: Path, message: str, *, sandbox: bool = False) -> None:
        options = (*self.confirm_submission, *(["--sandbox"] if sandbox else []))
        self._competed("submit", slug, "-f", file, "-m", message, *options)

    def submissions(self, slug: str, *, page_size: int = 0) -> list[Handed]:
        rows = rows_of(self._competed("submissions", slug, "--csv", *_paging(page_size)), "fileName")
        return [
            Handed(
                row["fileName"],
                row["description"],
                row["status"].rpartition(".")[2].lower(),
                row["publicScore"],
                row["privateScore"],
                row.get("ref", ""),
            )
            for row in rows
        ]

    def submission_limits(self, slug: str) -> dict[str, Any]:
        found = _json(self._competed("submission-limits", slug, "--json").out)
        assert isinstance(found, dict)
        return found

    def leaderboard(self, slug: str, *, page_size: int = 0, page_token: str = "") -> tuple[list[Rank], str]:
        done = self._competed("leaderboard", slug, "--show", "--csv", *_paging(page_size, page_token))
        ranks = [Rank(int(row["teamId"]), row["teamName"], row["score"]) for row in rows_of(done, "teamId")]
        return ranks, token_in(done) or ""

    def leaderboard_zip(self, slug: str) -> Path:
        folder = self.fresh("leaderboard")
        self._competed("leaderboard", slug, "--download", "-p", folder)
        return folder / f"{slug}.zip"

    def team_submissions(self, team_id: int) -> list[str]:
        done = self._competed("team-submissions", str(team_id), "--csv")
        return [row["publicScore"] for row in rows_of(done, "publicScore")]

    def competition_template(self) -> dict[str, Any]:
        folder = self.fresh("competition")
        self._competed("init", folder)
        content = json.loads((folder / "competition-metadata.json").read_text())
        assert isinstance(content, dict)
        return content

    def make_competition(self, metadata: dict[str, Any]) -> None:
        folder = self.fresh("competition")
        (folder / "competition-metadata.json").write_text(json.dumps(metadata))
        self._competed("create", "-p", folder)

    def put_data(self, slug: str, path: Path, notes: str) -> None:
        self._competed("data", "update", slug, "-p", path, "-m", notes)

    def put_solution(self, slug: str, file: Path) -> None:
        self._competed("solution", "create", slug, "-p", file)

    def solution_status(self, slug: str) -> dict[str, Any]:
        found = _json(self._competed("solution", "status", slug, "--json").out)
        assert isinstance(found, dict)
        return found

    def settings(self, slug: str) -> dict[str, Any]:
        found = _json(self._competed("settings", "get", slug, "--json").out)
        assert isinstance(found, dict)
        return found

    def change_settings(self, slug: str, **changes: Any) -> None:
        file = self.fresh("settings") / "settings.json"
        file.write_text(json.dumps(changes))
        self._competed("settings", "update", slug, "--from-file", file)

    def pages(self, slug: str) -> dict[str, str]:
        said = self._competed("pages", "-c", slug, "--content", "--format", "json").out
        return {row["name"]: row["content"] for row in _json(said)}

    def create_page(self, slug: str, page: str, text: str, *, publish: bool = False) -> None:
        file = self.fresh("page") / "page.md"
        file.write_text(text)
        options = ("--publish",) if publish else ()
        self._competed("pages", "create", slug, "--page-name", page, "-f", file, *options)

    def update_page(self, slug: str, page: str, text: str) -> None:
        file = self.fresh("page") / "page.md"
        file.write_text(text)
        self._competed("pages", "update", slug, "--page-name", page, "-f", file)

    def delete_page(self, slug: str, page: str) -> None:
        self._competed("pages", "delete", slug, "--page-name", page, "--yes")

    def launch(self, slug: str, *, at: str = "") -> None:
        self._competed("launch", slug, *(["--at", at] if at else []))

    def hosts(self, slug: str) -> list[str]:
        return [row["userName"] for row in rows_of(self._competed("hosts", slug, "--csv"), "userName")]

    def competition_topics(self, slug: str) -> list[str]:
        return [row["title"] for row in rows_of(self._competed("topics", "list", slug, "--csv"), "title")]

    def topic_messages(self, slug: str, topic_id: int) -> list[str]:
        done = self._competed("topic-messages", slug, str(topic_id), "--format", "json(content)")
        return [row["content"] for row in _json(done.out)]

    def _competed(self, command: str, *arguments: str | Path) -> Finished:
        """Runs a command of `competitions`. Raises Refused for a bad exit code, or bad words."""
        finished = self.run(self.program(), "competitions", command, *arguments)
        if finished.code or any(words in finished.said for words in _FAILURES):
            raise Refused(finished.said)
        return finished


def _paging(size: int, token: str = "") -> list[str]:
    return (["--page-size", str(size)] if size else []) + (["--page-token", token] if token else [])


def _json(said: str) -> Any:
    """The document in what was printed; official clients say other things before it."""
    start = min((at for at in (said.find("["), said.find("{")) if at >= 0), default=-1)
    return json.loads(said[start:]) if start >= 0 else []
