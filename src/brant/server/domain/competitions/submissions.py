"""Submissions: handed in, counted, fetched, chosen."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.competition_extensions import (
    ListHostSubmissionsRequest,
    ListHostSubmissionsResponse,
    SelectedSubmissions,
    SelectSubmissionsRequest,
)
from brant.contract.competition_messages import (
    ApiCreateCodeSubmissionRequest,
    ApiCreateCodeSubmissionResponse,
    ApiCreateSubmissionRequest,
    ApiCreateSubmissionResponse,
    ApiDownloadSubmissionRequest,
    ApiGetSubmissionLimitsRequest,
    ApiGetSubmissionRequest,
    ApiListSubmissionsRequest,
    ApiListSubmissionsResponse,
    ApiStartSubmissionUploadRequest,
    ApiStartSubmissionUploadResponse,
    ApiSubmission,
    ApiSubmissionLimits,
)
from brant.contract.method import HttpRedirect
from brant.errors import InvalidInput, NotFound, PermissionDenied
from brant.server.domain.actor import Actor, Context
from brant.server.domain.blobs import upload_tokens
from brant.server.domain.blobs.upload_tokens import CompleteUpload
from brant.server.domain.blobs.uploads import Uploads
from brant.server.domain.competitions import (
    entering,
    limits,
    results,
    rules,
    selection,
    shapes,
    standings,
    submission_lists,
)
from brant.server.domain.competitions.permissions import (
    Role,
    find_competition,
    require_host,
    role_of,
    submission_open_to_user,
)
from brant.server.store import queue
from brant.server.store.database import Database
from brant.server.store.tables import competitions, submissions

PURPOSE: Final = "SUBMISSION"
"""What an upload is for that begins as a submission."""
LONGEST_DESCRIPTION: Final = 1000
"""In characters."""


class Submissions:
    """Handed in, counted, fetched, chosen."""

    def __init__(self, db: Database, uploads: Uploads) -> None:
        self._db = db
        self._uploads = uploads

    def start_upload(
        self, context: Context, request: ApiStartSubmissionUploadRequest
    ) -> ApiStartSubmissionUploadResponse:
        """Opens the upload of a file to submit; what would refuse it at its end refuses it here already."""
        caller = context.caller
        if request.competition_name:
            with self._db.read() as connection:
                found = find_competition(connection, caller, request.competition_name, context.now)
                _require_size(found, request.content_length)
                # A host's file may become a trial, which has no limits: that is not known yet.
                if role_of(connection, caller, found) < Role.HOST:
                    _require_room(connection, context, found)
        token, address = self._uploads.begin(context, request.file_name, request.content_length, PURPOSE)
        return ApiStartSubmissionUploadResponse(token=token, create_url=address)

    def create(self, context: Context, request: ApiCreateSubmissionRequest) -> ApiCreateSubmissionResponse:
        """Records a submission and its job, and whatever it takes, at once or not at all.

        There is one writing transaction at a time: of submissions that come at once none passes a limit.
        """
        caller, now = context.caller, context.now
        description = _checked_description(request.submission_description)
        if request.benchmark_model_version_id:
            raise InvalidInput("benchmarkModelVersionId: no models compete here: leave it out")
        with self._db.write(durable=True) as connection:
            found = find_competition(connection, caller, request.competition_name, now)
            if request.sandbox:
                require_host(connection, caller, found, "make a trial submission (sandbox) to")
            else:
                _require_room(connection, context, found)
            (upload,) = upload_tokens.find_complete(
                connection, caller.user_id, [request.blob_file_tokens], now
            )
            _require_size(found, upload.size)
            upload_tokens.use_up(connection, caller.user_id, [upload.token_hash], now)
            team_id = entering.enter_by_submitting(connection, found, caller, now)
            values = {"team_id": team_id, "description": description, "is_trial": bool(request.sandbox)}
            submission_id = _insert(connection, context, found, upload, **values)
            queue.enqueue(connection, results.SCORE, submission_id, now)
        return ApiCreateSubmissionResponse(
            message=f"Successfully submitted to {found.title}", ref=submission_id
        )

    def create_code(
        self, context: Context, request: ApiCreateCodeSubmissionRequest
    ) -> ApiCreateCodeSubmissionResponse:
        """Refuses: nothing runs notebooks here."""
        with self._db.read() as connection:
            found = find_competition(connection, context.caller, request.competition_name, context.now)
        raise InvalidInput(
            f"{found.slug} takes files, not notebooks: run yours and submit the file that it writes"
        )

    def list_submissions(
        self, context: Context, request: ApiListSubmissionsRequest
    ) -> ApiListSubmissionsResponse:
        """A page of the caller's team; none for whoever has not entered. Raises NotFound, InvalidInput."""
        caller = context.caller
        with self._db.read() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            member = entering.membership(connection, found, caller.user_id)
            if member is None:
                return ApiListSubmissionsResponse()
            private = shapes.private_open(found, role_of(connection, caller, found), context.now)
            rows, token = submission_lists.team_page(
                connection, found, member.team_id, request, private=private
            )
        return ApiListSubmissionsResponse(
            submissions=[shapes.submission(context, found, row, private=private) for row in rows],
            next_page_token=token,
        )

    def get(self, context: Context, request: ApiGetSubmissionRequest) -> ApiSubmission:
        """One submission, for its team, judges and hosts. Raises NotFound."""
        caller = context.caller
        with self._db.read() as connection:
            row, competition = find_submission(connection, caller, request.ref)
            role = role_of(connection, caller, competition)
        private = shapes.private_open(competition, role, context.now)
        return shapes.submission(context, competition, row, private=private)

    def download(self, context: Context, request: ApiDownloadSubmissionRequest) -> HttpRedirect:
        """Leads to the file of a submission, for the same. Raises NotFound."""
        with self._db.read() as connection:
            row, _ = find_submission(connection, context.caller, request.submission_id)
        return HttpRedirect(url=context.links.submission(row.id, row.file_name))

    def limits(self, context: Context, request: ApiGetSubmissionLimitsRequest) -> ApiSubmissionLimits:
        """What the caller's team has made and may still make; all zero for whoever has not entered."""
        caller = context.caller
        with self._db.read() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            member = entering.membership(connection, found, caller.user_id)
            if member is None:
                return ApiSubmissionLimits()
            made = limits.made(connection, member.team_id, now=context.now)
        left = limits.left(found, made)
        return ApiSubmissionLimits(
            num_today=made.today,
            num_total=made.total,
            num_allowed_now=0 if found.submissions_disabled else left.now,
            limited_by_total=left.limited_by_total,
        )

    def select(self, context: Context, request: SelectSubmissionsRequest) -> SelectedSubmissions:
        """Chooses what counts in the end. Raises PermissionDenied after it, InvalidInput, NotFound."""
        caller = context.caller
        with self._db.write(durable=True) as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            team = entering.own_team(connection, found, caller.user_id)
            rows = selection.choose(connection, found, team.id, request.submission_ids, context.now)
            private = shapes.private_open(found, role_of(connection, caller, found), context.now)
        return SelectedSubmissions(
            submissions=[shapes.submission(context, found, row, private=private) for row in rows],
            allowed=found.max_selected,
        )

    def trials(self, numbers: Collection[int]) -> frozenset[int]:
        """Those of submissions that a page has been given anyway which are trials, and count nowhere."""
        wanted = sa.select(submissions.c.id).where(submissions.c.id.in_(numbers), submissions.c.is_trial)
        with self._db.read() as connection:
            return frozenset(connection.scalars(wanted))

    def list_for_host(
        self, context: Context, request: ListHostSubmissionsRequest
    ) -> ListHostSubmissionsResponse:
        """A page of everybody's, for hosts and judges. Raises PermissionDenied, NotFound."""
        caller = context.caller
        with self._db.read() as connection:
            found = find_competition(connection, caller, request.competition_name, context.now)
            role = role_of(connection, caller, found)
            if role < Role.JUDGE:
                raise PermissionDenied(
                    f"{caller.name} may not list the submissions of others to {found.slug}: "
                    "only its hosts and judges may"
                )
            rows, token = submission_lists.host_page(connection, found, request)
        return ListHostSubmissionsResponse(
            submissions=[submission_lists.host_submission(context, found, row, role) for row in rows],
            next_page_token=token,
        )


