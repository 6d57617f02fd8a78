"""Error pages: what any part of the server refuses, drawn as a page for who asked for one."""

from http import HTTPStatus
from typing import Final

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brant.server.web.headers import page_headers
from brant.server.web.rendering import Renderer
from brant.server.web.visit import sentence

CONSENT_PATH: Final = "/api/v1/oauth2/authorize"
# Programs read these, whatever they say that they accept.
_FOR_PROGRAMS: Final = ("/api", "/storage", "/healthz", "/.well-known")
_KEPT: Final = ("allow", "retry-after")


class ErrorPages:
    """ASGI middleware around the one that answers errors with `{"code", "message"}`."""

    def __init__(self, app: ASGIApp, renderer: Renderer) -> None:
        self._app = app
        self._renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets everything through but JSON errors that a browser would show as they are."""
        if scope["type"] != "http" or not _is_for_people(scope):
            await self._app(scope, receive, send)
            return
        held: Message | None = None
        body = b""

        async def drawn(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start" and _is_error(message):
                held = message
                return
            if held is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await self._page(held, body)(scope, receive, send)

        await self._app(scope, receive, drawn)

    def _page(self, start: Message, body: bytes) -> Response:
        status = start["status"]
        try:
            words = str(msgspec.json.decode(body)["message"])
        except (msgspec.DecodeError, KeyError, TypeError):
            words = HTTPStatus(status).phrase
        if status == 404:
            words = "there is no such page here"
        kept = {name: value for name, value in Headers(raw=start["headers"]).items() if name in _KEPT}
        values = {"visit": None, "status": status, "message": sentence(words), "back": ""}
        page = self._renderer.draw("error.html", values)
        return Response(page, status, {**page_headers(), **kept}, media_type="text/html")


def _is_for_people(scope: Scope) -> bool:
    path: str = scope["path"]
    if path == CONSENT_PATH:
        return True
    if any(path == stem or path.startswith(stem + "/") for stem in _FOR_PROGRAMS):
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def _is_error(start: Message) -> bool:
    kind = MutableHeaders(raw=start["headers"]).get("content-type", "")
    return start["status"] >= 400 and kind.startswith("application/json")
