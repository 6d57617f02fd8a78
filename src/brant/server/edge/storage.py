"""Storage: the addresses under /storage, where bytes come in by token and go out by signature."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl, unquote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from brant.errors import NotFound, PermissionDenied
from brant.server.domain.stored import BlobFile, Stored
from brant.server.domain.versions.bundles import Bundle
from brant.server.edge.downloads import checksum_headers, serve
from brant.server.edge.errors import error_answer
from brant.server.edge.limits import Limits
from brant.server.edge.links import Grant, Signer, check_link
from brant.server.edge.pieces import Pieces
from brant.server.edge.uploads import UploadEndpoint

_MOST_OPENED: Final = 1024


_Asked = tuple[str, str, Grant]


class Accounts(Protocol):
    """What storage needs of the accounts."""

    def stands(self, token_id: int) -> bool:
        """Whether nobody has revoked that token."""


class Storage:
    """The ASGI application under /storage. `state` is another number once anything in the database is."""

    def __init__(
        self,
        stored: Stored,
        accounts: Accounts,
        uploads: UploadEndpoint,
        signer: Signer,
        *,
        limits: Limits,
        clock: Callable[[], datetime],
        state: Callable[[], int],
    ) -> None:
        self._stored = stored
        self._accounts = accounts
        self._uploads = uploads
        self._signer = signer
        self._limits = limits
        self._clock = clock
        self._state = state
        self._opened: OrderedDict[_Asked, tuple[int, BlobFile | Bundle]] = OrderedDict()
        self._pieces = Pieces()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves `uploads/{token}`, and `{kind}/{key}/{name}` for the kinds that links are made of:

        `blobs` by their SHA-256, `bundles` by their version, `submissions` by their number.
        """
        path = [unquote(part) for part in scope["raw_path"].decode("ascii").split("/")[2:]]
        match path:
            case ["uploads", token]:
                if scope["method"] == "PUT":
                    answer = await self._uploads.put(token, scope, receive)
                else:
                    answer = _wrong_verb("PUT")
                await answer(scope, receive, send)
            case ["blobs" | "bundles" | "submissions", _, _]:
                if scope["method"] in ("GET", "HEAD"):
                    await self._download(path, scope, receive, send)
                else:
                    await _wrong_verb("GET, HEAD")(scope, receive, send)
            case _:
                raise NotFound("no such address in the storage: ask the API for one")

    async def _download(self, path: list[str], scope: Scope, receive: Receive, send: Send) -> None:
        with self._limits.fetching((scope.get("client") or ("",))[0]) as sent:

            async def counted(message: Message) -> None:
                await send(message)
                sent(len(message.get("body", b"")))

            await self._answer(path, scope, receive, counted)

    async def _answer(self, path: list[str], scope: Scope, receive: Receive, send: Send) -> None:
        kind, key, name = path
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        grant = check_link(self._signer, path, query, self._clock())
        found = await self._find(kind, key, grant)
        if isinstance(found, BlobFile):
            etag, headers = found.sha256, checksum_headers(sha256=found.sha256, md5=found.md5)
        else:
            etag, headers = found.etag, {}
        await serve(
            scope, receive, send, content=found, etag=etag, name=name, headers=headers, pieces=self._pieces
        )

    async def _find(self, kind: str, key: str, grant: Grant) -> BlobFile | Bundle:
        """What an address names and still may give, looked up once for all ranges until something changes."""
        asked, state = (kind, key, grant), self._state()
        known = self._opened.get(asked)
        if known is not None and known[0] == state:
            self._opened.move_to_end(asked)
            return known[1]
        found = await run_in_threadpool(self._open, kind, key, grant)
        self._opened[asked] = (state, found)
        if len(self._opened) > _MOST_OPENED:
            self._opened.popitem(last=False)
        return found

    def _open(self, kind: str, key: str, grant: Grant) -> BlobFile | Bundle:
        if grant.token_id is not None and not self._accounts.stands(grant.token_id):
            raise PermissionDenied("the token that this address was asked for with is revoked: log in again")
        if kind == "blobs":
            return self._stored.blob(key, grant.version_id, grant.reader)
        if kind == "submissions":
            return self._stored.submission(int(key), grant.reader)
        return self._stored.bundle(grant.version_id, grant.reader)


def _wrong_verb(allowed: str) -> Response:
    return error_answer(405, f"this address takes {allowed} alone", {"Allow": allowed})
