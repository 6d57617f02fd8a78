"""What a publish hands over: files and folders named by upload tokens, made into paths and blobs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.engine import Connection

from brant.contract.dataset_messages import ApiDatasetNewFile, ApiUploadDirectoryInfo
from brant.errors import InvalidInput
from brant.server.domain.blobs.upload_tokens import CompleteUpload, find_complete
from brant.server.domain.datasets import rules
from brant.server.domain.versions import manifests
from brant.server.domain.versions.paths import safe_path


class SubmittedFile(NamedTuple):
    """One file of a publish, before archives among them are unpacked."""

    path: str
    upload: CompleteUpload
    description: str
    columns: str | None


def resolve(
    connection: Connection,
    user_id: int,
    files: Sequence[ApiDatasetNewFile],
    directories: Sequence[ApiUploadDirectoryInfo],
    now: datetime,
) -> list[SubmittedFile]:
    """Raises InvalidInput for a token that cannot be used, or a path that no folder should hold."""
    listed = list(_walk("", files, directories))
    found = find_complete(connection, user_id, [file.token or "" for _, file in listed], now)
    return [
        SubmittedFile(
            safe_path(folder, upload.name),
            upload,
            rules.text("the description of a file", file.description),
            rules.columns(file.columns),
        )
        for (folder, file), upload in zip(listed, found, strict=True)
    ]


def _walk(
    folder: str,
    files: Iterable[ApiDatasetNewFile],
    directories: Iterable[ApiUploadDirectoryInfo],
    depth: int = 0,
) -> Iterator[tuple[str, ApiDatasetNewFile]]:
    if depth > manifests.DEEPEST:
        raise InvalidInput(f"folders lie more than {manifests.DEEPEST} deep in one another: flatten them")
    for file in files:
        yield folder, file
    for directory in directories:
        if "/" in directory.name:
            raise InvalidInput(f"{directory.name[:200]!r} is no folder name: nest folders instead")
        inside = safe_path(folder, directory.name)
        yield from _walk(inside, directory.files, directory.directories, depth + 1)
