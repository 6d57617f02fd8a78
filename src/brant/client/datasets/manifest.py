"""Puts uploaded files into the request that publishes them, folders within folders."""

from brant.client.datasets.metadata_file import Resource
from brant.client.uploads.folder import LocalFile
from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetVersionRequestBody,
    ApiDatasetColumn,
    ApiDatasetNewFile,
    ApiUploadDirectoryInfo,
)


def fill(
    target: ApiCreateDatasetRequest | ApiCreateDatasetVersionRequestBody,
    files: list[LocalFile],
    tokens: dict[str, str],
    resources: dict[str, Resource],
) -> None:
    """Add `files` to `target` by their upload `tokens`; both maps go by path."""
    folders: dict[str, ApiUploadDirectoryInfo] = {}

    def folder(
        path: str,
    ) -> ApiCreateDatasetRequest | ApiCreateDatasetVersionRequestBody | ApiUploadDirectoryInfo:
        if not path:
            return target
        if path not in folders:
            above, _, name = path.rpartition("/")
            folders[path] = ApiUploadDirectoryInfo(name=name)
            folder(above).directories.append(folders[path])
        return folders[path]

    for file in files:
        new = _new_file(tokens[file.path], resources.get(file.path))
        folder(file.path.rpartition("/")[0]).files.append(new)


def _new_file(token: str, resource: Resource | None) -> ApiDatasetNewFile:
    if resource is None:
        return ApiDatasetNewFile(token=token)
    return ApiDatasetNewFile(
        token=token,
        description=resource.description,
        columns=[
            ApiDatasetColumn(
                order=order,
                name=column.name,
                type=column.type,
                original_type=column.original_type,
                description=column.description or None,
            )
            for order, column in enumerate(resource.columns)
        ],
    )
