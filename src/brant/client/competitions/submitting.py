"""Submits a file, or what a notebook writes: checked first, since every submission counts."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.client.session import Session
from brant.client.uploads.folder import LocalFile
from brant.client.uploads.single import send_and_use, single_file
from brant.contract import competitions as wire
from brant.contract.competition_messages import (
    ApiCreateCodeSubmissionRequest,
    ApiCreateSubmissionRequest,
    ApiStartSubmissionUploadRequest,
)
from brant.errors import InvalidHandle, ServerFailure, Unreachable
from brant.transfer.progress import Progress

if TYPE_CHECKING:
    from brant.client.uploads.journal import Begun
    from brant.client.uploads.sending import Start


class Submitted(NamedTuple):
    """A submission that was taken: its number, and the server's sentence."""

    ref: int
    message: str


class Notebook(NamedTuple):
    """A version of a notebook, and the file that it writes."""

    owner: str
    slug: str
    version: int
    file: str

    @classmethod
    def parse(cls, handle: str, version: int, file: str) -> "Notebook":
        """From `owner/slug`. Raises InvalidHandle."""
        owner, slash, slug = handle.strip().partition("/")
        if not (owner and slash and slug) or "/" in slug:
            raise InvalidHandle(f"{handle[:200]!r} is not a notebook: expected owner/slug")
        return cls(owner, slug, version, file)


def submit(
    session: Session,
    competition: str,
    file: Path,
    description: str,
    *,
    trial: bool = False,
    progress: Progress | None = None,
) -> Submitted:
    """Send `file` and submit it with a `description`; with `trial`, as a host that tries the scoring.

    Raises NotFound and InvalidInput for what is no file to submit, PermissionDenied with what is to be done
    first (joining), RateLimited or InvalidInput over a limit, and whatever ends a transfer; then nothing was
    submitted, and the next run goes on with the upload. Raises Unreachable where nobody knows.
    """

    def use(token: str) -> Submitted:
        request = ApiCreateSubmissionRequest(
            competition_name=competition,
            blob_file_tokens=token,
            submission_description=description or None,
            sandbox=trial or None,
        )
        answer = session.call(wire.CREATE_SUBMISSION, request)
        return _submitted(session, answer.ref, answer.message)

    return send_and_use(
        session,
        single_file(file),
        f"competitions/{competition}/submission",
        _start(session, competition),
        use,
        unsure=_unsure(competition),
        progress=progress,
    )


def submit_notebook(session: Session, competition: str, notebook: Notebook, description: str) -> Submitted:
    """Submit the file that a version of a notebook writes. Raises as `submit` does."""
    request = ApiCreateCodeSubmissionRequest(
        competition_name=competition,
        kernel_owner=notebook.owner,
        kernel_slug=notebook.slug,
        kernel_version=notebook.version,
        file_name=notebook.file or None,
        submission_description=description or None,
    )
    try:
        answer = session.call(wire.CREATE_CODE_SUBMISSION, request)
    except Unreachable as error:
        if error.unsent:
            raise
        raise Unreachable(f"{error.message} {_unsure(competition)}", final=True) from None
    return _submitted(session, answer.ref, answer.message)


def _start(session: Session, competition: str) -> "Start":
    """How the address of a submission is asked for."""
    from brant.client.uploads.sending import begun

    def start(file: LocalFile) -> "Begun":
        request = ApiStartSubmissionUploadRequest(
            competition_name=competition,
            content_length=file.size,
            last_modified_epoch_seconds=file.mtime_ns // 1_000_000_000,
            file_name=file.path,
        )
        # To ask twice leaves at worst an upload that nobody uses and that expires.
        answer = session.call(wire.START_SUBMISSION_UPLOAD, request, repeatable=True)
        return begun(session, file, answer.token, answer.create_url)

    return start


def _unsure(competition: str) -> str:
    """What is said where nobody knows whether a submission was spent."""
    return (
        "It is not known whether this was submitted: look with 'brant competitions "
        f"submissions {competition}' before you run it again"
    )


def _submitted(session: Session, ref: int, message: str) -> Submitted:
    if not ref:
        raise ServerFailure(
            f"{session.endpoint} did not take the submission: {message or 'it gives no reason'}"
        )
    return Submitted(ref, message)
