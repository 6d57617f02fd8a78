"""The metadata of a dataset: read as `dataset-metadata.json` holds it, set whole or not at all; deletion."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.dataset_messages import (
    ApiDeleteDatasetRequest,
    ApiDeleteDatasetResponse,
    ApiGetDatasetMetadataRequest,
    ApiGetDatasetMetadataResponse,
    ApiUpdateDatasetMetadataRequest,
    ApiUpdateDatasetMetadataResponse,
    DatasetInfo,
    DatasetSettings,
    DatasetSettingsFile,
    DatasetSettingsFileColumn,
    SettingsLicense,
)
from brant.errors import InvalidInput
from brant.server.domain.actor import Context
from brant.server.domain.datasets import rules, shapes
from brant.server.domain.datasets.index import refresh
from brant.server.domain.datasets.permissions import Role, find_dataset, require, role_of
from brant.server.domain.datasets.settings import apply, changes_access, collaborators_of
from brant.server.domain.datasets.versions import find_version
from brant.server.store import search
from brant.server.store.database import Database
from brant.server.store.tables import datasets, files

_SHOWN_FILES: Final = 1000


class Metadata:
    """Reads, sets and deletes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def read(self, context: Context, request: ApiGetDatasetMetadataRequest) -> ApiGetDatasetMetadataResponse:
        """Everything that can be said of a dataset. Who collaborates is shown to those who do."""
        with self._db.read() as connection:
            row = find_dataset(connection, context.actor, request.owner_slug, request.dataset_slug)
            is_party = role_of(connection, context.actor, row) > Role.NOBODY
            info = DatasetInfo(
                dataset_id=row.id,
                dataset_slug=row.slug,
                owner_user=row.owner,
                usability_rating=row.usability,
                total_views=row.view_count,
                total_downloads=row.download_count,
                title=row.title,
                subtitle=row.subtitle,
                description=row.description,
                is_private=row.is_private,
                keywords=shapes.tags_of(connection, [row.id])[row.id],
                licenses=[SettingsLicense(name=row.license)],
                collaborators=collaborators_of(connection, row.id) if is_party else [],
                data=_first_files(connection, find_version(connection, row, None).id),
                expected_update_frequency=row.update_frequency,
                user_specified_sources=row.sources,
            )
        return ApiGetDatasetMetadataResponse(info=info)

    def update(
        self, context: Context, request: ApiUpdateDatasetMetadataRequest
    ) -> ApiUpdateDatasetMetadataResponse:
        """Sets what `settings` say, or nothing: then `errors` say why, all of them at once.

        Raises InvalidInput where there are none: to the wire that reads like "public, and everything empty".
        """
        actor, settings = context.caller, request.settings or DatasetSettings()
        errors: list[str] = []
        with self._db.write(durable=True) as connection:
            row = find_dataset(connection, actor, request.owner_slug, request.dataset_slug)
            require(connection, actor, row, Role.WRITER, "change the metadata of")
            if changes_access(connection, row, settings):
                require(connection, actor, row, Role.ADMIN, "change who sees or edits")
            if settings == DatasetSettings():
                raise InvalidInput("`settings` are empty: send the metadata whole, at least with `title`")
            with connection.begin_nested() as attempt:
                errors = apply(connection, row, settings, actor, context.now)
                if errors:
                    attempt.rollback()
            if not errors:
                refresh(connection, row.id)
        return ApiUpdateDatasetMetadataResponse(errors=errors)

    def delete(self, context: Context, request: ApiDeleteDatasetRequest) -> ApiDeleteDatasetResponse:
        """Removes a dataset with all its versions, at once; their blobs go when they are collected."""
        with self._db.write(durable=True) as connection:
            row = find_dataset(connection, context.caller, request.owner_slug, request.dataset_slug)
            require(connection, context.caller, row, Role.OWNER, "delete")
            search.remove(connection, row.id)
            connection.execute(sa.delete(datasets).where(datasets.c.id == row.id))
        return ApiDeleteDatasetResponse()


def _first_files(connection: Connection, version_id: int) -> list[DatasetSettingsFile]:
    rows = connection.execute(
        sa.select(files)
        .where(files.c.version_id == version_id)
        .order_by(files.c.position)
        .limit(_SHOWN_FILES)
    )
    return [_settings_file(row) for row in rows]


def _settings_file(row: Any) -> DatasetSettingsFile:
    return DatasetSettingsFile(
        name=row.path,
        description=row.description,
        total_bytes=row.size,
        columns=[
            DatasetSettingsFileColumn(
                name=column.name or "", description=column.description, type=column.type
            )
            for column in rules.stored_columns(row.columns)
        ],
    )
