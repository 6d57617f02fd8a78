"""The OAuth endpoints that are no pages, in HTTP: forms in, JSON out, errors as RFC 6749 §5.2 has them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from brant.errors import BrantError, InvalidInput, RateLimited
from brant.server.edge.bodies import read_body, refuse_encoding
from brant.server.edge.errors import limit_headers
from brant.server.edge.limits import Limits
from brant.server.oauth import metadata
from brant.server.oauth.assembly import OAuth
from brant.server.oauth.endpoints import Form
from brant.server.oauth.registration import Registration
from brant.server.oauth.requests import Answer, plain

BODY_LIMIT: Final = 64 * 1024
_MOST_FIELDS: Final = 50
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"

# RFC 6749 §5.1 for both; what is said here is for one caller once.
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# RFC 6749 §5.2: the scheme that a client authenticates with.
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="brant", charset="UTF-8"'}
# A document that any page may read (RFC 8414 §3.1 leaves it open); nothing else of this server is.
_OPEN: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}

Clock = Callable[[], datetime]


def oauth_routes(oauth: OAuth, *, api: ASGIApp, limits: Limits, clock: Clock) -> list[BaseRoute]:
    """Everything but the pages. JSON that comes to the paths of forms are official calls, for `api`."""
    common: dict[str, Any] = {"limits": limits, "clock": clock}
    endpoints = oauth.endpoints
    server, resource = (_Document(of(oauth.issuer)) for of in (metadata.of_server, metadata.of_resource))
    return [
        Route(metadata.TOKEN_PATH, _FormEndpoint("token", endpoints.token, api, **common)),
        Route(metadata.REVOKE_PATH, _FormEndpoint("revoke", endpoints.revoke, None, **common)),
        Route(metadata.INTROSPECT_PATH, _FormEndpoint("introspect", endpoints.introspect, api, **common)),
        Route(metadata.REGISTER_PATH, _RegisterEndpoint("register", oauth.registration, **common)),
        Route(metadata.SERVER_DOCUMENT, server),
        Route(metadata.RESOURCE_DOCUMENT, resource),
        Route(metadata.RESOURCE_DOCUMENT + metadata.RESOURCE, resource),
    ]


class _Endpoint(ABC):
    """One endpoint as an ASGI application. `what` is its word for the rate limits."""

    def __init__(self, what: str, *, limits: Limits, clock: Clock) -> None:
        self._what = what
        self._limits = limits
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; whatever is wrong with it, in the one shape."""
        try:
            answer = await self._answer(scope, receive)
        except RateLimited as error:
            answer = _failure(429, "temporarily_unavailable", error.message, limit_headers(error))
        except BrantError as error:
            if error.code >= 500:
                raise
            answer = _failure(error.code, "invalid_request", error.message)
        except HTTPException as error:
            answer = _failure(error.status_code, "invalid_request", error.detail, error.headers)
        await _response(answer)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] != "POST":
            raise HTTPException(405, "this endpoint takes POST alone", {"Allow": "POST"})
        if scope["query_string"]:
            raise InvalidInput(
                "parameters belong into the body: an address is logged and passed on (RFC 6750 sec. 2.3)"
            )
        headers, peer = Headers(scope=scope), (scope.get("client") or ("",))[0]
        self._limits.spend(what=self._what, address=peer)
        refuse_encoding(headers)
        body = await read_body(receive, headers, BODY_LIMIT)
        credentials = headers.getlist("authorization")
        if credentials:
            self._limits.admit(peer, credentials)
        answer = await run_in_threadpool(self._handle, headers, body)
        self._learn(peer, credentials, answer)
        return answer

    def _learn(self, peer: str, credentials: list[str], answer: Answer) -> None:
        """Which credentials were wrong, and which are known to be right."""
        if credentials and answer.status == 401:
            self._limits.wrong(peer)
        elif answer.status == 200:
            if credentials:
                self._limits.right(credentials)
            given = answer.body.get("access_token")
            if given:
                # Good from its first use on, even where somebody at that address guesses.
                self._limits.right(("", given))

    @abstractmethod
    def _handle(self, headers: Headers, body: bytes) -> Answer:
        """The answer, in a worker thread."""


class _FormEndpoint(_Endpoint):
    """An endpoint of forms; `api`, where there is one, takes the JSON that comes to the same path."""

    def __init__(
        self,
        what: str,
        handle: Callable[[Form, datetime], Answer],
        api: ASGIApp | None,
        *,
        limits: Limits,
        clock: Clock,
    ) -> None:
        super().__init__(what, limits=limits, clock=clock)
        self._form = handle
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or hands it on."""
        if self._api is not None and _media_type(Headers(scope=scope)) == _JSON and not scope["query_string"]:
            await self._api(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _handle(self, headers: Headers, body: bytes) -> Answer:
        if _media_type(headers) != _FORM:
            raise InvalidInput(f"Content-Type: expected {_FORM} (RFC 6749 §3.2)")
        return self._form(Form(_fields(body), headers.getlist("authorization")), self._clock())


class _RegisterEndpoint(_Endpoint):
    """Dynamic registration, whose body is JSON (RFC 7591 §3.1)."""

    def __init__(self, what: str, registration: Registration, *, limits: Limits, clock: Clock) -> None:
        super().__init__(what, limits=limits, clock=clock)
        self._registration = registration

    def _handle(self, headers: Headers, body: bytes) -> Answer:
        if _media_type(headers) != _JSON:
            raise InvalidInput(f"Content-Type: expected {_JSON} (RFC 7591 §3.1)")
        return self._registration.answer(body, self._clock())


class _Document:
    """A discovery document."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._body = msgspec.json.encode(content)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gives it to whoever asks."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, "this document takes GET alone", {"Allow": "GET, HEAD"})
        await Response(self._body, media_type=_JSON, headers=_OPEN)(scope, receive, send)


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form (URL Standard §5.1). Raises InvalidInput."""
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:  # which a UnicodeError is as well
        raise InvalidInput(
            f"the body is no form of at most {_MOST_FIELDS} fields, percent-encoded from UTF-8"
        ) from None


def _failure(status: int, error: str, words: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"error": error, "error_description": plain(words)}, headers or {})


def _response(answer: Answer) -> Response:
    challenge = _CHALLENGE if answer.status == 401 else {}
    return Response(
        msgspec.json.encode(answer.body),
        answer.status,
        {**answer.headers, **challenge, **_NO_STORE},
        media_type=_JSON,
    )
