"""Downloads: where the bytes of a version are."""

import sqlalchemy as sa

from brant.contract.dataset_messages import ApiDownloadDatasetRawRequest, ApiDownloadDatasetRequest
from brant.contract.method import HttpRedirect
from brant.server.domain.actor import Context
from brant.server.domain.datasets.permissions import find_dataset
from brant.server.domain.datasets.versions import find_version
from brant.server.domain.versions.contents import find_file
from brant.server.store.database import Database
from brant.server.store.tables import datasets


class Downloads:
    """Answers downloads with addresses."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def download(self, context: Context, request: ApiDownloadDatasetRequest) -> HttpRedirect:
        """The address of one file, or without a file name of the whole version as a zip."""
        with self._db.read() as connection:
            dataset = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            version = find_version(connection, dataset, request.dataset_version_number)
            if request.file_name:
                file = find_file(connection, version, request.file_name)
                url = context.links.blob(file.sha256, file.path.rsplit("/", 1)[-1], version_id=version.id)
            else:
                url = context.links.bundle(version.id, f"{dataset.slug}.zip")
        counted = sa.update(datasets).values(download_count=datasets.c.download_count + 1)
        self._db.note(counted.where(datasets.c.id == dataset.id))
        return HttpRedirect(url=url)

    def download_raw(self, context: Context, request: ApiDownloadDatasetRawRequest) -> HttpRedirect:
        """The same: nothing is ever converted here."""
        return self.download(
            context,
            ApiDownloadDatasetRequest(
                owner_slug=request.owner_slug,
                dataset_slug=request.dataset_slug,
                file_name=request.file_name,
                dataset_version_number=request.dataset_version_number,
            ),
        )
