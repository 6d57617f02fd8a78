"""What our server offers beyond the official wire; optional for every client, so each looks before it asks.

A server that has them says so in every answer: `X-Brant-Extensions: claim-blobs, competitions`.
"""

from typing import Any, Final

from brant.contract import competition_extensions
from brant.contract.blobs import MAY_UPLOAD
from brant.contract.codec import Message
from brant.contract.method import Method

HEADER: Final = "X-Brant-Extensions"


class BlobClaim(Message):
    """A file that the server may have: its SHA-256 in hexadecimal, its size in bytes, its base name."""

    sha256: str = ""
    size: int = 0
    name: str = ""


class ClaimBlobsRequest(Message):
    """Offers hashes instead of bytes."""

    blobs: list[BlobClaim] = []


class ClaimBlobsResponse(Message):
    """An upload token for each claim, in their order; `""` where the bytes must be sent."""

    tokens: list[str] = []


# A hash is accepted only from one who may read a version that holds it, or has uploaded those bytes before.
CLAIM_BLOBS = Method(
    service="brant.BlobService",
    name="ClaimBlobs",
    verb="POST",
    paths=("/api/v1/brant.BlobService/ClaimBlobs",),
    body_field="*",
    scope=MAY_UPLOAD,
    resource=(),
    request=ClaimBlobsRequest,
    response=ClaimBlobsResponse,
)

EXTENSIONS: Final[dict[str, tuple[Method[Any, Any], ...]]] = {
    "claim-blobs": (CLAIM_BLOBS,),
    "competitions": competition_extensions.METHODS,
}

METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    method for methods in EXTENSIONS.values() for method in methods
)
