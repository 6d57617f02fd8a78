"""What a driver can be asked to do with competitions: to take part in them, and to host them."""

from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from tests.conformance.drivers.page import Page


class Handed(NamedTuple):
    """A submission as the client shows it; texts that it does not show are empty."""

    file: str
    description: str
    status: str
    public: str
    private: str
    ref: str = ""


class Rank(NamedTuple):
    """One place of a leaderboard."""

    team_id: int
    team: str
    score: str


class Competing:
    """Calls about competitions. Where a client has no such call, its driver does not offer it."""

    name: ClassVar[str]

    def competitions(self, **filters: str) -> Page:
        """Slugs of competitions. Filters: search, group, category, sort_by, page, page_size, page_token."""
        raise self.lacking("competitions")

    def competition_files(self, slug: str, *, page_size: int = 0, page_token: str = "") -> Page:
        """Paths of the files of the data."""
        raise self.lacking("competition_files")

    def competition_folder(self, slug: str, *, again: bool = False) -> Path:
        """The folder that holds all data; `again` fetches what was fetched before."""
        raise self.lacking("competition_folder")

    def competition_zip(self, slug: str, *, again: bool = False) -> Path:
        """The zip of all data; `again` fetches what was fetched before."""
        raise self.lacking("competition_zip")

    def competition_file(self, slug: str, name: str) -> Path:
        """Where the one file arrived."""
        raise self.lacking("competition_file")

    def competition_to(self, slug: str, folder: Path) -> None:
        """All data, unpacked in `folder`."""
        raise self.lacking("competition_to")

    def join(self, slug: str) -> None:
        """Accepts the rules."""
        raise self.lacking("join")

    def submit(self, slug: str, file: Path, message: str, *, sandbox: bool = False) -> None:
        """Submits a file."""
        raise self.lacking("submit")

    def submit_and_wait(self, slug: str, file: Path, message: str) -> str:
        """Submits a file, and what is said when it is scored."""
        raise self.lacking("submit_and_wait")

    def submissions(self, slug: str, *, page_size: int = 0) -> list[Handed]:
        """The team's own, the newest first."""
        raise self.lacking("submissions")

    def submission_errors(self, slug: str) -> list[str]:
        """Why those that could not be scored could not be."""
        raise self.lacking("submission_errors")

    def select(self, slug: str, *refs: str) -> None:
        """Chooses the submissions that count in the end."""
        raise self.lacking("select")

    def submission_limits(self, slug: str) -> dict[str, Any]:
        """What the team has left, by the names on the wire."""
        raise self.lacking("submission_limits")

    def leaderboard(self, slug: str, *, page_size: int = 0, page_token: str = "") -> tuple[list[Rank], str]:
        """Places of the leaderboard, the best first, and the token of those that follow."""
        raise self.lacking("leaderboard")

    def leaderboard_zip(self, slug: str) -> Path:
        """The whole leaderboard as a zip."""
        raise self.lacking("leaderboard_zip")

    def team_submissions(self, team_id: int) -> list[str]:
        """The public scores of the submissions of a team that everybody may see."""
        raise self.lacking("team_submissions")

    def competition_template(self) -> dict[str, Any]:
        """The template of competition-metadata.json that the client wrote."""
        raise self.lacking("competition_template")

    def make_competition(self, metadata: dict[str, Any]) -> None:
        """Makes a competition of what competition-metadata.json says."""
        raise self.lacking("make_competition")

    def put_data(self, slug: str, path: Path, notes: str) -> None:
        """Publishes a folder, or one archive, as the data."""
        raise self.lacking("put_data")

    def put_solution(self, slug: str, file: Path) -> None:
        """Puts a file in the solution's place."""
        raise self.lacking("put_solution")

    def solution_status(self, slug: str) -> dict[str, Any]:
        """Whether submissions can be scored, by the names on the wire."""
        raise self.lacking("solution_status")

    def set_up(self, slug: str, **fields: str) -> None:
        """Sets the metric, the limits, the split."""
        raise self.lacking("set_up")

    def settings(self, slug: str) -> dict[str, Any]:
        """The settings, by the names on the wire."""
        raise self.lacking("settings")

    def change_settings(self, slug: str, **changes: Any) -> None:
        """Changes settings, by their names on the wire."""
        raise self.lacking("change_settings")

    def pages(self, slug: str) -> dict[str, str]:
        """Every page's text by its name."""
        raise self.lacking("pages")

    def create_page(self, slug: str, page: str, text: str, *, publish: bool = False) -> None:
        """Makes a page."""
        raise self.lacking("create_page")

    def update_page(self, slug: str, page: str, text: str) -> None:
        """Changes the text of a page."""
        raise self.lacking("update_page")

    def delete_page(self, slug: str, page: str) -> None:
        """Removes a page."""
        raise self.lacking("delete_page")

    def launch(self, slug: str, *, at: str = "") -> None:
        """Opens the competition, now or at a time to come."""
        raise self.lacking("launch")

    def hosts(self, slug: str) -> list[str]:
        """The names of its hosts."""
        raise self.lacking("hosts")

    def competition_topics(self, slug: str) -> list[str]:
        """The titles of the topics of its discussion."""
        raise self.lacking("competition_topics")

    def topic_messages(self, slug: str, topic_id: int) -> list[str]:
        """What was written in a topic, replies included."""
        raise self.lacking("topic_messages")

    def lacking(self, what: str) -> NotImplementedError:
        """The error of a driver that claims what it has no call for."""
        return NotImplementedError(f"{self.name} says that it offers {what}, and its driver has no such call")
