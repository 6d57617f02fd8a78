"""Data: the files of a competition, published by hosts and fetched by who may."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp
from brant.contract.competition_messages import (
    ApiDataFile,
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiGetCompetitionDataFilesSummaryRequest,
    ApiListDataFilesRequest,
    ApiListDataFilesResponse,
    ApiListDataTreeFilesRequest,
)
from brant.contract.dataset_messages import ApiDirectoryContent, ApiFilesSummary
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionDataResponse,
    CompetitionDatabundleType,
)
from brant.contract.method import HttpRedirect
from brant.errors import InvalidInput
from brant.server.domain import paging
from brant.server.domain.actor import Actor, Context
from brant.server.domain.blobs.upload_tokens import find_complete, use_up
from brant.server.domain.competitions import rules
from brant.server.domain.competitions.permissions import find_competition, require_data, require_host
from brant.server.domain.competitions.sample import with_sample
from brant.server.domain.competitions.versions import add_version, find_version
from brant.server.domain.datasets.submitted import SubmittedFile
from brant.server.domain.datasets.unpacking import Unpacker
from brant.server.domain.versions import contents, manifests
from brant.server.domain.versions.paths import safe_path
from brant.server.store.database import Database

_PAGE: Final = 20
_LONGEST_PAGE: Final = 1000


class Data:
    """The files of a competition. Whoever sees it sees their names; the bytes are a matter of its own."""

    def __init__(self, db: Database, unpacker: Unpacker) -> None:
        self._db = db
        self._unpacker = unpacker

    def create(
        self, context: Context, request: ApiCreateCompetitionDataRequest
    ) -> ApiCreateCompetitionDataResponse:
        """A new version of exactly these files, and of the sample submission where there is one.

        An archive that comes alone is taken apart; archives among other files stay as they are.
        """
        actor = context.caller
        if request.competition_databundle_type is _RERUN:
            raise InvalidInput("no notebooks are run again here, so they need no data: leave --rerun out")
        notes = rules.text("the version notes", request.version_notes)
        with self._db.read() as connection:
            competition = self._hosted(connection, context, request.competition_name)
            submitted = _resolve(connection, actor.user_id, request.files, context.now)
        with self._files(actor, submitted, context.now) as files, self._db.write(durable=True) as connection:
            competition = self._hosted(connection, context, request.competition_name)
            use_up(connection, actor.user_id, _tokens(submitted, files), context.now)
            entries = [manifests.Entry(file.path, file.upload.size, file.upload.sha256) for file in files]
            version_id = add_version(
                connection,
                competition.id,
                manifests.build(with_sample(connection, competition, entries)),
                creator_id=actor.user_id,
                notes=notes,
                created=context.now,
            )
        return ApiCreateCompetitionDataResponse(
            url=context.links.page(f"/competitions/{competition.slug}/data"),
            databundle_id=competition.id,
            databundle_version_id=version_id,
        )

    def list_files(self, context: Context, request: ApiListDataFilesRequest) -> ApiListDataFilesResponse:
        """A page of the files in path order. Later pages are of the same version as the first."""
        length = paging.size(request.page_size, default=_PAGE, most=_LONGEST_PAGE)
        with self._db.read() as connection:
            competition = find_competition(connection, context.actor, request.competition_name, context.now)
            number, start = _place(competition, request.page_token)
            if not number:
                return ApiListDataFilesResponse()
            version = find_version(connection, competition, number)
            rows = contents.files_from(connection, version.id, start, length)
        behind = rows[-1].position + 1 if rows else version.file_count
        url = context.links.page(f"/competitions/{competition.slug}/data")
        return ApiListDataFilesResponse(
            files=[_file(row, version, url) for row in rows],
            next_page_token=paging.encode((number, behind)) if behind < version.file_count else "",
        )

    def list_tree(self, context: Context, request: ApiListDataTreeFilesRequest) -> ApiDirectoryContent:
        """A page of what lies directly in a folder: its folders first, then its files, each in path order."""
        length = paging.size(request.page_size, default=_PAGE, most=_LONGEST_PAGE)
        with self._db.read() as connection:
            competition = find_competition(connection, context.actor, request.competition_name, context.now)
            number, start = _place(competition, request.page_token)
            if not number and not request.path:
                return ApiDirectoryContent()
            version = find_version(connection, competition, number)
            return contents.tree(connection, version, request.path, start, length)

    def summary(self, context: Context, request: ApiGetCompetitionDataFilesSummaryRequest) -> ApiFilesSummary:
        """How many files have which extension; nothing is said of columns."""
        with self._db.read() as connection:
            competition = find_competition(connection, context.actor, request.competition_name, context.now)
            if not competition.data_number:
                return ApiFilesSummary()
            version = find_version(connection, competition, competition.data_number)
            return contents.summary(connection, version, lambda _: ())

    def download_file(self, context: Context, request: ApiDownloadDataFileRequest) -> HttpRedirect:
        """The address of one file."""
        with self._db.read() as connection:
            _, version = self._newest(connection, context, request.competition_name)
            file = contents.find_file(connection, version, request.file_name)
        name = file.path.rsplit("/", 1)[-1]
        return HttpRedirect(url=context.links.blob(file.sha256, name, version_id=version.id))

    def download_all(self, context: Context, request: ApiDownloadDataFilesRequest) -> HttpRedirect:
        """The address of all of them as one zip."""
        with self._db.read() as connection:
            competition, version = self._newest(connection, context, request.competition_name)
        return HttpRedirect(url=context.links.bundle(version.id, f"{competition.slug}.zip"))

    def _hosted(self, connection: Connection, context: Context, name: str) -> Any:
        competition = find_competition(connection, context.actor, name, context.now)
        require_host(connection, context.caller, competition, "publish data of")
        return competition

    def _newest(self, connection: Connection, context: Context, name: str) -> tuple[Any, Any]:
        actor = context.caller
        competition = find_competition(connection, actor, name, context.now)
        require_data(connection, actor, competition)
        return competition, find_version(connection, competition, competition.data_number)

    @contextmanager
    def _files(
        self, actor: Actor, submitted: Sequence[SubmittedFile], now: datetime
    ) -> Iterator[Sequence[SubmittedFile]]:
        """What a version will hold: an archive that is alone gives its members."""
        if len(submitted) != 1:
            yield submitted
            return
        with self._unpacker.unpacked(actor.user_id, submitted, now, folder_for=_root_for) as files:
            yield files


_RERUN: Final = CompetitionDatabundleType.COMPETITION_DATABUNDLE_TYPE_RERUN
_ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz")


def _root_for(path: str, *, alone: bool) -> str | None:
    return "" if alone and path.lower().endswith(_ARCHIVES) else None


def _resolve(
    connection: Connection, user_id: int, files: Sequence[ApiCompetitionDataFile], now: datetime
) -> list[SubmittedFile]:
    """Paths and blobs. Raises InvalidInput for a token that cannot be used, or an unsafe path."""
    if not files:
        raise InvalidInput("data need at least one file: upload one, and name its token")
    found = find_complete(connection, user_id, [file.token for file in files], now)
    return [
        SubmittedFile(safe_path(file.name or upload.name), upload, "", None)
        for file, upload in zip(files, found, strict=True)
    ]


def _tokens(*groups: Iterable[SubmittedFile]) -> list[str]:
    return list(dict.fromkeys(file.upload.token_hash for group in groups for file in group))


def _place(competition: Any, token: str | None) -> tuple[int, int]:
    """The version and where in it the page begins; version 0 is no version."""
    return paging.decode(token, tuple[int, int]) if token else (competition.data_number, 0)


def _file(row: Any, version: Any, url: str) -> ApiDataFile:
    return ApiDataFile(
        ref=row.path,
        name=row.path,
        description=row.description,
        total_bytes=row.size,
        url=url,
        creation_date=Timestamp.of(version.created),
    )
