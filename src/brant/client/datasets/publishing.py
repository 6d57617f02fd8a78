"""Publishes a folder as a new dataset or as a new version of one: whole or not at all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from brant.client.datasets.listing import list_datasets
from brant.client.datasets.manifest import fill
from brant.client.datasets.metadata_file import Description, Resource, for_create, for_version, load
from brant.client.session import Session
from brant.client.uploads.folder import LocalFile, scan
from brant.client.uploads.journal import UploadJournal
from brant.contract import datasets as wire
from brant.contract.accounts import HELLO
from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetResponse,
    ApiCreateDatasetVersionByIdRequest,
    ApiCreateDatasetVersionRequest,
    ApiCreateDatasetVersionRequestBody,
    ApiGetDatasetStatusRequest,
)
from brant.contract.handles import DatasetHandle
from brant.contract.method import Empty, Method
from brant.errors import (
    BrantError,
    Conflict,
    InvalidHandle,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unreachable,
)
from brant.transfer.progress import Progress

DirMode = Literal["keep", "skip", "zip", "tar"]

_DIR_MODES: Final = ("keep", "skip", "zip", "tar")


class Published(NamedTuple):
    """What was made.

    `ref` is the handle as far as it is known, `url` its page. `sent` files were uploaded, `reused` ones the
    server had already. `invalid_tags` are keywords that the server does not know, `skipped` folders that were
    left out.
    """

    url: str
    ref: str
    sent: int
    reused: int
    invalid_tags: list[str]
    skipped: list[str]


class _Selection(NamedTuple):
    """The files to publish, out of the folder `root`; `skipped` folders were left out of them."""

    root: Path
    files: list[LocalFile]
    skipped: list[str]


_Request = ApiCreateDatasetRequest | ApiCreateDatasetVersionRequest | ApiCreateDatasetVersionByIdRequest


def create(
    session: Session,
    folder: Path,
    *,
    public: bool = False,
    keep_tabular: bool = True,  # noqa: ARG001 - no field of the wire carries it, the official client drops it too
    dir_mode: DirMode = "keep",
    ignore: Iterable[str] = (),
    progress: Progress | None = None,
) -> Published:
    """Publish `folder` as a new dataset, as its dataset-metadata.json describes it.

    Metadata, names and the title are checked before a byte is sent. Raises InvalidInput with all that is
    wrong, Conflict when the dataset is there already, and whatever ends a transfer; then nothing is
    published.
    """
    described = for_create(load(folder))
    handle = _required(described)
    with _selected(folder, dir_mode, ignore) as selection:
        caller = _greet(session)
        _check_free(session, described, handle, caller)
        request = ApiCreateDatasetRequest(
            owner_slug=handle.owner,
            slug=handle.slug,
            title=described.title,
            license_name=described.license_name,
            is_private=not public,
            subtitle=described.subtitle,
            description=described.description,
            category_ids=described.keywords,
        )
        return _publish(session, selection, described.resources, request, str(handle), progress=progress)


def create_version(
    session: Session,
    folder: Path,
    notes: str,
    *,
    delete_old: bool = False,
    keep_tabular: bool = True,  # noqa: ARG001 - no field of the wire carries it, the official client drops it too
    dir_mode: DirMode = "keep",
    ignore: Iterable[str] = (),
    progress: Progress | None = None,
) -> Published:
    """Publish `folder` as a new version of the dataset that its metadata names; `id_no` wins over `id`.

    `notes` say what is new. With `delete_old`, only the new version remains. Raises as `create` does, and
    NotFound when there is no such dataset.
    """
    described = for_version(load(folder))
    with _selected(folder, dir_mode, ignore) as selection:
        _greet(session)
        body = ApiCreateDatasetVersionRequestBody(
            version_notes=notes,
            delete_old_versions=delete_old,
            subtitle=described.subtitle,
            description=described.description,
            category_ids=described.keywords,
        )
        return _publish_version(session, selection, described, body, progress)


def publish(
    session: Session,
    handle: DatasetHandle,
    path: Path,
    *,
    notes: str = "",
    ignore: Iterable[str] = (),
    progress: Progress | None = None,
) -> Published:
    """Publish a folder, or one file, without metadata: a new private dataset titled by its slug, else a new
    version.

    This is what the official library's upload does. Raises as `create` does.
    """
    if handle.version is not None:
        raise InvalidHandle(f"a version cannot be chosen for an upload: write {handle.at(None)}")
    files = [_single(path)] if path.is_file() else scan(path, ignore=ignore, never=())
    selection = _Selection(path.resolve(), files, [])
    _greet(session)
    if _exists(session, handle):
        body = ApiCreateDatasetVersionRequestBody(version_notes=notes)
        described = Description(path, handle, None, "", None, None, "", [], {})
        return _publish_version(session, selection, described, body, progress, known=True)
    request = ApiCreateDatasetRequest(
        owner_slug=handle.owner, slug=handle.slug, title=handle.slug, is_private=True
    )
    return _publish(session, selection, {}, request, str(handle), progress=progress)


def _publish_version(
    session: Session,
    selection: _Selection,
    described: Description,
    body: ApiCreateDatasetVersionRequestBody,
    progress: Progress | None,
    *,
    known: bool = False,
) -> Published:
    if described.id_no is not None:
        by_number = ApiCreateDatasetVersionByIdRequest(id=described.id_no, body=body)
        ref = str(described.handle or described.id_no)
        return _publish(session, selection, described.resources, by_number, ref, progress=progress)
    handle = _required(described)
    if not known and not _exists(session, handle):
        raise NotFound(
            f"there is no dataset {handle}, or none that you may see: correct the id, "
            "or publish it first with 'brant datasets create'"
        )
    request = ApiCreateDatasetVersionRequest(owner_slug=handle.owner, dataset_slug=handle.slug, body=body)
    return _publish(session, selection, described.resources, request, str(handle), progress=progress)


def _publish(
    session: Session,
    selection: _Selection,
    resources: dict[str, Resource],
    request: _Request,
    ref: str,
    *,
    progress: Progress | None,
) -> Published:
    """Upload, then publish by one call."""
    from brant.client.uploads.sending import upload_files

    identity = (session.endpoint.base, session.credentials.header() or "", ref, str(selection.root))
    with UploadJournal(session.state, *identity, warn=session.warn) as journal:
        uploaded = upload_files(session, selection.files, journal, progress)
        target = request if isinstance(request, ApiCreateDatasetRequest) else request.body
        assert target is not None
        fill(target, selection.files, uploaded.tokens, resources)
        answer = _commit(session, request, ref, journal)
    return Published(
        answer.url or f"{session.endpoint.web}/datasets/{ref}",
        answer.ref or ref,
        uploaded.sent,
        uploaded.reused,
        list(answer.invalid_tags),
        selection.skipped,
    )


def _commit(
    session: Session, request: _Request, ref: str, journal: UploadJournal
) -> ApiCreateDatasetResponse:
    method: Method[Any, ApiCreateDatasetResponse] = wire.CREATE_DATASET
    if isinstance(request, ApiCreateDatasetVersionRequest):
        method = wire.CREATE_DATASET_VERSION
    elif isinstance(request, ApiCreateDatasetVersionByIdRequest):
        method = wire.CREATE_DATASET_VERSION_BY_ID
    # Tokens serve once: unless this call is known to have failed, a later run must not offer them again.
    journal.publishing()
    try:
        answer = session.call(method, request)
    except Unreachable as error:
        if error.unsent:
            journal.not_published()
            raise
        raise Unreachable(
            f"{error.message} It is not known whether {ref} was published: look with 'brant datasets status' "
            "before you run this again",
            final=True,
        ) from None
    except BrantError as error:
        _not_published(journal, error.message)
        raise
    if answer.error or (answer.status or "ok").lower() != "ok":
        _not_published(journal, answer.error or "")
        raise _refused(ref, answer)
    journal.clear()
    return answer


def _not_published(journal: UploadJournal, reason: str) -> None:
    """Keep what was uploaded for the next run, unless the upload tokens are what the server refuses."""
    if "token" in reason.lower():
        journal.clear()
    else:
        journal.not_published()


def _refused(ref: str, answer: ApiCreateDatasetResponse) -> Conflict | InvalidInput:
    reason = " ".join((answer.error or f"the server says {answer.status!r}").split())
    taken = "already" in reason.lower() or "in use" in reason.lower()
    return (Conflict if taken else InvalidInput)(f"{ref} was not published: {reason}")


def _greet(session: Session) -> str:
    """The caller's name: learnt before any file is read, with what the server offers."""
    return session.call(HELLO, Empty()).user_name


