"""What a file must be, and whether it is."""

from base64 import b64decode
from hashlib import md5, sha256
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from brant.transfer.disk.journal import Identity
from brant.transfer.disk.partial import local_failure
from brant.transfer.http.retry import http_date

Proof = Literal["sha256", "md5", "size"]

_READ: Final = 1024 * 1024


class Expected(Struct, frozen=True):
    """What the caller knows of the file: bytes, raw MD5, hexadecimal SHA-256; None where it does not."""

    size: int | None = None
    md5: bytes | None = None
    sha256: str | None = None

    @property
    def proof(self) -> Proof:
        """What a file that passes is verified by."""
        return "sha256" if self.sha256 else "md5" if self.md5 else "size"


class Downloaded(Struct, frozen=True):
    """A file that is whole and verified.

    `resumed_from` counts the bytes that were there already; `reused` says that nothing was fetched, since the
    file itself was; `verified` what it was compared by with what caller or server told.
    """

    path: Path
    size: int
    sha256: str
    resumed_from: int
    reused: bool = False
    verified: Proof = "size"


def fault_of(size: int, sha256: str, md5: bytes | None, known: Expected) -> str | None:
    """What is wrong with a file of this size and these hashes, in words; None if it is as known.

    A SHA-256 makes the weaker MD5 needless.
    """
    if known.size not in (None, size):
        return f"{size} bytes instead of {known.size}"
    if known.sha256:
        return None if known.sha256.lower() == sha256 else "its SHA-256 differs"
    return "its MD5 differs" if known.md5 and known.md5 != md5 else None


def learned(expected: Expected, offered: Identity) -> Expected:
    """What the caller knows, and for the rest what the server says."""
    told = _decoded(offered.sha256, 32)
    return Expected(
        offered.size if expected.size is None else expected.size,
        expected.md5 or _decoded(offered.md5, 16),
        expected.sha256 or (told.hex() if told else None),
    )


def existing_file(path: Path, known: Expected, offered: Identity) -> Downloaded | None:
    """The file at `path`, if it is the one known: by its hash, else by the size and date offered."""
    try:
        if not path.is_file():
            return None
        facts = path.stat()
        if known.size is not None and facts.st_size != known.size:
            return None
        if not (known.sha256 or known.md5):
            dated = http_date(offered.last_modified)
            if known.size is None or dated is None or dated != int(facts.st_mtime):
                return None
        digest, other = _hash_file(path, with_md5=not known.sha256)
    except OSError as error:
        raise local_failure(error, path) from error
    if known.sha256 and known.sha256.lower() != digest:
        return None
    if known.md5 and not known.sha256 and known.md5 != other:
        return None
    return Downloaded(path, facts.st_size, digest, facts.st_size, reused=True, verified=known.proof)


def _hash_file(path: Path, *, with_md5: bool) -> tuple[str, bytes]:
    digest, other = sha256(), md5(usedforsecurity=False)
    view = memoryview(bytearray(_READ))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(view):
            digest.update(view[:count])
            if with_md5:
                other.update(view[:count])
    return digest.hexdigest(), other.digest()


def _decoded(value: str | None, size: int) -> bytes | None:
    """A base64 hash in raw form; None for what is none."""
    try:
        raw = b64decode(value or "", validate=True)
    except ValueError:
        return None
    return raw if len(raw) == size else None
