"""Gets files to the server: by their hash where it has them already, else by sending them."""

from collections.abc import Callable
from itertools import islice
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


Start = Callable[[LocalFile], Begun]
"""Asks the server for an address to send a file to."""


class _Job(NamedTuple):
    """What is shared by all the files of one call: whom to ask, what to remember, whom to tell."""

    session: Session
    journal: UploadJournal
    start: Start
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
    start = start_blob(session, ApiBlobType.DATASET)
    job = _Job(session, journal, start, _Paced(told, pace), Waits(told), pace, crew.stopped)
    crew.run()
    for file in files:
        if not file.unchanged():
            raise _changed(file)
    return Sent(tokens, len(missing), reused)


def send_file(
    session: Session,
    file: LocalFile,
    start: Start,
    journal: UploadJournal,
    progress: Progress | None = None,
) -> str:
    """Send one file, to the address that `start` asks for, and give its upload token.

    What an earlier run has sent of it does not go again. Raises Conflict where the file changes, and
    whatever ends a transfer; what was sent stays remembered.
    """
    told = progress or Silent()
    told.expect(file.size, 1)
    return _send(_Job(session, journal, start, told, Waits(told), Pace(), lambda: False), file, None)


def start_blob(session: Session, kind: ApiBlobType, content_type: str | None = None) -> Start:
    """How the address and the token of a file of this `kind` are asked for."""

    def start(file: LocalFile) -> Begun:
        request = ApiStartBlobUploadRequest(
            type=kind,
            name=_base(file),
            content_type=content_type,
            content_length=file.size,
            last_modified_epoch_seconds=file.mtime_ns // 1_000_000_000,
        )
        # To ask twice leaves at worst an upload that nobody uses and that expires.
        answer = session.call(START_BLOB_UPLOAD, request, repeatable=True)
        return begun(session, file, answer.token, answer.create_url)

    return start


def begun(session: Session, file: LocalFile, token: str, url: str) -> Begun:
    """What the server has answered to who begins an upload. Raises ServerFailure where that is nothing."""
    if not token or not url:
        raise ServerFailure(f"{session.endpoint} gave no address to upload {file.path} to: try again later")
    return Begun(token, url)


def _remembered(files: list[LocalFile], hashes: dict[str, Hashes], journal: UploadJournal) -> dict[str, str]:
    """Tokens of files that an earlier run sent whole."""
    tokens: dict[str, str] = {}
    for file in files:
        known = journal.find(file)
        if known is None or known.sha256 is None:
            continue
        if file.path not in hashes or known.sha256 == hashes[file.path].sha256:
            tokens[file.path] = known.token
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
    earlier = job.journal.find(file)
    if earlier is not None:
        try:
            return _finish(job, file, known, earlier, resume=True)
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
    found = job.start(file)
    job.journal.begin(file, found)
    return found


def _finish(job: _Job, file: LocalFile, known: Hashes | None, found: Begun, *, resume: bool) -> str:
    done = upload(
        job.session.pool,
        found.url,
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
    return found.token


def _base(file: LocalFile) -> str:
    return file.path.rsplit("/", 1)[-1]


def _changed(file: LocalFile) -> Conflict:
    return Conflict(
        f"{file.path} changed while it was being uploaded: nothing was published, "
        "let it rest and run the same again"
    )
