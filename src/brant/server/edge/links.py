"""Links: the addresses this server hands out; those of bytes are signed, expire, and need no credentials."""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from brant.errors import LocalFailure, PermissionDenied
from brant.server.domain.actor import Actor

KEY_BYTES: Final = 32
# Long enough for a large file on a slow line, resumed; a client that comes later asks for a new address.
LIFETIME: Final = timedelta(hours=24)


class Signer:
    """Signs and checks what an address grants, by HMAC-SHA-256 (RFC 2104)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, *claims: str) -> str:
        """The signature of `claims`, in hexadecimal; their number and order count."""
        # As JSON no two lists of claims read the same, whatever characters a file name holds.
        return hmac.new(self._key, json.dumps(claims).encode(), hashlib.sha256).hexdigest()

    def check(self, signature: str, *claims: str) -> None:
        """Raises PermissionDenied unless `signature` is that of `claims`."""
        if not hmac.compare_digest(self.sign(*claims).encode(), signature.encode(errors="replace")):
            raise PermissionDenied(
                "the signature of this address does not hold: ask the API for a new address"
            )


class Grant(NamedTuple):
    """What a signed address grants: a part of a version, to the user `reader`; None stands for anybody.

    `version_id` is 0 where it is of none.

    `token_id` is of the token or key that it was asked for with.
    """

    version_id: int
    reader: int | None
    token_id: int | None


class SignedLinks:
    """The addresses for one caller, in the origin that the caller used; they expire LIFETIME after `now`.

    An address names who asked for it, and with which token: it ends with that user's right to see the
    dataset, and when that token is revoked. It outlives a token that merely expires.
    """

    def __init__(self, origin: str, signer: Signer, now: datetime, actor: Actor | None) -> None:
        self._origin = origin
        self._signer = signer
        self._reader = _number(None if actor is None else actor.user_id)
        self._token = _number(None if actor is None else actor.token_id)
        self._expires = str(int((now + LIFETIME).timestamp()))

    def upload(self, token: str) -> str:
        """Where the bytes of an upload token go; the token itself is the secret."""
        return f"{self._origin}/storage/uploads/{quote(token, safe='')}"

    def blob(self, sha256: str, name: str, *, version_id: int) -> str:
        """One file of a version; the last segment is its base name, which official clients save it under."""
        return self._signed("blobs", sha256, name.rpartition("/")[2], str(version_id))

    def bundle(self, version_id: int, name: str) -> str:
        """The whole version as one archive called `name`."""
        return self._signed("bundles", str(version_id), name.rpartition("/")[2], str(version_id))

    def submission(self, submission_id: int, name: str) -> str:
        """The file of a submission, called `name`."""
        return self._signed("submissions", str(submission_id), name.rpartition("/")[2], "0")

    def page(self, path: str) -> str:
        """A page of this server for people; `path` begins with a slash."""
        return self._origin + quote(path)

    def _signed(self, kind: str, key: str, name: str, version: str) -> str:
        signature = self._signer.sign(kind, key, name, version, self._reader, self._token, self._expires)
        query = (
            f"version={version}&for={self._reader}&by={self._token}"
            f"&expires={self._expires}&signature={signature}"
        )
        return f"{self._origin}/storage/{kind}/{quote(key)}/{quote(name, safe='')}?{query}"


def check_link(signer: Signer, path: Sequence[str], query: Mapping[str, str], now: datetime) -> Grant:
    """What an address grants; `path` is its kind, key and name, decoded. Raises PermissionDenied."""
    version, reader, token, expires = (query.get(name, "") for name in ("version", "for", "by", "expires"))
    signer.check(query.get("signature", ""), *path, version, reader, token, expires)
    # What carries a good signature was written by `SignedLinks`, so these are numbers.
    if now >= datetime.fromtimestamp(int(expires), UTC):
        raise PermissionDenied("this address has expired: ask the API for a new one")
    return Grant(int(version), int(reader) if reader else None, int(token) if token else None)


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def load_key(path: Path, random_bytes: Callable[[int], bytes]) -> bytes:
    """The signing key in `path`; made with mode 600 where there is none yet. Raises LocalFailure."""
    if not path.exists():
        # It gets its name when it is whole: a server that is killed here starts again.
        passing = path.with_name(f"{path.name}.new")
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(random_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise LocalFailure(f"the signing key {path} is damaged: delete it and start again")
    return key
