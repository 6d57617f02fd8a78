"""Arranges and judges: what was there before, what the place holds after; by the bare contract alone."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from brant.contract.blobs import START_BLOB_UPLOAD, ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetVersionRequest,
    ApiCreateDatasetVersionRequestBody,
    ApiDataset,
    ApiDatasetFile,
    ApiDatasetNewFile,
    ApiDownloadDatasetRequest,
    ApiGetDatasetMetadataRequest,
    ApiGetDatasetRequest,
    ApiListDatasetFilesRequest,
    ApiUpdateDatasetMetadataRequest,
    ApiUploadDirectoryInfo,
    DatasetInfo,
    DatasetSettings,
)
from brant.contract.datasets import (
    CREATE_DATASET,
    CREATE_DATASET_VERSION,
    DOWNLOAD_DATASET,
    GET_DATASET,
    GET_DATASET_METADATA,
    LIST_DATASET_FILES,
    UPDATE_DATASET_METADATA,
)
from brant.contract.handles import DatasetHandle
from brant.errors import NotFound
from tests.conformance.contents import Digests, Files, digest
from tests.conformance.place import Place, User


@dataclass
class Folder:
    """Uploaded files by their names, and folders by theirs."""

    files: list[str] = field(default_factory=list)
    folders: "dict[str, Folder]" = field(default_factory=dict)


class Contract:
    """One user's calls at a place."""

    def __init__(self, place: Place, user: User | None) -> None:
        self.place = place
        self.user = user

    def upload(self, name: str, data: bytes) -> str:
        """Sends one file; its upload token."""
        started = self.place.call(
            self.user,
            START_BLOB_UPLOAD,
            ApiStartBlobUploadRequest(type=ApiBlobType.DATASET, name=name, content_length=len(data)),
        )
        self.place.put(started.create_url, data)
        return started.token

    def create(
        self, handle: DatasetHandle, files: Files, *, title: str, public: bool = False, **about: Any
    ) -> None:
        """Publishes the first version of a dataset. Raises Refusal with the reason."""
        tree = self._uploaded(files)
        answer = self.place.call(
            self.user,
            CREATE_DATASET,
            ApiCreateDatasetRequest(
                owner_slug=handle.owner,
                slug=handle.slug,
                title=title,
                is_private=not public,
                files=_tokens(tree),
                directories=_directories(tree),
                **about,
            ),
        )
        _expect_ok(answer.status, answer.error)

    def version(
        self, handle: DatasetHandle, files: Files, notes: str, *, delete_old: bool = False, **about: Any
    ) -> None:
        """Publishes the next version. Raises Refusal with the reason."""
        tree = self._uploaded(files)
        body = ApiCreateDatasetVersionRequestBody(
            version_notes=notes,
            delete_old_versions=delete_old,
            files=_tokens(tree),
            directories=_directories(tree),
            **about,
        )
        answer = self.place.call(
            self.user,
            CREATE_DATASET_VERSION,
            ApiCreateDatasetVersionRequest(owner_slug=handle.owner, dataset_slug=handle.slug, body=body),
        )
        _expect_ok(answer.status, answer.error)

    def dataset(self, handle: DatasetHandle) -> ApiDataset:
        """The dataset as its view shows it."""
        return self.place.call(
            self.user, GET_DATASET, ApiGetDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
        )

    def exists(self, handle: DatasetHandle) -> bool:
        """Whether the user finds the dataset."""
        try:
            self.dataset(handle)
        except NotFound:
            return False
        return True

    def info(self, handle: DatasetHandle) -> DatasetInfo:
        """The dataset's metadata."""
        answer = self.place.call(
            self.user,
            GET_DATASET_METADATA,
            ApiGetDatasetMetadataRequest(owner_slug=handle.owner, dataset_slug=handle.slug),
        )
        assert answer.info is not None, answer.error_message
        return answer.info

    def settle(self, handle: DatasetHandle, settings: DatasetSettings) -> None:
        """Sets the dataset's metadata. Raises Refusal with the reasons."""
        answer = self.place.call(
            self.user,
            UPDATE_DATASET_METADATA,
            ApiUpdateDatasetMetadataRequest(
                owner_slug=handle.owner, dataset_slug=handle.slug, settings=settings
            ),
        )
        if answer.errors:
            raise Refusal("; ".join(answer.errors))

    def listed(self, handle: DatasetHandle) -> Iterator[ApiDatasetFile]:
        """Every file of a version, page by page."""
        token: str | None = None
        while token != "":
            page = self.place.call(
                self.user,
                LIST_DATASET_FILES,
                ApiListDatasetFilesRequest(
                    owner_slug=handle.owner,
                    dataset_slug=handle.slug,
                    dataset_version_number=handle.version,
                    page_token=token,
                    page_size=50,
                ),
            )
            yield from page.dataset_files
            token = page.next_page_token or ""

    def held(self, handle: DatasetHandle) -> Digests:
        """The digest of every file of a version; its archive and its list of files must agree."""
        bundle = self.fetch(handle)
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            found = {name: digest(archive.read(name)) for name in archive.namelist()}
        sizes = {file.name: file.total_bytes for file in self.listed(handle)}
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            assert sizes == {member.filename: member.file_size for member in archive.infolist()}
        return found

    def fetch(self, handle: DatasetHandle, name: str | None = None) -> bytes:
        """One file of a version, or all of it as a zip."""
        answer = self.place.call(
            self.user,
            DOWNLOAD_DATASET,
            ApiDownloadDatasetRequest(
                owner_slug=handle.owner,
                dataset_slug=handle.slug,
                dataset_version_number=handle.version,
                file_name=name,
            ),
        )
        return self.place.get(answer.url)

    def _uploaded(self, files: Files) -> Folder:
        root = Folder()
        for path, data in files.items():
            *folders, name = path.split("/")
            folder = root
            for part in folders:
                folder = folder.folders.setdefault(part, Folder())
            folder.files.append(self.upload(name, data))
        return root


class Refusal(Exception):
    """An answer that says in a field of its own why nothing was done."""


def _expect_ok(status: str | None, error: str | None) -> None:
    if error or status != "ok":
        raise Refusal(error or f"the status is {status!r}")


def _tokens(folder: Folder) -> list[ApiDatasetNewFile]:
    return [ApiDatasetNewFile(token=token) for token in folder.files]


def _directories(folder: Folder) -> list[ApiUploadDirectoryInfo]:
    items: Iterable[tuple[str, Folder]] = folder.folders.items()
    return [
        ApiUploadDirectoryInfo(name=name, files=_tokens(inner), directories=_directories(inner))
        for name, inner in items
    ]
