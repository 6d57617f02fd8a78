"""Datasets: every method of the service; its messages are in `dataset_messages`."""

from typing import Final

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetResponse,
    ApiCreateDatasetVersionByIdRequest,
    ApiCreateDatasetVersionRequest,
    ApiDataset,
    ApiDeleteDatasetRequest,
    ApiDeleteDatasetResponse,
    ApiDirectoryContent,
    ApiDownloadDatasetRawRequest,
    ApiDownloadDatasetRequest,
    ApiFilesSummary,
    ApiGetDatasetFilesSummaryRequest,
    ApiGetDatasetMetadataRequest,
    ApiGetDatasetMetadataResponse,
    ApiGetDatasetRequest,
    ApiGetDatasetStatusRequest,
    ApiGetDatasetStatusResponse,
    ApiListDatasetFilesRequest,
    ApiListDatasetFilesResponse,
    ApiListDatasetsRequest,
    ApiListDatasetsResponse,
    ApiListTreeDatasetFilesRequest,
    ApiUpdateDatasetMetadataRequest,
    ApiUpdateDatasetMetadataResponse,
    ApiUploadDatasetFileRequest,
    ApiUploadDatasetFileResponse,
)
from brant.contract.method import HttpRedirect, Method

_SERVICE: Final = "datasets.DatasetApiService"

CREATE_DATASET = Method(
    service=_SERVICE,
    name="CreateDataset",
    verb="POST",
    paths=("/api/v1/datasets/create/new",),
    body_field="*",
    scope="datasets.update",
    resource=("owner_slug", "slug"),
    request=ApiCreateDatasetRequest,
    response=ApiCreateDatasetResponse,
)


CREATE_DATASET_VERSION = Method(
    service=_SERVICE,
    name="CreateDatasetVersion",
    verb="POST",
    paths=("/api/v1/datasets/create/version/{owner_slug}/{dataset_slug}",),
    body_field="body",
    scope="datasets.update",
    resource=("owner_slug", "dataset_slug"),
    consent="destroys",
    consent_if="body.delete_old_versions",
    request=ApiCreateDatasetVersionRequest,
    response=ApiCreateDatasetResponse,
)


CREATE_DATASET_VERSION_BY_ID = Method(
    service=_SERVICE,
    name="CreateDatasetVersionById",
    verb="POST",
    paths=("/api/v1/datasets/create/version/{id}",),
    body_field="body",
    scope="datasets.update",
    resource=("id",),
    consent="destroys",
    consent_if="body.delete_old_versions",
    request=ApiCreateDatasetVersionByIdRequest,
    response=ApiCreateDatasetResponse,
)


DELETE_DATASET = Method(
    service=_SERVICE,
    name="DeleteDataset",
    verb="POST",
    paths=("/api/v1/dataset/{owner_slug}/{dataset_slug}/delete",),
    scope="datasets.update",
    resource=("owner_slug", "dataset_slug"),
    consent="destroys",
    request=ApiDeleteDatasetRequest,
    response=ApiDeleteDatasetResponse,
)


DOWNLOAD_DATASET = Method(
    service=_SERVICE,
    name="DownloadDataset",
    verb="GET",
    paths=(
        "/api/v1/datasets/download/{owner_slug}/{dataset_slug}/{file_name}",
        "/api/v1/datasets/download/{owner_slug}/{dataset_slug}",
    ),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiDownloadDatasetRequest,
    response=HttpRedirect,
)


DOWNLOAD_DATASET_RAW = Method(
    service=_SERVICE,
    name="DownloadDatasetRaw",
    verb="GET",
    paths=("/api/v1/datasets/download-raw/{owner_slug}/{dataset_slug}/{file_name}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiDownloadDatasetRawRequest,
    response=HttpRedirect,
)


GET_DATASET = Method(
    service=_SERVICE,
    name="GetDataset",
    verb="GET",
    paths=("/api/v1/datasets/view/{owner_slug}/{dataset_slug}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiGetDatasetRequest,
    response=ApiDataset,
)


GET_DATASET_FILES_SUMMARY = Method(
    service=_SERVICE,
    name="GetDatasetFilesSummary",
    verb="GET",
    paths=("/api/v1/datasets/files/summary/{owner_slug}/{dataset_slug}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiGetDatasetFilesSummaryRequest,
    response=ApiFilesSummary,
)


GET_DATASET_METADATA = Method(
    service=_SERVICE,
    name="GetDatasetMetadata",
    verb="GET",
    paths=("/api/v1/datasets/metadata/{owner_slug}/{dataset_slug}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiGetDatasetMetadataRequest,
    response=ApiGetDatasetMetadataResponse,
)


GET_DATASET_STATUS = Method(
    service=_SERVICE,
    name="GetDatasetStatus",
    verb="GET",
    paths=("/api/v1/datasets/status/{owner_slug}/{dataset_slug}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiGetDatasetStatusRequest,
    response=ApiGetDatasetStatusResponse,
)


LIST_DATASET_FILES = Method(
    service=_SERVICE,
    name="ListDatasetFiles",
    verb="GET",
    paths=("/api/v1/datasets/list/{owner_slug}/{dataset_slug}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiListDatasetFilesRequest,
    response=ApiListDatasetFilesResponse,
)


LIST_DATASETS = Method(
    service=_SERVICE,
    name="ListDatasets",
    verb="GET",
    paths=("/api/v1/datasets/list",),
    scope="datasets.get",
    anonymous=True,
    request=ApiListDatasetsRequest,
    response=ApiListDatasetsResponse,
)


LIST_TREE_DATASET_FILES = Method(
    service=_SERVICE,
    name="ListTreeDatasetFiles",
    verb="GET",
    paths=("/api/v1/datasets/list-tree/{owner_slug}/{dataset_slug}",),
    scope="datasets.get",
    resource=("owner_slug", "dataset_slug"),
    anonymous=True,
    request=ApiListTreeDatasetFilesRequest,
    response=ApiDirectoryContent,
)


UPDATE_DATASET_METADATA = Method(
    service=_SERVICE,
    name="UpdateDatasetMetadata",
    verb="POST",
    paths=("/api/v1/datasets/metadata/{owner_slug}/{dataset_slug}",),
    body_field="settings",
    scope="datasets.update",
    resource=("owner_slug", "dataset_slug"),
    request=ApiUpdateDatasetMetadataRequest,
    response=ApiUpdateDatasetMetadataResponse,
)


UPLOAD_DATASET_FILE = Method(
    service=_SERVICE,
    name="UploadDatasetFile",
    verb="POST",
    paths=("/api/v1/datasets/upload/file/{content_length}/{last_modified_epoch_seconds}",),
    scope="datasets.update",
    resource=(),
    request=ApiUploadDatasetFileRequest,
    response=ApiUploadDatasetFileResponse,
)


METHODS = (
    CREATE_DATASET,
    CREATE_DATASET_VERSION,
    CREATE_DATASET_VERSION_BY_ID,
    DELETE_DATASET,
    DOWNLOAD_DATASET,
    DOWNLOAD_DATASET_RAW,
    GET_DATASET,
    GET_DATASET_FILES_SUMMARY,
    GET_DATASET_METADATA,
    GET_DATASET_STATUS,
    LIST_DATASET_FILES,
    LIST_DATASETS,
    LIST_TREE_DATASET_FILES,
    UPDATE_DATASET_METADATA,
    UPLOAD_DATASET_FILE,
)
