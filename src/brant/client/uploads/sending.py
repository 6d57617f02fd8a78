"""Gets files to the server: by their hash where it has them already, else by sending them."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from brant.client.parallel import for_each
from brant.client.session import Session
from brant.client.uploads.crew import Crew
from brant.client.uploads.folder import LocalFile
from brant.client.uploads.journal import Begun, UploadJournal
from brant.client.uploads.pace import Pace
from brant.contract.blobs import START_BLOB_UPLOAD, ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.extensions import CLAIM_BLOBS, BlobClaim, ClaimBlobsRequest
from brant.errors import Conflict, InvalidInput, LocalFailure, NotFound, PermissionDenied, ServerFailure
from brant.transfer.disk.hashes import Hashes, hashes_of
from brant.transfer.progress import Progress, Silent, Track, Waits
from brant.transfer.upload import Garbled, upload

# Who hash files: one reads while others compute.
_WORKERS: Final = 4
_CLAIM_EXTENSION: Final = "claim-blobs"
_CLAIMS_AT_ONCE: Final = 500


class _Job(NamedTuple):
    """What is shared by all the files of one call: whom to ask, what to remember, whom to tell."""

    session: Session
    journal: UploadJournal
    progress: Progress
    waits: Waits
    pace: Pace
    stopped: Callable[[], bool]

    def sleep(self, seconds: float) -> None:
        """Wait before another try; the server is in trouble, or asks to be spared."""
        self.pace.refused()
        self.session.sleep(seconds)


class _Paced:
    """Tells the pace what moves; and everything to the progress behind it."""

    def __init__(self, progress: Progress, pace: Pace) -> None:
        self._progress = progress
        self._pace = pace
        self.expect = progress.expect
        self.note = progress.note
        self.close = progress.close

    def begin(self, name: str, size: int | None, *, held: int = 0) -> "_PacedTrack":
        """A file begins."""
        return _PacedTrack(self._progress.begin(name, size, held=held), self._pace)


class _PacedTrack:
    def __init__(self, track: Track, pace: Pace) -> None:
        self._track = track
        self._pace = pace
        self.finish = track.finish

    def advance(self, n: int) -> None:
        """`n` more bytes are on their way."""
        self._pace.moved(max(0, n))
        self._track.advance(n)


class Sent(NamedTuple):
    """The upload token of every file by its path; how many were sent, and how many the server had already."""

    tokens: dict[str, str]
    sent: int
    reused: int


def upload_files(
    session: Session, files: list[LocalFile], journal: UploadJournal, progress: Progress | None
) -> Sent:
    """Make the server have every one of `files`. Nothing is published.

    Raises Conflict when a file changes meanwhile, and whatever ends a transfer; what was sent stays
    remembered.
    """
    hashes = _hash_all(files) if _CLAIM_EXTENSION in session.extensions else {}
    # A claim gives a fresh token; one that is remembered may have run out.
    tokens = _claimed(session, files, hashes)
    tokens |= _remembered([file for file in files if file.path not in tokens], hashes, journal)
    reused = len(tokens)
    missing = [file for file in files if file.path not in tokens]
    told = progress or Silent()
    told.expect(sum(file.size for file in missing), len(missing))
    pace = Pace()

    def send(file: LocalFile) -> None:
        tokens[file.path] = _send(job, file, hashes.get(file.path))

    crew = Crew(missing, send, pace)
    job = _Job(session, journal, _Paced(told, pace), Waits(told), pace, crew.stopped)
    crew.run()
    for file in files:
        if not file.unchanged():
            raise _changed(file)
    return Sent(tokens, len(missing), reused)


def upload_file(
    session: Session,
    file: Path,
    kind: ApiBlobType,
    *,
    content_type: str | None = None,
    progress: Progress | None = None,
) -> str:
    """Send one file and give its upload token."""
    facts = file.stat()
    local = LocalFile(file.name, file, facts.st_size, facts.st_mtime_ns)
    begun = _start(session, local, kind, content_type)
    send_bytes(session, local, begun.url, progress=progress)
    return begun.token


def send_bytes(session: Session, file: LocalFile, url: str, *, progress: Progress | None = None) -> None:
    """Send one file to the address that a call gave for it. Raises Conflict where it changes meanwhile."""
    told = progress or Silent()
    told.expect(file.size, 1)
    upload(
        session.pool,
        url,
        file.local,
        size=file.size,
        progress=told,
        sleep=session.sleep,
        random=session.random,
    )


def _remembered(files: list[LocalFile], hashes: dict[str, Hashes], journal: UploadJournal) -> dict[str, str]:
    """Tokens of files that an earlier run sent whole."""
    tokens: dict[str, str] = {}
    for file in files:
        begun = journal.find(file)
        if begun is None or begun.sha256 is None:
            continue
        if file.path not in hashes or begun.sha256 == hashes[file.path].sha256:
            tokens[file.path] = begun.token
        else:
            # Same name, size and date, and yet other bytes.
            journal.forget(file)
    return tokens


def _claimed(session: Session, files: list[LocalFile], hashes: dict[str, Hashes]) -> dict[str, str]:
    """Tokens of files whose bytes the server has, and lets this caller use."""
    tokens: dict[str, str] = {}
    if not hashes:
        return tokens
    waiting = iter(files)
    while batch := list(islice(waiting, _CLAIMS_AT_ONCE)):
        claims = [
            BlobClaim(sha256=hashes[file.path].sha256, size=file.size, name=_base(file)) for file in batch
        ]
        answer = session.call(CLAIM_BLOBS, ClaimBlobsRequest(blobs=claims), repeatable=True)
        if len(answer.tokens) != len(batch):
            raise ServerFailure(f"{session.endpoint} answered ClaimBlobs with the wrong number of tokens")
        tokens.update((file.path, token) for file, token in zip(batch, answer.tokens, strict=True) if token)
    return tokens


def _hash_all(files: list[LocalFile]) -> dict[str, Hashes]:
    """The hashes of each file by its path."""
    hashes: dict[str, Hashes] = {}

    def take(file: LocalFile) -> None:
        hashes[file.path] = _hash(file)

    for_each(files, take, workers=_WORKERS)
    return hashes


def _hash(file: LocalFile) -> Hashes:
    try:
        digest = hashes_of(file.local)
    except OSError as error:
        raise LocalFailure(f"{file.local} cannot be read ({error.strerror}): mend its permissions") from None
    if not file.unchanged():
        raise _changed(file)
    return digest


def _send(job: _Job, file: LocalFile, known: Hashes | None) -> str:
    """Send one file, going on where an earlier run stopped; its token."""
    begun = job.journal.find(file)
    if begun is not None:
        try:
            return _finish(job, file, known, begun, resume=True)
        except (NotFound, PermissionDenied, InvalidInput, Garbled):
            # The server has given up what was begun; a token that it still knows would be of no use.
            job.journal.forget(file)
    try:
        return _finish(job, file, known, _begin(job, file), resume=False)
    except (NotFound, Garbled):
        # Its time ran out before all was there, or not all arrived as it was: once more.
        job.journal.forget(file)
        return _finish(job, file, known, _begin(job, file), resume=False)


def _begin(job: _Job, file: LocalFile) -> Begun:
    begun = _start(job.session, file, ApiBlobType.DATASET)
    job.journal.begin(file, begun)
    return begun


def _finish(job: _Job, file: LocalFile, known: Hashes | None, begun: Begun, *, resume: bool) -> str:
    done = upload(
        job.session.pool,
        begun.url,
        file.local,
        size=file.size,
        known=known,
        progress=job.progress,
        waits=job.waits,
        sleep=job.sleep,
        random=job.session.random,
        resume=resume,
        stopped=job.stopped,
    )
    if not file.unchanged():
        raise _changed(file)
    job.journal.finish(file, done.sha256)
    return begun.token


def _start(session: Session, file: LocalFile, kind: ApiBlobType, content_type: str | None = None) -> Begun:
    request = ApiStartBlobUploadRequest(
        type=kind,
        name=_base(file),
        content_type=content_type,
        content_length=file.size,
        last_modified_epoch_seconds=file.mtime_ns // 1_000_000_000,
    )
    # To ask twice leaves at worst an upload that nobody uses and that expires.
    answer = session.call(START_BLOB_UPLOAD, request, repeatable=True)
    if not answer.token or not answer.create_url:
        raise ServerFailure(f"{session.endpoint} gave no address to upload {file.path} to: try again later")
    return Begun(answer.token, answer.create_url)


def _base(file: LocalFile) -> str:
    return file.path.rsplit("/", 1)[-1]


def _changed(file: LocalFile) -> Conflict:
    return Conflict(
        f"{file.path} changed while it was being uploaded: nothing was published, "
        "let it rest and run the same again"
    )
