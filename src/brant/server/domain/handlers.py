"""Handlers: which function answers which method; the one table."""

from collections.abc import Mapping
from typing import Any

from brant.contract import accounts, blobs, datasets
from brant.contract.extensions import CLAIM_BLOBS
from brant.contract.method import Method
from brant.server.domain.actor import Handler
from brant.server.domain.competitions.handlers import handlers as competition_handlers
from brant.server.domain.services import Services


def handlers(services: Services) -> Mapping[Method[Any, Any], Handler]:
    """Every method that is served."""
    return {
        accounts.HELLO: services.tokens.hello,
        accounts.INTROSPECT_TOKEN: services.tokens.introspect,
        accounts.EXPIRE_API_TOKEN: services.tokens.expire,
        blobs.START_BLOB_UPLOAD: services.uploads.start,
        CLAIM_BLOBS: services.claims.claim,
        datasets.CREATE_DATASET: services.publishing.create,
        datasets.CREATE_DATASET_VERSION: services.publishing.create_version,
        datasets.CREATE_DATASET_VERSION_BY_ID: services.publishing.create_version_by_id,
        datasets.DELETE_DATASET: services.metadata.delete,
        datasets.DOWNLOAD_DATASET: services.downloads.download,
        datasets.DOWNLOAD_DATASET_RAW: services.downloads.download_raw,
        datasets.GET_DATASET: services.views.view,
        datasets.GET_DATASET_FILES_SUMMARY: services.views.summary,
        datasets.GET_DATASET_METADATA: services.metadata.read,
        datasets.GET_DATASET_STATUS: services.views.status,
        datasets.LIST_DATASET_FILES: services.views.list_files,
        datasets.LIST_DATASETS: services.listing.list_datasets,
        datasets.LIST_TREE_DATASET_FILES: services.views.list_tree,
        datasets.UPDATE_DATASET_METADATA: services.metadata.update,
        datasets.UPLOAD_DATASET_FILE: services.uploads.start_dataset_file,
        **competition_handlers(services.competitions),
    }
