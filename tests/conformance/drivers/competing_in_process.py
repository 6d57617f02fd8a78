"""Competitions by the handlers in process: a driver's calls as the bare messages of the contract."""

import itertools
import zipfile
from pathlib import Path
from typing import Any

from brant.contract import codec
from brant.contract import competition_extensions as ours
from brant.contract import competitions as wire
from brant.contract.competition_extensions import SelectSubmissionsRequest
from brant.contract.competition_messages import (
    ApiCreateSubmissionRequest,
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiGetLeaderboardRequest,
    ApiGetSubmissionLimitsRequest,
    ApiListCompetitionsRequest,
    ApiListDataFilesRequest,
    ApiListSubmissionsRequest,
    ApiListTeamPublicSubmissionsRequest,
    ApiStartSubmissionUploadRequest,
)
from brant.contract.hosting_messages import (
    ApiCreateCompetitionRequest,
    ApiGetCompetitionSolutionStatusRequest,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionHostsRequest,
)
from brant.contract.topic_messages import ApiListCompetitionTopicsRequest, ApiListTopicMessagesRequest
from tests.conformance.contest import Contest
from tests.conformance.drivers.base import Can, Driver
from tests.conformance.drivers.competing import Handed, Rank
from tests.conformance.drivers.page import Page
from tests.conformance.drivers.refusing import refusals
from tests.conformance.place import User

OFFERED = frozenset(
    {
        Can.COMPETITIONS,
        Can.COMPETITION_FILES,
        Can.COMPETITION_FOLDER,
        Can.COMPETITION_ZIP,
        Can.COMPETITION_FILE,
        Can.JOIN,
        Can.SUBMIT,
        Can.SUBMIT_SANDBOX,
        Can.SUBMISSIONS,
        Can.SUBMISSION_PAGES,
        Can.SUBMISSION_ERRORS,
        Can.SUBMISSION_LIMITS,
        Can.SELECT,
        Can.LEADERBOARD,
        Can.LEADERBOARD_PAGES,
        Can.TEAM_SUBMISSIONS,
        Can.HOST,
        Can.HOST_SETUP,
        Can.PAGES,
        Can.TOPICS,
    }
)

_numbers = itertools.count(1)


