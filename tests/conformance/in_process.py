"""The handlers as a place: a real database and real blobs, and no HTTP between the caller and the domain."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, TypeVar, cast
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from brant.contract.codec import Message
from brant.contract.method import Method
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions.results import SCORE, SOLUTION
from brant.server.domain.handlers import handlers
from brant.server.domain.services import compose
from brant.server.jobs.scorer import attempt
from brant.server.jobs.scoring import ScoringJob
from brant.server.jobs.solutions import SolutionJob
from brant.server.jobs.worker import Job
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database
from brant.server.store.queue import Queue
from tests.conformance.place import User, make_user

Req = TypeVar("Req", bound=Message)
Resp = TypeVar("Resp", bound=Message)


_MEMORY: Final = 2**30


class PlainLinks(NamedTuple):
    """Addresses that say what they stand for, and sign nothing."""

    reader: int | None

    def upload(self, token: str) -> str:
        return f"upload:{quote(token)}"

    def blob(self, sha256: str, name: str, *, version_id: int) -> str:
        return f"blob:{sha256}/{quote(name, safe='')}?version={version_id}&for={self.reader or ''}"

    def bundle(self, version_id: int, name: str) -> str:
        return f"bundle:{version_id}/{quote(name, safe='')}?for={self.reader or ''}"

    def submission(self, submission_id: int, name: str) -> str:
        return f"submission:{submission_id}/{quote(name, safe='')}?for={self.reader or ''}"

    def page(self, path: str) -> str:
        return f"page:{path}"


class Handlers:
    """A server's domain, called directly."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._db = Database(folder / "brant.sqlite3")
        self._db.migrate()
        self._services = compose(self._db, BlobStore(folder))
        self._handlers = handlers(self._services)

    def close(self) -> None:
        """Lets go of the database."""
        self._db.close()

    def add_user(self, name: str) -> User:
        """A user of this domain."""
        return make_user(self._services, name)

    def call(self, user: User | None, method: Method[Req, Resp], request: Req) -> Resp:
        """The handler's answer to the actor that the user's access token stands for."""
        now = datetime.now(UTC)
        handler = cast("Callable[[Context, Req], Resp]", self._handlers[method])
        actor = self._actor(user, now)
        links = PlainLinks(None if actor is None else actor.user_id)
        return handler(Context(actor, now, links), request)

    def put(self, address: str, data: bytes) -> None:
        """Hands the bytes to the upload, in pieces."""
        token = unquote(address.removeprefix("upload:"))
        pieces = (data[at : at + 65_536] for at in range(0, len(data), 65_536))
        state = self._services.uploads.receive(
            token, first=0, total=len(data), chunks=pieces, now=datetime.now(UTC)
        )
        assert state.complete

    def get(self, address: str) -> bytes:
        """Reads a blob or a bundle whole."""
        parts = urlsplit(address)
        key, query = parts.path.partition("/")[0], dict(parse_qsl(parts.query))
        reader = int(query["for"]) if "for" in query else None
        if parts.scheme == "bundle":
            bundle = self._services.stored.bundle(int(key), reader)
            return bundle.read(0, bundle.size)
        if parts.scheme == "submission":
            file = self._services.stored.submission(int(key), reader)
            return file.read(0, file.size)
        blob = self._services.stored.blob(key, int(query["version"]), reader)
        return blob.read(0, blob.size)

    def settle(self, is_done: Callable[[], bool]) -> None:
        """Does every job that is due, one after another, without a worker's process."""
        results = self._services.competitions.results
        jobs: Mapping[str, Job] = {
            SCORE: ScoringJob(results, _MEMORY),
            SOLUTION: SolutionJob(results, _MEMORY),
        }
        queue = Queue(self._db)
        while lease := queue.lease(jobs, "handlers", datetime.now(UTC), 60):
            job = jobs[lease.kind]
            task = job.task(lease.subject_id)
            assert task is not None, lease
            assert job.record(lease, task, attempt(job.errand(task), self._folder), datetime.now(UTC))
        assert is_done()

    def _actor(self, user: User | None, now: datetime) -> Actor | None:
        return None if user is None else self._services.tokens.bearer(user.token, now)
