"""Reads what an answer says of the object behind it: size, validators, MD5, and which range it holds."""

import re
from typing import Final

from msgspec import Struct

from brant.transfer.disk.journal import Identity
from brant.transfer.http.response import Response

_CONTENT_RANGE: Final = re.compile(r"bytes\s+(?:(\d{1,19})-(\d{1,19})|\*)/(\d{1,19}|\*)")


class ContentRange(Struct, frozen=True):
    """RFC 9110 §14.4. `start` and `end` (inclusive) are None when the range could not be satisfied."""

    start: int | None
    end: int | None
    total: int | None


def content_range(response: Response) -> ContentRange | None:
    """The Content-Range of an answer; None where there is none, or one that makes no sense."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    if not found:
        return None
    start, end, total = (int(text) if text and text != "*" else None for text in found.groups())
    if start is not None and end is not None and (end < start or (total is not None and end >= total)):
        return None
    return ContentRange(start, end, total)


def identity_of(response: Response) -> Identity:
    """The object behind an answer; hashes that may be those of a part are left out."""
    headers = response.headers
    held = content_range(response) if response.status == 206 else None
    size = held.total if held else response.content_length
    return Identity(
        headers.get("etag"), headers.get("last-modified"), size, _md5(response), _sha256(response)
    )


def is_same(old: Identity, new: Identity) -> bool | None:
    """Whether two answers are of one object, by their validators; None where these cannot tell."""
    if old.etag and new.etag:
        return old.etag.removeprefix("W/") == new.etag.removeprefix("W/")
    if old.last_modified and new.last_modified:
        return old.last_modified == new.last_modified
    return None


def continues(response: Response, identity: Identity | None, length: int) -> bool:
    """Whether a 206 holds the object's bytes from `length` on."""
    held = content_range(response)
    if held is None or held.start != length or identity is None:
        return False
    # Without a total, a part of the rest could not be told from all of it.
    if held.total is None and identity.size is None:
        return False
    if not is_plain(response):
        return False
    if None not in (held.total, identity.size) and held.total != identity.size:
        return False
    return is_same(identity, identity_of(response)) is not False


def is_plain(response: Response) -> bool:
    """Whether the body holds the object's own bytes, not encoded on the way."""
    return response.headers.get("content-encoding", "identity") == "identity"


def _md5(response: Response) -> str | None:
    """Base64, from x-goog-hash or Content-MD5; of a part (206) the latter is the part's (RFC 2616 §14.15)."""
    # Google's hash is of the object as stored; what it unpacks on the way comes as other bytes.
    if response.headers.get("x-goog-stored-content-encoding", "identity") != "identity":
        return None
    for entry in response.headers.get("x-goog-hash", "").split(","):
        name, _, value = entry.strip().partition("=")
        if name == "md5":
            return value
    return response.headers.get("content-md5") if response.status == 200 else None


def told_sha256(response: Response) -> str | None:
    """What an answer says the SHA-256 of the whole object to be, in hexadecimal."""
    from base64 import b64decode

    try:
        digest = b64decode(_sha256(response) or "", validate=True)
    except ValueError:
        return None
    return digest.hex() if len(digest) == 32 else None


def _sha256(response: Response) -> str | None:
    """Base64, from Repr-Digest, which is of the whole object in any answer (RFC 9530 §3)."""
    for entry in response.headers.get("repr-digest", "").split(","):
        name, _, value = entry.strip().partition("=")
        if name == "sha-256":
            return value.strip(":")
    return None