class CompetingInProcess(Driver):
    """The part of the driver that is about competitions."""

    def competitions(self, **filters: str) -> Page:
        wanted = {_FILTERS.get(name, name): value for name, value in filters.items() if value != "all"}
        request = codec.from_builtins(wanted, ApiListCompetitionsRequest, strict=False)
        with refusals():
            answer = self.place.call(self.user, wire.LIST_COMPETITIONS, request)
        slugs = [one.ref.rstrip("/").rpartition("/")[2] for one in answer.competitions]
        return Page(slugs, answer.next_page_token or None)

    def competition_files(self, slug: str, *, page_size: int = 0, page_token: str = "") -> Page:
        request = ApiListDataFilesRequest(
            competition_name=slug, page_size=page_size or None, page_token=page_token or None
        )
        with refusals():
            answer = self.place.call(self.user, wire.LIST_DATA_FILES, request)
        return Page([str(file.name) for file in answer.files], answer.next_page_token or None)

    def competition_zip(self, slug: str, *, again: bool = False) -> Path:
        request = ApiDownloadDataFilesRequest(competition_name=slug)
        with refusals():
            address = self.place.call(self.user, wire.DOWNLOAD_DATA_FILES, request).url
            return self._kept(f"{slug}.zip", self.place.get(address))

    def competition_folder(self, slug: str, *, again: bool = False) -> Path:
        path = self.competition_zip(slug)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(path.with_suffix(""))
        return path.with_suffix("")

    def competition_file(self, slug: str, name: str) -> Path:
        request = ApiDownloadDataFileRequest(competition_name=slug, file_name=name)
        with refusals():
            address = self.place.call(self.user, wire.DOWNLOAD_DATA_FILE, request).url
            return self._kept(name, self.place.get(address))

    def join(self, slug: str) -> None:
        with refusals():
            self._contest(slug).join(self._someone())

    def submit(self, slug: str, file: Path, message: str, *, sandbox: bool = False) -> None:
        data = file.read_bytes()
        start = ApiStartSubmissionUploadRequest(
            competition_name=slug, content_length=len(data), file_name=file.name
        )
        with refusals():
            started = self.place.call(self.user, wire.START_SUBMISSION_UPLOAD, start)
            self.place.put(started.create_url, data)
            request = ApiCreateSubmissionRequest(
                competition_name=slug,
                blob_file_tokens=started.token,
                submission_description=message,
                sandbox=sandbox or None,
            )
            self.place.call(self.user, wire.CREATE_SUBMISSION, request)

    def submissions(self, slug: str, *, page_size: int = 0) -> list[Handed]:
        request = ApiListSubmissionsRequest(competition_name=slug, page_size=page_size or None)
        with refusals():
            found = self.place.call(self.user, wire.LIST_SUBMISSIONS, request).submissions
        return [
            Handed(
                one.file_name or "",
                one.description or "",
                one.status.name.lower(),
                one.public_score or "",
                one.private_score or "",
                str(one.ref),
            )
            for one in found
        ]

    def submission_errors(self, slug: str) -> list[str]:
        found = self._contest(slug).submissions(self._someone())
        return [one.error_description for one in found if one.error_description]

    def select(self, slug: str, *refs: str) -> None:
        request = SelectSubmissionsRequest(competition_name=slug, submission_ids=[int(ref) for ref in refs])
        with refusals():
            self.place.call(self.user, ours.SELECT_SUBMISSIONS, request)

    def submission_limits(self, slug: str) -> dict[str, Any]:
        request = ApiGetSubmissionLimitsRequest(competition_name=slug)
        with refusals():
            return codec.to_rest(self.place.call(self.user, wire.GET_SUBMISSION_LIMITS, request))

    def leaderboard(self, slug: str, *, page_size: int = 0, page_token: str = "") -> tuple[list[Rank], str]:
        request = ApiGetLeaderboardRequest(
            competition_name=slug, page_size=page_size or None, page_token=page_token or None
        )
        with refusals():
            answer = self.place.call(self.user, wire.GET_LEADERBOARD, request)
        ranks = [Rank(row.team_id, row.team_name or "", row.score or "") for row in answer.submissions]
        return ranks, answer.next_page_token

    def team_submissions(self, team_id: int) -> list[str]:
        request = ApiListTeamPublicSubmissionsRequest(team_id=team_id)
        with refusals():
            found = self.place.call(self.user, wire.LIST_TEAM_PUBLIC_SUBMISSIONS, request)
        return [one.public_score for one in found.submissions]

    def competition_template(self) -> dict[str, Any]:
        return codec.to_rest(ApiCreateCompetitionRequest())

    def make_competition(self, metadata: dict[str, Any]) -> None:
        request = codec.from_builtins(metadata, ApiCreateCompetitionRequest)
        with refusals():
            self.place.call(self.user, wire.CREATE_COMPETITION, request)

    def put_data(self, slug: str, path: Path, notes: str) -> None:
        files = {
            file.relative_to(path).as_posix(): file.read_bytes()
            for file in sorted(path.rglob("*"))
            if file.is_file()
        }
        with refusals():
            self._contest(slug).publish(files)

    def put_solution(self, slug: str, file: Path) -> None:
        with refusals():
            self._contest(slug).solve(file.read_bytes())

    def solution_status(self, slug: str) -> dict[str, Any]:
        request = ApiGetCompetitionSolutionStatusRequest(competition_name=slug)
        with refusals():
            return codec.to_rest(self.place.call(self.user, wire.GET_COMPETITION_SOLUTION_STATUS, request))

    def set_up(self, slug: str, **fields: str) -> None:
        numbers = {name: int(value) if value.isdigit() else value for name, value in fields.items()}
        with refusals():
            self._contest(slug).set_up(**numbers)

    def settings(self, slug: str) -> dict[str, Any]:
        with refusals():
            return codec.to_rest(self._contest(slug).settings())

    def change_settings(self, slug: str, **changes: Any) -> None:
        with refusals():
            self._contest(slug).settle_as_sent(changes)

    def pages(self, slug: str) -> dict[str, str]:
        with refusals():
            return self._contest(slug).pages()

    def launch(self, slug: str, *, at: str = "") -> None:
        time = codec.Timestamp.parse(at) if at else None
        with refusals():
            request = ApiLaunchCompetitionRequest(competition_name=slug, future_time=time)
            self.place.call(self.user, wire.LAUNCH_COMPETITION, request)

    def hosts(self, slug: str) -> list[str]:
        request = ApiListCompetitionHostsRequest(competition_name=slug)
        with refusals():
            found = self.place.call(self.user, wire.LIST_COMPETITION_HOSTS, request).hosts
        return [one.user_name or "" for one in found]

    def competition_topics(self, slug: str) -> list[str]:
        request = ApiListCompetitionTopicsRequest(competition_name=slug)
        with refusals():
            return [
                one.title for one in self.place.call(self.user, wire.LIST_COMPETITION_TOPICS, request).topics
            ]

    def topic_messages(self, slug: str, topic_id: int) -> list[str]:
        request = ApiListTopicMessagesRequest(competition_name=slug, topic_id=topic_id)
        with refusals():
            found = self.place.call(self.user, wire.LIST_TOPIC_MESSAGES, request).messages
        return [message.content or "" for one in found for message in (one, *one.replies)]

    def _contest(self, slug: str) -> Contest:
        return Contest(self.place, self._someone(), slug)

    def _someone(self) -> User:
        assert self.user is not None
        return self.user

    def _kept(self, name: str, data: bytes) -> Path:
        path = self.room / f"arrived-{next(_numbers)}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        return path


# Filters as command lines spell them, where the wire spells them otherwise.
_FILTERS = {"sort_by": "sortBy", "page_size": "pageSize", "page_token": "pageToken"}
