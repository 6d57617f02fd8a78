"""Solution: the file that submissions are compared with, and the sample submission."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.hosting_messages import (
    ApiCompetitionSolutionStatus,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiGetCompetitionSolutionStatusRequest,
    ApiMetricColumn,
    ApiSolutionFileInfo,
)
from brant.contract.method import Empty
from brant.errors import InvalidInput
from brant.server.domain.actor import Context
from brant.server.domain.blobs.upload_tokens import CompleteUpload, find_complete, use_up
from brant.server.domain.competitions.permissions import find_competition, require_host
from brant.server.domain.competitions.rescoring import begin_revision
from brant.server.domain.competitions.sample import set_sample
from brant.server.store.database import Database
from brant.server.store.tables import blobs, competitions


class Solution:
    """The file that submissions are compared with, and the sample submission: for hosts alone."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, context: Context, request: ApiCreateCompetitionSolutionRequest) -> Empty:
        """Puts an uploaded file in its place; it is checked, and everything scored again."""
        with self._db.write(durable=True) as connection:
            competition = _hosted(connection, context, request.competition_name, "set the solution of")
            upload = _take(connection, context, request.blob_token)
            connection.execute(
                sa.update(competitions)
                .where(competitions.c.id == competition.id)
                .values(
                    solution_sha256=upload.sha256, solution_name=upload.name, solution_uploaded=context.now
                )
            )
            begin_revision(connection, competition.id, context.now)
        return Empty()

    def create_sample(self, context: Context, request: ApiCreateCompetitionSampleSubmissionRequest) -> Empty:
        """Puts an uploaded file in its place, and into the data: a new version holds it beside the others."""
        with self._db.write(durable=True) as connection:
            competition = _hosted(
                connection, context, request.competition_name, "set the sample submission of"
            )
            upload = _take(connection, context, request.blob_token)
            set_sample(connection, competition, upload, creator_id=context.caller.user_id, now=context.now)
        return Empty()

    def status(
        self, context: Context, request: ApiGetCompetitionSolutionStatusRequest
    ) -> ApiCompetitionSolutionStatus:
        """Whether submissions can be scored, and what was found in the solution when it was checked."""
        with self._db.read() as connection:
            competition = _hosted(connection, context, request.competition_name, "see the solution of")
            size = connection.scalar(
                sa.select(blobs.c.size).where(blobs.c.sha256 == competition.solution_sha256)
            )
        facts = _Facts() if not competition.solution_facts else _facts(competition.solution_facts)
        status = ApiCompetitionSolutionStatus(
            ready=bool(competition.solution_facts) and not competition.solution_error,
            setup_error=_missing(competition) or competition.solution_error or None,
            kernels_metric=competition.metric == "custom",
            row_id_column_name=facts.row_id_column or competition.row_id_column or None,
            required_metric_columns=[
                ApiMetricColumn(name=name, data_type=kind) for name, kind in facts.required
            ],
        )
        if competition.solution_sha256 is not None:
            status.solution_info = ApiSolutionFileInfo(
                file_name=competition.solution_name,
                file_size_bytes=size,
                upload_date=Timestamp.of(competition.solution_uploaded),
                total_rows=facts.total_rows,
                public_rows=facts.public_rows,
                private_rows=facts.private_rows,
            )
        return status


class _Facts(msgspec.Struct):
    """What a check of the solution found (`scoring.check_solution`)."""

    row_id_column: str = ""
    columns: list[str] = []
    total_rows: int | None = None
    public_rows: int | None = None
    private_rows: int | None = None
    required: list[tuple[str, str]] = []


def _facts(kept: str) -> _Facts:
    return msgspec.json.decode(kept, type=_Facts)


def _missing(competition: Any) -> str:
    if competition.solution_sha256 is None:
        return f"{competition.slug} has no solution yet: upload one"
    if not competition.metric:
        slug = competition.slug
        return f"{slug} has no metric yet: run brant competitions setup update {slug} --metric NAME"
    return ""


def _hosted(connection: Connection, context: Context, name: str, deed: str) -> Any:
    competition = find_competition(connection, context.caller, name, context.now)
    require_host(connection, context.caller, competition, deed)
    return competition


def _take(connection: Connection, context: Context, token: str) -> CompleteUpload:
    """Uses an upload up. Raises InvalidInput for one that cannot be used, or is empty."""
    (upload,) = find_complete(connection, context.caller.user_id, [token], context.now)
    if not upload.size:
        raise InvalidInput(f"{upload.name[:60]!r} is empty: upload a file with rows")
    use_up(connection, context.caller.user_id, [upload.token_hash], context.now)
    return upload
