"""Publishes a folder as a new dataset or as a new version of one: whole or not at all."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from brant.client.datasets.listing import list_datasets
from brant.client.datasets.manifest import fill
from brant.client.datasets.metadata_file import Description, Resource, for_create, for_version, load
from brant.client.session import Session
from brant.client.uploads.committing import commit, refused
from brant.client.uploads.journal import UploadJournal
from brant.client.uploads.selection import DirMode, Selection, everything, selected
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
    Conflict,
    InsufficientScope,
    InvalidHandle,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from brant.transfer.progress import Progress


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


_Request = ApiCreateDatasetRequest | ApiCreateDatasetVersionRequest | ApiCreateDatasetVersionByIdRequest


def create(
    session: Session,
    folder: Path,
    *,
    public: bool = False,
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
    with selected(folder, dir_mode, ignore) as selection:
        caller = _greet(session)
        advice = f"in {described.path}, or publish a new version with 'brant datasets version'"
        # A token that may publish need not be one that may look; then the server says all this at the end.
        with suppress(InsufficientScope):
            if _exists(session, handle):
                raise Conflict(f"{handle} is there already: choose another slug {advice}")
            _check_title(session, handle, described.title, caller, f"choose another {advice}")
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
    dir_mode: DirMode = "keep",
    ignore: Iterable[str] = (),
    progress: Progress | None = None,
) -> Published:
    """Publish `folder` as a new version of the dataset that its metadata names; `id_no` wins over `id`.

    `notes` say what is new. With `delete_old`, only the new version remains. Raises as `create` does, and
    NotFound when there is no such dataset.
    """
    described = for_version(load(folder))
    with selected(folder, dir_mode, ignore) as selection:
        _greet(session)
        body = ApiCreateDatasetVersionRequestBody(
            version_notes=notes,
            delete_old_versions=delete_old,
            subtitle=described.subtitle,
            description=described.description,
            category_ids=described.keywords,
        )
        request, ref = _version_request(session, described, body)
        return _publish(session, selection, described.resources, request, ref, progress=progress)


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
    selection = everything(path, ignore)
    caller = _greet(session)
    request: _Request
    if _exists(session, handle):
        body = ApiCreateDatasetVersionRequestBody(version_notes=notes)
        request = ApiCreateDatasetVersionRequest(owner_slug=handle.owner, dataset_slug=handle.slug, body=body)
    else:
        with suppress(InsufficientScope):  # a token for this dataset alone may not list
            _check_title(session, handle, handle.slug, caller, "choose another slug")
        request = ApiCreateDatasetRequest(
            owner_slug=handle.owner, slug=handle.slug, title=handle.slug, is_private=True
        )
    return _publish(session, selection, {}, request, str(handle), progress=progress)


def _version_request(
    session: Session, described: Description, body: ApiCreateDatasetVersionRequestBody
) -> tuple[_Request, str]:
    """The call that publishes a version, and the name of its dataset. Raises NotFound if there is none."""
    if described.id_no is not None:
        by_number = ApiCreateDatasetVersionByIdRequest(id=described.id_no, body=body)
        return by_number, str(described.handle or described.id_no)
    handle = _required(described)
    with suppress(InsufficientScope):  # such a token may still publish
        if not _exists(session, handle):
            raise NotFound(
                f"there is no dataset {handle}, or none that you may see: correct the id, "
                "or publish it first with 'brant datasets create'"
            )
    by_handle = ApiCreateDatasetVersionRequest(owner_slug=handle.owner, dataset_slug=handle.slug, body=body)
    return by_handle, str(handle)


def _publish(
    session: Session,
    selection: Selection,
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
    answer = commit(
        journal,
        lambda: session.call(method, request),
        unsure=f"It is not known whether {ref} was published: look with 'brant datasets status' "
        "before you run this again",
    )
    if answer.error or (answer.status or "ok").lower() != "ok":
        refused(journal, answer.error or "")
        raise _refused(ref, answer)
    journal.clear()
    return answer


def _refused(ref: str, answer: ApiCreateDatasetResponse) -> Conflict | InvalidInput:
    reason = " ".join((answer.error or f"the server says {answer.status!r}").split())
    taken = "already" in reason.lower() or "in use" in reason.lower()
    return (Conflict if taken else InvalidInput)(f"{ref} was not published: {reason}")


def _greet(session: Session) -> str:
    """The caller's name: learnt before any file is read, with what the server offers."""
    return session.call(HELLO, Empty()).user_name


def _exists(session: Session, handle: DatasetHandle) -> bool:
    """Whether the handle is taken, found out as official clients do: its status is an error if not.

    Raises InsufficientScope where the token may not look at it.
    """
    request = ApiGetDatasetStatusRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
    try:
        session.call(wire.GET_DATASET_STATUS, request)
    except InsufficientScope:
        raise
    except (NotFound, PermissionDenied, InvalidInput):
        return False
    return True


def _check_title(session: Session, handle: DatasetHandle, title: str, caller: str, advice: str) -> None:
    """Raises Conflict if another dataset of the owner bears the title; nothing was sent yet."""
    mine = handle.owner == caller
    found = list_datasets(session, search=title, mine=mine, user=None if mine else handle.owner)
    for other in found.datasets:
        same = (other.title or "").casefold() == title.casefold()
        if same and other.ref.startswith(f"{handle.owner}/"):
            raise Conflict(f"the title {title!r} is in use by {other.ref}: {advice}")


def _required(described: Description) -> DatasetHandle:
    if described.handle is None:
        raise InvalidInput(f'{described.path}: id: is missing: write "id": "owner/slug"')
    return described.handle
