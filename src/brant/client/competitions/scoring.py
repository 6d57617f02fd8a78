"""What a host says of the scoring: metric and limits, the solution, a sample, and everybody's submissions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from brant.client.competitions import offered
from brant.client.session import Session
from brant.client.uploads.single import send, send_and_use, single_file
from brant.client.words import word
from brant.contract import competition_extensions as ours
from brant.contract import competitions as wire
from brant.contract.blobs import ApiBlobType
from brant.contract.codec import FieldMask
from brant.contract.hosting_messages import (
    ApiCompetitionSolutionStatus,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiGetCompetitionSolutionStatusRequest,
)
from brant.errors import InvalidInput
from brant.transfer.progress import Progress

if TYPE_CHECKING:
    from brant.client.uploads.sending import Start


def metrics(session: Session) -> list[ours.Metric]:
    """The metrics that the server has built in, by name."""
    return offered.call(session, ours.LIST_METRICS, ours.ListMetricsRequest(), repeatable=True).metrics


def setup(session: Session, competition: str) -> ours.CompetitionSetup:
    """How submissions are scored and limited; for hosts. Raises NotFound, PermissionDenied."""
    request = ours.CompetitionRequest(competition_name=competition)
    return offered.call(session, ours.GET_COMPETITION_SETUP, request, repeatable=True)


def update_setup(
    session: Session, competition: str, changes: dict[str, Any], metric_file: Path | None = None
) -> ours.CompetitionSetup:
    """Change the fields of the setup that `changes` names; `metric_file` is a custom metric's Python file.

    What changes the scores has all submissions scored again. A file that takes the place of a built-in metric
    comes with its direction, `higher_is_better`. Raises InvalidInput with what is allowed.
    """
    if not changes and metric_file is None:
        raise InvalidInput("nothing is to be changed: see 'brant competitions setup update --help'")
    if metric_file is not None:
        code = single_file(metric_file)
        if "higher_is_better" not in changes and setup(session, competition).metric != "custom":
            raise InvalidInput(
                f"nothing says which score of {code.path} is better: add --higher-is-better or "
                "--lower-is-better"
            )
        token = send(session, code, _for_hosts(session))
        changes = {"metric": "custom", **changes, "metric_token": token}
    request = ours.UpdateCompetitionSetupRequest(
        competition_name=competition,
        setup=ours.CompetitionSetup(**changes),
        update_mask=FieldMask.of(*changes),
    )
    return offered.call(session, ours.UPDATE_COMPETITION_SETUP, request)


def rescore(session: Session, competition: str) -> int:
    """Have all submissions scored again; how many are in line."""
    request = ours.CompetitionRequest(competition_name=competition)
    return offered.call(session, ours.RESCORE_COMPETITION, request, repeatable=True).submissions


def host_submissions(
    session: Session,
    competition: str,
    *,
    state: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> ours.ListHostSubmissionsResponse:
    """One page of all submissions, the newest first. `state`: all, pending, held, error or complete."""
    states = ours.HostSubmissionState
    request = ours.ListHostSubmissionsRequest(
        competition_name=competition,
        state=word("--state", states, state) or states.HOST_SUBMISSION_STATE_ALL,
        page_size=page_size or 0,
        page_token=page_token or "",
    )
    return offered.call(session, ours.LIST_HOST_SUBMISSIONS, request, repeatable=True)


def create_solution(
    session: Session, competition: str, path: Path, *, progress: Progress | None = None
) -> None:
    """Put a file in the solution's place; `solution_status` then says whether it will do."""

    def use(token: str) -> None:
        request = ApiCreateCompetitionSolutionRequest(competition_name=competition, blob_token=token)
        session.call(wire.CREATE_COMPETITION_SOLUTION, request)

    send_and_use(
        session,
        single_file(path),
        f"competitions/{competition}/solution",
        _for_hosts(session),
        use,
        unsure=f"It is not known whether the solution of {competition} is new now: look with 'brant "
        f"competitions solution status {competition}' before you run this again",
        progress=progress,
    )


def solution_status(session: Session, competition: str) -> ApiCompetitionSolutionStatus:
    """Whether submissions can be scored, and what of the solution is known; for hosts."""
    request = ApiGetCompetitionSolutionStatusRequest(competition_name=competition)
    return session.call(wire.GET_COMPETITION_SOLUTION_STATUS, request)


def create_sample(
    session: Session, competition: str, path: Path, *, progress: Progress | None = None
) -> None:
    """Put a file in the sample submission's place."""

    def use(token: str) -> None:
        request = ApiCreateCompetitionSampleSubmissionRequest(competition_name=competition, blob_token=token)
        session.call(wire.CREATE_COMPETITION_SAMPLE_SUBMISSION, request)

    send_and_use(
        session,
        single_file(path),
        f"competitions/{competition}/sample",
        _for_hosts(session),
        use,
        unsure=f"It is not known whether the sample submission of {competition} is new now: look with 'brant "
        f"competitions files {competition}' before you run this again",
        progress=progress,
    )


def _for_hosts(session: Session) -> "Start":
    from brant.client.uploads.sending import start_blob

    return start_blob(session, ApiBlobType.COMPETITION_SOLUTION)
