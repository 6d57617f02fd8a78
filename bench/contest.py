"""A competition to measure with, and somebody who calls the server over one connection."""

import http.client
import json
from typing import Any, Final
from urllib.parse import urlsplit

from bench.stage import Stage

SLUG: Final = "bench"
ROWS: Final = 1000
API: Final = "/api/v1/competitions.CompetitionApiService/"
OURS: Final = "/api/v1/brant.CompetitionService/"


def host(scene: Stage, slug: str = SLUG) -> None:
    """Makes a competition in which as much can be submitted as a server lets anybody."""
    folder = scene.fresh(f"contest-{slug}")
    (folder / "competition.toml").write_text(
        f'title = "Bench"\nslug = "{slug}"\nbrief_description = "As many submissions as there can be"\n'
        'rules_required = true\n[metric]\nname = "accuracy"\nrow_id_column = "id"\n'
        "[limits]\ndaily_submissions = 10000\n"
    )
    lines = [f"{row},1,{'Public' if row % 2 else 'Private'}\n" for row in range(ROWS)]
    (folder / "solution.csv").write_text("id,label,Usage\n" + "".join(lines))
    scene.admin("competition", "import", str(folder), "--host", "ada", "--launch")


class Line:
    """One connection of one participant."""

    def __init__(self, scene: Stage, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection(str(urlsplit(scene.address).netloc), timeout=120)

    def call(self, path: str, **fields: Any) -> Any:
        """One call of the API; anything but success ends the benchmark."""
        return json.loads(self._send("POST", path, json.dumps(fields).encode(), self._headers))

    def submit(self, content: bytes, words: str) -> int:
        """The number of a new submission."""
        opened = self.call(
            API + "StartSubmissionUpload",
            competitionName=SLUG,
            contentLength=len(content),
            fileName="submission.csv",
        )
        address = urlsplit(opened["createUrl"])._replace(scheme="", netloc="")
        self._send("PUT", address.geturl(), content, {})
        made = self.call(
            API + "CreateSubmission",
            competitionName=SLUG,
            blobFileTokens=opened["token"],
            submissionDescription=words,
        )
        return int(made["ref"])

    def page(self, path: str) -> bytes:
        """A page for people."""
        return self._send("GET", path, None, {})

    def close(self) -> None:
        """Ends it."""
        self._connection.close()

    def _send(self, verb: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        self._connection.request(verb, path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{verb} {path}: {answer.status} {said[:300]!r}")
        return said


def token(scene: Stage) -> str:
    """That of the user who hosts."""
    return (scene.folder / "home" / ".kaggle" / "access_token").read_text().strip()