def _exists(session: Session, handle: DatasetHandle) -> bool:
    """Whether the handle is taken, found out as official clients do: its status is an error if not."""
    request = ApiGetDatasetStatusRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    try:
        session.call(wire.GET_DATASET_STATUS, request)
    except (NotFound, PermissionDenied, InvalidInput):
        return False
    return True


def _check_free(session: Session, described: Description, handle: DatasetHandle, caller: str) -> None:
    """Raises Conflict if the handle is taken, or the title among its owner's; nothing was sent yet."""
    advice = f"in {described.path}, or publish a new version with 'brant datasets version'"
    if _exists(session, handle):
        raise Conflict(f"{handle} is there already: choose another slug {advice}")
    mine = handle.owner == caller
    found = list_datasets(session, search=described.title, mine=mine, user=None if mine else handle.owner)
    for other in found.datasets:
        same = (other.title or "").casefold() == described.title.casefold()
        if same and other.ref.startswith(f"{handle.owner}/"):
            raise Conflict(f"the title {described.title!r} is in use by {other.ref}: choose another {advice}")


def _required(described: Description) -> DatasetHandle:
    if described.handle is None:
        raise InvalidInput(f'{described.path}: id: is missing: write "id": "owner/slug"')
    return described.handle


@contextmanager
def _selected(folder: Path, dir_mode: DirMode, ignore: Iterable[str]) -> Iterator[_Selection]:
    """The files to upload as `dir_mode` says; archives live as long as the context."""
    if dir_mode not in _DIR_MODES:
        raise InvalidInput(f"--dir-mode: {dir_mode!r} is none of {', '.join(_DIR_MODES)}")
    files, root = scan(folder, ignore=ignore), folder.resolve()
    if dir_mode == "keep":
        yield _Selection(root, files, [])
    elif dir_mode == "skip":
        top = [file for file in files if "/" not in file.path]
        skipped = sorted({file.path.split("/")[0] for file in files if "/" in file.path})
        if not top:
            raise InvalidInput(
                f"{folder} holds folders alone, which --dir-mode skip leaves out: use keep, zip or tar"
            )
        yield _Selection(root, top, skipped)
    else:
        from tempfile import TemporaryDirectory

        from brant.client.uploads.archives import pack_folders

        with TemporaryDirectory(prefix="brant-") as made:
            yield _Selection(root, pack_folders(files, Path(made), dir_mode), [])


def _single(path: Path) -> LocalFile:
    facts = path.stat()
    return LocalFile(path.name, path.resolve(), facts.st_size, facts.st_mtime_ns)
