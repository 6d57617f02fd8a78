"""Dispatch: one API request from its verb and path to the handler of its method, and the message back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from brant.contract.codec import Message, decode_request, decode_rest, encode, to_rest
from brant.contract.extensions import EXTENSIONS, HEADER
from brant.contract.method import HttpRedirect
from brant.errors import BrantError, NotFound, Unauthenticated, Unimplemented
from brant.server.domain.actor import Actor, Context, File, Handler
from brant.server.domain.resources import Resources
from brant.server.edge import adapters
from brant.server.edge.authentication import Accounts, authenticate, read_credentials
from brant.server.edge.bodies import read_body, refuse_encoding
from brant.server.edge.errors import answer_for, error_answer
from brant.server.edge.limits import Limits
from brant.server.edge.links import SignedLinks, Signer
from brant.server.edge.routes import AnyMethod, Match, Routes, WrongVerb
from brant.server.edge.scope_check import may_call, may_touch

# A dataset of 10,000 files is created in one call; nobody without an account sends that much.
BODY_LIMIT: Final = 64 * 1024 * 1024
ANONYMOUS_BODY_LIMIT: Final = 1024 * 1024
# Extensions to the official wire that this server has; clients that do not know them ignore the header.
EXTENSIONS_HEADER: Final = {HEADER: ", ".join(EXTENSIONS)}

Clock = Callable[[], datetime]


class Api:
    """The ASGI application under /api: every method of the catalogue, in both forms."""

    def __init__(
        self,
        routes: Routes,
        handlers: Mapping[AnyMethod, Handler],
        accounts: Accounts,
        resources: Resources,
        signer: Signer,
        *,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._routes = routes
        self._handlers = handlers
        self._accounts = accounts
        self._resources = resources
        self._signer = signer
        self._limits = limits
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; what it raises is for `ErrorAnswers`."""
        try:
            answer = await self._answer(scope, receive)
        except BrantError as error:
            answer = answer_for(error)
        answer.headers.update(EXTENSIONS_HEADER)
        # Each answer is for one caller; some of them are tokens (RFC 6749 §5.1).
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        match = self._routes.find(scope["method"], scope["raw_path"].decode("ascii"))
        if match is None:
            raise NotFound(f"no method of the API is at {scope['path'][:200]}")
        if isinstance(match, WrongVerb):
            allowed = ", ".join(match.allowed)
            return error_answer(405, f"this path takes {allowed} alone", {"Allow": allowed})
        try:
            return await self._call(match, scope, receive)
        except BrantError as error:
            answer = answer_for(error)
            answer.status_code = adapters.error_status(match, answer.status_code)
            return answer

    async def _call(self, match: Match, scope: Scope, receive: Receive) -> Response:
        method, headers = match.method, Headers(scope=scope)
        peer = (scope.get("client") or ("",))[0]
        actor = await self._actor(method, headers, peer)
        self._limits.spend(what=method.name, address=peer, actor=actor)
        may_call(method, actor)
        handler = self._handlers.get(method)
        if handler is None or method.request is None:
            raise Unimplemented(f"{method.service}/{method.name} is not served by this server yet")
        refuse_encoding(headers)
        limit = BODY_LIMIT if actor is not None else ANONYMOUS_BODY_LIMIT
        body = await read_body(receive, headers, limit)
        context = self._context(actor, scope["state"]["origin"])
        query = scope["query_string"].decode("latin-1")
        sent = _Sent(query, headers.get("content-type", ""), body)
        return await run_in_threadpool(self._run, match, handler, context, sent)

    async def _actor(self, method: AnyMethod, headers: Headers, peer: str) -> Actor | None:
        try:
            credentials = read_credentials(headers.getlist("authorization"))
            if credentials is None:
                actor = None
            else:
                with self._limits.guarding(peer, credentials):
                    actor = await run_in_threadpool(authenticate, self._accounts, credentials, self._clock())
        except Unauthenticated:
            if not adapters.ignores_wrong_credentials(method):
                raise
            return None
        if actor is None and not method.anonymous:
            raise Unauthenticated(f"{method.name} needs credentials: send a token, or a user name and key")
        return actor

    def _context(self, actor: Actor | None, origin: str) -> Context:
        now = self._clock()
        return Context(actor=actor, now=now, links=SignedLinks(origin, self._signer, now, actor))

    def _run(self, match: Match, handler: Handler, context: Context, sent: "_Sent") -> Response:
        """Decodes, checks the scope, handles and encodes, in one turn of a worker thread."""
        request = _decoded(match, sent)
        # The handler gets the very message that was checked: no two readings of one request can differ.
        may_touch(match.method, context.actor, request, self._resources)
        answer = handler(context, request)
        if isinstance(answer, HttpRedirect):
            return _redirect(answer)
        if isinstance(answer, File):
            return _file(answer, context.now)
        return Response(_encoded(match, answer), media_type="application/json")


class _Sent(NamedTuple):
    """What came with a request, beside its path and its credentials."""

    query: str
    content_type: str
    body: bytes


def _decoded(match: Match, sent: _Sent) -> Message:
    method = match.method
    assert method.request is not None
    if match.form == "rpc":
        message: Message = decode_request(sent.body, method.request)
        return message
    # Where the body is the message, the address is not read: a secret does not belong there (RFC 6750 §2.3).
    # What the path says wins over what the query says, in whatever spelling: the last of one name counts.
    asked = {} if method.body_field == "*" else dict(parse_qsl(sent.query, errors="replace"))
    form = adapters.form_fields(match, sent.content_type, sent.body)
    asked = {**adapters.current_words(method, asked), **form}
    params = {name: value for name, value in asked.items() if name not in match.params} | dict(match.params)
    rest: Message = decode_rest(method.request, params=params, body=sent.body, body_field=method.body_field)
    return rest


def _encoded(match: Match, answer: Message) -> bytes:
    if match.form == "rpc":
        return encode(answer)
    return msgspec.json.encode(adapters.rest_shape(match.method, to_rest(answer)))


def _file(answer: File, now: datetime) -> Response:
    """The bytes themselves (behaviour.md §9), to be saved under a name of this server's making (RFC 6266)."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.name, safe='')}",
        **adapters.file_headers(now),
    }
    return Response(answer.content, media_type=adapters.file_type(answer.content_type), headers=headers)


def _redirect(answer: HttpRedirect) -> Response:
    """302 whatever the verb was: a 307 would make official clients POST to the storage (behaviour.md §8)."""
    return Response(status_code=302, headers={"Location": quote(answer.url, safe="%/:=&?~#+!$,;'@()*[]")})
