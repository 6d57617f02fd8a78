"""Access log: one line a request, with every secret taken out."""

import logging
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log: Final = logging.getLogger(__name__)


class AccessLog:
    """ASGI middleware. The log's formatter redacts; bodies and headers are never logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Logs verb, target, status and milliseconds once the answer is out, or has failed."""
        status, begun = 0, perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            if scope["type"] == "http":
                query = b"?" + scope["query_string"] if scope["query_string"] else b""
                target = (scope["raw_path"] + query).decode("latin-1")[:2000]
                took = (perf_counter() - begun) * 1000
                _log.info("%s %s %s %.0f ms", scope["method"], target, status or "cut", took)
