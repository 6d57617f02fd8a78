"""What our server offers beyond the official wire; optional for every client, so each looks before it asks.

A server that has them says so in every answer: `X-Brant-Extensions: claim-blobs`.
"""

from typing import Final

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

EXTENSIONS: Final[dict[str, Method[ClaimBlobsRequest, ClaimBlobsResponse]]] = {"claim-blobs": CLAIM_BLOBS}
