"""The handlers in process: what the domain itself does, with no client and no HTTP in between."""

import itertools
import zipfile
from pathlib import Path
from typing import Any, Literal

import msgspec

from brant.contract import codec
from brant.contract.accounts import HELLO
from brant.contract.dataset_messages import (
    ApiDeleteDatasetRequest,
    ApiGetDatasetStatusRequest,
    ApiListDatasetFilesRequest,
    ApiListDatasetsRequest,
    DatasetSettings,
)
from brant.contract.datasets import DELETE_DATASET, GET_DATASET_STATUS, LIST_DATASET_FILES, LIST_DATASETS
from brant.contract.handles import DatasetHandle
from brant.contract.method import Empty
from tests.conformance.arrange import Contract
from tests.conformance.contents import METADATA_FILE
from tests.conformance.drivers import competing_in_process
from tests.conformance.drivers.base import Can, Credential, FolderMode, Publication, Refused
from tests.conformance.drivers.competing_in_process import CompetingInProcess
from tests.conformance.drivers.page import Page
from tests.conformance.drivers.refusing import refusals
from tests.conformance.place import Place, User


class InProcess(CompetingInProcess):
    """Puts a folder into the bare messages of the contract."""

    name = "handlers"
    client = "handlers in process"
    offers = competing_in_process.OFFERED | frozenset(
        {
            Can.CREATE,
            Can.PUBLIC,
            Can.DESCRIBE,
            Can.KNOWS_TAKEN,
            Can.VERSION,
            Can.DELETE_OLD_VERSIONS,
            Can.NEST_FOLDERS,
            Can.LIST,
            Can.LIST_BY_PAGE_TOKEN,
            Can.LIST_PARQUET,
            Can.FILES,
            Can.DOWNLOAD,
            Can.DOWNLOAD_ZIP,
            Can.DOWNLOAD_FILE,
            Can.METADATA,
            Can.UPDATE_METADATA,
            Can.STATUS,
            Can.DELETE,
            Can.WHOAMI,
            Can.ANONYMOUS,
            Can.TOKEN,
        }
    )

    def __init__(
        self, place: Place, user: User | None, room: Path, *, credential: Credential | None = None
    ) -> None:
        super().__init__(place, user, room, credential=credential)
        self._contract = Contract(place, user)
        self._numbers = itertools.count(1)

    @classmethod
    def place_kind(cls) -> Literal["running server", "handlers"]:
        """Not a process."""
        return "handlers"

    def create(self, what: Publication, *, public: bool = False, folders: FolderMode = "default") -> None:
        about: dict[str, Any] = {"license_name": "CC0-1.0", **_described(what)}
        with refusals():
            self._contract.create(what.handle, _files(what.folder), title=what.title, public=public, **about)

    def version(
        self,
        what: Publication,
        notes: str,
        *,
        delete_old: bool = False,
        folders: FolderMode = "default",
        ignore: tuple[str, ...] = (),
    ) -> None:
        with refusals():
            self._contract.version(what.handle, _files(what.folder), notes, delete_old=delete_old)

    def find(self, **filters: str) -> Page:
        wanted = {_FILTERS.get(name, name): value for name, value in filters.items() if name != "mine"}
        group = "my" if "mine" in filters else "user" if "user" in filters else "public"
        request = codec.from_builtins({"group": group, **wanted}, ApiListDatasetsRequest, strict=False)
        with refusals():
            answer = self.place.call(self.user, LIST_DATASETS, request)
        return Page([dataset.ref for dataset in answer.datasets], answer.next_page_token or None)

    def files(self, handle: DatasetHandle, *, page_size: int = 0, page_token: str = "") -> Page:
        request = ApiListDatasetFilesRequest(
            owner_slug=handle.owner,
            dataset_slug=handle.slug,
            dataset_version_number=handle.version,
            page_size=page_size or None,
            page_token=page_token or None,
        )
        with refusals():
            answer = self.place.call(self.user, LIST_DATASET_FILES, request)
        return Page([str(file.name) for file in answer.dataset_files], answer.next_page_token or None)

    def download(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        zipped = self.download_zip(handle)
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(zipped.with_suffix(""))
        return zipped.with_suffix("")

    def download_zip(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        with refusals():
            data = self._contract.fetch(handle)
        return self._keep(f"{handle.slug}.zip", data)

    def download_file(self, handle: DatasetHandle, name: str) -> Path:
        with refusals():
            data = self._contract.fetch(handle, name)
        return self._keep(name, data)

    def metadata(self, handle: DatasetHandle) -> dict[str, Any]:
        with refusals():
            return codec.to_rest(self._contract.info(handle))

    def update_metadata(self, handle: DatasetHandle, *, cover: bytes | None = None, **changes: Any) -> None:
        known = self.metadata(handle)
        fields = {field.encode_name for field in msgspec.structs.fields(DatasetSettings)}
        settings = {name: value for name, value in {**known, **changes}.items() if name in fields}
        with refusals():
            self._contract.settle(handle, codec.from_builtins(settings, DatasetSettings))

    def status(self, handle: DatasetHandle) -> str:
        request = ApiGetDatasetStatusRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
        with refusals():
            return self.place.call(self.user, GET_DATASET_STATUS, request).status.name.lower()

    def delete(self, handle: DatasetHandle, *, confirmed: bool = True) -> None:
        request = ApiDeleteDatasetRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
        with refusals():
            answer = self.place.call(self.user, DELETE_DATASET, request)
        if answer.error:
            raise Refused(answer.error)

    def whoami(self) -> str:
        with refusals():
            return self.place.call(self.user, HELLO, Empty()).user_name

    def _keep(self, name: str, data: bytes) -> Path:
        path = self.room / f"arrived-{next(self._numbers)}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        return path


# Filters as command lines spell them, where the wire spells them otherwise.
_FILTERS = {
    "sort_by": "sortBy",
    "file_type": "fileType",
    "tags": "tagIds",
    "min_size": "minSize",
    "max_size": "maxSize",
    "page_size": "pageSize",
    "page_token": "pageToken",
}


def _described(what: Publication) -> dict[str, Any]:
    known = {"subtitle": "subtitle", "description": "description", "keywords": "category_ids"}
    return {known[name]: value for name, value in what.about.items() if name in known}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != METADATA_FILE
    }