def find_submission(connection: Connection, actor: Actor, number: int) -> tuple[Any, Any]:
    """A submission that the actor may see, with the names that shapes want, and its competition.

    Raises NotFound, be it another team's or none at all.
    """
    row = connection.execute(
        shapes.submissions_with_names()
        .join(competitions, competitions.c.id == submissions.c.competition_id)
        .where(submissions.c.id == number, submission_open_to_user(actor.user_id))
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no submission number {number} of yours: list yours to see their numbers")
    competition = connection.execute(
        sa.select(competitions).where(competitions.c.id == row.competition_id)
    ).one()
    return row, competition


def _require_room(connection: Connection, context: Context, competition: Any) -> None:
    """Raises PermissionDenied or InvalidInput unless the caller may make a submission that counts."""
    if competition.launched is None or competition.launched > context.now:
        raise PermissionDenied(
            f"{competition.slug} is not open yet: submit once it is launched; "
            "its hosts can make trials before (--sandbox)"
        )
    if competition.submissions_disabled:
        raise PermissionDenied(
            f"{competition.slug} takes no submissions now: its hosts have closed it for them"
        )
    team_id = entering.require_entered(connection, competition, context.caller, context.now)
    if team_id is not None:
        limits.require_left(connection, competition, team_id, context.now)


def _require_size(competition: Any, size: int) -> None:
    most = competition.max_submission_bytes
    if size > most:
        raise InvalidInput(
            f"the file has {size:,} bytes, and a submission to {competition.slug} has at most {most:,}: "
            "round its numbers, or compress it as .zip or .gz"
        )


def _checked_description(text: str | None) -> str:
    kept = rules.line("the description", text)
    if len(kept) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            f"the description has {len(kept):,} characters: shorten it to {LONGEST_DESCRIPTION:,}"
        )
    return kept


def _insert(
    connection: Connection, context: Context, competition: Any, upload: CompleteUpload, **values: Any
) -> int:
    late = standings.ended(competition, context.now) and not values["is_trial"]
    made = connection.scalar(
        sa.insert(submissions)
        .values(
            **values,
            competition_id=competition.id,
            user_id=context.caller.user_id,
            created=context.now,
            file_name=upload.name,
            sha256=upload.sha256,
            size=upload.size,
            state="pending",
            is_selected=False,
            is_late=late,
        )
        .returning(submissions.c.id)
    )
    assert made is not None
    return int(made)
