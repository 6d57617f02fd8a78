"""Blobs: starting the upload of one file (behaviour.md §7). The bytes themselves go to the address it answers."""

from enum import auto
from typing import Final

from brant.contract.codec import Message, WireEnum
from brant.contract.method import Method


class ApiBlobType(WireEnum):
    """What an uploaded file is for."""

    API_BLOB_TYPE_UNSPECIFIED = auto()
    DATASET = auto()
    MODEL = auto()
    INBOX = auto()
    COMPETITION_SOLUTION = auto()


class ApiStartBlobUploadRequest(Message):
    """`content_length` is in bytes; `name` is the base name of the file."""

    type: ApiBlobType = ApiBlobType.API_BLOB_TYPE_UNSPECIFIED
    name: str = ""
    content_type: str | None = None
    content_length: int = 0
    last_modified_epoch_seconds: int | None = None


class ApiStartBlobUploadResponse(Message):
    """`token` names the file in later calls; `create_url` takes its bytes by PUT."""

    token: str = ""
    create_url: str = ""


# What the bytes become is asked for again, with its resource, by the method that takes the upload token.
MAY_UPLOAD: Final = (
    "datasets.update",
    "models.create",
    "models.update",
    "competitions.update",
    "files.update",
)

START_BLOB_UPLOAD = Method(
    service="blobs.BlobApiService",
    name="StartBlobUpload",
    verb="POST",
    paths=("/api/v1/blobs/upload",),
    body_field="*",
    scope=MAY_UPLOAD,
    resource=(),
    request=ApiStartBlobUploadRequest,
    response=ApiStartBlobUploadResponse,
)

METHODS = (START_BLOB_UPLOAD,)
