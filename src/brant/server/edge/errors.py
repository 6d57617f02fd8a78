"""Error answers: every failure leaves as `{"code", "message"}`, and nothing of its insides with it."""

import logging
import math
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brant.errors import BrantError, InsufficientScope, RateLimited

_log: Final = logging.getLogger(__name__)


class ClientGone(Exception):
    """The client closed its connection: there is nobody to answer."""


def error_answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """One error as official clients read it: JSON with an integer `code` (behaviour.md §5)."""
    body = msgspec.json.encode({"code": status, "message": message})
    return Response(body, status, headers, media_type="application/json")


def answer_for(error: BrantError) -> Response:
    """The answer that an error of our tree stands for."""
    headers: dict[str, str] = {}
    if error.code == 500:
        _log.error("%s", error.message)
    if isinstance(error, InsufficientScope):
        challenge = f'Bearer realm="brant", error="insufficient_scope", scope="{error.scope}"'
        headers = {"WWW-Authenticate": challenge}  # RFC 6750 §3.1
    elif isinstance(error, RateLimited):
        headers = limit_headers(error)
    return error_answer(error.code, error.message, headers)


def limit_headers(error: RateLimited) -> dict[str, str]:
    """What goes with a 429: when to ask again, and the limit that was reached, all times in seconds from now.

    `RateLimit-*` as draft-ietf-httpapi-ratelimit-headers-07 has them; the X- names are for older clients.
    """
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if error.quota is not None:
        limit, remaining, window, resets = error.quota
        told = {"Limit": limit, "Remaining": remaining, "Reset": resets and math.ceil(resets)}
        for name, value in told.items():
            if value is not None:
                headers[f"RateLimit-{name}"] = headers[f"X-RateLimit-{name}"] = str(value)
        if window is not None:
            headers["RateLimit-Policy"] = f"{limit};w={window:.0f}"
    return headers


async def answer_http_exception(_: Request, error: Exception) -> Response:
    """What Starlette's own router refuses, in the same form as everything else."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    words = error.detail if isinstance(error, HTTPException) else HTTPStatus(status).phrase
    if status == 404:
        words = "no such path: the API is under /api/v1"
    return error_answer(status, words, headers)


class ErrorAnswers:
    """ASGI middleware, the outermost: turns what was raised below into an answer.

    An error that is not of our tree is logged under an id, and the caller gets that id alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises only where the answer had begun: the connection must break, lest the body look whole."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientGone:
            return
        except BrantError as error:
            if begun:
                _log.error("%s %s broke off: %s", scope["method"], _target(scope), error.message)
                raise
            await answer_for(error)(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            number = secrets.token_hex(4)
            _log.exception("error %s in %s %s", number, scope["method"], _target(scope))
            if begun:
                raise
            words = f"the server failed; its log has the reason under error {number}"
            await error_answer(500, words)(scope, receive, send)


def _target(scope: Scope) -> str:
    """The path as it was sent: percent-encoded, so that no line of the log can be forged with it."""
    path: bytes = scope["raw_path"]
    return path.decode("latin-1")[:2000]
