"""A competition of a scenario: arranged and judged by the bare contract, by its host and participants."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from brant.contract import codec
from brant.contract import competition_extensions as ours
from brant.contract import competitions as wire
from brant.contract.blobs import START_BLOB_UPLOAD, ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.codec import FieldMask, Timestamp
from brant.contract.competition_extensions import (
    AdmitUserRequest,
    AnswerInvitationRequest,
    CompetitionRequest,
    CompetitionSetup,
    CompetitionTeam,
    InviteTeamRequest,
    PostMessageRequest,
    UpdateCompetitionSetupRequest,
)
from brant.contract.competition_messages import (
    ApiCompetition,
    ApiCreateSubmissionRequest,
    ApiDownloadDataFilesRequest,
    ApiDownloadSubmissionRequest,
    ApiGetCompetitionRequest,
    ApiGetLeaderboardRequest,
    ApiGetSubmissionRequest,
    ApiListSubmissionsRequest,
    ApiStartSubmissionUploadRequest,
    ApiSubmission,
    SubmissionStatus,
)
from brant.contract.hosting_messages import (
    ApiAddCompetitionJudgeRequest,
    ApiCompetitionDataFile,
    ApiCompetitionSolutionStatus,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiGetCompetitionSettingsRequest,
    ApiGetCompetitionSolutionStatusRequest,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionPagesRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionPrivacy,
    CompetitionSettings,
)
from brant.errors import NotFound
from tests.conformance.contents import Digests, Files, digest
from tests.conformance.place import Place, User

COLUMNS: Final = "id,species"
ROWS: Final = {
    1: "adelie",
    2: "gentoo",
    3: "adelie",
    4: "chinstrap",
    5: "gentoo",
    6: "adelie",
    7: "gentoo",
    8: "adelie",
}
DATA: Final[Files] = {
    "train.csv": b"id,bill,species\n9,39.1,adelie\n10,46.1,gentoo\n",
    "test.csv": b"id,bill\n" + b"".join(b"%d,40.%d\n" % (number, number) for number in ROWS),
    "images/09.txt": b"a penguin\n",
}


def answers(right: int = 8) -> bytes:
    """A submission with that many of eight rows right; in public the first four count."""
    rows = [f"{number},{species if number <= right else 'duck'}" for number, species in ROWS.items()]
    return "\n".join([COLUMNS, *rows, ""]).encode()


SOLUTION: Final = "\n".join(
    [
        f"{COLUMNS},Usage",
        *(f"{number},{kind},{'Public' if number <= 4 else 'Private'}" for number, kind in ROWS.items()),
        "",
    ]
).encode()


class Contest:
    """One competition at a place, in the hands of its host."""

    def __init__(self, place: Place, host: User, slug: str) -> None:
        self.place = place
        self.host = host
        self.slug = slug

    def opened(self, *, rules_required: bool = True, **setup: Any) -> "Contest":
        """The same, made and launched, with data, a metric and a solution."""
        self.prepared(**setup).settle(rules_required=rules_required)
        self.launch()
        return self

    def prepared(
        self, privacy: CompetitionPrivacy = CompetitionPrivacy.PUBLIC, *, files: Files = DATA, **setup: Any
    ) -> "Contest":
        """The same, made, with all that a launch needs."""
        self.create(privacy)
        self.publish(files)
        self.set_up(metric="accuracy", **setup)
        self.solve()
        return self

    def create(self, privacy: CompetitionPrivacy = CompetitionPrivacy.PUBLIC) -> None:
        """Makes it, empty."""
        self.place.call(
            self.host,
            wire.CREATE_COMPETITION,
            ApiCreateCompetitionRequest(
                title=f"Penguins of {self.slug}",
                slug=self.slug,
                brief_description="Tell penguins apart.",
                privacy=privacy,
            ),
        )

    def publish(self, files: Files) -> None:
        """A new version of the data."""
        given = [
            ApiCompetitionDataFile(name=name, token=self.upload(name, data)) for name, data in files.items()
        ]
        request = ApiCreateCompetitionDataRequest(
            competition_name=self.slug, files=given, version_notes="Arranged."
        )
        self.place.call(self.host, wire.CREATE_COMPETITION_DATA, request)

    def solve(self, data: bytes = SOLUTION) -> str:
        """Puts a solution in its place; the upload token that it came by."""
        token = self.upload("solution.csv", data, ApiBlobType.COMPETITION_SOLUTION)
        request = ApiCreateCompetitionSolutionRequest(competition_name=self.slug, blob_token=token)
        self.place.call(self.host, wire.CREATE_COMPETITION_SOLUTION, request)
        return token

    def set_up(self, **fields: Any) -> None:
        """Sets these fields of the setup."""
        request = UpdateCompetitionSetupRequest(
            competition_name=self.slug, setup=CompetitionSetup(**fields), update_mask=FieldMask.of(*fields)
        )
        self.place.call(self.host, ours.UPDATE_COMPETITION_SETUP, request)

    def settle(self, **fields: Any) -> None:
        """Sets these settings."""
        request = ApiUpdateCompetitionSettingsRequest(
            competition_name=self.slug,
            settings=CompetitionSettings(**fields),
            update_mask=FieldMask.of(*fields),
        )
        self.place.call(self.host, wire.UPDATE_COMPETITION_SETTINGS, request)

    def settle_as_sent(self, changes: Mapping[str, Any]) -> None:
        """Sets settings by their names on the wire."""
        settings = codec.from_builtins(dict(changes), CompetitionSettings)
        request = ApiUpdateCompetitionSettingsRequest(
            competition_name=self.slug, settings=settings, update_mask=FieldMask(",".join(changes))
        )
        self.place.call(self.host, wire.UPDATE_COMPETITION_SETTINGS, request)

    def launch(self) -> None:
        """Opens it now."""
        request = ApiLaunchCompetitionRequest(competition_name=self.slug)
        self.place.call(self.host, wire.LAUNCH_COMPETITION, request)

    def end(self) -> None:
        """It ends now: all that was submitted is in time."""
        self.settle(deadline=Timestamp.of(datetime.now(UTC)))

    def close_entry(self) -> None:
        """Nobody could enter any more since a moment ago."""
        a_moment_ago = datetime.now(UTC) - timedelta(seconds=1)
        self.settle(prohibit_new_entrants_explicit_deadline=Timestamp.of(a_moment_ago))

    def admit(self, user: User) -> None:
        """Lets a user see it while it is private."""
        request = AdmitUserRequest(competition_name=self.slug, user_name=user.name)
        self.place.call(self.host, ours.ADMIT_USER, request)

    def appoint(self, judge: User) -> None:
        """Makes a user a judge of it."""
        request = ApiAddCompetitionJudgeRequest(competition_name=self.slug, user_name=judge.name)
        self.place.call(self.host, wire.ADD_COMPETITION_JUDGE, request)

    def merge(self, leader: User, other: User) -> None:
        """Makes one team of two."""
        self.place.call(
            leader,
            ours.INVITE_TEAM,
            InviteTeamRequest(competition_name=self.slug, user_name=other.name),
        )
        request = AnswerInvitationRequest(
            competition_name=self.slug, team_id=self.team(leader).id, accept=True
        )
        self.place.call(other, ours.ANSWER_INVITATION, request)

    def team(self, user: User) -> CompetitionTeam:
        """The team that a user is in."""
        return self.place.call(user, ours.GET_TEAM, CompetitionRequest(competition_name=self.slug))

    def held_submissions(self) -> int:
        """How many wait until the host has mended the scoring."""
        request = CompetitionRequest(competition_name=self.slug)
        return self.place.call(self.host, ours.GET_COMPETITION_SETUP, request).held_submissions

    def join(self, user: User) -> User:
        """The user, who has accepted the rules."""
        self.place.call(user, ours.JOIN_COMPETITION, CompetitionRequest(competition_name=self.slug))
        return user

    def submit(self, user: User, data: bytes, name: str = "submission.csv", words: str = "") -> ApiSubmission:
        """Submits, and waits until it is scored."""
        ref = self.hand_in(user, data, name, words)
        self.wait(user)
        return self.place.call(user, wire.GET_SUBMISSION, ApiGetSubmissionRequest(ref=ref))

    def hand_in(
        self,
        user: User,
        data: bytes,
        name: str = "submission.csv",
        words: str = "",
        *,
        trial: bool = False,
    ) -> int:
        """Submits; the number of the submission, which is yet to be scored."""
        started = self.place.call(
            user,
            wire.START_SUBMISSION_UPLOAD,
            ApiStartSubmissionUploadRequest(
                competition_name=self.slug, content_length=len(data), file_name=name
            ),
        )
        self.place.put(started.create_url, data)
        made = self.place.call(
            user,
            wire.CREATE_SUBMISSION,
            ApiCreateSubmissionRequest(
                competition_name=self.slug,
                blob_file_tokens=started.token,
                submission_description=words,
                sandbox=trial or None,
            ),
        )
        return made.ref

    def handed_in(self, user: User, ref: int) -> bytes:
        """The bytes of a submission, as its sender gets them back."""
        request = ApiDownloadSubmissionRequest(submission_id=ref)
        return self.place.get(self.place.call(user, wire.DOWNLOAD_SUBMISSION, request).url)

    def wait(self, user: User) -> list[ApiSubmission]:
        """The submissions of the user's team, the newest first, once they are all scored."""
        self.place.settle(
            lambda: all(one.status is not SubmissionStatus.PENDING for one in self.submissions(user))
        )
        return self.submissions(user)

    def submissions(self, user: User) -> list[ApiSubmission]:
        """Those of the user's team, the newest first."""
        request = ApiListSubmissionsRequest(competition_name=self.slug, page_size=200)
        return self.place.call(user, wire.LIST_SUBMISSIONS, request).submissions

    def solution_status(self) -> ApiCompetitionSolutionStatus:
        """Whether submissions can be scored, once that is known."""
        request = ApiGetCompetitionSolutionStatusRequest(competition_name=self.slug)

        def ask() -> ApiCompetitionSolutionStatus:
            return self.place.call(self.host, wire.GET_COMPETITION_SOLUTION_STATUS, request)

        self.place.settle(lambda: ask().ready or bool(ask().setup_error))
        return ask()

    def settings(self) -> CompetitionSettings:
        """All that is set."""
        request = ApiGetCompetitionSettingsRequest(competition_name=self.slug)
        return self.place.call(self.host, wire.GET_COMPETITION_SETTINGS, request)

    def pages(self) -> dict[str, str]:
        """Every page's text by its name, as its host sees them."""
        request = ApiListCompetitionPagesRequest(competition_name=self.slug)
        found = self.place.call(self.host, wire.LIST_COMPETITION_PAGES, request).pages
        return {page.name: page.content for page in found}

    def seen_by(self, user: User | None) -> ApiCompetition | None:
        """The competition as someone sees it; None for who does not."""
        try:
            return self.place.call(
                user, wire.GET_COMPETITION, ApiGetCompetitionRequest(competition_name=self.slug)
            )
        except NotFound:
            return None

    def ranks(self, user: User | None = None) -> Iterator[tuple[str, str]]:
        """Team and score of every place of the leaderboard."""
        request = ApiGetLeaderboardRequest(competition_name=self.slug, page_size=200)
        for row in self.place.call(user, wire.GET_LEADERBOARD, request).submissions:
            yield row.team_name or "", row.score or ""

    def post(self, title: str, content: str, *, topic: int = 0, user: User | None = None) -> int:
        """Writes to the discussion; the topic's number."""
        request = PostMessageRequest(competition_name=self.slug, title=title, topic_id=topic, content=content)
        return self.place.call(user or self.host, ours.POST_MESSAGE, request).topic_id

    def held(self) -> Digests:
        """The digest of every file of the data, as its host has them."""
        answer = self.place.call(
            self.host, wire.DOWNLOAD_DATA_FILES, ApiDownloadDataFilesRequest(competition_name=self.slug)
        )
        with zipfile.ZipFile(io.BytesIO(self.place.get(answer.url))) as archive:
            return {name: digest(archive.read(name)) for name in archive.namelist()}

    def upload(self, name: str, data: bytes, kind: ApiBlobType = ApiBlobType.DATASET) -> str:
        """Sends one file of the host's; its upload token."""
        base = name.rpartition("/")[2]
        started = self.place.call(
            self.host,
            START_BLOB_UPLOAD,
            ApiStartBlobUploadRequest(type=kind, name=base, content_length=len(data)),
        )
        self.place.put(started.create_url, data)
        return started.token
